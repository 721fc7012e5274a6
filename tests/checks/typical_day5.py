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
        "only_m_corrected": ["B"],
        "only_v_corrected": [" d "],
        None: ["A"],
    },
}
RIGHT = {
    "waking_step": [0.1 / np.sqrt(0.001), -np.float32(3.16)],
    "uncorrected_curve": ["C", "c"],
}
