"""Day 6: typical wrong values of its readings, by the mistake that they show, and right ones."""

import numpy as np

from hpcourse.checks.tasks import day6

CURVES = {"a": "noise_floor", "b": "lr_too_small", "c": "lr_too_large", "d": "healthy"}
WRONG = {
    **{
        f"curve_{letter}": {word: [word, word.upper()] for word in day6.DIAGNOSES if word != right}
        for letter, right in CURVES.items()
    },
    "misdiagnosed_rate": {
        "truly_too_small": [0.0003, 3e-4],
        "healthy": [0.1, np.float32(0.1)],
        "diverged": [3000, 3e3],
        None: [2, 30, 0.003, 0, -3],
    },
    "trials_needed": {
        "not_rounded": [44.9, np.log(0.1) / np.log(0.95)],
        "rounded_down": [44],
        "one_over_the_share": [20],
        "chance_over_share": [18],
        "for_95_percent": [59],
        "far_too_few": [0, 1, 2, 10, -5, -1e308],
        "more_than_needed": [46, 100, 1e300],
        None: [30, 40, 43],
    },
}
RIGHT = {f"curve_{letter}": [word, f" {word.upper()} "] for letter, word in CURVES.items()} | {
    "misdiagnosed_rate": [3, 3.0, np.float32(3), np.array([3])],
    "trials_needed": [45, 45.0, np.int64(45), np.ceil(np.log(0.1) / np.log(0.95))],
}
