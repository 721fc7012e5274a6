"""Questions of day 6: the fair comparison, the luck of one seed, the budget."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day6-audit": Question(
        "Three optimizers ran at the same learning rate, 0.0007, and Adam came out ahead. What was measured?",
        (
            (
                "Adam is the best optimizer for this problem.",
                "No rate but one was tried. Nothing is known about the best that each of them can do.",
            ),
            (
                "0.0007 suits Adam better than it suits the others.",
                "A learning rate means something else in each rule, so one number cannot be fair to all.",
            ),
            (
                "Adam always needs fewer updates.",
                "One rate on one problem says nothing about always. What would another rate do?",
            ),
        ),
        right=1,
    ),
    "day6-luck": Question(
        "Twelve learning rates, one noisy training each. You report the lowest of the twelve losses. "
        "What will the next training at that rate show?",
        (
            (
                "About the same loss: it was measured.",
                "It was measured once, and it was picked because it came out low.",
            ),
            (
                "A higher loss, on average.",
                "The lowest of twelve is good partly by luck, and luck does not come twice.",
            ),
            (
                "A lower or a higher loss, equally often.",
                "That holds for a rate chosen beforehand. This one was picked for its result.",
            ),
        ),
        right=1,
    ),
    "day6-trials": Question(
        "You draw settings at random. How many do you need to hit the best 5% of all settings "
        "with a probability of 95%?",
        (
            ("20", "With 20 draws you expect one hit, yet 36% of such searches have none: 0.95^20 = 0.36."),
            ("59", "All draws miss with probability 0.95^n, and 0.95^59 is the first below 0.05."),
            ("95", "Fewer: 0.95^n falls below 0.05 earlier."),
            (
                "That depends on how many hyperparameters there are.",
                "The best 5% are 5% of what you draw from, in any number of dimensions.",
            ),
        ),
        right=1,
    ),
    "day6-digits": Question(
        "Each of the six at its own tuned rate: who wins on the digits, and by how much?",
        (
            (
                "Adam, by five points or more over all others",
                "At 0.001 it is so far ahead of SGD and momentum, thanks to that rate. Each has a rate of its own now.",
            ),
            (
                "SGD: once tuned, the simplest rule does best",
                "Tuning gains most for SGD. But with noisy batches its long steps fail now and then; momentum bears "
                "steps as long.",
            ),
            (
                "Nobody by more than the seeds: several share the lead",
                "The leaders differ by no more than their own seeds do, and with new seeds another one leads.",
            ),
            (
                "Adam and AdamW, two points ahead of the rest",
                "Own step sizes pay where inputs differ in scale or some are rare (Day 5). These pixels share one unit; the rare ones matter little.",
            ),
        ),
        right=2,
    ),
    "day6-referee": Question(
        "First all at 0.001, then all at 0.1, then each at its own best rate, three times with other seeds. "
        "Who wins?",
        (
            (
                "One and the same optimizer wins every time",
                "Then one rule would have to be ahead at both common rates. But a rate that suits one rule is far off for another.",
            ),
            (
                "Another at 0.001 than at 0.1; a fair contest has one clear winner",
                "The first half is right. But at their own rates the gaps are as small as the seeds' scatter.",
            ),
            (
                "Another at 0.001 than at 0.1; the fair winner may change with the seeds",
                "The rate chooses the winner of the unfair race, and the seeds may choose that of the fair one.",
            ),
        ),
        right=2,
    ),
    "day6-best-of-thirty": Question(
        "All settings are equally good; each try has noise with standard deviation 1. How far below the "
        "truth does the best of 30 tries lie on average?",
        (
            (
                "Not at all: none is better than another",
                "The true losses are equal, so no search can find anything. But the tries differ, and you "
                "take the lowest.",
            ),
            (
                "About a third of a standard deviation",
                "A single try is often off by that much. But you take the lowest of 30.",
            ),
            (
                "About two standard deviations",
                "Among 30 tries one beyond two standard deviations is no surprise, and it is the one you take.",
            ),
            (
                "About thirty standard deviations",
                "Luck does not add up over tries: only the best one counts, and large deviations are very "
                "rare.",
            ),
        ),
        right=2,
    ),
}
