"""Checks that answer at once and name the mistake: `hp.check("adam_step", adam_step)`.

>>> result = check("gd_step", lambda w, grad, lr: w + lr * grad)
>>> result.passed, result.score, result.mistake
(False, 0.0, 'ascent')
"""

import sys

from hpcourse.checks import optimizer_class, reward
from hpcourse.checks.checker import judge
from hpcourse.checks.result import Result
from hpcourse.checks.tasks import ALL, READINGS, TASKS
from hpcourse.frame import record

__all__ = ["ALL", "READINGS", "TASKS", "Result", "check"]


def check(task, answer, seed=None):
    """Check `answer` against the task of that name; returns a `Result` that shows itself.

    Most tasks ask for a function. It works on fixed cases and on some drawn anew each time, or from
    `seed`, in a process of its own with limits on time and memory, so that nothing it does can harm the
    notebook. It may work in place, return lists, tuples or float32, and name its parameters as it likes,
    in the task's order; with the task's own names the order does not matter. Some rules, once right,
    train a network in front of their author. Other tasks ask for a number or a word.

    Where PyTorch is in use, the answer to an update rule (`gd_step`, `momentum_step`, `nesterov_step`,
    `rmsprop_step`, `adam_step`, `adamw_step`) may also be a subclass of `torch.optim.Optimizer`, the class
    itself. It takes the task's settings by their names, or as PyTorch calls them, and the walk of the weights
    from rest is looked at.

    Raises ValueError for an unknown task.
    """
    if not isinstance(task, str) or task not in ALL:
        known = ", ".join(repr(name) for name in ALL)
        raise ValueError(f"task must be one of {known}, got {task!r}")
    if optimizer_class.handles(task, answer):
        result = optimizer_class.judge(TASKS[task], answer, seed)
        record.check(task, result.score)
        return result
    result = judge(TASKS[task], answer, seed) if task in TASKS else ALL[task].check(answer, seed)
    record.check(task, result.score)
    predictions = sys.modules.get("hpcourse.page.predictions")  # loaded where a sealed cell runs
    if predictions and not result.passed:
        predictions.unseal()  # "Your function first." is not to wait for an answer
    if result.passed and task in reward.RULES:
        result.reward = reward.Training(task, answer)
    return result
