"""Questions of day 2: learning rate schedules."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day2-puzzle": Question(
        "Noise in every step, and the rates 0.5 and 0.02. Which has the lower loss after 20 steps, which after 300?",
        (
            (
                "0.5 both times: it is faster",
                "Faster it is. But so long a step takes in much of the noise, and time does not help against it.",
            ),
            (
                "0.5 after 20 steps, 0.02 after 300",
                "The large rate arrives first. The small one takes in less of the noise, so it ends lower.",
            ),
            (
                "0.02 both times: it suffers less from the noise",
                "It does. But after 20 steps two thirds of its way are still ahead, and they count for more than the noise.",
            ),
            (
                "0.5 after 20 steps; after 300 they are level",
                "Both have arrived by then, so it seems. But arriving is not resting: the noise goes on.",
            ),
        ),
        right=1,
    ),
    "day2-digits": Question(
        "Every schedule at its own best peak rate. How much accuracy does the best decay gain over a constant rate?",
        (
            (
                "Nothing: a tuned constant rate is as good",
                "Tuning helps the constant rate, too. But at the end the noise still kicks.",
            ),
            (
                "Between one and five percentage points",
                "That is 4 to 18 of the 360 images. A tuned constant rate is not far from what this network can do.",
            ),
            (
                "About ten points",
                "On the parabola the loss fell to a fraction. But the loss is not accuracy, which is nearly full here.",
            ),
            (
                "More than twenty",
                "The tuned constant rate already gets more than 90% right: there is no room for that.",
            ),
        ),
        right=1,
    ),
    "day2-floor": Question(
        "A small constant rate has reached its noise floor. You halve the rate and wait. "
        "What happens to the average loss?",
        (
            (
                "It stays: the noise is still the same.",
                "The noise is the same, but every step takes in only half of it.",
            ),
            (
                "It falls to about one half.",
                "For small η the floor is nearly σ²η/4: proportional to the rate.",
            ),
            (
                "It falls to about one quarter.",
                "A kick has a quarter of the variance, but it is also forgotten half as fast.",
            ),
            (
                "It goes on falling towards zero.",
                "Only as long as the rate falls too. A constant rate has a floor above zero.",
            ),
        ),
        right=1,
    ),
    "day2-too-fast": Question(
        "Two runs start far from the minimum. One keeps its rate; in the other the rate falls very fast. "
        "Which of them ends with the larger loss?",
        (
            (
                "The one that keeps its rate, because of the noise",
                "It stays at its floor. The other may never come near that.",
            ),
            (
                "The one whose rate falls very fast",
                "Its steps shrink so quickly that all of them together are too short to arrive.",
            ),
            (
                "Neither: both arrive, one a little later",
                "Steps that shrink fast enough have a finite sum, and this one is too small.",
            ),
        ),
        right=1,
    ),
    "day2-warmup": Question(
        "What does a warmup do to the runs that start on the side of the shallow valley?",
        (
            (
                "It brings more of them into the deep valley.",
                "For that, a run has to jump over the barrier. Do small first steps jump?",
            ),
            (
                "It changes nothing: the same share ends there.",
                "Without warmup the very first step has the full rate. What can a long step do?",
            ),
            (
                "It keeps more of them in the shallow valley.",
                "Small first steps settle in the valley they start in, before the rate is large.",
            ),
        ),
        right=2,
    ),
}
