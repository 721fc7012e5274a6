"""Day 4: typical wrong values of its readings, by the mistake that they show, and right ones."""

WRONG = {
    "steps_growth": {
        "as_without_memory": [100, 69074 / 691],
        "number_of_steps": [1056],
        "upside_down": [93 / 1056],
        "no_growth": [1],
        None: [30],
    },
    "hidden_momentum": {
        "factor_per_step": [(1e-5 / 0.24) ** (1 / (153 - 19))],
        "squared_twice": [(1e-5 / 0.24) ** (4 / (153 - 19))],
        "what_is_lost": [0.14, 0.0725],
        "usual": [0.9],
        None: [0.5],
    },
}
RIGHT = {
    "steps_growth": [10, 1056 / 93],
    "hidden_momentum": [(1e-5 / 0.24) ** (2 / (153 - 19)), (1e-3 / 0.05) ** (2 / (96 - 38))],
}
