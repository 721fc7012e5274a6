"""The capstone: the laboratory's budget and log, the problem, and the check of the settings."""

import functools
import html
import json
import os
import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import ALL, remote
from hpcourse.checks.capstone import ENOUGH, FIRST_SEED, STARTS
from hpcourse.frame.course import LANGUAGES
from hpcourse.page import laboratory

CHECK = ALL["capstone"]
GOOD = {"optimizer": "AdamW", "lr": 0.03, "batch_size": 16, "schedule": "warmup + cosine"}
ALSO_GOOD = [
    {"optimizer": "Momentum", "lr": 0.1, "batch_size": 16, "schedule": "cosine"},
    {"optimizer": "RMSProp", "lr": 0.03, "batch_size": 16, "schedule": "warmup + cosine"},
    {"optimizer": "SGD", "lr": 0.5, "batch_size": 8, "schedule": "cosine"},
]
# settings that reach the target with seed 0 in the laboratory, and not often enough
LUCKY = {"optimizer": "AdamW", "lr": 0.1, "batch_size": 32, "schedule": "cosine"}
WRONG = {
    "defaults": [{}, {"optimizer": "Adam"}, {"lr": 0.001, "momentum": 0.5}],
    "lr_too_large": [{"lr": 3}, {"optimizer": "SGD", "lr": 1000}, GOOD | {"lr": 0.5}],
    "lr_too_small": [{"lr": 1e-5}, {"optimizer": "SGD", "lr": 0.001}, GOOD | {"lr": 0.001}],
    "lucky": [LUCKY, {"lr": 0.02, "batch_size": 32}],
    "not_the_rate": [{"optimizer": "SGD", "lr": 0.5}, GOOD | {"batch_size": 256, "lr": 0.05}],
    None: [
        {"optimizer": "adamm"}, {"optimizer": 3}, {"optimizer": hp.Adam}, {"schedule": "linear"},
        {"lr": "0.1"}, {"lr": -1}, {"lr": 0}, {"lr": np.nan}, {"lr": True}, {"lr": [0.1, 0.2]},
        {"lr": 1j}, {"lr": 10**400}, {"lr": 1e9}, {"batch_size": 7}, {"batch_size": 16.5},
        {"batch_size": 10**6}, {"lr": np.inf}, {"optimizer": ["Adam"]}, {3: 4},
        {"optimizer": "Momentum", "momentum": 1}, GOOD | {"epochs": 100}, GOOD | {"seed": 3},
        GOOD | {"budget": 99}, GOOD | {"learning_rate": 0.1}, "Adam", 0.03, [GOOD], hp.Adam(0.03),
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(laboratory.KEEP, raising=False)
    hp.use_language("en")
    yield
    hp.use_language("en")


@pytest.fixture
def lab():
    return hp.Laboratory(budget=4)


# The problem


def test_no_image_is_in_two_of_the_three_parts():
    _, validation, report = laboratory.problem()
    parts = [validation.X_train, validation.X_test, report.X_test]
    assert [len(part) for part in parts] == [1150, 287, 360]
    assert np.array_equal(validation.X_train, report.X_train)
    images = {image.tobytes() for part in parts for image in part}
    assert len(images) >= 1790  # a few digits occur twice in the data set itself
    assert len(np.concatenate(parts)) == 1797


def test_validation_and_report_are_about_equally_hard():
    """Good settings read the two parts alike: the laboratory promises nothing that the check breaks."""
    gap = []
    for settings in [GOOD, *ALSO_GOOD[:2]]:
        given = laboratory.checked(settings)
        gap += [laboratory.run(given, range(8), drawer).test_accuracy.mean() for drawer in (False, True)]
    assert abs(np.mean(gap[::2]) - np.mean(gap[1::2])) < 0.006


def test_a_training_of_the_laboratory_is_that_of_the_package(lab):
    network, validation, _ = laboratory.problem()
    (trial,) = lab.train("Momentum", lr=0.1, batch_size=16, schedule="warmup + cosine", momentum=0.8, seed=5)
    steps = 3 * 72
    schedule = hp.LinearWarmup(steps // 5, hp.CosineDecay(0.1, steps - steps // 5))
    history = hp.train(network, validation, hp.Momentum(schedule, 0.8), batch_size=16, epochs=3, seed=5)
    assert trial.accuracy == pytest.approx(float(history.test_accuracy), abs=1e-6)


def test_the_report_is_read_from_images_kept_in_the_drawer():
    network, validation, report = laboratory.problem()
    given, seeds = laboratory.checked({"optimizer": "SGD", "lr": 0.5}), [10**6, 10**7]
    for drawer, data in ((False, validation), (True, report)):
        history = hp.train(network, data, hp.SGD(0.5), batch_size=64, epochs=3, seed=seeds)
        assert np.array_equal(laboratory.run(given, seeds, drawer).test_accuracy, history.test_accuracy)


# The laboratory


def test_the_budget_is_counted_by_trainings_and_holds(lab, capsys):
    assert lab.left == 4
    lab.train(lr=[0.001, 0.01])
    assert (lab.left, len(lab.log)) == (2, 2)
    assert len(lab.train(lr=[0.1, 0.2, 0.3])) == 0
    assert "3 new trainings, and 2 are left" in capsys.readouterr().out
    assert lab.left == 2
    lab.train(lr=0.1, seed=range(2))
    assert lab.left == 0
    assert len(lab.train(lr=0.5)) == 0
    assert "budget is spent" in capsys.readouterr().out
    assert len(lab.log) == 4


def test_what_is_in_the_log_costs_nothing_even_when_the_budget_is_spent(lab):
    first = lab.train(lr=[0.001, 0.01], seed=[0, 1])
    assert lab.left == 0
    assert lab.train("adam ", lr=0.01, seed=np.int64(1), momentum=0.3)[0] is first[3]
    assert [trial.number for trial in lab.log] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"optimizer": "adamm"}, ["optimizer", '"AdamW"', "adamm"]),
        ({"lr": "0.1"}, ["lr", "greater than 0", "'0.1'"]),
        ({"lr": [0.1, -1]}, ["lr", "-1"]),
        ({"lr": []}, ["lr", "empty"]),
        ({"batch_size": 4}, ["batch_size", "8 to 512", "4"]),
        ({"momentum": 1}, ["momentum", "1"]),
        ({"seed": 1000}, ["seed", "999"]),
        ({"seed": 0.5}, ["seed", "0.5"]),
        ({"epochs": 100}, ["epochs", "same for everybody"]),
        ({"budget": 100}, ["budget", "same for everybody"]),
        ({"learning_rate": 0.1}, ["learning_rate", "The settings are optimizer, lr"]),
        ({"seeds": [1, 2]}, ["`seeds`", "momentum, seed."]),
        ({"lr": np.linspace(0.1, 1, 10**5)}, ["100000"]),
    ],
)
def test_wrong_settings_get_a_sentence_and_cost_nothing(lab, capsys, settings, words):
    assert len(lab.train(**settings)) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in words), said
    assert lab.left == 4
    hp.use_language("zh-TW")
    lab.train(**settings)
    assert any("一" <= letter <= "鿿" for letter in capsys.readouterr().out)


def test_a_training_that_diverges_is_a_result(lab):
    (trial,) = lab.train("SGD", lr=1000)
    assert trial.diverged
    assert trial.accuracy is None
    assert "diverged" in repr(lab.log)
    assert lab.left == 3
    lab.plot()


def test_the_log_shows_itself_as_a_table_in_both_languages(lab):
    lab.train("Momentum", lr=[0.1, 0.01], batch_size=16, schedule="cosine")
    for language, words in [
        ("en", "2 of 4 trainings made, 2 left"),
        ("zh-TW", "4 次訓練用了 2 次，還剩 2 次"),
    ]:
        hp.use_language(language)
        assert words in repr(lab.log)
        assert words in lab.log._repr_html_()
        assert words.split("，")[0][-2:] in repr(lab.log)
    page = lab.log._repr_html_()
    assert page.count("<tr") == 3
    assert page.count('scope="col"') == 8
    best = lab.log.best
    assert best is max(lab.log, key=lambda trial: trial.accuracy)
    assert f"<td>{best.accuracy:.1%} ✓</td>" in page.split("bold")[1].split("</tr>")[0]
    assert lab.log[0].settings == {
        "optimizer": "Momentum", "lr": 0.1, "batch_size": 16, "schedule": "cosine", "momentum": 0.9
    }  # fmt: skip


def test_settings_are_listed_as_the_language_lists(lab):
    def said():
        yield repr(lab)
        for settings in ({"optimizer": "Adm"}, {"epochs": 9}, {"rate": 1}):
            with pytest.raises(laboratory.Refused) as refused:
                laboratory.checked(settings)
            yield str(refused.value)

    assert all(", " in line for line in said())
    hp.use_language("zh-TW")
    for line in said():
        assert "、" in line
        assert "," not in line


def test_the_best_at_the_border_of_the_range_is_remarked():
    lab = hp.Laboratory(budget=6)
    lab.train(lr=[0.001, 0.0001])
    assert "best so far is no. 1; its rate is the largest tried" in repr(lab.log)
    lab.train(lr=0.01)
    lab.train(lr=10)
    assert "tried" not in repr(lab.log)
    lab.train(lr=0.02, batch_size=16, schedule="cosine")  # another family, with one rate only
    assert "tried" not in repr(lab.log)
    lab.train(lr=1, batch_size=16, schedule="cosine")
    assert "best so far is no. 5; its rate is the smallest tried" in repr(lab.log)
    assert "no. 5" in repr(lab.train(lr=0.001))  # of the whole log, whatever is shown


def test_a_log_of_diverged_trainings_has_no_best_rate():
    lab = hp.Laboratory(budget=2)
    lab.train("SGD", lr=[900, 1000])
    assert lab.log.at_border is None


@pytest.mark.usefixtures("no_figure_is_left_open")
def test_the_plot_has_a_text_alternative_in_both_languages(lab, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle))
    lab.plot()
    lab.train(lr=0.01)
    lab.plot()
    hp.use_language("zh-TW")
    lab.plot()
    pictures, besides = shown[::2], shown[1::2]  # beside each picture, its words for a screen reader
    texts = [bundle["text/plain"] for bundle in pictures]
    assert "0 so far" in texts[0]
    assert f"{lab.log[0].accuracy:.1%}" in texts[1]
    assert "驗證準確率" in texts[2]
    assert all(bundle["image/png"] for bundle in pictures)
    labels = [
        f'aria-label="{html.escape(words)}"' in beside["text/html"] for words, beside in zip(texts, besides)
    ]
    assert labels == [True] * 3


def test_the_log_survives_a_restart(lab, tmp_path):
    lab.train(lr=[0.01, 0.1], batch_size=32)
    again = hp.Laboratory(budget=4)
    assert list(again.log) == list(lab.log)
    assert again.left == 2
    assert len(json.loads((tmp_path / "capstone_log.json").read_text(encoding="utf-8"))) == 2
    assert hp.Laboratory(budget=4, file=None).left == 4


ROW = {"optimizer": "Adam", "lr": 0.1, "batch_size": 64, "schedule": "constant", "momentum": None, "seed": 0}
SPOILT = [{"number": 1}, {"lr": 1}, 3, [3], ["optimizer"], [ROW], [ROW | {"accuracy": 2}],
          [ROW | {"accuracy": "high"}], [ROW | {"accuracy": 0.5, "lr": -1}],
          [ROW | {"accuracy": 0.5, "lr": [0.1, 0.2]}]]  # fmt: skip


@pytest.mark.parametrize("text", ["", "not JSON", "[[[[[", *map(json.dumps, SPOILT)])
def test_a_log_that_somebody_has_spoilt_is_begun_anew(tmp_path, text):
    (tmp_path / "capstone_log.json").write_text(text, encoding="utf-8")
    lab = hp.Laboratory(budget=4)
    assert lab.left == 4
    lab.train()
    assert hp.Laboratory(budget=4).left == 3


def test_a_folder_that_cannot_be_written_loses_only_the_memory_of_the_log(tmp_path, capsys):
    (tmp_path / "capstone_log.json").mkdir()  # even the owner of everything cannot write there
    lab = hp.Laboratory(budget=4)
    lab.train(lr=[0.1, 0.2])
    lab.train(lr=0.3)
    assert capsys.readouterr().out.count("cannot be written") == 1
    assert len(lab.log) == 3
    assert hp.Laboratory(budget=4).left == 4


def test_the_builder_keeps_no_log(tmp_path, monkeypatch):
    monkeypatch.setenv(laboratory.KEEP, "no")
    hp.Laboratory(budget=4).train()
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("budget", [0, -1, 2.5, "30"])
def test_a_budget_is_a_whole_number(budget):
    with pytest.raises((TypeError, ValueError), match="budget must be"):
        hp.Laboratory(budget=budget)


def test_the_laboratory_says_its_rules():
    hp.use_language("zh-TW")
    names = (*hp.optimizers.RULES, *laboratory.SCHEDULES, "30")
    assert all(name in repr(hp.Laboratory()) for name in names)


# The check


@pytest.mark.parametrize("settings", [GOOD, *ALSO_GOOD])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_good_settings_pass_from_several_optimizers(settings, seed):
    result = hp.check("capstone", settings, seed=seed)
    assert result.passed
    assert (result.score, result.mistake) == (1.0, None)


def test_the_way_of_writing_settings_does_not_matter():
    unusual = {
        "schedule": "Warmup + Cosine",
        "optimizer": " adamw",
        "lr": Fraction(3, 100),
        "batch_size": 16.0,
    }
    numpys = GOOD | {"lr": np.float32(0.03), "batch_size": np.array([16])}
    for settings in (unusual, numpys, GOOD | {"momentum": 0.5}):
        assert hp.check("capstone", settings, seed=0).passed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mistake", WRONG)
def test_wrong_settings_are_rejected_and_the_mistake_is_named(mistake, language):
    hp.use_language(language)
    for settings in WRONG[mistake]:
        result = hp.check("capstone", settings, seed=4)
        assert (result.status, result.mistake) == ("not yet", mistake), settings
        assert result.score < 0.9
        assert any("一" <= letter <= "鿿" for letter in result.message) == (language == "zh-TW")
        assert "{" not in result.message.replace("{'optimizer'", "")


@pytest.mark.parametrize("answer", [None, ..., {"optimizer": ...}, GOOD | {"lr": None}])
def test_what_is_not_written_yet_is_not_started(answer):
    assert hp.check("capstone", answer).status == "not started"


def test_a_seed_among_the_settings_is_sent_back():
    assert "draws new starts of its own" in hp.check("capstone", GOOD | {"seed": 3}).message


def test_what_is_said_of_the_median_holds_even_when_every_start_diverges():
    assert "half of them read 0.0% or less" in hp.check("capstone", {"optimizer": "SGD", "lr": 1000}).message


def test_one_training_that_reaches_the_target_is_not_enough():
    """The winner's curse: in the laboratory these settings reach the target."""
    lab = hp.Laboratory(file=None)
    (trial,) = lab.train(**LUCKY)
    assert trial.accuracy >= laboratory.TARGET
    results = [hp.check("capstone", LUCKY, seed=seed) for seed in range(12)]
    assert sum(result.passed for result in results) <= 2
    assert 0.25 <= np.mean([result.score for result in results]) < ENOUGH / STARTS


def test_partial_credit_is_the_share_of_starts_that_reach_the_target():
    result = hp.check("capstone", LUCKY, seed=4)
    given = laboratory.checked(LUCKY)
    seeds = (FIRST_SEED + np.random.default_rng(4).integers(2**31, size=STARTS)).tolist()
    reached = (laboratory.run(given, seeds, drawer=True).test_accuracy >= laboratory.TARGET).sum()
    assert result.score == reached / STARTS
    assert f"{reached} of {STARTS}" in result.message


def test_the_check_never_meets_a_seed_of_the_laboratory():
    assert FIRST_SEED >= laboratory.SEEDS


def test_the_same_seed_gives_the_same_result_and_another_one_new_starts():
    messages = [hp.check("capstone", LUCKY, seed=seed).message for seed in (7, 7, 8)]
    assert messages[0] == messages[1] != messages[2]


def test_a_check_in_two_halves_gives_the_same():
    for settings in (GOOD, LUCKY, {"lr": hp.Adam}, {"optimizer": ...}, "Adam", None):
        told = remote.observe("capstone", settings, seed=5)
        far, here = remote.conclude("capstone", told, seed=5), hp.check("capstone", settings, seed=5)
        assert (far.status, far.score, far.message) == (here.status, here.score, here.message)


@pytest.mark.parametrize(
    "told",
    ["3", "[]", '"settings"', '{"settings": 3}', '{"settings": {"lr": {"type": 3}}}', '{"settings": [1]}'],
)
def test_a_report_that_is_made_up_harms_nobody(told):
    assert remote.conclude("capstone", f'{{"told": {told}}}', seed=1).status == "not yet"


def test_a_check_is_quick():
    """Beside the starts of Python in the same minute, so that a busy machine slows both."""

    def seconds(work):
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    python = functools.partial(subprocess.run, [sys.executable, "-c", "import numpy"], check=True)
    took = [
        (seconds(functools.partial(hp.check, "capstone", given)), seconds(python))
        for given in (GOOD, {}, LUCKY)
    ]
    checks, starts = zip(*took)
    print(f"a check of the capstone: {min(checks):.2f} s, starting Python: {max(starts):.2f} s")
    assert min(checks) < 25 * max(starts)


# The difficulty, as it was designed


def drawn(rng):
    """Settings drawn at random, the rate uniformly in its logarithm."""
    return {
        "optimizer": str(rng.choice(list(hp.optimizers.RULES))),
        "lr": float(10 ** rng.uniform(-4, 0.5)),
        "batch_size": int(2 ** rng.integers(3, 9)),
        "schedule": str(rng.choice(list(laboratory.SCHEDULES))),
    }


@pytest.mark.slow
def test_few_random_settings_are_good_enough():
    rng = np.random.default_rng(6)
    results = [hp.check("capstone", drawn(rng), seed=k) for k in range(60)]
    passed = sum(result.passed for result in results)
    print(f"{passed} of 60 random settings pass")
    assert 1 <= passed <= 10
