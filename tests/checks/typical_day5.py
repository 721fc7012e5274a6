"""Day 5: typical wrong values of its readings, by the mistake that they show, and right ones."""

import numpy as np

WRONG = {
    "waking_step": {
        "as_a_first_step": [1, -1.0],
        "raw_gradient": [1 / np.sqrt(0.001)],
        "m_only": [0.1, 0.5],
        "with_the_usual_rate": [0.00316],
        "times_the_gradient": [5, 15.8],
        None: [2],
    },
    "uncorrected_curve": {
        "only_m_corrected": [("B", 0.99)],
        "only_v_corrected": [(" d ", 0.9)],
        "share_itself": [("C", 0.01)],
        "without_the_root": [("C", 0.9)],
        "usual": [("C", 0.999)],
        "as_in_the_figure": [("C", 0.95)],
        "length_of_the_step": [("C", 0.447)],
        None: [("C", 0.5), ("C", 0.98)],
    },
}
RIGHT = {
    "waking_step": [0.1 / np.sqrt(0.001), -np.float32(3.16)],
    "uncorrected_curve": [("C", 0.99), ["c", np.float64(0.9900001)], (0.99, "C")],
}
