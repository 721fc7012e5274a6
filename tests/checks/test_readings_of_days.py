"""Every reading of every day: each typical wrong value gets the message of its mistake, right ones pass."""

from importlib import import_module
from pathlib import Path

import pytest

import hpcourse as hp
from hpcourse.checks import READINGS
from hpcourse.checks.reading import Reading
from hpcourse.frame.course import DAYS, LANGUAGES

TYPICAL = {  # by day, from a file for each that has some
    day.number: import_module(f"typical_{day.key}")
    for day in DAYS.values()
    if (Path(__file__).parent / f"typical_{day.key}.py").exists()
}
VALUES = {name: (day.WRONG[name], day.RIGHT[name]) for day in TYPICAL.values() for name in day.WRONG}
LOCALE = Path(hp.__file__).parent / "locale"
SPOKEN = [code for code in LANGUAGES if code == "en" or (LOCALE / code / "checks.po").exists()]


@pytest.fixture(autouse=True)
def _english():
    yield
    hp.use_language("en")


def test_every_reading_of_these_days_and_every_mistake_is_tried():
    readings = {n: t for n, t in READINGS.items() if t.day in TYPICAL and isinstance(t, Reading)}
    assert {n: {mistake.id for mistake in readings[n].typical} for n in readings} == {
        n: {*wrong} - {None} for n, (wrong, _) in VALUES.items()
    }


def told(name, language):
    """What each wrong value is told."""
    hp.use_language(language)
    messages = {}
    for mistake, values in VALUES[name][0].items():
        for value in values:
            result = hp.check(name, value)
            assert (result.status, result.mistake) == ("not yet", mistake), value
            messages.setdefault(mistake, set()).add(result.message)
    return messages


@pytest.mark.parametrize("name", VALUES)
def test_a_reading_names_each_typical_wrong_value_and_takes_the_right_ones(name):
    said = {language: told(name, language) for language in SPOKEN}
    for language, messages in said.items():
        assert all(len(same) == 1 for same in messages.values())  # one message for a mistake
        assert len(set.union(*messages.values())) == len(messages)  # and for each another
        if language != "en":
            assert not set.union(*messages.values()) & set.union(*said["en"].values())
    assert all(hp.check(name, value).passed for value in VALUES[name][1])
    assert hp.check(name, ...).status == "not started"
