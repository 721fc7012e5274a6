"""Figures of day 2 in words; Chinese stands in the catalogue."""

TEXTS = {
    "day2-frozen-run": "Paths from -5: A still rises at -1.6. B stays at 0. C is level at -1.7. D jumps about 0.",
    "day2-edge-of-stability": "Training loss of four runs, A to D, over 500 updates: all fall far; B and C without a jump.",
    "day2-healed-start": "Training loss of four starts over 400 updates: B falls; A and C stay level; D jumps up.",
    "day2-best-decay-rate-sweep": "Loss by decay rate: a valley; to its right it climbs above the loss without decay.",
    "day2-puzzle": "Loss under noise: the large rate falls at once and stays high, the small one falls lower.",
    "day2-decay": "Final loss against the decay rate: a valley; to the right it climbs above the constant rate.",
    "day2-digits": "Test accuracy, 16 seeds each: decay and the average of the weights gain little and scatter less.",
    "day2-edge": "Sharpness against the rate: hardly above 2/lr; in the network, large rates lie on the line.",
    "day2-warmup": "Accuracy against the peak rate: the longer the warmup, the farther right the cliff.",
    "day2-warmup-sharpness": "During warmup the threshold 2/sharpness rises together with the learning rate.",
}
