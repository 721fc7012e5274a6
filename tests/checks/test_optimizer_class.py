"""A subclass of `torch.optim.Optimizer` as an answer. `make torch` runs this with PyTorch."""

import sys

import pytest

import hpcourse as hp
from hpcourse.checks import TASKS, optimizer_class, remote


def test_without_pytorch_nothing_is_such_a_class_and_nobody_loads_it():
    loaded = "torch" in sys.modules
    assert not optimizer_class.handles("adam_step", dict)
    assert hp.check("gd_step", TASKS["gd_step"].reference).passed
    assert ("torch" in sys.modules) == loaded


@pytest.fixture
def torch():
    hp.use_language("en")
    return pytest.importorskip("torch")


def _subclass(torch, names, update):
    """An optimizer of somebody's own: `update(torch, p, g, state, settings)` moves one parameter."""

    class Mine(torch.optim.Optimizer):
        def __init__(self, params, **settings):
            if set(settings) != set(names):
                raise TypeError(f"unexpected: {settings}")
            super().__init__(params, settings)

        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    update(torch, p, p.grad, self.state[p], group)

    return Mine


def _adam(inside=False, fused=False):
    def update(torch, p, g, state, given):
        if not state:
            state |= {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
        state["t"] += 1
        state["m"].lerp_(g, 1 - given["beta1"])
        state["v"].lerp_(g * g, 1 - given["beta2"])
        c1, c2 = 1 - given["beta1"] ** state["t"], 1 - given["beta2"] ** state["t"]
        if fused:
            p -= given["lr"] * c2**0.5 / c1 * state["m"] / (state["v"].sqrt() + given["eps"])
        elif inside:
            p -= given["lr"] * state["m"] / c1 / (state["v"] / c2 + given["eps"]).sqrt()
        else:
            p -= given["lr"] * state["m"] / c1 / ((state["v"] / c2).sqrt() + given["eps"])

    return update


ADAM = ("lr", "beta1", "beta2", "eps")


def test_pytorchs_own_optimizers_are_right(torch):
    optim = torch.optim

    class Nesterov(optim.SGD):
        def __init__(self, params, lr, momentum):
            super().__init__(params, lr=lr, momentum=momentum, nesterov=True)

    right = {
        "gd_step": optim.SGD, "momentum_step": optim.SGD, "nesterov_step": Nesterov,
        "rmsprop_step": optim.RMSprop, "adam_step": optim.Adam, "adamw_step": optim.AdamW,
    }  # fmt: skip
    assert set(right) == set(optimizer_class.RULES)
    for task, answer in right.items():
        result = hp.check(task, answer, seed=1)
        assert result.passed, (task, result.message)
        assert remote.conclude(task, remote.observe(task, answer, seed=1), seed=1).passed


def test_ones_own_subclass_is_judged_as_a_function_is(torch):
    assert hp.check("adam_step", _subclass(torch, ADAM, _adam())).passed
    assert hp.check("adam_step", _subclass(torch, ADAM, _adam(fused=True))).passed
    assert hp.check("adam_step", _subclass(torch, ADAM, _adam(inside=True))).mistake == "eps_inside"
    told = remote.observe("adam_step", _subclass(torch, ADAM, _adam(inside=True)), seed=3)
    assert remote.conclude("adam_step", told, seed=3).mistake == "eps_inside"
    assert hp.check("adamw_step", torch.optim.Adam).mistake == "l2_in_gradient"
    assert hp.check("nesterov_step", torch.optim.SGD).mistake == "plain_momentum"


def test_what_a_class_lacks_is_told(torch):
    class Bare(torch.optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

    class Forgetful(Bare):
        def step(self, closure=None):
            for p in self.param_groups[0]["params"]:
                p.data -= self.lr * p.grad

    assert hp.check("gd_step", Bare).status == "not started"
    assert "does not take `momentum`" in hp.check("momentum_step", Bare).message
    message = hp.check("gd_step", Forgetful).message
    assert "line 3 of `step`" in message
    assert "'lr'" in message


def test_an_optimizer_that_is_made_already_is_no_answer(torch):
    made = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    assert hp.check("gd_step", made).status == "not yet"


def test_a_class_without_a_step_is_not_started(torch):
    class Stub(torch.optim.Optimizer):
        def __init__(self, params, **settings):
            super().__init__(params, settings)

        @torch.no_grad()
        def step(self): ...

    assert hp.check("adam_step", Stub).status == "not started"
    assert remote.conclude("adam_step", remote.observe("adam_step", Stub)).status == "not started"


def test_an_error_is_found_in_the_learners_lines_in_a_class_of_a_class_too(torch):
    def stop(torch, p, g, state, given):
        raise KeyError("rate")

    kind = _subclass(torch, ADAM, stop)
    for _ in range(2):  # after the first time PyTorch's own is around `step`, too
        assert "decorate_context" not in hp.check("adam_step", type("Second", (kind,), {})).message
