"""A prediction shows nothing before an answer, and everything after it; only the first answer counts."""

import base64
import json
from types import SimpleNamespace

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

import hpcourse as hp
from hpcourse.frame import record
from hpcourse.page import predictions, quizzes
from hpcourse.page.live import LiveFigure
from hpcourse.page.quizzes import Question

pytestmark = pytest.mark.usefixtures("no_figure_is_left_open")

QUESTION = Question("Does it <ring>?", (("no", "Why not."), ("yes", "Because."), ("both", "Never.")), right=1)


@pytest.fixture
def shell(monkeypatch):
    """A shell as in a notebook; its list of what was displayed."""
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher()
    monkeypatch.setattr(predictions, "get_ipython", lambda: shell)
    monkeypatch.setattr(predictions, "find_question", lambda key: QUESTION)
    monkeypatch.setattr(predictions, "answers", {})
    monkeypatch.setattr(predictions, "_waiting", {})
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def displayed(shell):
    return shell.display_pub.outputs


@pytest.fixture
def sealed(monkeypatch):
    """The predictions and what waits for them, in the order in which they were displayed."""
    shown = []
    monkeypatch.setattr(predictions, "display", shown.append)
    return shown


def words_in(widget):
    """All that is readable in a widget and those within, as far as it is shown."""
    if widget.layout.display == "none":
        return ""
    own = getattr(widget, "value", "") if isinstance(widget, widgets.HTML) else ""
    own += getattr(widget, "description", "")
    return own + "".join(map(words_in, getattr(widget, "children", ())))


def test_the_block_runs_at_once_and_what_it_shows_waits(shell, sealed, capsys):
    with hp.predict("day1-x"):
        print("the answer")
        fig, _ = plt.subplots(figsize=(1, 1))
        hp.show(fig, "A picture that rings.")
        after = "names exist"
    assert after == "names exist"
    assert capsys.readouterr().out == ""
    assert shell.display_pub.outputs == []  # everything waits, and IPython's own publisher is back
    (prediction,) = sealed
    seen = words_in(prediction.page)
    assert "Does it &lt;ring&gt;?" in seen
    assert "Show me" in seen
    assert "the answer" not in seen
    assert "picture" not in seen
    prediction.buttons[0].click()
    seen = words_in(prediction.page)
    assert seen.index("Why not.") < seen.index("the answer") < seen.index('<img alt="A picture that rings."')
    assert seen.count("A picture") == 1  # the words for screen readers are the picture's own here


def test_what_is_stored_is_the_question_alone(shell):
    with hp.predict("day1-x"):
        print("the answer")
        hp.show(plt.figure(), "A picture.")
    (output,) = shell.display_pub.outputs
    assert set(output["data"]) == {predictions.VIEW, "text/html", "text/plain"}
    assert "the answer" not in str(output)
    assert "picture" not in str(output)
    assert output["data"]["text/plain"].splitlines()[:2] == ["Does it <ring>?", "A. no"]


def test_the_first_choice_counts_and_later_ones_explain(sealed, shell, monkeypatch):
    kept = []
    monkeypatch.setattr(record, "question", lambda *entry: kept.append(entry))
    with hp.predict("day1-x"):
        print("the answer")
    (prediction,) = sealed
    prediction.buttons[2].click()
    assert "✗ <b>C. Not so:</b> Never." in prediction.feedback.value
    prediction.buttons[1].click()
    assert "✓ <b>B. Right:</b> Because." in prediction.feedback.value
    prediction.show_me.click()
    assert kept == [("day1-x", "C", False)]


def test_show_me_shows_without_a_verdict(sealed, shell):
    with hp.predict("day1-x"):
        print("the answer")
    (prediction,) = sealed
    prediction.show_me.click()
    assert "the answer" in words_in(prediction.page)
    assert prediction.feedback.value == ""
    assert predictions.answers == {"day1-x": ""}


def test_a_later_cell_waits_for_the_same_answer(sealed, shell):
    with hp.predict("day1-x"):
        print("the answer")
    with hp.after("day1-x"):
        print("a number")
    prediction, waiting = sealed
    assert "a number" not in words_in(waiting.page)
    prediction.buttons[0].click()
    assert "a number" in words_in(waiting.page)
    with hp.after("day1-x"):
        print("one more")
    assert "one more" in words_in(sealed[-1].page)


def test_run_again_after_an_answer_shows_at_once(sealed, shell):
    for _ in range(2):
        with hp.predict("day1-x"):
            print("the answer")
        sealed[0].buttons[0].click()
    assert "the answer" in words_in(sealed[1].page)
    assert "Why not." in words_in(sealed[1].page)


def test_a_live_figure_in_it_is_the_live_figure(sealed, shell):
    fig, ax = plt.subplots(figsize=(1, 1))
    (line,) = ax.plot([0, 1])
    with hp.predict("day1-x"):
        live = LiveFigure(fig, lambda k=1: line.set_ydata([0, k]), alt="A line.", k=(1, 9))
        hp.show(live)
    (prediction,) = sealed
    assert "A line." not in words_in(prediction.page)
    prediction.buttons[1].click()
    assert prediction.result.box.children == (live.box,)


def test_an_error_shows_at_once_and_so_does_what_came_before(sealed, shell, capsys):
    publisher = shell.display_pub
    with pytest.raises(ZeroDivisionError), hp.predict("day1-x"):  # noqa: PT012
        print("on the way")
        hp.show(plt.figure(), "A picture.")
        1 / 0  # noqa: B018
    assert sealed == []
    assert capsys.readouterr().out == "on the way\n"
    assert shell.display_pub is publisher
    assert publisher.outputs[0]["data"]["text/plain"] == "A picture."


@pytest.mark.parametrize("block", [hp.predict, hp.after])
def test_what_needs_an_answer_of_the_learner_says_so_at_once_and_asks_nothing(block, sealed, shell, capsys):
    def guarded(answer):
        with block("day1-x"):
            if hp.check("effective_lr", answer).passed:
                print("the answer")
            else:
                print("Your function first.")

    for not_yet in (..., lambda lr, momentum: lr, lambda lr, momentum: 1 / 0):
        guarded(not_yet)
        assert sealed == []
        assert capsys.readouterr().out == "Your function first.\n"
    guarded(lambda lr, momentum: lr / (1 - momentum))
    assert len(sealed) == 1
    assert capsys.readouterr().out == ""


def test_where_notebooks_are_built_the_question_is_stored_all_the_same(sealed, shell, capsys, monkeypatch):
    monkeypatch.setenv(predictions.SEALED, "show")
    with hp.predict("day1-x"):
        assert not hp.check("effective_lr", ...).passed
        print("Your function first.")
    assert [prediction.result.outputs for prediction in sealed] == [[{"text": "Your function first.\n"}]]
    assert capsys.readouterr().out == ""


def test_outside_a_notebook_the_block_runs_as_if_alone(capsys):
    with hp.predict("day1-regimes"):
        print("the answer")
    assert capsys.readouterr().out == "the answer\n"


def test_an_unknown_key_is_named():
    with pytest.raises(ValueError, match="got 'day1-nothing'"), hp.predict("day1-nothing"):
        pass


def test_progress_bars_do_not_wait(shell, sealed):
    tqdm = pytest.importorskip("tqdm.notebook")
    with hp.predict("day1-x"):
        list(tqdm.tqdm(range(2)))
    assert "HBox" in shell.display_pub.outputs[0]["data"]["text/plain"] or shell.display_pub.outputs


def test_the_builder_gets_what_waits(shell, monkeypatch):
    monkeypatch.setenv(predictions.SEALED, "show")
    with hp.predict("day1-x"):
        print("one")
        hp.show(plt.figure(figsize=(1, 1)), "A picture.")
        print("two")
    (output,) = shell.display_pub.outputs
    found = output["data"][predictions.MIME]
    assert found["key"] == "day1-x"
    assert [next(iter(o)) for o in found["outputs"]] == ["text", "picture", "text"]
    assert found["outputs"][1]["alt"] == "A picture."
    assert base64.b64decode(found["outputs"][1]["picture"]).startswith(b"\x89PNG")


@pytest.fixture
def side_file(tmp_path, monkeypatch):
    """A function that writes the side file of a day for the notebooks in `en`, where the test then is."""
    folder = tmp_path / "notebooks/en"
    (tmp_path / "notebooks/sealed/en").mkdir(parents=True)
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv(predictions.SEALED, str(tmp_path / "notebooks/sealed"))
    monkeypatch.setattr(predictions, "_compared", {})

    def write(*blocks):
        blocks = [{"cell": "c", "compared": c, "outputs": [{"text": t}]} for t, c in blocks]
        text = json.dumps({"day1-x": blocks})
        (tmp_path / "notebooks/sealed/en/day1_lesson.json").write_text(text)

    return write


def test_what_waits_has_to_be_what_the_builder_found(shell, side_file):
    side_file(("one\n", True), ("two\n", True))
    for word in ("one", "two"):
        with hp.predict("day1-x"):
            print(word)
    with pytest.raises(AssertionError, match="holds nothing for 'day1-x'"), hp.predict("day1-x"):
        print("three")


def test_another_text_is_an_error_unless_the_cell_may_differ(shell, side_file):
    side_file(("one\n", True), ("two\n", False))
    with pytest.raises(AssertionError, match=r"'one\\n'.*'won\\n'"), hp.predict("day1-x"):
        print("won")
    with hp.predict("day1-x"):
        print("anything")


def test_of_a_picture_the_words_beside_it_are_compared():
    kept = [{"picture": "a", "alt": "It rises."}, {"text": "3"}, {"html": "<p>"}]
    assert predictions.texts_of(kept) == ["It rises.", "3", "<p>"]


def test_old_ipywidgets_keep_their_widgets_elsewhere(monkeypatch):
    widget = widgets.HTML("x")
    old = SimpleNamespace(widget=None, Widget=SimpleNamespace(widgets={widget.model_id: widget}))
    monkeypatch.setattr(predictions, "widgets", old)
    assert predictions.as_widget({"data": predictions_view(widget)}) is widget


def predictions_view(widget):
    return {predictions.VIEW: {"model_id": widget.model_id}, "text/plain": "HTML()"}


def test_every_prediction_says_why_each_answer_tempts():
    """Nothing is left to guess after a wrong choice: a reason is a sentence, not a question."""
    for key, question in quizzes._questions("day1").items():
        for answer, reason in question.options:
            assert len(reason) > 20, (key, answer)
