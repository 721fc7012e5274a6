"""Questions of day 5: Adam."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day5-puzzle": Question(
        "Every pixel in a unit of its own, and SGD at its best rate for these data. What do the units cost?",
        (
            (
                "Nothing: the first layer can undo them",
                "It could. But it has to learn to, with one rate for weights that need very different ones.",
            ),
            (
                "A point or two",
                "Most of the harm a smaller rate does mend. But what remains is more than that, and no single rate mends it.",
            ),
            ("About ten points", "One rate has to serve all the weights, and now they need different ones."),
            (
                "Nearly everything: it reads no better than guessing",
                "So it would with a rate that is too large. The largest pixels set the limit; below it SGD learns.",
            ),
        ),
        right=2,
    ),
    "day5-ravine": Question(
        "Curvatures 1 and 100, and each weight at the rate it wants. How many steps to the minimum?",
        (
            ("1", "Each weight stands at its minimum after one step of length 1/λ times its slope."),
            (
                "About 10, the square root of 100",
                "That is what momentum would make of the condition number. Here nothing is shared any more.",
            ),
            (
                "About 100, the condition number",
                "So it is with one rate for both. Two rates have no condition number between them.",
            ),
            (
                "None ever gets there exactly",
                "With a smaller rate each step leaves a part of the way. At exactly 1/λ it leaves nothing.",
            ),
        ),
        right=0,
    ),
    "day5-forget": Question(
        "After twenty gradients of 100 all others are 1. What do AdaGrad's and RMSProp's steps do?",
        (
            (
                "Both shrink to a hundredth, as SGD's do",
                "The next step of all three does. But SGD's and AdaGrad's then stay there, and RMSProp forgets.",
            ),
            (
                "Both shrink, and both recover",
                "Both shrink at first. But a sum of squares never gets smaller, however long one waits.",
            ),
            (
                "Both shrink; RMSProp's recover, AdaGrad's do not",
                "An average forgets the hundreds after about a hundred steps. A sum keeps them for ever.",
            ),
            (
                "Neither changes: they divide by the gradient's size",
                "In the long run RMSProp does. But the size they divide by is remembered, not today's alone.",
            ),
        ),
        right=2,
    ),
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
        "At the usual betas and without any correction, how long are Adam's first steps?",
        (
            ("Too short: m starts at zero", "It does. But v starts at zero, too, and stands below."),
            ("Just right: the two errors cancel", "m is a tenth of what it should be, √v about a thirtieth."),
            ("Too long", "√v is even farther below its right value than m is, and it is the divisor."),
        ),
        right=2,
    ),
    "day5-turn": Question(
        "We turn the narrow ravine by 45° and the starting point with it. SGD, momentum, Adam: who notices?",
        (
            (
                "All three",
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
    "day5-decay-use": Question(
        "Which of the three weights shrink, with Adam and L2, and with AdamW?",
        (
            (
                "With both rules all three, and alike",
                "With SGD it would be so, where both are the same. Adam divides the gradient, and the "
                "penalty in it, weight by weight.",
            ),
            (
                "With L2 mostly the one with large gradients; with AdamW all alike",
                "The other way round: where gradients are large, Adam divides by a large number, and the "
                "penalty with them.",
            ),
            (
                "With L2 mostly those with smaller gradients; with AdamW all alike",
                "L2's penalty is divided by the size of the gradients; AdamW's decay is divided by nothing.",
            ),
            (
                "With L2 all alike; with AdamW mostly those with smaller gradients",
                "The W stands for the decay that is taken out of the gradient, so nothing divides it.",
            ),
        ),
        right=2,
    ),
}
