"""Seconds of the processor for small and large sweeps, beside another checkout if one is named.

    python tests/benchmarks/bench_speed.py [--before FOLDER] [--repeats 5]

FOLDER is a checkout to compare with, such as `git worktree add /tmp/before HEAD~1` makes. Repetitions of both
are interleaved in one run; each checkout computes in an interpreter of its own. Prints the minimum of each.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

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
SERVER = """
import sys, time
import numpy as np
import hpcourse as hp

def work(given):
    if given is None:
        starts = np.random.default_rng(0).normal(size=(100_000, 2))
        return hp.descend(hp.Rosenbrock(), hp.SGD(1e-3), start=starts, steps=100)
    sizes, runs, batch_size, epochs = given
    rule = hp.Adam(np.logspace(-4, -1, runs))
    return hp.train(hp.MLP(sizes), hp.digits(), rule, batch_size=batch_size, epochs=epochs)

for line in sys.stdin:
    began = time.process_time()
    work(eval(line))
    print(time.process_time() - began, flush=True)
"""


def server(folder):
    environment = os.environ | {"PYTHONPATH": str(folder), "TQDM_DISABLE": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", SERVER], cwd=folder, env=environment, **pipes)


def ask(process, workload):
    print(workload, file=process.stdin, flush=True)
    return float(process.stdout.readline())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    servers = [server(folder.resolve()) for folder in (HERE, options.before) if folder]
    for name, workload in WORKLOADS.items():
        rounds = [[ask(process, workload) for process in servers] for _ in range(options.repeats + 1)]
        now, *before = map(min, zip(*rounds[1:]))
        print(f"{name:30}{now:8.3f} s", *(f"before {s:.3f} s, {s / now:.2f} times" for s in before))
    for process in servers:
        process.stdin.close()


if __name__ == "__main__":
    main()
