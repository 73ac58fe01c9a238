"""Time of one training step: chainrule's eager engine beside PyTorch eager, in one interleaved run.

    python benchmarks/step_time.py                     # table
    python benchmarks/step_time.py --rounds 7 --json   # the last line is one JSON object

Every contender runs in a process of its own, one after the other, for several rounds; each process
trains for a while uncounted, then reports the median over many steps. Shown are the medians of the
rounds, and the ratio round by round, so that a machine whose speed drifts shifts both sides alike.
PyTorch is run with each of its settings that can be fastest, and its best one counts.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """A network and how it is trained: Adam, cross-entropy, ReLU between the layers."""

    sizes: tuple[int, ...]
    batch_size: int
    dropout: float
    limit: float  # times PyTorch's time the eager engine may take


WORKS = {
    "784-256-128-10": Work((784, 256, 128, 10), 32, 0.2, limit=1.5),
    "4-16-8-3": Work((4, 16, 8, 3), 32, 0.0, limit=1.0),
}
CHAINRULE = {"chainrule eager, 1 thread": "1", "chainrule eager, all threads": ""}
PYTORCH = {
    "PyTorch eager, 1 thread": ("1", {}),
    "PyTorch eager, 1 thread, fused Adam": ("1", {"fused": True}),
    "PyTorch eager, all threads": ("", {}),
    "PyTorch eager, all threads, fused Adam": ("", {"fused": True}),
}
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
NUM_BATCHES = 32
WARM_UP_SECONDS = 0.5
COUNTED_SECONDS = 2.0


def make_step(contender: str, work: Work) -> Callable[[int], None]:
    """Return a function that trains on one batch, by the same script for both libraries."""
    if contender.startswith("PyTorch"):
        import torch
        from torch import nn

        options = PYTORCH[contender][1]
    else:
        import chainrule as torch
        from chainrule import nn

        options = {}
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for inputs, outputs in zip(work.sizes[:-2], work.sizes[1:-1], strict=True):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        if work.dropout:
            layers.append(nn.Dropout(work.dropout))
    model = nn.Sequential(*layers, nn.Linear(work.sizes[-2], work.sizes[-1]))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, **options)
    loss_function = nn.CrossEntropyLoss()
    batches = [
        (
            torch.randn(work.batch_size, work.sizes[0]),
            torch.randint(0, work.sizes[-1], (work.batch_size,)),
        )
        for _ in range(NUM_BATCHES)
    ]

    def step(number: int) -> None:
        x, y = batches[number % NUM_BATCHES]
        optimizer.zero_grad()
        loss_function(model(x), y).backward()
        optimizer.step()

    return step


def measure(contender: str, work: Work) -> float:
    """Return the median time of a step, in microseconds."""
    step = make_step(contender, work)
    end = time.perf_counter() + WARM_UP_SECONDS
    number = 0
    while time.perf_counter() < end:
        step(number)
        number += 1
    times = []
    end = time.perf_counter() + COUNTED_SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        step(number)
        times.append(time.perf_counter() - start)
        number += 1
    return statistics.median(times) * 1e6


def run_contender(contender: str, work: str) -> float:
    """Measure in a new process with the contender's number of threads."""
    threads = CHAINRULE.get(contender, PYTORCH.get(contender, ("",))[0])
    environment = dict(os.environ)
    for variable in THREAD_VARIABLES:
        environment.pop(variable, None)
        if threads:
            environment[variable] = threads
    command = [sys.executable, __file__, "--contender", contender, "--work", work]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(run.stdout)


def compare(name: str, rounds: int) -> dict[str, object]:
    """Time all contenders on one network in interleaved rounds."""
    times: dict[str, list[float]] = {contender: [] for contender in (*CHAINRULE, *PYTORCH)}
    for _ in range(rounds):
        for contender, measured in times.items():
            measured.append(run_contender(contender, name))
    medians = {contender: statistics.median(measured) for contender, measured in times.items()}
    ours = min(CHAINRULE, key=medians.__getitem__)
    theirs = min(PYTORCH, key=medians.__getitem__)
    ratios = sorted(a / b for a, b in zip(times[ours], times[theirs], strict=True))
    return {
        "network": name,
        "batch_size": WORKS[name].batch_size,
        "rounds": rounds,
        "microseconds_per_step": {key: round(value, 1) for key, value in medians.items()},
        "best": [ours, theirs],
        "ratio": round(statistics.median(ratios), 3),
        "ratio_range": [round(ratios[0], 3), round(ratios[-1], 3)],
        "limit": WORKS[name].limit,
        "within_limit": statistics.median(ratios) <= WORKS[name].limit,
    }


def show(row: dict[str, object]) -> None:
    """Print one network's table."""
    print(f"\n{row['network']}, batch {row['batch_size']}, Adam; median of {row['rounds']} rounds")
    for contender, microseconds in row["microseconds_per_step"].items():
        mark = "*" if contender in row["best"] else " "
        print(f" {mark} {contender:<40} {microseconds:>9.1f} µs/step")
    low, high = row["ratio_range"]
    print(
        f"   chainrule / PyTorch, best settings (*): {row['ratio']:.2f} (rounds "
        f"{low:.2f}–{high:.2f}), allowed {row['limit']}"
    )


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", choices=list(WORKS), help="one network only")
    parser.add_argument("--contender", help="measure one contender in this process")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    arguments = parser.parse_args()
    if arguments.contender:
        print(measure(arguments.contender, WORKS[arguments.work]))
        return
    rows = [compare(name, arguments.rounds) for name in WORKS if arguments.work in (None, name)]
    for row in rows:
        show(row)
    if arguments.json:
        print(json.dumps({"step_time": rows}))


if __name__ == "__main__":
    main()
