"""The rules, gradients and schedules against PyTorch, as the page to take home spells them (`make torch`)."""

from itertools import pairwise

import numpy as np
import pytest

import hpcourse as hp

torch = pytest.importorskip("torch")
optim = torch.optim

# Ours, and what the table of lessons/take_home_pytorch.py writes for it.
RULES = {
    "SGD": (hp.SGD(0.1), lambda w: optim.SGD(w, lr=0.1)),
    "Momentum": (hp.Momentum(0.05, 0.8), lambda w: optim.SGD(w, lr=0.05, momentum=0.8)),
    "Nesterov": (hp.Nesterov(0.05, 0.8), lambda w: optim.SGD(w, lr=0.05, momentum=0.8, nesterov=True)),
    "AdaGrad": (hp.AdaGrad(0.05), lambda w: optim.Adagrad(w, lr=0.05, eps=1e-8)),
    "RMSProp": (hp.RMSProp(0.01), lambda w: optim.RMSprop(w, lr=0.01, alpha=0.9)),
    "Adam": (hp.Adam(0.01, beta2=0.95), lambda w: optim.Adam(w, lr=0.01, betas=(0.9, 0.95))),
    "AdamW": (hp.AdamW(0.01), lambda w: optim.AdamW(w, lr=0.01)),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_that_of_torch(name, rng):
    ours, make = RULES[name]
    gradients = rng.normal(size=(40, 9)) * np.geomspace(1e-6, 1e3, 9)
    w = rng.normal(size=9)
    theirs = torch.nn.Parameter(torch.tensor(w))
    optimizer, state = make([theirs]), ours.init(w)
    for gradient in gradients:
        w, state = ours.step(w, gradient, state)
        theirs.grad = torch.tensor(gradient)
        optimizer.step()
        np.testing.assert_allclose(w, theirs.detach().numpy(), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("sizes", [(4, 3), (5, 8, 3), (6, 7, 5, 4)])
def test_the_gradient_is_that_of_autograd(sizes, rng):
    network = hp.MLP(sizes)
    w, X, y = network.init(rng, float), rng.normal(size=(12, sizes[0])), rng.integers(sizes[-1], size=12)
    theirs = torch.tensor(w, requires_grad=True)
    out, start = torch.tensor(X), 0
    for n, m in pairwise(sizes):
        layer = theirs[start : start + m * (n + 1)].reshape(m, n + 1)
        out, start = out @ layer[:, :-1].T + layer[:, -1], start + m * (n + 1)
        out = torch.relu(out) if start < network.n_weights else out
    loss = torch.nn.functional.cross_entropy(out, torch.tensor(y))
    loss.backward()
    mine, gradient = network.loss_and_gradient(w, X, y)
    assert mine == pytest.approx(loss.item(), rel=1e-13)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-10, atol=1e-14)


def rates_of(make, steps, lr=0.3):
    """The rates of the first `steps` updates under a scheduler of torch."""
    optimizer = optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


SCHEDULERS = optim.lr_scheduler
SCHEDULES = {
    "ExponentialDecay": (
        hp.ExponentialDecay(0.3, 0.05),
        lambda o: SCHEDULERS.ExponentialLR(o, np.exp(-0.05)),
    ),
    "StepDecay": (hp.StepDecay(0.3, 0.5, 7), lambda o: SCHEDULERS.StepLR(o, 7, 0.5)),
    "InverseTimeDecay": (
        hp.InverseTimeDecay(0.3, 0.05),
        lambda o: SCHEDULERS.LambdaLR(o, lambda t: 1 / (1 + 0.05 * t)),
    ),
    "CosineDecay": (hp.CosineDecay(0.3, 30), lambda o: SCHEDULERS.CosineAnnealingLR(o, 30)),
    "LinearWarmup": (
        hp.LinearWarmup(5, 0.3),
        lambda o: SCHEDULERS.LinearLR(o, 1 / 5, total_iters=5 - 1),
    ),
    "WarmupStableDecay": (
        hp.WarmupStableDecay(0.3, 5, 15, 10),
        lambda o: SCHEDULERS.LambdaLR(o, hp.WarmupStableDecay(1.0, 5, 15, 10)),
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_that_of_torch(name):
    ours, make = SCHEDULES[name]
    np.testing.assert_allclose(ours(np.arange(30)), rates_of(make, 30), rtol=1e-9, atol=1e-12)


def test_an_average_of_weights_is_that_of_torch_asked_before_the_first_update():
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    network, data = hp.MLP((64, 10)), hp.digits()
    runs = [hp.train(network, data, hp.SGD(0.5), average=0.9, updates=k, dtype=float) for k in range(1, 7)]
    walk = [network.init(0, float), *(run.weights for run in runs)]
    model = torch.nn.Linear(network.n_weights, 1, bias=False, dtype=torch.float64)
    averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    for w in walk:
        with torch.no_grad():
            model.weight.copy_(torch.tensor(w)[None])
        averaged.update_parameters(model)
    np.testing.assert_allclose(runs[-1].averaged, averaged.module.weight[0].detach().numpy(), rtol=1e-12)


def test_what_the_table_warns_of_is_so():
    rates = rates_of(lambda o: SCHEDULERS.CosineAnnealingLR(o, 30), 50)
    assert rates[45] > 0.1  # rises again after T
    assert hp.CosineDecay(0.3, 30)(45) == 0
    assert rates_of(SCHEDULERS.LinearLR, 1)[0] == pytest.approx(0.3 / 3)
    assert optim.RMSprop([torch.zeros(1)]).defaults["alpha"] == 0.99
    assert optim.AdamW([torch.zeros(1)]).defaults["weight_decay"] == 0.01
    one = torch.ones(1, requires_grad=True)
    torch.nn.functional.mse_loss(one, torch.zeros(1)).backward()
    assert one.grad.item() == 2  # no one half: the largest stable rate halves


def test_torch_keeps_the_rate_outside_of_the_velocity():
    """A rate that changes: our velocity holds the rates it was made with, theirs is multiplied anew."""
    rates, w, v = [0.4, 0.04], np.zeros(1), np.zeros(1)
    theirs = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = optim.SGD([theirs], lr=1.0, momentum=0.9)
    for lr in rates:
        v = 0.9 * v + lr
        w = w - v
        optimizer.param_groups[0]["lr"] = lr
        theirs.grad = torch.ones(1, dtype=torch.float64)
        optimizer.step()
    schedule = hp.ExponentialDecay(0.4, np.log(10))
    ours = hp.replay(hp.Momentum(schedule, 0.9), np.ones(2)).w[-1]
    assert ours == pytest.approx(w[0])
    assert ours == pytest.approx(-(0.4 + 0.36 + 0.04))
    assert theirs.item() == pytest.approx(-(0.4 + 0.04 * 1.9))
