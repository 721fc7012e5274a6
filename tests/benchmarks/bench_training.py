"""How fast a sweep is, next to PyTorch and JAX doing the same work in the same minute.

    python tests/benchmarks/bench_training.py [--repeats 5]

Every contender makes the same 32 trainings (Adam, learning rates from 1e-4 to 1, an MLP 64-32-10, ten
epochs of the digits in batches of 64), from the same weights and in the same order of mini-batches, the
last, smaller batch of every epoch included. The test accuracies must agree, else the work was not the same.
Repetitions are interleaved, so that a busy machine slows everybody. Prints a table and exits with 1 when a
bar is missed. A library that is not installed is left out and said to be.
"""

import argparse
import importlib.util
import inspect
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

import hpcourse as hp

SIZES, BATCH, EPOCHS, SEED = (64, 32, 10), 64, 10, 0
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


def rates(runs):
    return np.logspace(-4, 0, runs)


def same_start():
    """Initial weights and the order of examples in every epoch, as `hp.train` draws them from the seed."""
    data = hp.digits()
    rng = np.random.default_rng(SEED)
    w = hp.MLP(SIZES).init(rng)
    return w, np.stack([rng.permutation(len(data.X_train)) for _ in range(EPOCHS)])


def with_hpcourse(runs):
    history = hp.train(
        hp.MLP(SIZES), hp.digits(), hp.Adam(rates(runs)), batch_size=BATCH, epochs=EPOCHS, seed=SEED
    )
    return history.test_accuracy


def torch_contender():
    """One plain loop a run, with everything that makes such a loop fast on a small network."""
    import torch
    from torch import nn

    torch.set_num_threads(1)  # more threads only slow layers of this size down
    data, (w, orders) = hp.digits(), same_start()
    X, y = torch.tensor(data.X_train), torch.tensor(data.y_train)
    X_test, y_test = torch.tensor(data.X_test), torch.tensor(data.y_test)
    orders, first = torch.tensor(orders), SIZES[1] * (SIZES[0] + 1)
    W1, W2 = torch.tensor(w[:first].reshape(SIZES[1], -1)), torch.tensor(w[first:].reshape(SIZES[2], -1))

    def run(lr):
        net = nn.Sequential(nn.Linear(SIZES[0], SIZES[1]), nn.ReLU(), nn.Linear(SIZES[1], SIZES[2]))
        with torch.no_grad():
            for layer, W in ((net[0], W1), (net[2], W2)):
                layer.weight.copy_(W[:, :-1])
                layer.bias.copy_(W[:, -1])
        optimizer = torch.optim.Adam(net.parameters(), lr=lr, betas=(BETA1, BETA2), eps=EPS, fused=True)
        loss_of, losses = nn.CrossEntropyLoss(), []
        for order in orders:
            for Xb, yb in zip(X[order].split(BATCH), y[order].split(BATCH)):
                optimizer.zero_grad(set_to_none=True)
                loss = loss_of(net(Xb), yb)
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
        with torch.no_grad():
            return (net(X_test).argmax(1) == y_test).float().mean().item()

    run(0.001)
    return lambda runs: np.array([run(float(lr)) for lr in rates(runs)])


def jax_sweep(X, y, X_test, y_test, w, orders, sizes=SIZES, batch=BATCH):
    """jit(vmap(scan)): all runs in one compiled program, float32; returns a function of their number.

    It gives what `hp.train` gives: accuracies and training losses at the end, and the loss of every batch.
    """
    import jax
    import jax.numpy as jnp

    n_full, start = len(X) // batch, []
    for inputs, outputs in pairwise(sizes):
        W, w = np.split(w, [outputs * (inputs + 1)])
        W = W.reshape(outputs, inputs + 1)
        start.append((jnp.asarray(W[:, :-1].T), jnp.asarray(W[:, -1])))
    X, X_test, y_test = jnp.asarray(X), jnp.asarray(X_test), jnp.asarray(y_test)
    targets = jnp.asarray(np.eye(sizes[-1], dtype=np.float32)[y])

    def forward(p, X):
        for W, b in p[:-1]:
            X = jnp.maximum(X @ W + b, 0)
        W, b = p[-1]
        return X @ W + b

    def loss_of(p, X, targets):
        return -(jax.nn.log_softmax(forward(p, X)) * targets).sum(-1).mean()

    def update(lr, carry, now):
        p, m, v, t = carry
        loss, g = jax.value_and_grad(loss_of)(p, X[now], targets[now])
        t = t + 1
        m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, g)
        v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, g)
        scale, root = lr / (1 - BETA1**t), jax.lax.rsqrt(1 - BETA2**t)
        p = jax.tree.map(lambda p, m, v: p - scale * m / (jnp.sqrt(v) * root + EPS), p, m, v)
        return (p, m, v, t), loss

    def one_run(lr, orders):
        def epoch(carry, order):
            carry, losses = jax.lax.scan(
                partial(update, lr), carry, order[: n_full * batch].reshape(n_full, batch)
            )
            if n_full * batch == len(order):
                return carry, losses
            carry, last = update(lr, carry, order[n_full * batch :])
            return carry, jnp.append(losses, last)

        zeros = jax.tree.map(jnp.zeros_like, start)  # Adam's two memories
        (p, *_), losses = jax.lax.scan(epoch, (start, zeros, zeros, jnp.float32(0)), orders)
        return (forward(p, X_test).argmax(-1) == y_test).mean(), loss_of(p, X, targets), losses

    sweep, orders = jax.jit(jax.vmap(one_run, in_axes=(0, None))), jnp.asarray(orders)
    return lambda runs: np.asarray(sweep(jnp.asarray(rates(runs), jnp.float32), orders)[0])


def jax_contender():
    data = hp.digits()
    return jax_sweep(data.X_train, data.y_train, data.X_test, data.y_test, *same_start())


COLD = {
    "hpcourse": """
import hpcourse as hp
import numpy as np
optimizer = hp.Adam(np.logspace(-4, 0, 32))
history = hp.train(hp.MLP((64, 32, 10)), hp.digits(), optimizer, batch_size=64, epochs=10, seed=0)
accuracies = history.test_accuracy
""",
    "jax": """
import numpy as np
import jax
import jax.numpy as jnp
from functools import partial
from itertools import pairwise
{source}
accuracies = jax_sweep(**np.load({stored!r}))(32)
""",
}


def cold_seconds(contender, folder):
    """Seconds in a fresh process from the first import statement to the result."""
    source = "\n".join(
        [f"SIZES, BATCH, BETA1, BETA2, EPS = {SIZES}, {BATCH}, {BETA1}, {BETA2}, {EPS}"]
        + [inspect.getsource(f) for f in (rates, jax_sweep)]
    )
    body = COLD[contender]
    if contender == "jax":
        body = body.format(source=source, stored=str(Path(folder) / "work.npz"))
    program = f"import time; began = time.perf_counter()\n{body}\nprint(time.perf_counter() - began)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout)


def import_seconds(modules):
    """Seconds that a fresh process needs to import these, one after the other."""
    program = "import time; began = time.perf_counter()\n"
    program += "\n".join(f"import {name}" for name in modules) + "\nprint(time.perf_counter() - began)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout)


def many_descents():
    """65,025 runs down the ravine for 200 steps: a picture of 255 by 255 points."""
    optimizer = hp.Momentum(lr=np.linspace(0.001, 0.4, 255), momentum=np.linspace(0, 0.99, 255))
    return hp.descend(hp.Quadratic((1.0, 10.0)), optimizer, start=(3.0, 1.0), steps=200, record=False)


def seconds(function, *arguments):
    began = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - began, result


class Table:
    """Rows of name, median, minimum and what is asked; knows whether a bar was missed."""

    def __init__(self):
        self.rows, self.missed = [], False

    def times(self, name, values):
        self.rows.append((name, f"{statistics.median(values):.3f} s", f"{min(values):.3f} s", ""))

    def bar(self, name, value, met, asked, unit):
        self.missed |= not met
        self.rows.append((name, f"{value:.3g}{unit}", "", f"{asked}: {'met' if met else 'MISSED'}"))

    def say(self, name, what):
        self.rows.append((name, what, "", ""))

    def print(self):
        rows = [("what", "median", "minimum", "asked"), *self.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def ratio(theirs, ours):
    """Median of theirs over ours, by repetition: neighbours in time met the same load."""
    return statistics.median(a / b for a, b in zip(theirs, ours))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--skip", nargs="*", default=[], choices=["torch", "jax", "cold"])
    options = parser.parse_args()
    table, repeats = Table(), options.repeats
    installed = {
        n: n not in options.skip and importlib.util.find_spec(n) is not None for n in ("torch", "jax")
    }

    contenders = {("hpcourse", 32): with_hpcourse, ("hpcourse", 128): with_hpcourse}
    if installed["torch"]:
        contenders["torch", 32] = torch_contender()
    if installed["jax"]:
        contenders["jax", 32] = contenders["jax", 128] = jax_contender()
    took, accuracy = {key: [] for key in contenders}, {}
    for (_, runs), contender in contenders.items():
        contender(runs)  # warm
    for _ in range(repeats):
        for key, contender in contenders.items():
            s, accuracy[key] = seconds(contender, key[1])
            took[key].append(s)
    for (name, runs), values in took.items():
        table.times(f"{runs} trainings, {name}", values)
    for key in contenders:
        gap = np.abs(accuracy[key] - accuracy["hpcourse", key[1]])
        if key[0] != "hpcourse":
            # the same arithmetic rounded differently: equal to a few test images, less so at unstable rates
            usable = rates(key[1]) <= 0.03
            same = gap[usable].max() <= 0.015 and np.median(gap) <= 0.01
            table.bar(
                f"largest gap in accuracy at lr <= 0.03, {key[0]} {key[1]}",
                gap[usable].max(),
                same,
                "<= 0.015",
                "",
            )
    if installed["torch"]:
        r = ratio(took["torch", 32], took["hpcourse", 32])
        table.bar("PyTorch / hpcourse, 32 trainings", r, r >= 12, ">= 12", " x")
    else:
        table.say("PyTorch / hpcourse, 32 trainings", "not installed")
    if installed["jax"]:
        r = 1 / ratio(took["jax", 32], took["hpcourse", 32])
        table.bar("hpcourse / JAX once warm, 32 trainings", r, r <= 1, "<= 1.0", " x")
        r = 1 / ratio(took["jax", 128], took["hpcourse", 128])
        table.say("hpcourse / JAX once warm, 128 trainings", f"{r:.2f} x")
    else:
        table.say("hpcourse / JAX once warm", "not installed")

    if "cold" not in options.skip:
        with tempfile.TemporaryDirectory() as folder:
            data, (w, orders) = hp.digits(), same_start()
            np.savez(
                Path(folder) / "work.npz",
                X=data.X_train,
                y=data.y_train,
                X_test=data.X_test,
                y_test=data.y_test,
                w=w,
                orders=orders,
            )
            names = ["hpcourse", "jax"] if installed["jax"] else ["hpcourse"]
            colds = {name: [] for name in names}
            for _ in range(max(3, repeats // 2)):
                for name in names:
                    colds[name].append(cold_seconds(name, folder))
        for name, values in colds.items():
            table.times(f"32 trainings from a cold start, {name}", values)
        if installed["jax"]:
            r = ratio(colds["jax"], colds["hpcourse"])
            table.bar("JAX / hpcourse from a cold start", r, r >= 10, ">= 10", " x")
        else:
            table.say("JAX / hpcourse from a cold start", "not installed")

    alone, both = [], []
    for _ in range(max(7, repeats)):
        alone.append(import_seconds(["numpy"]))
        both.append(import_seconds(["numpy", "hpcourse"]))
    more = statistics.median(both) - statistics.median(alone)
    table.times("import numpy", alone)
    table.times("import numpy, hpcourse", both)
    table.bar("import hpcourse beyond numpy", more, more <= 0.1, "<= 0.1", " s")

    descents = [seconds(many_descents)[0] for _ in range(min(3, repeats))]
    table.times("65,025 runs on a 2-D surface, 200 steps", descents)
    table.print()
    return int(table.missed)


if __name__ == "__main__":
    sys.exit(main())
