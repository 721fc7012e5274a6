"""Day 2's readings, and what its notebook says about its own experiments."""

import ast
import functools
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hpcourse.course import COURSE
from typical_day2 import RIGHT, WRONG

import hpcourse as hp
from hpcourse.checks import READINGS
from hpcourse.checks.tasks import day2
from tools.lesson import Lesson

PATH = Path(__file__).parents[2] / "lessons/day2_exercises.py"
SOURCE = PATH.read_text(encoding="utf-8")
CELLS = {cell.key: cell for cell in Lesson(PATH, COURSE).cells if cell.kind == "code"}


@functools.cache
def outcome(*keys):
    """The names that these cells of the source define, solutions included."""
    names = {"hp": hp, "np": np, "plt": plt}
    for key in keys:
        exec(compile(CELLS[key].solved, key, "exec"), names)
    return names


def test_no_message_gives_a_value_away():
    for name in WRONG:
        said = [READINGS[name].otherwise, *(mistake.message for mistake in READINGS[name].typical)]
        assert not any(
            str(value) in message for value in RIGHT[name] for message in said if len(str(value)) > 1
        )


def test_the_expected_loss_is_what_the_notebook_computes_and_what_noisy_runs_do():
    tree = ast.parse(SOURCE)
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    (shown,) = [node for node in functions if node.name == "expected_loss"]
    space = {"exponential_decay": day2.exponential_decay}
    exec(compile(ast.Module([shown], []), "notebook", "exec"), space)
    for rate, steps in [(0.0, 50), (0.02, 300), (0.5, 40)]:
        expected = day2.expected_loss(rate, steps)
        assert space["expected_loss"](rate, steps) == pytest.approx(expected)
        schedule = hp.SGD(lambda t, rate=rate: day2.exponential_decay(0.5, rate, t))
        bowl = hp.Quadratic([1.0])
        path = hp.descend(bowl, schedule, [-5.0], steps, noise=1.0, seed=range(2000), record=False)
        assert bowl(path.end).mean() == pytest.approx(expected, rel=0.15)


def test_the_short_training_wants_a_decay_that_is_far_from_right_for_the_long_one():
    rates = np.geomspace(1e-4, 1, 400)
    good = {steps: rates[[day2._good_after(steps)(rate) for rate in rates]] for steps in (300, 3000)}
    assert good[300].min() > 3 * good[3000].max()
    assert good[3000].max() < 0.005 < good[300].min()  # the sweep of the notebook begins between them
    assert good[3000].max() / good[3000].min() > 1.5  # a sweep of 10 rates a decade meets it


def test_the_four_runs_are_as_different_as_the_question_says():
    bowl, ends = hp.Quadratic([1.0]), {}
    for name, schedule in outcome("frozen-run-figure")["schedules"].items():
        ends[name] = hp.descend(bowl, hp.SGD(schedule), [-5.0], steps=300, noise=1.0, seed=4).w[-100:, 0]
    still = {name: np.ptp(end) < 0.01 for name, end in ends.items()}
    far = {name: abs(end).min() > 1 for name, end in ends.items()}
    assert (still, far) == (
        {"A": False, "B": True, "C": True, "D": False},
        {"A": True, "B": False, "C": True, "D": False},
    )


def test_of_the_runs_with_one_border_only_one_has_room_and_the_border_is_where_the_check_says():
    names = outcome("edge-of-stability-run")
    net, w, data, lrs = names["small"], names["w"], (names["inputs"], names["targets"]), names["lrs"]
    room = 2 / (lrs * np.linalg.eigvalsh(hessians(net, w, *data))[:, -1])  # not by hp.sharpness
    assert room[1] == pytest.approx(day2.ROOM, rel=0.005)
    assert room[[0, 3]] == pytest.approx(1, abs=0.06)
    assert 1.1 < room[2] < 1.5
    for run, factor, falls in [(1, 0.85, True), (1, 1.15, False), (0, 0.6, False), (2, 1.7, False)]:
        v, losses = w[run], []
        for _ in range(200):
            loss, gradient = net.loss_and_gradient(v, *data)
            losses.append(loss)
            v = v - factor * room[1 if run == 1 else 0] * (2 if run != 1 else 1) * lrs[run] * gradient
        assert np.all(np.diff(losses) < 0) == falls


def hessians(net, w, X, y, h=1e-4):
    """Of the loss at each w, by central differences of the gradient."""
    steps = h * np.eye(w.shape[-1])
    columns = [(net.gradient(v + steps, X, y) - net.gradient(v - steps, X, y)) / (2 * h) for v in w]
    return [(half + half.T) / 2 for half in columns]


@pytest.mark.parametrize("seed", [0, 4, 50])
def test_the_warmup_heals_one_start_of_the_four_and_only_its_rate_was_too_large(seed):
    names = outcome("healed-start-run", "healed-start-answer")
    ratio = 0.4 * hp.sharpness(names["network"], names["starts"], names["X_some"], names["y_some"]) / 2
    assert ratio[3] == pytest.approx(day2.TOO_LARGE_BY, rel=0.005)
    assert ratio[1] < 1.3  # hardly above the border, and off it at once
    assert ratio[[0, 2]].max() < 0.1
    setting = names["setting"] | {"seed": range(seed, seed + 4)}
    without, with_it = (
        hp.train(
            names["network"], names["digits"], hp.SGD(hp.LinearWarmup(steps, 0.4)), **setting
        ).test_accuracy
        for steps in (1, 200)
    )
    assert (without > 0.8).tolist() == [False, True, False, False]
    assert (with_it > 0.8).tolist() == [False, True, False, True]


# The open task

SCHEDULES = {
    "all_zero": lambda t: 0,
    "too_large": lambda t: 3.0,
    "too_little_travel": hp.ExponentialDecay(0.69, 3 / 300),
    "constant": lambda t: 0.4,
    "high_at_the_end": hp.ExponentialDecay(0.52, 1 / 300),
    "falls_too_soon": hp.CosineDecay(0.52, 300),
    None: lambda t: 0.5 if t < 220 else 0.05,
}
GOOD = [
    hp.WarmupStableDecay(0.5, 0, 200, 100),
    hp.WarmupStableDecay(0.5, 30, 170, 100),
    lambda t: 0.4 if t < 200 else 0.03,
    [0.45] * 250 + np.geomspace(0.45, 0.02, 50).tolist(),
    np.r_[np.full(230, 0.45), np.linspace(0.4, 0.01, 70)],
    lambda t: np.array([0.5 * min(1, (300 - t) / 90)]),
]


@pytest.mark.parametrize("mistake", SCHEDULES)
def test_schedules_of_the_usual_kinds_do_not_reach_the_target_and_are_told_why(mistake):
    result = hp.check("my_schedule", SCHEDULES[mistake])
    assert (result.status, result.mistake) == ("not yet", mistake)
    assert result.score < 0.9


@pytest.mark.parametrize(
    ("schedule", "mistake"),
    [
        (hp.ExponentialDecay(0.6, 1), "too_little_travel"),  # high at first, and lost for want of travel
        (
            lambda t: 0.5 * t / 300,
            "high_at_the_end",
        ),  # its rates add up to 75, and half as high again is worse
        (lambda t: 1.0, "too_large"),
        (lambda t: 3.0 if t < 20 else 0.3, "too_large"),
        (lambda t: 0.6 if t < 20 else 0.0, "too_little_travel"),  # with more updates it comes back
        (lambda t: 5.0 if t < 3 else 0.0, "too_large"),  # they add up to little, but lose the network
        (lambda t: 1.2 * (1 - t / 300), None),  # to fall later would end higher
    ],
)
def test_a_high_rate_is_blamed_where_it_is_what_went_wrong(schedule, mistake):
    assert hp.check("my_schedule", schedule).mistake == mistake


@pytest.mark.parametrize("schedule", GOOD, ids=range(len(GOOD)))
def test_schedules_that_stay_high_and_come_down_pass_in_any_form(schedule):
    result = hp.check("my_schedule", schedule)
    assert result.passed, result.message


def test_no_constant_rate_and_no_tuned_exponential_passes():
    """So the right answer's message is true, and something has to be found out."""
    network, data, setting = hp.MLP((64, 32, 10)), hp.digits(), {"batch_size": 8, "updates": 300}
    rates = np.geomspace(0.1, 0.9, 12)
    reached = {}
    for name, schedule in {
        "constant": hp.Constant(rates),
        "falls": hp.ExponentialDecay(rates, 1.5 / 300),
    }.items():
        run = hp.train(network, data, hp.SGD(schedule), seed=day2.HIDDEN, **setting)
        reached[name] = (run.train_loss <= day2.MY_SCHEDULE.target).sum(axis=1).max()
    assert reached["constant"] <= 10
    assert reached["falls"] < day2.MY_SCHEDULE.enough


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda t: 1 / t, "divides by zero"),
        (lambda t: 0.5 - t / 100, "negative"),
        (lambda t: np.inf, "finite"),
        (lambda t: None if t > 200 else 0.4, "return"),
        (lambda t: "0.4", "no single number, but: str"),
        (lambda t: [0.4, 0.3], "no single number, but: list"),
        ([0.4] * 299, "299"),
        (np.full(400, 0.4), "> 300"),
        (0.4, "float"),
        ("cosine", "str"),
        (lambda t: sum(0 for _ in iter(int, 1)), "never ends"),
        (lambda t, asked=[]: asked.append(t) or 0.5 / len(asked), "once more"),
    ],
)
def test_what_is_no_schedule_is_said_so(answer, word):
    result = hp.check("my_schedule", answer)
    assert (result.status, result.score) == ("not yet", 0)
    assert word in result.message


def test_a_schedule_that_is_not_written_is_not_started_and_no_verdict_is_drawn():
    def stub(t): ...

    assert hp.check("my_schedule", stub).status == "not started"
    messages = {hp.check("my_schedule", SCHEDULES["constant"], seed=seed).message for seed in range(3)}
    assert len(messages) == 1
