"""Figures of day 1 in words; Chinese stands in the catalogue."""

TEXTS = {
    "day1-steepest-bowl": "Three curves, A, B and C: distance after 20 steps against the learning rate. Each falls to a minimum, then rises steeply; B does so first, then A, then C.",
    "day1-best-learning-rate-sweep": "Training loss against the learning rate, five seeds each, on digits. A dashed line marks the rate that your function chose.",
    "day1-puzzle": "Three trainings: one loss falls fast, one hardly falls, one stays at the level of guessing.",
    "day1-regimes": "Four walks down a parabola: one crawls, one converges, one rings, one diverges.",
    "day1-border": "Final distance against the learning rate: a deep dip, then a sharp border.",
    "day1-basins": "Share of starts by how they end: past the first threshold hardly any rests in the deep valley.",
    "day1-digits": "Loss and accuracy against the learning rate: a slope, a broad good range, then a cliff.",
    "day1-range": "Range tests: the minimum lies at the threshold, far above it, and with noise in between.",
    "day1-range-digits": "Range tests on the digits, 20 seeds: each falls, reaches a minimum, and rises steeply.",
    "day1-boundary": "Four maps of converging and diverging runs, each a zoom into the last: no smooth border.",
}
