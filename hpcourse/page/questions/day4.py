"""Questions of day 4: SGD and momentum."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day4-noise": Question(
        "A ball sits at the bottom of the shallow valley. What if some noise comes into every gradient?",
        (
            (
                "It stays: noise makes SGD fall into local minima.",
                "So the saying goes. But without noise the ball can never leave: noise can only add ways out.",
            ),
            (
                "It may be pushed over the barrier, out of the local minimum.",
                "And the way back is harder, since the barrier is higher from the other side.",
            ),
            (
                "Nothing changes: noise is zero on average.",
                "On average, yes. But one lucky row of kicks is enough, and there are many steps.",
            ),
        ),
        right=1,
    ),
    "day4-border": Question(
        "Curvature λ = 10 and learning rate η = 0.3: plain gradient descent diverges. "
        "From which momentum on does it converge?",
        (
            (
                "No momentum can do that: memory only makes it faster",
                "In a ravine it can make it faster. But memory also moves the border: read the map.",
            ),
            ("γ above 0.5", "η λ = 3, and 2(1 + γ) is larger than 3 as soon as γ is larger than 0.5."),
            (
                "γ above 0.9",
                "The usual 0.9 would do. But η λ = 3, and at γ = 0.9 the border is already at 3.8.",
            ),
        ),
        right=1,
    ),
    "day4-gain": Question(
        "The gradient stays 1, η = 0.1 and γ = 0.9. How long is the step in the end?",
        (
            ("0.1", "That is the first step. Each later one also keeps 0.9 of the one before."),
            ("0.19", "That is the second step, 0.1 + 0.9 · 0.1. It goes on growing."),
            ("1", "The step stops growing when v = 0.9 v + 0.1, that is at v = 0.1/(1 − 0.9)."),
            ("It grows without end", "What is added stays 0.1, what is lost is a tenth of v: they balance."),
        ),
        right=2,
    ),
    "day4-puzzle": Question(
        "Which of the two is closer after 40 steps, and by how much?",
        (
            (
                "The first: no rate is better than its own",
                "For a walker without memory. A rate is a compromise between the two directions; "
                "a memory is more than a rate.",
            ),
            (
                "About the same: both take 40 steps on the same slope",
                "The steps are as many. But most of the first one's go to and fro.",
            ),
            (
                "The second, two or three times closer",
                "The right walker. But what memory gains, it gains in every step anew, and forty factors "
                "multiply.",
            ),
            (
                "The second, more than ten times closer",
                "Steps that agree add up, and steps to and fro cancel, all the way.",
            ),
        ),
        right=3,
    ),
    "day4-still": Question(
        "At the same effective rate, how wide does the weight wander with momentum, compared with SGD?",
        (
            (
                "About a third as wide: a mean of ten gradients varies less",
                "The mean does vary less. But each gradient goes into many steps, and in all counts as much "
                "as before.",
            ),
            (
                "About as wide",
                "Each gradient moves the weight by the effective rate in all, at once or bit by bit.",
            ),
            (
                "About three times as wide",
                "So it is at the same rate, where every gradient counts ten times as much.",
            ),
        ),
        right=1,
    ),
    "day4-comparison": Question(
        "SGD at 0.005, momentum 0.9 at 0.005, SGD at the effective rate: which two end alike?",
        (
            (
                "The first two: the same learning rate",
                "The same η. But under a steady gradient a step of momentum grows to ten times η.",
            ),
            (
                "The last two: the same effective rate",
                "Here, far below the border, the lead of momentum is the length of its steps.",
            ),
            (
                "The two of SGD: the same rule",
                "The same rule, but with ten times the rate it gets much farther in ten epochs.",
            ),
            (
                "No two: memory does what no rate can do",
                "In a long ravine it does. These rates are so small that the true gradient hardly changes within "
                "ten steps, and then memory is a longer step.",
            ),
        ),
        right=1,
    ),
}
