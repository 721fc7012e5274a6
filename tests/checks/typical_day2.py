"""Day 2: typical wrong values of its readings, by the mistake that they show, and right ones."""

import numpy as np

WRONG = {
    "frozen_run": {"still_moving": ["A"], "arrived": ["B", " b"], "noise_floor": ["D"]},
    "best_decay_rate": {
        "for_the_short_training": [0.0186, 0.02],
        "border_of_the_sweep": [0.005],
        "loss": [0.000376],
        "no_decay": [0],
        "too_slow": [0.001, 1e-6],
        "too_fast": [0.01, 0.3, 2.0],
        None: [-0.0027],
    },
}
RIGHT = {"frozen_run": ["C", "c"], "best_decay_rate": [0.00267, np.float64(0.0025), np.array(0.003)]}
