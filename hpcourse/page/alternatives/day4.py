"""Figures of day 4 in words; Chinese stands in the catalogue."""

TEXTS = {
    "day4-hidden-momentum": "Distance against step for two rates: arches, wide for one and narrow for the other. The tops of both fall along the same line, from 0.24 at step 19 to 0.00001 at step 153.",
    "day4-nesterov-border": "Distance after 60 steps against the rate: the snippet's line rises above 1 far earlier than that of the mended rule.",
    "day4-puzzle": "Two walks in a ravine: SGD zigzags and falls short, momentum swings less and less and arrives.",
    "day4-escape": "Without noise no walk leaves its valley; with some, nearly all leave the shallow one only.",
    "day4-map": "Map of rate and momentum: a straight border, and the fastest setting close to it, halfway up.",
    "day4-acceleration": "Steps against the condition number: slope 1 for gradient descent, about one half for momentum.",
    "day4-gain": "Under a constant gradient the step grows to the learning rate divided by one minus gamma.",
    "day4-digits": "Training loss of SGD and momentum: far apart over the rate, together over the effective rate up to SGD's cliff.",
    "day4-noise": "Three walks at rest: momentum at the same rate is wider; at the same effective rate, smoother.",
    "day4-nesterov": "Best loss against gamma: momentum has a deep dip, Nesterov is far better beyond it.",
    "day4-forms": "After the rate is cut, one form drops at once, the other keeps its old speed for a while.",
}
