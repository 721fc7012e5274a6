"""Questions of day 1: the learning rate."""

from hpcourse.page.quizzes import Question

QUESTIONS = {
    "day1-regimes": Question(
        "Curvature λ = 2, learning rate η = 0.9. What does gradient descent do?",
        (
            (
                "It creeps towards the minimum from one side.",
                "A small step would. Here one step moves the weight by 0.9 · 2 = 1.8 times its distance.",
            ),
            (
                "It jumps from side to side and comes nearer.",
                "Every step moves the weight by 1.8 times its distance: across, and 0.8 of it away again.",
            ),
            (
                "It jumps from side to side and moves away.",
                "Every step moves the weight by 1.8 times its distance. How far away does that leave it?",
            ),
            (
                "It lands on the minimum at once.",
                "That needs a step of exactly 1 times the distance. Here it is 0.9 · 2.",
            ),
        ),
        right=1,
    ),
    "day1-threshold": Question(
        "For `loss = 5 * w**2`, from which learning rate on does gradient descent diverge?",
        (
            ("η = 0.1", "At η = 1/λ one single step reaches the minimum."),
            ("η = 0.2", "The slope is 10 w, so λ = 10 and the threshold is 2/10."),
            ("η = 0.4", "The curvature is not the 5 in front of w²: the slope of 5 w² is 10 w."),
            ("η = 10", "The steeper the bowl, the smaller the step has to be: 2/λ, not λ."),
        ),
        right=1,
    ),
    "day1-basins": Question(
        "Compare a tiny learning rate with one ten times larger, still small. "
        "Which of them brings more of the 1,000 starts into the deep valley?",
        (
            ("The tiny one", "It only takes longer to reach the same place."),
            ("The larger one", "Larger, but still too small to jump the barrier between the valleys."),
            (
                "Neither: the same starts end there",
                "As long as no step jumps the barrier, each start runs down its own slope.",
            ),
        ),
        right=2,
    ),
}
