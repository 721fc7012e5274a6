"""Questions of day 2: learning rate schedules."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
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
            ("Neither: both arrive, one a little later", "Steps that shrink fast enough have a finite sum."),
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
                "Without warmup the first steps are the longest. What can a long step do?",
            ),
            (
                "It keeps more of them in the shallow valley.",
                "Small first steps settle in the valley they start in, before the rate is large.",
            ),
        ),
        right=2,
    ),
}
