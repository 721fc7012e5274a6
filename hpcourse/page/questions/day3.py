"""Questions of day 3: the batch size."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day3-twice": Question(
        "Every example of the training set is stored a second time by mistake. "
        "What does one epoch of full-batch gradient descent do now, and one epoch with batches of 10?",
        (
            (
                "Both take twice as many updates.",
                "A full batch is one update, however many examples it holds.",
            ),
            (
                "Full batch: the same step as before, at twice the cost. Batches of 10: twice the updates.",
                "The mean over the doubled set is the same mean. Small batches do not pay for the copies: "
                "they use them.",
            ),
            (
                "Full batch: a step twice as long. Batches of 10: the same as before.",
                "The gradient is a mean, not a sum: copies do not change it.",
            ),
            (
                "Nothing changes for either.",
                "Count the batches of 10 in a set twice as large.",
            ),
        ),
        right=1,
    ),
    "day3-noise": Question(
        "The batch size goes from 64 to 256, in a very large training set. "
        "What becomes of the typical error of the gradient (its standard deviation)?",
        (
            (
                "It becomes a quarter.",
                "The variance becomes a quarter. The standard deviation is its square root.",
            ),
            ("It becomes a half.", "Four times the work buys half the error: the square root of 1/4."),
            (
                "It becomes zero.",
                "Only the full batch has no error, and 256 is far from a very large training set.",
            ),
            ("It stays as it is.", "A mean of more examples varies less."),
        ),
        right=1,
    ),
    "day3-scaling": Question(
        "SGD trains well with batch size 32 and learning rate 0.1, well below the cliff. "
        "You change the batch size to 128. Which learning rate makes the same progress per epoch?",
        (
            ("0.025", "That is the wrong way round: there are four times fewer updates to make the way."),
            ("0.1", "An epoch now has a quarter of the updates, each as long as before."),
            ("0.2", "The square root belongs to Adam. For SGD the rate goes with the batch size itself."),
            ("0.4", "A quarter of the updates, each four times as long."),
        ),
        right=3,
    ),
}
