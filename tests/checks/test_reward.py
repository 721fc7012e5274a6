"""The reward: a right rule trains a network, and nothing it does there can spoil the check."""

import io
import itertools
import re
import time

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel
from matplotlib.figure import Figure
from PIL import Image

import hpcourse as hp
from hpcourse.checks import TASKS, reward
from hpcourse.checks.task import Answer
from hpcourse.page import lettering


@pytest.fixture
def shown(monkeypatch):
    """What is displayed: a list of bundles; later frames replace the last."""
    bundles = []

    class Handle:
        def update(self, bundle, **_):
            bundles.append(bundle)

    def display(bundle, **_):
        bundles.append(bundle)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    return bundles


@pytest.mark.parametrize("task", reward.RULES)
def test_every_rule_learns_to_read_digits(task):
    told = reward.run(task, Answer(TASKS[task].reference, TASKS[task].names))
    assert told["accuracy"][0] < 0.2
    assert told["accuracy"][-1] > 0.9
    assert told["loss"][-20:].mean() < 0.3 * told["loss"][0]


def test_it_is_the_learners_function_that_trains():
    calls = []

    def gd_step(w, grad, lr):
        calls.append(w.shape)
        return w - lr * grad

    told = reward.run("gd_step", Answer(gd_step, TASKS["gd_step"].names))
    assert len(calls) == len(told["loss"]) > 100
    # Had it another rule inside, the curve would be another one.
    slower = reward.run("gd_step", Answer(lambda w, grad, lr: w - 0.1 * lr * grad, ("w", "grad", "lr")))
    assert slower["loss"][-1] > 2 * told["loss"][-1]


def test_plain_gradient_descent_is_the_packages_own():
    """The training inside the reward against `hp.train` with the same rate, batches and start."""
    told = reward.run("gd_step", Answer(TASKS["gd_step"].reference, TASKS["gd_step"].names))
    history = hp.train(hp.MLP(reward.SIZES), hp.digits(), hp.SGD(lr=0.3), batch_size=64, epochs=8, seed=0)
    assert told["loss"].shape == history.loss.shape
    assert told["accuracy"][-1] == pytest.approx(float(history.test_accuracy), abs=0.03)


def test_a_right_answer_is_shown_with_a_training_and_a_wrong_one_without(shown):
    hp.check("gd_step", lambda w, grad, lr: w + lr * grad)._ipython_display_()
    assert len(shown) == 1
    assert "image/png" not in shown[0]
    shown.clear()
    hp.check("gd_step", lambda w, grad, lr: w - lr * grad)._ipython_display_()
    verdict, *frames = shown
    assert verdict["text/plain"].startswith("✓")
    assert len(frames) == reward.EPOCHS // reward.EVERY + 1
    assert all("reads" in frame["text/plain"] for frame in frames)


def test_every_picture_differs_from_the_one_before():
    told = reward.run("adam_step", Answer(TASKS["adam_step"].reference, TASKS["adam_step"].names))
    pictures = [np.asarray(Image.open(io.BytesIO(png)).convert("L"), float) for png in reward.frames(told)]
    assert len({picture.shape for picture in pictures}) == 1
    for before, after in itertools.pairwise(pictures):
        assert np.abs(after - before).max() > 100


def test_a_rule_that_fails_in_training_shows_nothing_more(shown):
    def only_small(w, grad, lr):
        if np.size(w) > 100:
            raise ValueError("too many weights")
        return w - lr * grad

    result = hp.check("gd_step", only_small)
    assert result.passed
    result._ipython_display_()
    assert len(shown) == 1


def test_tasks_that_are_no_rule_have_no_reward():
    assert hp.check("effective_lr", TASKS["effective_lr"].reference).reward is None


def test_the_training_can_be_interrupted_and_the_verdict_stands(shown, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    result = hp.check("gd_step", lambda w, grad, lr: w - lr * grad)
    monkeypatch.setattr(reward, "run_apart", interrupted)
    result._ipython_display_()
    assert [bundle["text/plain"][0] for bundle in shown] == ["✓"]
    assert capsys.readouterr().out.count("stopped") == 1


RIGHT_BUT_SLOW = """
import time
import numpy as np
import hpcourse as hp
hp.use_language("en")
def gd_step(w, grad, lr):
    if np.size(w) > 100:  # in the training, not in the check
        time.sleep(0.1)
    return w - lr * grad
hp.check("gd_step", gd_step)
"""


def test_in_a_kernel_the_verdict_comes_at_once_and_an_interrupt_ends_the_training():
    manager, client = start_new_kernel()
    try:
        request = client.execute(RIGHT_BUT_SLOW)
        told = []
        for message in _until_idle(client, request):
            told.append((message["msg_type"], message["content"]))
            if message["msg_type"] == "display_data":
                time.sleep(1)  # an interrupt in the very moment of a fork is lost
                manager.interrupt_kernel()  # the verdict is here, and the training has 5 seconds to go
        reply = client.get_shell_msg(timeout=20)["content"]
        client.execute("print('alive')")
        alive = client.get_iopub_msg(timeout=20)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    displays = [content["data"]["text/plain"] for kind, content in told if kind == "display_data"]
    assert len(displays) == 1
    assert displays[0].startswith("✓")
    printed = "".join(content["text"] for kind, content in told if kind == "stream")
    assert printed.strip() == "The training with your function was stopped. That your answer is right stands."
    assert "error" not in [kind for kind, _ in told]
    assert reply["status"] == "ok"
    assert alive


def _until_idle(client, request):
    """The messages about one request, until the kernel has nothing more to say of it."""
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["content"].get("execution_state") == "idle":
            return
        yield message


def test_what_is_drawn_is_in_the_language_in_use(monkeypatch):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: drawn.append(lettering.lines_in(figure)))
    told = reward.run("gd_step", Answer(TASKS["gd_step"].reference, TASKS["gd_step"].names))
    for language, start in {"en": "your function, epoch ", "zh-TW": "你的函式，第 "}.items():
        hp.use_language(language)
        drawn.clear()
        list(reward.frames(told))
        hp.use_language("en")
        titles = [next(line for line in lines if line.startswith(start)) for lines in drawn]
        assert len(set(titles)) == len(titles) > 3
    assert not [line for lines in drawn for line in lines if re.search("[A-Za-z]{2}", line)]
