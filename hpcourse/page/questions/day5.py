"""Questions of day 5: Adam."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day5-first-step": Question(
        "A weight's first gradient is 0.00001. How far does Adam with η = 0.001 move it?",
        (
            (
                "By 0.00000001",
                "That is η times the gradient, as SGD does. Adam divides by the gradient's size.",
            ),
            ("By about 0.001", "m̂ is the gradient and √v̂ its size, so their quotient is 1: a step of η."),
            ("By about 100", "The gradient is divided by its size, not by its square."),
            ("Not at all: ε swallows it", "ε is 0.00000001, a thousand times smaller than this gradient."),
        ),
        right=1,
    ),
    "day5-bias": Question(
        "Without any correction, how long are Adam's first steps?",
        (
            ("Too short: m starts at zero", "It does. But v starts at zero, too, and stands below."),
            ("Just right: the two errors cancel", "m is a tenth of what it should be, √v about a thirtieth."),
            ("Too long", "√v is even farther below its right value than m is, and it is the divisor."),
        ),
        right=2,
    ),
    "day5-turn": Question(
        "We turn the narrow ravine by 45° and the starting point with it. Who notices?",
        (
            (
                "All optimizers",
                "SGD's step is the gradient times a number, and the gradient turns with the ravine.",
            ),
            ("Only Adam", "It divides weight by weight, and now each weight feels both directions at once."),
            (
                "Only SGD and momentum",
                "They use the gradient as a whole, which simply turns with the ravine.",
            ),
            ("None: it is the same ravine", "The ravine is the same. But Adam also looks at the axes."),
        ),
        right=1,
    ),
    "day5-decay": Question(
        "Adam with L2, and no other gradient. Make `d` ten times smaller. How much does the weight shrink?",
        (
            (
                "About a tenth as much",
                "So it is with SGD. But Adam divides the gradient d·w by its own size.",
            ),
            ("Just as much", "d·w divided by the size of d·w no longer contains d."),
            ("Ten times as much", "No rule here divides by d without multiplying by it first."),
        ),
        right=1,
    ),
}
