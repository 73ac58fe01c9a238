"""One measurement, in a process of its own: a contender, a work, a setting.

    python -m chainrule.benchmarks.measure jax 4-16-8-3 "jit of an epoch"

The last line of its output is one JSON object.
"""

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from chainrule.benchmarks.contender import Contender, NotRun, Setting, Training
from chainrule.benchmarks.contenders import find_contender
from chainrule.benchmarks.works import Work, find_work
from chainrule.errors import InvalidArgument

STARTED = time.time()
WARM_UP_SECONDS = 1.0
MIN_WARM_UP_RUNS = 2
MAX_WARM_UP = 5  # times the warm-up's seconds, for what does not settle
STABLE = 0.1  # largest relative difference between the last two runs of a warm-up
MIN_COUNTED_RUNS = 3
STATUS_FILE = Path("/proc/self/status")
BYTES_PER_KIBIBYTE = 1024


@dataclass(frozen=True)
class Measurement:
    """What one process found out.

    Attributes:
        contender, work, setting: What was measured, by name.
        not_run: Why nothing was measured, or nothing.
        seconds_per_step: Median over the counted runs; 0 if not run.
        first_use_seconds: From the start of the process to the end of the first run, less the time
            that a run takes later: imports, building and compiling.
        peak_bytes: The most memory the process had.
        num_runs: How many runs were counted.
        loss: Mean of the last epoch.
        versions: Distribution -> version.
    """

    contender: str
    work: str
    setting: str
    not_run: str = ""
    seconds_per_step: float = 0.0
    first_use_seconds: float = 0.0
    peak_bytes: int = 0
    num_runs: int = 0
    loss: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)


def measure(
    contender: Contender, work: Work, setting: Setting, seconds: float, started: float = STARTED
) -> Measurement:
    """Train in this process and return how long it takes.

    Args:
        contender: Who trains.
        work: What.
        setting: How.
        seconds: How long to count; the warm-up takes half of it, at least two runs.
        started: Time at which the process was started, in seconds since 1970.
    """
    try:
        training = contender.prepare(work, setting)
    except NotRun as reason:
        return Measurement(contender.name, work.name, setting.name, str(reason))
    except ModuleNotFoundError as error:
        reason_text = f"{(error.name or '').split('.')[0]} is not installed"
        return Measurement(contender.name, work.name, setting.name, reason_text)
    warm_up = min(WARM_UP_SECONDS, seconds)
    times, losses = [timed(training)], [0.0]
    first_use = time.time() - started
    for taken, loss in runs(training):
        times.append(taken)
        losses.append(loss)
        spent = sum(times[1:])
        if spent >= warm_up and len(times) > MIN_WARM_UP_RUNS:
            before, last = list(pairwise(times))[-1]
            if abs(last - before) < STABLE * before or spent >= MAX_WARM_UP * warm_up:
                break
    counted: list[float] = []
    for taken, loss in runs(training):
        counted.append(taken)
        losses.append(loss)
        if sum(counted) >= seconds and len(counted) >= MIN_COUNTED_RUNS:
            break
    median = statistics.median(counted)
    return Measurement(
        contender=contender.name,
        work=work.name,
        setting=setting.name,
        seconds_per_step=median / training.num_steps,
        first_use_seconds=max(first_use - median, 0.0),
        peak_bytes=peak_memory(),
        num_runs=len(counted),
        loss=losses[-1],
        versions={package: version(package) for package in contender.packages},
    )


def timed(training: Training) -> float:
    """Return how long the next run takes, in seconds."""
    return next(runs(training))[0]


def runs(training: Training) -> Iterator[tuple[float, float]]:
    """Go on training; give the time, in seconds, and the loss of every run."""
    while True:
        start = time.perf_counter()
        loss = training.run()
        yield time.perf_counter() - start, loss


def peak_memory() -> int:
    """Return the most memory this process has had, in bytes."""
    # getrusage() begins with the memory of the parent that started this process; the kernel's
    # own account begins with this program.
    if STATUS_FILE.is_file():
        for line in STATUS_FILE.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * BYTES_PER_KIBIBYTE
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * BYTES_PER_KIBIBYTE


def find_setting(contender: Contender, name: str) -> Setting:
    """Return the setting of this name.

    Raises:
        InvalidArgument: if there is none; it lists those there are.
    """
    for setting in contender.settings:
        if setting.name == name:
            return setting
    known = ", ".join(setting.name for setting in contender.settings)
    raise InvalidArgument(f"{contender.name} has no setting {name!r}: choose one of {known}.")


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description="One measurement, as one line of JSON.")
    parser.add_argument("contender")
    parser.add_argument("work")
    parser.add_argument("setting")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--started", type=float, default=STARTED)
    given = parser.parse_args()
    contender = find_contender(given.contender)
    setting = find_setting(contender, given.setting)
    found = measure(contender, find_work(given.work), setting, given.seconds, given.started)
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
