"""Questions of day 7: a large model's recipe."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day7-puzzle": Question(
        "Llama 3: width 4,096 and rate 3e-4, then 8,192 and 1.5e-4. Which rate at 16,384?",
        (
            (
                "3e-4",
                "A rate looks like a property of the task. But the middle model already has half of it.",
            ),
            ("1.5e-4", "Two sizes may share a rate. Here each doubling of the width has cost about half."),
            ("8e-5", "Twice as wide, about half the rate: the product of the two stays where it was."),
            ("1e-6", "Large models are delicate, but not that delicate: the fall follows the width."),
        ),
        right=2,
    ),
    "day7-words": Question(
        "SGD, 30 steps on all the text at once, at its best rate. Which words has it learnt well?",
        (
            (
                "All alike",
                "Every step sees every word. But each word's gradient is multiplied by its frequency.",
            ),
            ("The common ones", "Their rows of the table get most of the gradient."),
            ("The rare ones", "Little follows them, so they look easy. But their gradient is tiny."),
            ("None: SGD fails on words", "On average it does learn: the average counts frequent words most."),
        ),
        right=1,
    ),
    "day7-spike": Question(
        "Adam, β₂ = 0.999, and one gradient 10,000 times too large. How far does the weight go, in all?",
        (
            (
                "About η",
                "Adam divides by the gradient's size. But v takes in only a thousandth of the square.",
            ),
            ("About 30 η", "The first step is about 3 η, and m goes on for ten steps in the same direction."),
            ("About 10,000 η", "So would SGD. Adam's v grows with the square at once, and divides."),
            ("It stands still", "That comes after: v stays large, and normal gradients then hardly move it."),
        ),
        right=1,
    ),
    "day7-width": Question(
        "Adam, four networks of widths 16 to 128. Where do their best rates lie?",
        (
            (
                "All at the same rate",
                "The task is the same, and Adam scales each step. Yet more inputs add up.",
            ),
            ("The wider, the larger", "Wide networks end lower here, so they seem to bear more."),
            ("The wider, the smaller", "A unit with more inputs adds up more steps that agree."),
        ),
        right=2,
    ),
    "day7-decay": Question(
        "Decay 0.1 with AdamW at 3e-4 forgets in 33,333 updates. Copy the 0.1 to SGD at rate 1: in how many?",
        (
            ("33,333", "The 0.1 is the same. But what shrinks a weight each step is the product η·d."),
            ("About ten", "1/(1 × 0.1): ten updates later hardly more than a third of a weight is left."),
            ("About 3 million", "A larger rate forgets sooner, not later."),
        ),
        right=1,
    ),
    "day7-lines": Question(
        "Take one line out of the recipe, tune the rate anew: which one is missed most on our small network?",
        (
            ("Warmup", "Famous, and needed where the start is fragile; this start is not."),
            ("Clipping", "It pays when a batch is bad, and here none is."),
            (
                "Weight decay",
                "In so short a run nothing needs forgetting: without it the loss is even lower.",
            ),
            (
                "The method itself",
                "With momentum or SGD in Adam's place the loss is far higher; all else moves it little.",
            ),
        ),
        right=3,
    ),
}
