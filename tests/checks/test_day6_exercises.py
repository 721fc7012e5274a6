"""Day 6's readings, and what its notebook says about its own experiments."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from typical_day6 import CURVES, RIGHT, WRONG

import hpcourse as hp
from hpcourse.checks import READINGS
from hpcourse.checks.tasks import day6

ROOT = Path(__file__).parents[2]
NOTEBOOK = nbformat.read(ROOT / "notebooks/solutions/en/day6_exercises.ipynb", 4)
CELLS = {cell.id: cell for cell in NOTEBOOK.cells}


def outcome(*keys):
    """The names that these cells of the solved notebook define."""
    names = {"hp": hp, "np": np, "plt": plt}
    for key in keys:
        exec(compile(CELLS[key].source, key, "exec"), names)
    return names


def test_no_message_names_the_right_value():
    for name in WRONG:
        right = str(np.ravel(RIGHT[name][0])[-1])
        said = " ".join(mistake.message for mistake in READINGS[name].mistakes)
        assert not re.search(rf"\b{right}\b", said)


def test_the_gallery_shows_what_the_readings_say_and_far_from_any_edge():
    curves = outcome("curves-run")["shuffled"]
    assert [day6.diagnose(curve) for curve in curves] == list(CURVES.values())
    noisy, small, large, healthy = curves
    late = noisy[len(noisy) // 2 :]
    measured = [
        late.max() / late.mean(),
        small[-1] / small[0],
        large[-1] / large.min(),
        healthy[-1] / healthy[0],
    ]
    assert measured == pytest.approx([day6.JUMP, day6.LEFT_OF_B, day6.RISE, day6.LEFT_OF_D], rel=0.002)
    late = noisy[len(noisy) // 2 :]
    assert np.std(np.diff(late)) > 0.5 * late.mean()
    assert late.mean() < 0.25 * noisy[0]
    assert noisy.max() < 1.2 * noisy[0]
    assert np.all(np.diff(small) < 0)
    assert small[-1] > 0.9 * small[0]
    assert large.min() < 0.2 * large[0] < 0.4 * large[-1]
    assert np.all(np.diff(healthy) < 0)
    assert healthy[-1] < 0.2 * healthy[0]


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_rule_is_fooled_at_one_rate_and_right_at_the_others(seed):
    """The notebook's training and four with other seeds."""
    runs = hp.train(hp.MLP((64, 32, 10)), hp.digits(), hp.SGD(day6.RATES), epochs=20, seed=seed)
    assert runs.loss[2].max() > 1.3 * runs.loss[:2].max()  # it jumped, and the others did not
    curves = runs.loss.reshape(4, 20, -1).mean(axis=-1)
    words = [day6.diagnose(curve) for curve in curves]
    assert words == ["lr_too_small", "healthy", "lr_too_small", "lr_too_large"]
    fooled = day6.RATES.index(day6.DEAD_RATE)
    assert np.nan_to_num(runs.test_accuracy[fooled]) < 0.2
    smaller = hp.train(hp.MLP((64, 32, 10)), hp.digits(), hp.SGD(0.3), epochs=20, seed=seed)
    assert smaller.test_accuracy > 0.95  # so the rate is too large, whatever the word


def test_the_race_has_no_winner_that_lasts():
    names = outcome("fair-winner-answer", "fair-winner-race")
    referee, results, rates = names["fair_winner"], names["results"], names["rates"]
    at = {k: referee({name: loss[k : k + 1] for name, loss in results.items()}) for k in (0, 4)}
    assert rates[[0, 4]] == pytest.approx([0.001, 0.1])
    assert at[0] != at[4]
    inside = [0 < np.argmin(day6._means(loss)) < len(rates) - 1 for loss in results.values()]
    assert all(inside)  # nobody's best rate stands at the end of the range
    best = {name: loss[np.argmin(day6._means(loss))] for name, loss in results.items()}
    means = sorted(loss.mean() for loss in best.values())
    assert means[1] - means[0] < np.mean([loss.std() for loss in best.values()])


def test_the_broken_map_is_the_mistake_of_the_book_and_the_mended_one_has_one_lowest_point():
    names = outcome("loss-map-broken", "loss-map-answer")
    given = [names[name] for name in ("weights", "biases", "x", "y")]
    broken, mended = names["broken_map"](*given), names["loss_map"](*given)
    assert np.array_equal(broken, np.trunc(mended))
    assert np.sum(broken == broken.min()) > 500
    assert np.sum(mended == mended.min()) == 1
    assert hp.check("loss_map", names["broken_map"]).mistake == "whole_numbers"


def test_the_stated_thresholds_give_the_diagnoses_of_the_check():
    """The words of the text, taken literally."""

    def literal(train_loss):
        loss = np.asarray(train_loss, float)
        if not np.isfinite(loss).all() or loss[-1] > loss[0]:
            return "lr_too_large"
        late = loss[len(loss) // 2 :]
        if np.abs(np.diff(late) - np.diff(late).mean()).mean() > 0.05 * late.mean():
            return "noise_floor"
        return "lr_too_small" if loss[-1] > loss[0] / 2 else "healthy"

    assert all(hp.check("diagnose", literal, seed=seed).passed for seed in range(20))


def test_the_solved_log_is_a_search_within_the_budget():
    """The stored solution uses at most 30 trainings, and its settings are the best of its finalists."""
    plot = CELLS["capstone-seeds-search"].outputs[0].data["text/plain"]
    made = int(re.search(r"\((\d+) so far\)", plot)[1])
    assert 20 <= made <= 30
    lines = CELLS["capstone-means"].outputs[0].text.strip().split("\n")
    means = {line.split("  ")[1]: float(re.search(r"mean ([\d.]+)%", line)[1]) for line in lines}
    settings = outcome("capstone-answer")["settings"]
    best = max(means, key=means.get)
    assert all(f"{name}={value}" in best for name, value in settings.items())


def expected_largest(n):
    """Of n standard normal numbers: the integral of x over the density of their maximum."""
    x = np.linspace(-9, 9, 20_001)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    below = (np.cumsum(density) - density / 2) * (x[1] - x[0])
    return np.sum(x * n * density * below ** (n - 1)) * (x[1] - x[0])


def test_the_best_of_thirty_is_two_standard_deviations_lucky():
    assert expected_largest(30) == pytest.approx(2.043, abs=1e-3)
    assert expected_largest(300) - expected_largest(30) < 1
    rng = np.random.default_rng(61)
    for tries in (1, 3, 30, 300):
        searches = rng.normal(size=(4000, tries))
        luck = [day6.honest_report(search, np.zeros((tries, 1)))[2] for search in searches]
        assert np.mean(luck) == pytest.approx(expected_largest(tries), abs=0.06)
