"""Seed section 1 and 1.1, and day 1: what a learning rate does."""

import numpy as np
import pytest

import hpcourse as hp

NETWORK, SEEDS = hp.MLP((64, 32, 10)), range(100, 105)  # not the seeds of the lesson


@pytest.fixture(scope="module")
def sweep():
    """Digits at 24 rates and five seeds."""
    rates = np.logspace(-3, 1, 24)
    return rates, hp.train(NETWORK, hp.digits(), hp.SGD(lr=rates), seed=SEEDS)


def test_too_large_a_rate_oscillates_around_the_minimum(claim):
    lrs = np.linspace(1.05, 1.95, 50) / 2.0
    path = hp.descend(hp.Quadratic([2.0]), hp.SGD(lr=lrs), start=[1.0], steps=20)
    crossings = (np.sign(path.w[:, 1:, 0]) != np.sign(path.w[:, :-1, 0])).mean()
    claim(
        "Seed 1.1: too large a rate oscillates around the minimum",
        statistic="share of steps that cross it, rates between 1/λ and 2/λ",
        measured=f"{crossings:.0%}",
        verdict="confirmed",
        holds=crossings == 1,
    )


def test_above_the_threshold_it_diverges(claim):
    lrs = np.linspace(0.1, 3.9, 400) / 2.0
    path = hp.descend(hp.Quadratic([2.0]), hp.SGD(lr=lrs), start=[1.0], steps=50)
    wrong = np.sum((np.abs(path.end[:, 0]) > 1) != (lrs > 1.0))
    claim(
        "Seed 1.1: too large a rate cannot converge; the border is 2/λ",
        statistic="rates of 400 on the wrong side of 2/λ",
        measured=str(wrong),
        verdict="confirmed",
        holds=wrong == 0,
    )


def test_the_most_sharply_bent_direction_decides(claim):
    lrs = np.linspace(0.01, 0.4, 2000)
    path = hp.descend(hp.Quadratic([1, 3, 10]), hp.SGD(lr=lrs), start=[1.0, 1.0, 1.0], steps=400)
    border = lrs[np.linalg.norm(path.end, axis=1) < np.sqrt(3)].max()
    claim(
        "With several directions the border is 2/λ_max",
        statistic="border × λ_max for curvatures 1, 3, 10",
        measured=f"{border * 10:.3f}",
        verdict="confirmed",
        holds=abs(border * 10 - 2) < 0.01,
    )


def test_too_small_a_rate_is_slow(claim):
    lrs = [0.01, 0.001]
    path = hp.descend(hp.Quadratic([2.0]), hp.SGD(lr=lrs), start=[1.0], steps=3000)
    steps = np.argmax(np.abs(path.w[..., 0]) < 0.01, axis=1)
    claim(
        "Seed 1.1: too small a rate converges very slowly",
        statistic="steps at a tenth of the rate / steps",
        measured=f"{steps[1] / steps[0]:.2f}",
        verdict="confirmed",
        holds=9.9 < steps[1] / steps[0] < 10.3,
    )


def test_too_small_a_rate_stays_in_the_local_minimum_where_it_started(claim):
    curve = hp.TwoBasins(tilt=0.2)
    _, barrier, _ = curve.stationary_points()
    starts = np.linspace(barrier + 0.01, 2, 500)
    path = hp.descend(curve, hp.SGD(lr=[0.03, 0.1, 0.63]), starts, steps=1000, record=False)
    escaped = (path.end[..., 0] < barrier).mean(axis=1)
    claim(
        "Seed 1.1: too small a rate may get stuck in a local minimum",
        statistic="starts in the shallow valley that leave it at rates 0.03, 0.1, 0.63",
        measured=", ".join(f"{share:.0%}" for share in escaped),
        verdict="confirmed under conditions: only starts in the wrong valley; a larger rate frees a part",
        holds=escaped[0] == escaped[1] == 0 and 0.1 < escaped[2] < 0.5,
    )


def test_a_large_step_rests_in_flat_valleys_not_in_deep_ones(claim):
    curve = hp.TwoBasins(tilt=0.2)
    _, barrier, _ = curve.stationary_points()
    path = hp.descend(curve, hp.SGD(lr=1.4), np.linspace(-2, 2, 1001), steps=1000, record=False)
    flat = (path.end[~path.diverged, 0] > barrier).mean()
    claim(
        "A large step does not look for the deep valley but rests in the flat one",
        statistic="share of runs that stay finite and end in the flat valley, rate 1.4",
        measured=f"{flat:.0%}",
        verdict="corrected: large rates avoid sharp minima, not local ones",
        holds=flat == 1,
    )


def test_on_digits_there_is_a_slope_a_good_range_and_a_cliff(claim, sweep):
    rates, history = sweep
    accuracy = np.median(history.test_accuracy, axis=1)
    best = np.max(accuracy)
    good = rates[accuracy > best - 0.05]
    span = good.max() / good.min()
    claim(
        "Seed 1: the learning rate decides whether the network learns",
        statistic="median accuracy at the lowest, the best, the highest rate; span of the good range",
        measured=f"{accuracy[0]:.0%}, {best:.0%}, {accuracy[-1]:.0%}; a factor of {span:.0f}",
        verdict="confirmed",
        holds=accuracy[0] < 0.4 and best > 0.93 and accuracy[-1] < 0.2 and 3 < span < 100,
    )


def test_the_lowest_training_loss_lies_near_the_cliff_and_good_rates_span_a_factor_of_five_to_twenty(claim):
    rates, below, spans = np.logspace(-3, 1, 32), [], []
    for first in range(200, 245, 5):
        run = hp.train(NETWORK, hp.digits(), hp.SGD(rates), seed=range(first, first + 5))
        lowest = rates[run.train_loss.mean(axis=1).argmin()]
        below.append(rates[(run.test_accuracy.mean(axis=1) < 0.5) & (rates > lowest)].min() / lowest)
        good = rates[run.test_accuracy.min(axis=1) > 0.9]
        spans.append(good.max() / good.min())
    claim(
        "The lowest training loss lies near the rates that fail",
        statistic="first failing rate / rate of the lowest loss, nine groups of five seeds",
        measured=", ".join(f"{factor:.1f}" for factor in below),
        verdict="confirmed under conditions: mostly at a half to a quarter of it, and lower with a bad seed",
        holds=1.5 < np.median(below) < 3.5,
    )
    claim(
        "The rates that bring every seed above 90% mostly span a factor of five to twenty",
        statistic="largest / smallest of them, nine groups of five seeds",
        measured=", ".join(f"{span:.1f}" for span in spans),
        verdict="confirmed",
        holds=np.mean([5 < span < 20 for span in spans]) > 0.7,
    )


def test_beyond_the_cliff_the_hidden_units_are_dead(claim):
    history = hp.train(NETWORK, hp.digits(), hp.SGD(lr=4.0), seed=SEEDS)
    hidden = NETWORK.activations(history.weights, hp.digits().X_train)[0]
    dead = (hidden == 0).all(axis=1).mean()
    claim(
        "Beyond the cliff a ReLU network does not explode: its units die",
        statistic="share of dead hidden units at rate 4, and of diverged runs",
        measured=f"{dead:.0%}, {history.diverged.mean():.0%}",
        verdict="confirmed",
        holds=dead > 0.95 and not history.diverged.any(),
    )


def test_the_minimum_of_the_range_test_lags_in_many_directions(claim):
    surface = hp.Quadratic(np.geomspace(0.01, 3, 20))
    exact = hp.lr_range_test(surface, start=np.ones(20), smooth=0).at_minimum
    noisy = hp.lr_range_test(surface, start=np.ones(20), smooth=0, noise=0.01, seed=SEEDS).at_minimum
    times, with_noise = exact * 3 / 2, np.median(noisy) * 3 / 2
    claim(
        "The range test's minimum lies above 2/λ_max in many directions, less so with noise",
        statistic="minimum × λ_max / 2 without and with noise",
        measured=f"{times:.1f}, {with_noise:.1f}",
        verdict="confirmed",
        holds=times > 3 and 1 < with_noise < 2.5,
    )


def test_larger_rates_end_in_flatter_places_partly_because_they_get_further(claim):
    """In 28 groups of fifteen seeds 0.28 to 0.63 of the gap was left, in nine of 45 from 0.37 to 0.52."""
    rates, digits = np.array([0.064, 0.38, 0.93]), hp.digits()

    def threshold(rate, updates):
        run = hp.train(NETWORK, digits, hp.SGD(rate), updates=updates, seed=range(100, 145))
        return np.median(2 / hp.sharpness(NETWORK, run.weights, digits.X_train, digits.y_train))

    same_time = np.array([threshold(rate, 230) for rate in rates])
    same_way = np.array([threshold(rate, round(230 * rates[-1] / rate)) for rate in rates])
    left = np.log(same_way[-1] / same_way[:-1]) / np.log(same_time[-1] / same_time[:-1])
    claim(
        "Larger rates end in flatter places, partly because they get further in the same time",
        statistic="median 2/sharpness after 230 updates; at equal rate × updates; share of the gap left",
        measured=f"{np.round(same_time, 2)}; {np.round(same_way, 2)}; {np.round(left, 2)}",
        verdict="confirmed under conditions: about half of it, counted in factors, is the progress made",
        holds=(np.diff(same_time) > 0).all() and (np.diff(same_way) > 0).all() and 0.4 < left.mean() < 0.65,
    )
    near = rates / same_time, rates / same_way  # 1 is the edge of stability
    claim(
        "The larger the rate, the nearer its run ends to the edge of stability (Day 2)",
        statistic="rate × sharpness / 2 after 230 updates; at equal rate × updates (median)",
        measured=f"{np.round(near[0], 2)}; {np.round(near[1], 2)}",
        verdict="confirmed",
        holds=all((np.diff(of) > 0).all() and of[0] < 0.25 and of[-1] > 0.5 for of in near),
    )


def test_inside_the_good_range_the_winner_changes_with_the_seeds(claim):
    rates, winners, leads = np.logspace(-3, 1, 32)[17:24], set(), []  # those of the lesson's good range
    for first in (100, 105, 110, 115):
        run = hp.train(NETWORK, hp.digits(), hp.SGD(rates), seed=range(first, first + 5))
        mean = run.test_accuracy.mean(axis=1)
        winners.add(mean.argmax())
        leads.append(np.diff(np.sort(mean)[-2:])[0])
    claim(
        "Inside the good range luck has a large say in which rate wins",
        statistic="different winners in four contests of five seeds each; largest lead over the second",
        measured=f"{len(winners)}; {max(leads):.1%}",
        verdict="confirmed",
        holds=len(winners) > 1 and max(leads) < 0.0125,
    )


def test_a_tiny_step_of_a_central_difference_leaves_four_digits(claim):
    """The exercise on a published program: its surfaces are like these two, its step is 1e-12."""
    x, z = np.meshgrid(*2 * [np.linspace(-2, 2, 101) + 0.0037])
    digits = []
    for loss, exact in ((lambda x: x**2 + z**2, 2 * x), (lambda x: np.sin(x) + z**2, np.cos(x))):
        slope = (loss(x + 1e-12) - loss(x - 1e-12)) / 2e-12
        digits.append(np.median(-np.log10(np.abs(slope / exact - 1))))
    claim(
        "With h = 1e-12 most gradients have only about four right digits",
        statistic="median number of right digits on two surfaces",
        measured=", ".join(f"{number:.1f}" for number in digits),
        verdict="confirmed",
        holds=3 < min(digits) <= max(digits) < 5,
    )


def test_a_step_back_from_the_cliff_costs_little_accuracy(claim, sweep):
    rates, history = sweep
    accuracy = history.test_accuracy.mean(axis=1)
    cliff = rates[(accuracy < 0.5) & (rates > rates[accuracy.argmax()])].min()
    lost = [accuracy.max() - accuracy[np.abs(np.log(rates * step / cliff)).argmin()] for step in (2, 3)]
    claim(
        "A step back from the cliff by a factor of two or three costs little accuracy",
        statistic="best mean accuracy − that at a half and at a third of the first failing rate",
        measured=", ".join(f"{loss:.1%}" for loss in lost),
        verdict="confirmed",
        holds=max(lost) < 0.025,
    )
