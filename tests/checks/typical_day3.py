"""Day 3: typical wrong values of its readings, by the mistake that they show, and right ones."""

import numpy as np

WRONG = {
    "unseen_share": {
        "share_that_was_seen": [0.632, 0.62],
        "share_that_came_again": [0.264],
        "in_percent": [36.8, 37],
        "number_of_examples": [377],
        "number_of_seen_examples": [647],
        "nothing_missed": [0],
        None: [0.5, 1, -0.368],
    },
    "rate_for_large_batch": {
        "same_rate": [(1 / 32, 0.7), (0.0312, 2.07)],
        "square_root": [(np.sqrt(8) / 32, 0.7), (1 / 16, 1.6), (1 / 8, 1.1)],
        "wrong_way": [(1 / 256, 0.7), (0.0156, 2.2)],
        "the_loss": [(0.7, 0.25), (2.07, 0.7)],
        "lowest_loss": [(0.5, 0.4), (1, 0.2)],
        "loss_elsewhere": [(0.25, 0.4), (0.25, 1.1)],
        None: [(-0.25, 0.7)],
    },
    "precise_batch_size": {
        "with_replacement": [100],
        "variance_of_a_tenth": [10, 9],
        "one_too_small": [66],
        "not_whole": [66.9, 66.5],
        "all_of_them": [200],
        "outside": [0, 201, -67],
        "too_noisy": [1, 32],
        "larger_than_needed": [68, 128],
    },
}
RIGHT = {
    "unseen_share": [0.368, 1 / np.e, np.float64(0.35), 0.39],
    "rate_for_large_batch": [(0.25, 0.7), (1 / 4, 0.72), [np.float64(0.25), 0.68]],
    "precise_batch_size": [67, 67.0, np.int64(67)],
}
