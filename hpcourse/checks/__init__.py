"""Checks that answer at once and name the mistake: `hp.check("adam_step", adam_step)`.

>>> result = check("gd_step", lambda w, grad, lr: w + lr * grad)
>>> result.passed, result.score, result.mistake
(False, 0.0, 'ascent')
"""

from hpcourse.checks.checker import judge
from hpcourse.checks.result import Result
from hpcourse.checks.tasks import TASKS

__all__ = ["TASKS", "Result", "check"]


def check(task, answer, seed=None):
    """Check the function `answer` against the task of that name; returns a `Result` that shows itself.

    The answer works on fixed cases and on some drawn anew each time, or from `seed`. It runs in a process
    of its own with limits on time and memory, so that nothing it does can harm the notebook. It may work
    in place, return lists, tuples or float32, and name its parameters as it likes, in the task's order;
    with the task's own names the order does not matter. Raises ValueError for an unknown task.
    """
    if not isinstance(task, str) or task not in TASKS:
        known = ", ".join(repr(name) for name in TASKS)
        raise ValueError(f"task must be one of {known}, got {task!r}")
    return judge(TASKS[task], answer, seed)
