"""Questions of day 4: SGD and momentum."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day4-noise": Question(
        "A run sits in the shallow valley. What does some noise in every gradient do to its chances?",
        (
            (
                "It keeps the run there: noise makes SGD fall into local minima.",
                "Without noise the run can never leave. Noise can only add ways out.",
            ),
            (
                "It can carry the run over the barrier, out of the local minimum.",
                "And the lower barrier is the easier one: measure how many come back.",
            ),
            (
                "Nothing: noise is zero on average.",
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
                "Memory also moves the border. Read the map.",
            ),
            ("γ above 0.5", "η λ = 3, and 2(1 + γ) is larger than 3 as soon as γ is larger than 0.5."),
            ("γ above 0.9", "η λ = 3. At γ = 0.9 the border is already at 3.8."),
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
}
