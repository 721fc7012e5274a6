"""Day 6: typical wrong values of its readings, by the mistake that they show, and right ones."""

import numpy as np

from hpcourse.checks.tasks import day6

CURVES = {"a": "noise_floor", "b": "lr_too_small", "c": "lr_too_large", "d": "healthy"}
NUMBERS = {"a": 4.745, "b": 0.934, "c": 28.64, "d": 0.084}  # the right ones
WRONG_NUMBERS = {
    "a": {
        "over_the_lowest": 406,
        "of_the_whole": 6.83,
        "over_the_first": 0.57,
        "upside_down": 0.211,
        None: 2,
    },
    "b": {"gone": 0.066, "upside_down": 1.07, "percent": 93.4, None: 0.5},
    "c": {"over_the_start": 3.03, "upside_down": 0.0349, "difference": 97.4, None: 10},
    "d": {"gone": 0.916, "upside_down": 11.9, "percent": 8.4, None: 0.2},
}


def _curve(letter, right):
    """The other words, and the other numbers beside the right word."""
    words = {word: [(word, 0.5), (word.upper(), NUMBERS[letter])] for word in day6.DIAGNOSES if word != right}
    return words | {id: [(right, number)] for id, number in WRONG_NUMBERS[letter].items()}


WRONG = {
    **{f"curve_{letter}": _curve(letter, right) for letter, right in CURVES.items()},
    "misdiagnosed_rate": {
        "truly_too_small": [(0.0003, 2.9), (3e-4, 4.28)],
        "healthy": [(0.1, 2.54), (np.float32(0.1), 4.28)],
        "diverged": [(3000, 4.28), (3e3, np.inf)],
        "where_it_sits": [(3, 2.31), (3, np.log(10))],
        "where_it_begins": [(3, 2.538), (3, 2.506)],
        "of_another_rate": [(3, 2.902)],
        None: [(2, 4.28), (30, 4.28), (-3, 4.28)],
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
RIGHT = {
    f"curve_{letter}": [(word, NUMBERS[letter]), [f" {word.upper()} ", np.float32(NUMBERS[letter] * 1.01)]]
    for letter, word in CURVES.items()
} | {
    "misdiagnosed_rate": [(3, 4.276), (3.0, np.float32(4.28)), {"rate": 3, "loss": 4.3}],
    "trials_needed": [45, 45.0, np.int64(45), np.ceil(np.log(0.1) / np.log(0.95))],
}
