"""Figures of day 5 in words; Chinese stands in the catalogue."""

TEXTS = {
    "day5-puzzle": "SGD's validation accuracy against the rate: with odd units the peak is lower.",
    "day5-forget": "Step lengths when gradients turn small: RMSProp recovers, AdaGrad stays tiny.",
    "day5-bias": "Step against time: exact with both corrections, too long without that of v.",
    "day5-eps": "First step against the gradient's size: well below epsilon (its root, where it stands inside) it shrinks to nothing.",
    "day5-digits": "Accuracy by rate: nearly the same peaks on the digits; with odd units Adam is highest, SGD lowest.",
    "day5-waking": "Length of the waking step against the number of zero gradients before it: it dips to half the rate after about ten, is back at the rate after about a hundred, and comes to more than three times the rate after some thousands.",
    "day5-uncorrected-curve": "Step lengths of four Adams. A is always 1. B starts at 4.5 and falls to 1. C starts at 0.45, rises a little above 1 and returns. D starts at 0.1 and rises to 1.",
    "day5-corrected-average": "Noisy points along a wave and the snippet's average through them: it jumps up and down where x is below 1, and is smooth from then on.",
    "day5-corrected-average-use": "The mended average is smooth from its first point on, and equals the snippet's later.",
}
