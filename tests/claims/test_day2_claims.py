"""Seed section 1.2, and day 2: what a changing learning rate does."""

import numpy as np
import pytest

import hpcourse as hp

NETWORK, SEEDS = hp.MLP((64, 32, 10)), range(500, 505)  # not the seeds of the lesson
BOWL = hp.Quadratic([1.0])


def noisy_end(lr, steps=300):
    """Final losses (..., 300 seeds) on the noisy parabola from -5."""
    run = hp.descend(
        BOWL, hp.SGD(lr), start=[-5.0], steps=steps, noise=1.0, seed=range(900, 1200), record=False
    )
    return BOWL(run.end)


@pytest.fixture(scope="module")
def starts():
    """The usual starting weights, and those whose last layer is eight times too large."""
    usual = np.stack([NETWORK.init(seed) for seed in SEEDS])
    bad = usual.copy()
    bad[:, -330:] *= 8
    return usual, bad


def largest_usable(start, warmups, rates):
    """(warmups, seeds): the largest peak rate that still brings a seed above 90% in 400 updates."""
    lr = hp.LinearWarmup(warmups, rates)
    history = hp.train(NETWORK, hp.digits(), hp.SGD(lr), updates=400, start=start, seed=SEEDS)
    return np.where(history.test_accuracy > 0.9, rates[:, None], 0).max(axis=1)


def test_decay_arrives_fast_and_ends_fine(claim):
    decayed = hp.descend(
        BOWL, hp.SGD(hp.ExponentialDecay(0.5, 0.02)), [-5.0], 300, noise=1.0, seed=range(900, 1200)
    ).loss.mean(axis=0)
    slow = noisy_end(0.02, steps=20).mean()
    fast = noisy_end(0.5).mean()
    claim(
        "Seed 1.2: decay is fast at first and fine-tunes later, until the state is stable",
        statistic="loss after 20 steps / of a small constant rate; after 300 / of a large constant rate",
        measured=f"{decayed[20] / slow:.2f}; {decayed[300] / fast:.3f}",
        verdict="confirmed under conditions: the decay has to suit the length of the training",
        holds=decayed[20] / slow < 0.1 and decayed[300] / fast < 0.05,
    )


def test_exponential_decay_is_the_formula_of_the_seed(claim):
    t = np.arange(1000)
    gap = np.abs(hp.ExponentialDecay(0.3, 0.01)(t) - 0.3 * np.exp(-0.01 * t)).max()
    ratio = hp.ExponentialDecay(0.3, 0.01)(t[1:]) / hp.ExponentialDecay(0.3, 0.01)(t[:-1])
    claim(
        "Seed 1.2: exponential decay is η₀ exp(−λt): every update multiplies the rate by exp(−λ)",
        statistic="largest difference; spread of the ratio of neighbours around exp(−λ)",
        measured=f"{gap:.1e}; {np.abs(ratio - np.exp(-0.01)).max():.1e}",
        verdict="confirmed",
        holds=gap < 1e-15 and np.abs(ratio - np.exp(-0.01)).max() < 1e-12,
    )


def test_too_fast_a_decay_is_worse_than_none(claim):
    fast, constant = noisy_end(hp.ExponentialDecay(0.5, 1.0)), noisy_end(0.5)
    rates = hp.ExponentialDecay(0.5, 1.0)(np.arange(10_000))
    left = np.prod(1 - rates)
    end = hp.descend(BOWL, hp.SGD(hp.ExponentialDecay(0.5, 1.0)), [-5.0], 300, record=False).end[0] / -5
    claim(
        "Seed 1.2: decay reaches a stable state",
        statistic="loss with λ = 1 / with a constant rate; share of the distance left without noise",
        measured=f"{fast.mean() / constant.mean():.1f}; {left:.0%} (run: {end:.0%})",
        verdict="corrected: too fast a decay comes to rest far from the minimum",
        holds=fast.mean() > 5 * constant.mean() and abs(left - end) < 1e-9,
    )


def test_the_noise_floor_of_a_constant_rate(claim):
    h, lrs = 3.0, np.array([0.02, 0.1, 0.3, 0.6])
    path = hp.descend(hp.Quadratic([h]), hp.SGD(lrs), [0.0], 500, noise=2.0, seed=range(900, 1100))
    floor = lrs * 4 / (2 * (2 - lrs * h))
    ratio = path.loss[..., -200:].mean(axis=(1, 2)) / floor
    variance = path.w[..., -200:, 0].var(axis=(1, 2)) / (lrs * 4 / (h * (2 - lrs * h)))
    claim(
        "A constant rate has a noise floor ησ²/(2(2 − ηh)), nearly proportional to the rate",
        statistic="measured / formula at four rates: loss; variance",
        measured=f"{np.round(ratio, 2)}; {np.round(variance, 2)}",
        verdict="confirmed",
        holds=np.abs(ratio - 1).max() < 0.1 and np.abs(variance - 1).max() < 0.1,
    )


def test_on_a_noisy_parabola_every_tuned_decay_beats_the_tuned_constant_rate(claim):
    peaks, decays = np.geomspace(0.01, 1, 13), np.geomspace(1e-3, 2, 20)
    best = {
        "constant": noisy_end(peaks),
        "exponential": noisy_end(hp.ExponentialDecay(peaks, decays)),
        "step": noisy_end(hp.StepDecay(peaks, 0.2, [50, 75, 100, 150])),
        "inverse time": noisy_end(hp.InverseTimeDecay(peaks, decays)),
        "cosine": noisy_end(hp.CosineDecay(peaks, 300)),
    }
    best = {name: loss.mean(axis=-1).min() for name, loss in best.items()}
    shares = {name: loss / best["constant"] for name, loss in best.items() if name != "constant"}
    claim(
        "With every schedule at its own best settings, decay beats a constant rate under noise",
        statistic="loss / loss of the best constant rate, 300 seeds",
        measured=", ".join(f"{name} {share:.2f}" for name, share in shares.items()),
        verdict="confirmed",
        holds=max(shares.values()) < 0.9,
    )


def test_on_digits_decay_gains_little_and_scatters_less(claim):
    rates, updates = np.geomspace(0.2, 1.2, 5), 900
    X, y = hp.digits().X_train, hp.digits().y_train
    held_out = hp.Dataset("digits", X[:1150], y[:1150], X[1150:], y[1150:])  # tuning sees no test image
    settings, accuracy = {"batch_size": 16, "updates": updates}, {}
    for name, schedule in {"constant": hp.Constant, "cosine": lambda lr: hp.CosineDecay(lr, updates)}.items():
        tuning = hp.train(NETWORK, held_out, hp.SGD(schedule(rates)), **settings, seed=range(500, 506))
        best = float(rates[tuning.test_accuracy.mean(axis=1).argmax()])
        runs = hp.train(NETWORK, hp.digits(), hp.SGD(schedule(best)), **settings, seed=range(520, 545))
        accuracy[name] = runs.test_accuracy
    gain = accuracy["cosine"].mean() - accuracy["constant"].mean()
    spread = {name: values.std() for name, values in accuracy.items()}
    claim(
        "Seed 1.2: decay trains better (digits, each schedule at its own tuned rate)",
        statistic="mean accuracy of cosine − constant, 25 seeds; standard deviations of both",
        measured=f"{gain:+.2%}; {spread['cosine']:.2%}, {spread['constant']:.2%}",
        verdict="confirmed under conditions: by about a percentage point at most two, of 360 images",
        holds=-0.002 < gain < 0.03 and accuracy["cosine"].min() >= accuracy["constant"].min() - 0.006,
    )


def test_warmup_does_not_prevent_local_minima(claim):
    curve, places = hp.TwoBasins(tilt=0.2), np.linspace(-1.99, 1.99, 601)
    barrier = curve.stationary_points()[1]
    lr = hp.LinearWarmup([0, 3, 5, 20, 100], [0.35, 0.45, 0.55, 0.65])
    path = hp.descend(curve, hp.SGD(lr), places, 1000, record=False)
    escaped = (~path.diverged & (path.end[..., 0] < barrier))[..., places > barrier].mean(axis=(1, 2))
    claim(
        "Seed 1.2: warmup prevents getting stuck in a local minimum early on",
        statistic="starts in the shallow valley that leave it after 0, 3, 5, 20, 100 warmup updates",
        measured=", ".join(f"{share:.0%}" for share in escaped),
        verdict="corrected: small first steps hold a run in the valley it starts in",
        holds=escaped[0] > 0.1 and escaped[2:].max() == 0 and escaped[1] < escaped[0],
    )


def test_warmup_buys_a_larger_usable_rate(claim, starts):
    usable = largest_usable(starts[1], [0, 20, 200], np.geomspace(0.05, 1.6, 11))
    gain = [np.median(usable[k]) / np.median(usable[0]) for k in (1, 2)]
    claim(
        "Warmup makes a larger peak rate usable when training starts at a sharp place",
        statistic="median usable rate with none, 20, 200 warmup updates, last layer eight times too large",
        measured=", ".join(f"{rate:.2f}" for rate in np.median(usable, axis=1)),
        verdict="confirmed",
        holds=gain[0] >= 1 and 1.9 < gain[1] < 6,
    )


def test_warmup_buys_little_when_the_start_is_good(claim, starts):
    usable = largest_usable(starts[0], [0, 200], np.geomspace(0.3, 3, 8))
    gain = np.median(usable[1]) / np.median(usable[0])
    claim(
        "With the usual starting weights warmup buys little on digits",
        statistic="median usable rate with 200 warmup updates / with none",
        measured=f"{gain:.2f}",
        verdict="confirmed",
        holds=0.7 < gain < 2,
    )


def test_during_warmup_the_threshold_rises_with_the_rate(claim, starts):
    X, y = hp.digits().X_train[:500], hp.digits().y_train[:500]
    thresholds = [np.median(2 / hp.sharpness(NETWORK, starts[1], X, y, iterations=10))]
    lr = hp.SGD(hp.LinearWarmup(200, 0.4))
    for updates in (50, 100, 200):
        run = hp.train(NETWORK, hp.digits(), lr, updates=updates, start=starts[1], seed=SEEDS)
        thresholds.append(np.median(2 / hp.sharpness(NETWORK, run.weights, X, y, iterations=10)))
    ratio = np.array(thresholds[1:]) / (0.4 * np.array([50, 100, 200]) / 200)
    slow = hp.train(NETWORK, hp.digits(), hp.SGD(0.02), updates=2010, start=starts[1], seed=SEEDS)
    small = np.median(2 / hp.sharpness(NETWORK, slow.weights, X, y, iterations=10))
    share = np.log(small / thresholds[0]) / np.log(thresholds[-1] / thresholds[0])
    claim(
        "During warmup the sharpness falls so that 2/sharpness keeps up with the rate",
        statistic="2/sharpness at the start; 2/sharpness/rate after 50, 100, 200 updates (median); share of "
        "its rise, in factors, that a constant rate of 0.02 makes with the same sum of rates",
        measured=f"{thresholds[0]:.3f}; {np.round(ratio, 2)}; {share:.0%}",
        verdict="corrected: it does, but most of the rise is progress and needs no large rate",
        holds=thresholds[0] < 0.06 and ratio.min() > 0.35 and ratio.max() < 3 and 0.5 < share < 0.9,
    )


def test_the_noise_of_the_batches_flattens_too(claim, starts):
    X, y = hp.digits().X_train, hp.digits().y_train
    lr, found = hp.SGD(hp.LinearWarmup(200, 0.1)), {}
    for size in (len(X), 64, 16):
        run = hp.train(NETWORK, hp.digits(), lr, updates=500, batch_size=size, start=starts[1], seed=SEEDS)
        found[size] = np.median(2 / hp.sharpness(NETWORK, run.weights, X[:500], y[:500], iterations=30))
    full, middle, small = found.values()
    claim(
        "What a larger rate adds to 2/sharpness after a sharp start is partly the noise of the batches",
        statistic="median 2/sharpness after a warmup to 0.1: full batch, batches of 64, of 16",
        measured=f"{full:.2f}, {middle:.2f}, {small:.2f}",
        verdict="confirmed",
        holds=full > 0.12 and 1.05 * full < middle < small and small > 1.4 * full,
    )


def test_more_updates_at_a_small_rate_get_as_flat(claim, starts):
    X, y = hp.digits().X_train, hp.digits().y_train
    found = []
    for rate, updates in ((hp.LinearWarmup(200, 0.4), 200), (0.02, 16000)):
        run = hp.train(NETWORK, hp.digits(), hp.SGD(rate), updates=updates, start=starts[1], seed=SEEDS)
        found.append(np.median(2 / hp.sharpness(NETWORK, run.weights, X[:500], y[:500], iterations=30)))
    claim(
        "From a sharp start a constant 0.02 gets as flat as a warmup to 0.4, in many more updates",
        statistic="median 2/sharpness after a warmup of 200 updates to 0.4, after 16,000 updates at 0.02",
        measured=f"{found[0]:.2f}, {found[1]:.2f}",
        verdict="confirmed",
        holds=found[0] < found[1],
    )


def test_full_batch_training_settles_at_the_edge_of_stability(claim):
    rng, lrs = np.random.default_rng(77), np.array([0.05, 0.5, 0.65, 0.8])
    X = rng.normal(size=(50, 5))
    y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2] / 2
    network = hp.MLP((5, 20, 20, 1), activation="tanh", task="regression")
    w, losses, found = np.stack([network.init(77, float)] * 4), [], []
    for update in range(2500):
        loss, gradient = network.loss_and_gradient(w, X, y)
        losses.append(loss)
        w = w - lrs[:, None] * gradient
        if update >= 2000 and update % 100 == 0:
            found.append(hp.sharpness(network, w, X, y))
    product = lrs * np.mean(found, axis=0) / 2
    rises = (np.diff(losses, axis=0) > 0).mean(axis=0)
    claim(
        "At large rates full-batch training parks at sharpness 2/η, and single updates raise the loss",
        statistic="sharpness × η / 2, and share of rising updates, at rates 0.05, 0.5, 0.65, 0.8",
        measured=f"{np.round(product, 2)}; {', '.join(f'{share:.0%}' for share in rises)}",
        verdict="confirmed",
        holds=product[0] < 0.6 and np.abs(product[1:] - 1).max() < 0.05 and rises[1:].min() > 0.02,
    )


def test_a_rate_rests_only_where_the_sharpness_is_below_two_over_it(claim):
    valley, lrs = hp.Product(), np.geomspace(0.02, 0.3, 100)
    path = hp.descend(valley, hp.SGD(lrs), [(3.5, 0.1), (3.0, 0.6), (4.0, 0.3)], 3000, record=False)
    product = np.where(path.diverged, np.nan, hp.sharpness(valley, path.end) * lrs[:, None])
    claim(
        "Large rates end in flat places because they cannot rest in sharp ones",
        statistic="largest sharpness × η where 300 runs on ½(ab − 1)² came to rest; share that diverged",
        measured=f"{np.nanmax(product):.3f}; {path.diverged.mean():.0%}",
        verdict="confirmed",
        holds=np.nanmax(product) <= 2.001 and path.diverged.mean() < 0.3,
    )


def expected_loss(lr, steps):
    """Exact average loss of noisy descent on the parabola from -5."""
    mean, variance = -5.0, 0.0
    for rate in np.moveaxis(lr(np.arange(steps)), -1, 0):
        mean, variance = (1 - rate) * mean, (1 - rate) ** 2 * variance + rate**2
    return (mean**2 + variance) / 2


def test_the_mean_of_the_weights_has_a_lower_floor_at_a_constant_rate(claim):
    rates, n = np.array([0.1, 0.3, 0.8]), 200
    run = hp.descend(BOWL, hp.SGD(rates), [-5.0], 400, noise=1.0, seed=range(900, 1300))
    averaged = BOWL(run.w[..., -n:, :].mean(axis=-2)).mean(axis=-1)
    floors = rates / (2 * (2 - rates))
    claim(
        "Averaging the last n weights brings the loss to about σ²/(2λn), whatever the constant rate",
        statistic="loss × 2n at rates 0.1, 0.3, 0.8; floor / loss",
        measured=f"{np.round(averaged * 2 * n, 2)}; {np.round(floors / averaged, 1)}",
        verdict="confirmed",
        holds=np.abs(averaged * 2 * n - 1).max() < 0.2 and (floors / averaged).min() > 8,
    )


def test_cosine_decay_has_to_know_the_end_and_wsd_does_not(claim):
    cosine = [expected_loss(hp.CosineDecay(0.25, 400), stop) for stop in (150, 400)]
    stable = [expected_loss(hp.WarmupStableDecay(0.25, 0, stop - 80, 80), stop) for stop in (150, 400)]
    claim(
        "Stopped early, cosine decay is caught at a high rate; warmup-stable-decay ends alike each time",
        statistic="exact loss after 150 / after 400 steps: cosine made for 400, WSD",
        measured=f"{cosine[0] / cosine[1]:.1f}, {stable[0] / stable[1]:.2f}",
        verdict="confirmed",
        holds=cosine[0] > 5 * cosine[1] and abs(stable[0] / stable[1] - 1) < 0.05 and stable[0] < cosine[0],
    )


def test_on_digits_the_average_gains_what_a_decay_gains(claim):
    settings = {"batch_size": 16, "updates": 900, "seed": range(540, 552)}
    constant = hp.train(NETWORK, hp.digits(), hp.SGD(0.8), **settings, average=0.99)
    cosine = hp.train(NETWORK, hp.digits(), hp.SGD(hp.CosineDecay(0.8, 900)), **settings)
    last, mean = constant.test_accuracy.mean(), constant.averaged_accuracy.mean()
    claim(
        "At a constant rate the average of the weights gains about as much accuracy as a decay",
        statistic="mean accuracy of 12 seeds: last weights, their average, cosine decay",
        measured=f"{last:.2%}, {mean:.2%}, {cosine.test_accuracy.mean():.2%}",
        verdict="confirmed",
        holds=mean > last and abs(mean - cosine.test_accuracy.mean()) < 0.012,
    )


def test_how_much_a_decay_gains_on_digits_depends_on_the_seeds(claim):
    """Of 48 sets 44 gained 1.3 to 3.0 points, the others 3.2 to 6.0: there a single run had failed."""
    settings, gains = {"batch_size": 16, "updates": 720}, []
    wsd = hp.SGD(hp.WarmupStableDecay(0.8, 0, 504, 216))
    for first in range(1000, 1128, 16):
        settings["seed"] = range(first, first + 16)
        constant, decayed = (hp.train(NETWORK, hp.digits(), rule, **settings) for rule in (hp.SGD(0.8), wsd))
        gains.append(decayed.test_accuracy.mean() - constant.test_accuracy.mean())
    claim(
        "With other sets of 16 seeds a decay mostly gains one to three points over the tuned constant rate",
        statistic="mean accuracy of WSD - constant at the lesson's rate 0.8, eight sets",
        measured=", ".join(f"{gain:+.2%}" for gain in gains),
        verdict="confirmed under conditions: how much depends on the seeds",
        holds=np.mean([0.01 <= gain <= 0.03 for gain in gains]) > 0.5 and min(gains) > 0.005,
    )
