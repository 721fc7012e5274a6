"""Questions of day 1: the learning rate."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day1-puzzle": Question(
        "Ten epochs, the same start, the same images in the same order. Which learning rate reads digits best?",
        (
            (
                "0.003: small steps are the careful ones",
                "Careful, and slow: after ten epochs it has hardly begun. More epochs would help it.",
            ),
            ("0.3", "Large enough to get somewhere, small enough to stay there."),
            (
                "3: it gets furthest in the same time",
                "It does go furthest, in its first updates, but not downhill. Then it hardly gets any further.",
            ),
            (
                "All read about equally well",
                "The same network, the same data: so it seems. But here one number decides everything.",
            ),
        ),
        right=1,
    ),
    "day1-regimes": Question(
        "Curvature λ = 2, learning rate η = 0.9. What does gradient descent do?",
        (
            (
                "It creeps towards the minimum from one side.",
                "A small step would. Here one step moves the weight by 0.9 · 2 = 1.8 times its distance.",
            ),
            (
                "It jumps from side to side and comes nearer.",
                "Every step moves the weight by 1.8 times its distance: across, and 0.8 of it away again.",
            ),
            (
                "It jumps from side to side and moves away.",
                "It does jump across, by 1.8 times its distance. But that leaves it 0.8 as far away as before.",
            ),
            (
                "It lands on the minimum at once.",
                "That needs a step of exactly 1 times the distance. Here it is 0.9 · 2.",
            ),
        ),
        right=1,
    ),
    "day1-threshold": Question(
        "For `loss = 5 * w**2`, above which learning rate does gradient descent diverge?",
        (
            ("η = 0.1", "At η = 1/λ one single step reaches the minimum."),
            ("η = 0.2", "The slope is 10 w, so λ = 10 and the threshold is 2/10."),
            ("η = 0.4", "The curvature is not the 5 in front of w²: the slope of 5 w² is 10 w."),
            ("η = 10", "The steeper the bowl, the smaller the rate has to be: 2/λ, not λ."),
        ),
        right=1,
    ),
    "day1-bowl": Question(
        "A bowl with the curvatures 1 and 10, and one learning rate for both. Where is the border?",
        (
            (
                "At 2/1: the flat direction has the longest way to go",
                "Perhaps it has. But far below that rate the other direction already diverges.",
            ),
            ("At 2/10", "The path is lost as soon as one direction is, and this is the first to go."),
            (
                "Halfway between 2/10 and 2/1",
                "Each direction runs by itself, so nothing is averaged: one lost direction is enough.",
            ),
            (
                "At 2/11: the curvatures add up",
                "Their losses do, but each weight feels the curvature of its own direction alone.",
            ),
        ),
        right=1,
    ),
    "day1-digits": Question(
        "32 learning rates from 0.001 to 10, five seeds each. How many rates bring every seed above 90%?",
        (
            (
                "One or two: the rate has to be tuned to the point",
                "So it seems, with so many to choose from. But here the good ones span a factor of five or more.",
            ),
            (
                "About a quarter of them",
                "A factor of five to twenty, mostly, depending on the seeds, out of the ten thousand that were tried.",
            ),
            (
                "About half of them",
                "Half of the range is a factor of a hundred. Training forgives much, but not so much.",
            ),
            (
                "Nearly all: ten epochs are enough for an easy task",
                "With the smallest rates ten epochs are nowhere near enough, and the largest fail.",
            ),
        ),
        right=1,
    ),
    "day1-range": Question(
        "The largest curvature is 3 in all three, so that 2/3 is the border. Where is each minimum?",
        (
            (
                "At the border, in all three",
                "The loss should rise as soon as its steepest direction does. But it is a sum of twenty.",
            ),
            (
                "With twenty directions before the border, since the steep one spoils the sum early",
                "It is the other way round: by then the steep direction has shrunk to almost nothing, and the sum does not feel it.",
            ),
            (
                "With twenty directions far beyond it; with noise in between",
                "The steep direction has to grow back first, and noise keeps it from ever getting so small.",
            ),
            (
                "Noise moves it furthest, since it hides the rise",
                "Noise hides small changes. But it also keeps the steep direction alive, so that the rise comes earlier.",
            ),
        ),
        right=2,
    ),
    "day1-basins": Question(
        "Compare a tiny learning rate with one nine times as large, still small. "
        "Which of them brings more of the 1,000 starts into the deep valley?",
        (
            ("The tiny one", "Small steps sound careful, but they only take longer to reach the same place."),
            (
                "The larger one",
                "A large step can jump out of a valley. This one is still too small for the barrier.",
            ),
            (
                "Neither: the same starts end there",
                "As long as no step jumps the barrier, each start runs down its own slope.",
            ),
        ),
        right=2,
    ),
}
