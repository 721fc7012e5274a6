"""Explorers that need no run of a lesson: every control moves the picture, and the words can be Chinese."""

import inspect
import re

import ipywidgets as widgets
import pytest

from hpcourse.frame.course import modules

pytestmark = pytest.mark.usefixtures("no_figure_is_left_open")


def needs_nothing(explore):
    return all(
        parameter.default is not parameter.empty
        for parameter in inspect.signature(explore).parameters.values()
    )


EXPLORERS = [
    explore
    for day in modules("hpcourse.page.explorers")
    for name, explore in vars(day).items()
    if name.startswith("explore_") and needs_nothing(explore)
]


def another(control):
    """The value of a control that is farthest from the one it has."""
    if hasattr(control, "options"):
        values = [option[1] if isinstance(option, tuple) else option for option in control.options]
        return next(value for value in reversed(values) if value != control.value)
    low, high = control.min, control.max
    if isinstance(control, widgets.FloatLogSlider):
        low, high = control.base**low, control.base**high
    return max(low, high, key=lambda end: abs(end - control.value))


# What these change is seen, but the words are about something else.
SAME_WORDS = {("explore_wrong_way", "beta2"), ("explore_cliff", "limit"), ("explore_schedule", "warmup")}


@pytest.mark.slow
@pytest.mark.parametrize("explore", EXPLORERS, ids=lambda explore: explore.__name__)
def test_every_control_moves_picture_and_words_and_shows_no_error(explore):
    for name in explore().controls:
        figure = explore()
        picture, words = figure.picture.value, figure.description
        figure.controls[name].value = another(figure.controls[name])
        assert figure.picture.value != picture
        assert figure.description != words or (explore.__name__, name) in SAME_WORDS
        assert not figure.messages.value


@pytest.mark.parametrize("explore", EXPLORERS, ids=lambda explore: explore.__name__)
def test_every_explorer_speaks_chinese(explore, in_chinese):
    figure = explore()
    assert re.search("[一-鿿]", figure.description)
    for control in figure.controls.values():
        assert not re.search("[A-Za-z]{3,}", re.sub("λ_max|Adam", "", control.description))
