"""From the start of a process to a test accuracy on MNIST: ``chainrule train`` beside PyTorch.

Both are started as a user starts them and train the same network by the same recipe. The clock runs
from the start of the process, so imports, reading the data and compiling count, and stops when the
line of an epoch with the accuracy comes out.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from chainrule.benchmarks.contender import usable_cores
from chainrule.benchmarks.process import THREAD_VARIABLES
from chainrule.benchmarks.race import OURS, Arrival, Race
from chainrule.data.mnist import FILES as MNIST_FILES
from chainrule.data.published import data_places
from chainrule.engines import check_device
from chainrule.errors import DataNotFound

TARGET = 0.98
EPOCHS = 5
LINE = re.compile(r"^epoch (\d+)/\d+ .*validation accuracy (\d\.\d+)")
COMMAND = "from chainrule.cli.main import main; main()"
FILE = MNIST_FILES.members[0].file_name
MISSING = re.compile(r"No module named '(\w+)")


@dataclass(frozen=True)
class Candidate:
    """One who runs.

    Attributes:
        title: For people.
        command: What is run; "{out}" stands for an empty folder, "{seed}" for the round's seed.
        threads: For the numerical libraries; None to leave them as they are.
    """

    title: str
    command: tuple[str, ...]
    threads: int | None = None


def find_mnist(data_dir: Path | None = None) -> Path:
    """Return the folder that holds the IDX files.

    Raises:
        DataNotFound: if they are nowhere; it names the places looked in.
    """
    places = data_places(data_dir)
    for folder in (place / inner for place in places for inner in MNIST_FILES.folders):
        if (folder / FILE).is_file() or (folder / f"{FILE}.gz").is_file():
            return folder.resolve()
    raise DataNotFound(
        f"There is no {FILE}.gz in {', '.join(map(str, places))}: pass --data-dir with the folder "
        "of the four MNIST files."
    )


def candidates(folder: Path, engine: str, device: str | None = None) -> list[Candidate]:
    """Return ours, and PyTorch on one thread and on all cores; or both on another device.

    Args:
        folder: Of the four files.
        engine: Ours, where no device is asked for.
        device: Where PyTorch computes, in its own script and as our engine.

    Raises:
        InvalidArgument: if there is no such device.
    """
    if device is not None:
        check_device(device)
        engine = "torch"
    common = ("--epochs", str(EPOCHS), "--seed", "{seed}")
    ours = (sys.executable, "-c", COMMAND, "train", "mnist", "--data-dir", str(folder), *common)
    theirs = (sys.executable, "-m", "chainrule.benchmarks.pytorch_mnist", str(folder), *common)
    with_engine = (*ours, "--engine", engine, "--out", "{out}")
    if device is not None:
        on = ("--device", device)
        return [
            Candidate(OURS, (*with_engine, *on)),
            Candidate(f"PyTorch on {device}", (*theirs, *on)),
        ]
    found = [Candidate(OURS, with_engine)]
    for threads in dict.fromkeys((1, usable_cores())):
        title = f"PyTorch, {threads} thread{'s' if threads > 1 else ''}"
        found.append(Candidate(title, (*theirs, "--threads", str(threads)), threads))
    return found


def race(
    runners: Sequence[Candidate], rounds: int, report: Callable[[int, str, Arrival], None]
) -> Race:
    """Run all candidates in turn, for some rounds; each round has its seed."""
    result = Race(TARGET, EPOCHS, {runner.title: [] for runner in runners})
    for number in range(1, rounds + 1):
        for runner in runners:
            arrival = run(runner, number - 1, TARGET)
            result.arrivals[runner.title].append(arrival)
            report(number, runner.title, arrival)
    return result


def run(runner: Candidate, seed: int, target: float) -> Arrival:
    """Run one candidate in a fresh process and note when its lines come out."""
    environment = {k: v for k, v in os.environ.items() if k not in THREAD_VARIABLES}
    if runner.threads is not None:
        environment |= dict.fromkeys(THREAD_VARIABLES, str(runner.threads))
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as out:
        command = [
            part.replace("{out}", out).replace("{seed}", str(seed)) for part in runner.command
        ]
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own modules
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=out,
        )
        reached: float | None = None
        ends: list[float] = []
        accuracies, lines = [], [""]
        with process:
            for line in process.stdout or ():
                now = time.perf_counter() - start
                lines.append(line.strip() or lines[-1])
                if found := LINE.match(line):
                    ends.append(now)
                    accuracies.append(float(found[2]))
                    if reached is None and accuracies[-1] >= target:
                        reached = now
        total = time.perf_counter() - start
    if process.returncode != 0:
        missing = MISSING.search(lines[-1])
        return Arrival(
            not_run=f"{missing[1]} is not installed" if missing else f"failed: {lines[-1]}"
        )
    paces = [end - start for start, end in pairwise(ends)]
    per_epoch = statistics.median(paces) if paces else None
    return Arrival(reached, ends[-1] if ends else 0.0, total, tuple(accuracies), per_epoch)
