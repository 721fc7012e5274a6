"""Questions of day 3: the batch size."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day3-puzzle": Question(
        "Three epochs at the same learning rate. Which network reads digits best?",
        (
            (
                "Batch size 1",
                "Each of its steps is a guess, but it makes 1,437 an epoch, and on average they lead downhill.",
            ),
            (
                "Batch size 64",
                "A compromise. But at this rate 69 good steps get less far than 4,311 rough ones.",
            ),
            (
                "Batch size 1,437: its gradient is exact",
                "Its direction is the exact one. But it makes one step an epoch: three in all.",
            ),
            (
                "About equally well: all saw the same images",
                "The same images, equally often. But seeing is not learning: only an update changes a weight.",
            ),
        ),
        right=0,
    ),
    "day3-floor": Question(
        "From one example an update to sixteen. Which rule keeps the noise floor where it is?",
        (
            (
                "The same rate as before",
                "Then nothing is gained in speed, and the floor sinks: there is less noise to hold it up.",
            ),
            (
                "The rate times √B",
                "The typical error does shrink by √B. But at a floor each step both adds noise and takes "
                "some away, and the balance goes with the variance, which shrinks by B.",
            ),
            ("The rate times B", "The variance shrinks by B, and a step B times as long makes up for it."),
            (
                "None: less noise is a lower floor",
                "With the same rate, yes. But the rate lifts the floor as noise does.",
            ),
        ),
        right=2,
    ),
    "day3-time": Question(
        "64 examples instead of one. How many times longer does the update take, on this machine?",
        (
            (
                "64 times: it is 64 times the work",
                "So it would be if arithmetic were all. Most of the time of a tiny update goes into "
                "starting each operation, whatever its size.",
            ),
            (
                "About 8 times, the square root",
                "The square root belongs to the noise. Time knows nothing of it.",
            ),
            (
                "Less than 8 times",
                "Starting the operations costs more than the arithmetic of eight examples in so small a network.",
            ),
            (
                "No longer at all: the computer does them together",
                "A graphics card nearly can. Here the arithmetic is small, but it is not nothing.",
            ),
        ),
        right=2,
    ),
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
            (
                "0.2",
                "The noise goes with the square root. Progress an epoch is rate times updates: it needs the factor itself.",
            ),
            ("0.4", "A quarter of the updates, each four times as long."),
        ),
        right=3,
    ),
}
