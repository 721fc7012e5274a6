"""A `torch.optim.Optimizer` subclass as the answer to a task that asks for an update rule.

Such a class keeps its memory to itself, so only the walk of the weights is compared, from rest. PyTorch is
never imported here: where nobody has loaded it, no answer can be such a class.
"""

import dataclasses
import functools
import inspect
import sys

import numpy as np

from hpcourse.checks.checker import NOT_STARTED, Live, conclude
from hpcourse.checks.lines import is_stub
from hpcourse.checks.result import Result
from hpcourse.checks.task import Seen, Unusable, steps

RULES = {
    "gd_step": "",
    "momentum_step": "v",
    "nesterov_step": "v",
    "rmsprop_step": "v",
    "adam_step": "mv",
    "adamw_step": "mv",
}  # what each rule remembers
OTHER_NAMES = {"rho": "alpha", "beta1": "betas", "beta2": "betas"}  # PyTorch's own, for some settings


def handles(name, answer):
    """Whether the task asks for an update rule and `answer` is a subclass of PyTorch's `Optimizer`."""
    torch = sys.modules.get("torch")
    return bool(
        name in RULES and torch and isinstance(answer, type) and issubclass(answer, torch.optim.Optimizer)
    )


def not_written(answer):
    """Whether the class's `step` still is a `...`."""
    return is_stub(inspect.unwrap(answer.step))


def walking(task, answer, seed=None):
    """The class `answer`, to be tried on the walks of `task`."""
    return Walking(as_walks(task)[0], answer, seed)


def judge(task, answer, seed=None):
    """Check the class `answer` against `task`; what is right in another order of its operations counts."""
    if not_written(answer):
        return Result(task, "not started", NOT_STARTED)
    return best(conclude(other, Walking(other, answer, seed)) for other in as_walks(task))


def best(results):
    """The first result that is passed, else the first of all; more are not asked for than are needed."""
    first = None
    for result in results:
        if result.passed:
            return result
        first = first or result
        if not first.example:  # it came to no end, or nothing is written yet: in another form as well
            break
    return first


@functools.cache
def _load_optimizers():
    """One step, once: PyTorch loads parts of itself only then, which takes longer than an answer may."""
    torch = sys.modules["torch"]
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    torch.optim.SGD([weight], lr=0.1).step()


def as_walks(task):
    """The task as one about walks from rest; once more for each unusual form of the formula that is right."""
    memory = RULES[task.name]
    same_names = functools.wraps(task.reference)
    functions = [task.reference, *(same_names(task.formula(**variant)) for variant in task.variants)]
    return [
        dataclasses.replace(
            task,
            reference=function,
            cases=lambda rng: _from_rest(task.cases(rng), memory),
            observe=_walk(memory),
            far=tuple(_from_rest(task.far, memory)),
            forms=(),
            remarks=(),
        )
        for function in functions
    ]


class Walking(Live):
    """A class that is here to be tried."""

    def __init__(self, task, answer, seed=None):
        _load_optimizers()
        super().__init__(task, OptimizerClass(answer), seed)

    def right_order(self):
        """A class takes its settings by name: none."""
        return ()


class OptimizerClass:
    """What makes one of the learner's optimizers for each walk."""

    def __init__(self, kind):
        self.kind = kind
        self.__code__ = inspect.unwrap(kind.step).__code__  # where errors are looked for

    def walk(self, arguments):
        """The weights after each step, as arrays."""
        torch = sys.modules["torch"]
        arguments = {name: value for name, value in arguments.items() if name not in ("m", "v", "t")}
        w, grads = arguments.pop("w"), arguments.pop("grads")
        weights = torch.nn.Parameter(torch.from_numpy(_floats(w)))
        optimizer = self.kind([weights], **self._settings(arguments))
        for grad in grads:
            weights.grad = torch.from_numpy(_floats(grad)).to(weights.dtype)
            optimizer.step()
            yield weights.detach().numpy().copy()

    def _settings(self, given):
        """The settings by the names that the class gives them."""
        parameters = inspect.signature(self.kind).parameters
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        named, wanted = {}, set(parameters)
        for name, value in given.items():
            other = OTHER_NAMES.get(name)
            if name in wanted or (takes_any and other not in wanted):
                named[name] = value
            elif other in wanted:
                named[other] = (given["beta1"], given["beta2"]) if other == "betas" else value
            else:
                raise Unusable("setting", name=name)
        return named


def _floats(value):
    value = np.array(value)
    return value if value.dtype.kind == "f" else value.astype(float)


def _from_rest(cases, memory):
    """The same cases with nothing remembered, in the first step."""
    found = []
    for case in cases:
        arguments = dict(case.arguments)
        for name in memory:
            zero = np.zeros_like(arguments[name])
            arguments[name] = zero.tolist() if isinstance(arguments[name], list | float) else zero
        found.append(dataclasses.replace(case, arguments=arguments | ({"t": 1} if "t" in arguments else {})))
    return found


def _walk(memory):
    """Watch the weights alone, of a class or of a function that is handed its memory back."""
    by_function = steps("w", *memory)

    def observe(function, case, form=None):
        answer = getattr(function, "function", None)
        if isinstance(answer, OptimizerClass):
            for number, weights in enumerate(answer.walk(case.arguments), start=1):
                yield Seen("w", number, weights, np.asarray(case.arguments["w"]))
        else:
            yield from (seen for seen in by_function(function, case) if seen.name == "w")

    return observe
