"""Day 2: typical wrong values of its readings, by the mistake that they show, and right ones."""

import numpy as np

WRONG = {
    "frozen_run": {
        "still_moving": [("A", 1.2), ("A", 1.025)],
        "arrived": [("B", 3.47), (" b", 1)],
        "noise_floor": [("D", 150)],
        "where_it_stands": [("C", -1.72), ("C", 1.7)],
        "way_it_went": [("C", 3.28)],
        "first_rate": [("C", 0.05)],
        "without_decay": [("C", 15)],
        None: [("C", 2)],
    },
    "edge_of_stability": {
        "at_the_edge": [("A", 3.49), ("D", 1.01)],
        "nearly_there": [("C", 1.15)],
        "product": [("B", 0.573)],
        "up_to_one": [("B", 1.75)],
        "rate_at_the_border": [("B", 0.28)],
        "sharpness": [("B", 7.16)],
        "double": [("B", 2)],
        None: [("B", 3), ("B", 4.1)],
    },
    "healed_start": {
        "not_ill": [("B", 1.13)],
        "no_gradient": [("A", 22.5), ("C", 0.02)],
        "no_half": [("D", 44.9)],
        "sharpness": [("D", 112.3), ("D", 113.1)],
        "border": [("D", 0.0178)],
        "upside_down": [("D", 0.0445)],
        None: [("D", 8), ("D", 20)],
    },
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
RIGHT = {
    "frozen_run": [("C", 1.0252), ["c", np.float64(1.02)], (1, "C")],
    "edge_of_stability": [("B", 3.493), ("b", np.float32(3.4)), {"run": "B", "factor": 3.6}],
    "healed_start": [("D", 22.453), ("D", 22.62)],
    "best_decay_rate": [0.00267, np.float64(0.0025), np.array(0.003)],
}
