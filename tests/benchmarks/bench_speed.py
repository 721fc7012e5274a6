"""Seconds of the processor for small and large sweeps, beside another checkout and JAX if named.

    python tests/benchmarks/bench_speed.py [--before FOLDER] [--jax PYTHON] [--bare] [--pool] [--only NAME]

FOLDER is a checkout to compare with, such as `git worktree add /tmp/before HEAD~1` makes. PYTHON is an
interpreter with JAX and what hpcourse needs. Repetitions of all are interleaved in one run; each computes in
an interpreter of its own. Prints the minimum of each, seconds of the processor and, in brackets, of the
clock; "2.00 (1.50) times" is the other's over ours. JAX is warm: the first round, which compiles, does not
count. It does the same updates, and measures the same accuracies and losses at the end. --bare adds loops
written by hand for these workloads, which are NumPy's floor (`bare.py`): where they stay behind, NumPy does.
--pool adds the package on two processes that stand ready, as JAX's compiled program does; there the seconds
of the processor are the caller's alone, so look at the clock.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parents[2]
WORKLOADS = {  # sizes, runs, batch size, epochs
    "one run": ((64, 32, 10), 1, 64, 10),
    "eight runs": ((64, 32, 10), 8, 64, 10),
    "32 runs": ((64, 32, 10), 32, 64, 5),
    "128 runs": ((64, 32, 10), 128, 64, 2),
    "512 runs": ((64, 32, 10), 512, 64, 1),
    "batches of four": ((64, 32, 10), 32, 4, 1),
    "wide network, eight runs": ((64, 256, 256, 10), 8, 64, 1),
    "softmax regression, 32 runs": ((64, 10), 32, 64, 10),
    "100,000 descents": None,
}
WORK = """
import functools, sys, time
import numpy as np
import hpcourse as hp

def work(given, **where):
    if given is None:
        starts = np.random.default_rng(0).normal(size=(100_000, 2))
        return hp.descend(hp.Rosenbrock(), hp.SGD(1e-3), start=starts, steps=100, **where)
    sizes, runs, batch_size, epochs = given
    rule = hp.Adam(np.logspace(-4, -1, runs))
    return hp.train(hp.MLP(sizes), hp.digits(), rule, batch_size=batch_size, epochs=epochs, **where)

def ready(given):
    return lambda: work(given)
"""
BARE = """
import bare

@functools.cache
def ready(given):
    if not bare.same(work(given), bare.work(given)):  # as on a processor whose products are summed otherwise
        sys.stderr.write(f"By hand {given} has other results here.\\n")
    return lambda: bare.work(given)
"""
POOL = """
from concurrent.futures import ProcessPoolExecutor

pool = ProcessPoolExecutor(2)

def ready(given):
    return lambda: work(given, executor=pool, chunks=2)
"""
JAX = """
from bench_training import jax_sweep

@functools.cache
def program(sizes, batch_size, epochs):
    data, rng = hp.digits(), np.random.default_rng(0)
    w = hp.MLP(sizes).init(rng)
    orders = np.stack([rng.permutation(len(data.X_train)) for _ in range(epochs)])
    return jax_sweep(data.X_train, data.y_train, data.X_test, data.y_test, w, orders, sizes, batch_size)

def ready(given):
    sizes, runs, *rest = given
    return lambda: program(sizes, *rest)(runs)
"""
ANSWER = """
for line in sys.stdin:
    run = ready(eval(line))
    began = np.array([time.process_time(), time.perf_counter()])
    run()
    print(*np.array([time.process_time(), time.perf_counter()]) - began, flush=True)
"""


def server(folder, python=sys.executable, program=""):
    paths = os.pathsep.join(map(str, (folder, HERE / "tests/benchmarks")))
    environment = os.environ | {"PYTHONPATH": paths, "TQDM_DISABLE": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([python, "-c", WORK + program + ANSWER], cwd=folder, env=environment, **pipes)


def ask(process, workload):
    print(workload, file=process.stdin, flush=True)
    return [float(seconds) for seconds in process.stdout.readline().split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", type=Path)
    parser.add_argument("--jax", type=Path, metavar="PYTHON")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--pool", action="store_true")
    parser.add_argument("--only", default="", help="workloads with this in their name")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    servers = {"now": server(HERE)}
    if options.before:
        servers["before"] = server(options.before.resolve())
    if options.jax:
        servers["JAX"] = server(HERE, options.jax, JAX)
    if options.bare:
        servers["bare"] = server(HERE, program=BARE)
    if options.pool:
        servers["two processes"] = server(HERE, program=POOL)
    spread = []
    for name, workload in WORKLOADS.items():
        if options.only not in name:
            continue
        there = [who for who in servers if workload or who != "JAX"]
        rounds = [[ask(servers[who], workload) for who in there] for _ in range(options.repeats + 1)]
        now, *others = np.min(rounds[1:], axis=0)
        spread.append(np.median(rounds[1:], axis=0)[:, 0] / np.min(rounds[1:], axis=0)[:, 0] - 1)
        print(f"{name:30}{now[0]:.3f} ({now[1]:.3f}) s", end="", flush=True)
        for who, (cpu, clock) in zip(there[1:], others):
            times = f"{cpu / now[0]:.2f} ({clock / now[1]:.2f}) times"
            print(f", {who} {cpu:.3f} ({clock:.3f}) s, {times}", end="", flush=True)
        print()
    if spread:
        print(f"Medians lie up to {np.max(np.concatenate(spread)):.0%} above these minima (processor).")
    for process in servers.values():
        process.stdin.close()


if __name__ == "__main__":
    main()
