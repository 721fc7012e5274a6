"""Day 7: typical wrong values of its readings, by the mistake that they show, and right ones."""

import numpy as np

WRONG = {
    "branch_updates": {
        "three_runs": [70_000],
        "no_branches": [40_000, 40_000.0],
        "flat_to_the_end": [54_000],
        "each_flat_part": [56_000],
        "only_the_flat_part": [32_000],
        "only_the_descents": [14_000],
        "descents_on_top": [84_000],
        "saved": [24_000],
        None: [50_000],
    },
    "doctored_line": {
        "another_reason": ["B2", "b3", "B4"],
        "the_rule": ["A2", " a1 "],
        "the_warmup": ["C1"],
        "the_schedule": ["D3"],
        "the_batch": ["E2"],
        "the_insurance": ["F4"],
    },
}
RIGHT = {
    "branch_updates": [46_000, np.float64(46_000), np.array([46_000])],
    "doctored_line": ["B1", " b1 "],
}
