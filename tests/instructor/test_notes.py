"""Notes on submissions in words."""

import pytest

import hpcourse as hp
from hpcourse.instructor.notes import note, words


@pytest.fixture(autouse=True)
def chinese():
    hp.use_language("zh-TW")
    yield
    hp.use_language("en")


def test_a_note_names_several_things_and_may_hold_another_note():
    assert words(note("no cell defines {names}", names=["gd_step", "lr"])) == "沒有任何一格定義 gd_step、lr"
    assert words(note("no cell defines {names}", names=["gd_step"])) == "沒有任何一格定義 gd_step"
    late = note("a later file was not used: {why}", why=note("larger than {count} MB", count=60))
    assert words(late) == "之後再交的檔案沒有採用：大於 60 MB"
