"""The mutation bench sees what becomes of a changed constant."""

import json
from multiprocessing import get_context

import pytest
from test_bound import COURSE

from tools import bound, mutate

LESSON = """\
# %% key="setup" tags=["language"]
class hp:
    def use_language(name):
        pass

    def explore_race(steps):
        pass


hp.use_language("en")

# %% key="race"
runs, slow = range(7), 60.0

# %% key="ratio"
fast, seen = 2.0, runs[6]
ratio = slow / fast
print(round(ratio))

# %% key="explore"
hp.explore_race(9)

# %% bind="said"
says("some thirty times nearer", "三十分之一", 25 < ratio < 40)

# %% [markdown] key="said" lang="en"
# After 9 steps the second of 7 ends some thirty times nearer.

# %% [markdown] key="said" lang="zh-TW" of="STAMP"
# 走 9 步，7 個裡的第二個，距離是三十分之一。
"""
MUTANTS = {  # (line, old, new): fate
    ("runs, slow", "7", "8"): "source",
    ("runs, slow", "60.0", "75.0"): "survived",
    ("runs, slow", "60.0", "120.0"): "sentence",
    ("fast, seen", "2.0", "2.1"): "survived",
    ("fast, seen", "6]", "12]"): "raises",  # a second 7 would be refused by the source
    ("fast, seen", "6]", "7]"): "source",
}


@pytest.fixture
def root(tmp_path):
    for folder in ("lessons", "hpcourse"):
        (tmp_path / folder).mkdir()
    (tmp_path / "hpcourse/course.toml").write_text(COURSE, encoding="utf-8")
    (tmp_path / "lessons/glossary.csv").write_text("en,zh-TW,avoid,require,note\n", encoding="utf-8")
    (tmp_path / "lessons/day1_toy.py").write_text(LESSON, encoding="utf-8")
    return tmp_path


def mutant(start, old, new):
    """The change of `old` to `new` in the line that begins with `start`."""
    lines = LESSON.split("\n")
    number = next(i for i, line in enumerate(lines) if line.startswith(start))
    cell = next(line for line in reversed(lines[:number]) if line.startswith("# %% key="))
    place = lines[number].index(old)
    end = place + len(old.rstrip("]"))
    key = cell.split('"')[1]
    return mutate.Mutant("day1_toy", key, number + 1, place, end, old, new.rstrip("]"), lines[number])


def test_each_mutant_has_its_fate_and_what_is_known_outlives_a_stop(root):
    found = {change: mutant(*change) for change in MUTANTS}
    keys = {m: f"key {number}" for number, m in enumerate(found.values())} | {"day1_toy": "own"}
    run = get_context("spawn").Process(
        target=mutate.outcomes, args=("day1_toy", list(found.values()), keys, root)
    )
    run.start()
    run.join(60)
    assert run.exitcode == 0
    known = mutate.known_outcomes(root)
    assert {change: known[keys[m]][0] for change, m in found.items()} == MUTANTS
    assert known["own"][0] == "survived"
    assert known["own"][1]["ratio"] == "30\n"
    survivor = known[keys[found["runs, slow", "60.0", "75.0"]]]
    assert mutate.differences(known["own"][1], survivor[1]) == ["-30", "+38"]
    with (root / mutate.KEPT).open("a", encoding="utf-8") as file:
        file.write('["key 9", "surv')  # stopped while writing
    assert mutate.known_outcomes(root) == known
    assert all(json.loads(line) for line in (root / mutate.KEPT).read_text().splitlines()[:-1])


def test_the_seed_alone_decides_which_constants_are_changed(root):
    (lesson,) = bound.read_lessons(root)
    assert sorted(node.value for _, node in mutate.constants(lesson)) == [2.0, 6, 7, 9, 60.0]
    assert mutate.chosen(lesson, 3, 1) == mutate.chosen(lesson, 3, 1)
    assert {m.old for m in mutate.chosen(lesson, 9, 2)} == {"2.0", "6", "7", "9", "60.0"}
    assert all(m.new != m.old for m in mutate.chosen(lesson, 9, 3))
