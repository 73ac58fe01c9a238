"""How much memory training takes when the data are larger than the memory it is allowed.

Made-up data of one, two and four times the limit are written to files. A process that is held to
the limit trains for one epoch on each; its peak must not grow with the data. Then the largest are
loaded the ordinary way under the same limit, which must fail, or else the limit is none.

    python benchmarks/larger_than_memory.py --limit 512 --engine compiled

The limit is a control group of Linux where one may be made: it counts everything, the system's
copies of file pages included. Elsewhere it is RLIMIT_DATA, which counts the memory a process asks
for, touched or not, and no file pages.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainrule import fit, nn
from chainrule.benchmarks.measure import peak_memory

MEBIBYTE = 1 << 20
FEATURES = 3072  # a picture of 32 × 32 pixels in three colours
CLASSES = 10
SIZES = (1.0, 2.0, 4.0)  # times the limit
MAX_GROWTH = 0.02  # of the growth of the data; the order of the samples takes 8 bytes of 12 296
GROUPS = Path("/sys/fs/cgroup")
LIMIT_FILES = ("memory.max", "memory.limit_in_bytes")  # of version 2 and 1
PEAK_FILES = ("memory.peak", "memory.max_usage_in_bytes")
ENGINES = ("compiled", "eager", "torch")
KILLED = "killed by the system"


Result = dict[str, Any]


class ControlGroup:
    """A control group below that of this process, with a limit of its own.

    Args:
        folder: To be made.
        limit: In bytes.

    Raises:
        OSError: if this machine does not let it be made.
    """

    name = "control group"

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        folder.mkdir()
        try:
            with self._file(LIMIT_FILES).open("r+") as file:  # none is made where there is none
                file.write(str(limit))
            for name, most in (("memory.swap.max", 0), ("memory.memsw.limit_in_bytes", limit)):
                if (folder / name).exists():
                    (folder / name).write_text(str(most))
        except OSError:
            folder.rmdir()
            raise

    def _file(self, names: tuple[str, str]) -> Path:
        """Return the file of this kind that the system has."""
        newer, older = (self.folder / name for name in names)
        return newer if newer.exists() else older

    def enter(self) -> None:
        """Put the process that calls this under the limit."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def peak(self) -> int | None:
        """Return the most bytes that were in the group, file pages included."""
        file = self._file(PEAK_FILES)
        return int(file.read_text()) if file.exists() else None

    def leave(self) -> None:
        """Remove the group, once its processes are gone."""
        self.folder.rmdir()


class ResourceLimit:
    """RLIMIT_DATA.

    Args:
        limit: In bytes.
    """

    name = "RLIMIT_DATA"

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def enter(self) -> None:
        """Put the process that calls this under the limit."""
        resource.setrlimit(resource.RLIMIT_DATA, (self.limit, self.limit))

    def peak(self) -> None:
        """Return None: nothing is counted for the system."""

    def leave(self) -> None:
        """Do nothing: the limit ends with the process."""


Limit = ControlGroup | ResourceLimit


def make_limit(size: int, use_groups: bool) -> Limit:
    """Return the most honest limit this machine offers."""
    for folder in own_groups() if use_groups else ():
        try:
            return ControlGroup(folder / f"chainrule-{os.getpid()}", size)
        except OSError:
            continue
    return ResourceLimit(size)


def own_groups() -> list[Path]:
    """Return the folders of this process's control groups that may count memory."""
    file = Path("/proc/self/cgroup")
    lines = file.read_text().splitlines() if file.exists() else []
    found = []
    for _, controllers, path in (line.split(":", 2) for line in lines):
        if controllers in ("", "memory"):
            found.append(GROUPS / controllers / path.lstrip("/"))
    return found


def write_data(folder: Path, size: int) -> None:
    """Write random pictures of so many bytes, whose classes can be learned."""
    count = size // (FEATURES * 4)
    x = np.lib.format.open_memmap(folder / "x.npy", "w+", np.float32, (count, FEATURES))
    y = np.lib.format.open_memmap(folder / "y.npy", "w+", np.int64, (count,))
    generator = np.random.default_rng(0)
    noise = generator.standard_normal((2048, FEATURES), np.float32)
    centres = generator.standard_normal((CLASSES, FEATURES), np.float32)
    for first in range(0, count, len(noise)):
        labels = generator.integers(CLASSES, size=min(len(noise), count - first))
        x[first : first + len(labels)] = noise[: len(labels)] + centres[labels]
        y[first : first + len(labels)] = labels


def forget(path: Path) -> None:
    """Have the system write a file to the disk and drop its copy, so that reading begins there."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def train(folder: Path, engine: str, is_mapped: bool = True) -> Result:
    """Train for one epoch on the data in a folder."""
    x, y = (np.load(folder / f"{name}.npy", mmap_mode="r" if is_mapped else None) for name in "xy")
    model = nn.Sequential(nn.Linear(FEATURES, 64), nn.ReLU(), nn.Linear(64, CLASSES))
    held_out = len(x) // 10
    history = fit(
        model,
        (x[held_out:], y[held_out:]),
        validation=(x[:held_out], y[:held_out]),
        epochs=1,
        batch_size=64,
        engine=engine,
        seed=0,
    )
    return {"peak": peak_memory(), "samples_per_second": history[-1].samples_per_second}


def run_limited(arguments: list[str], size: int, use_groups: bool) -> Result:
    """Run this script in a process held to a limit, and return its result or how it ended."""
    limit = make_limit(size, use_groups)
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, __file__, *arguments],
            capture_output=True,
            text=True,
            preexec_fn=limit.enter,
        )
        seconds, total = time.perf_counter() - began, limit.peak()
    finally:
        limit.leave()
    if done.returncode == 0:
        result: Result = json.loads(done.stdout.splitlines()[-1])
        return {**result, "seconds": seconds, "with_pages": total, "limit": limit.name}
    last = (done.stderr.strip().splitlines() or [""])[-1]
    return {"ended": KILLED if done.returncode == -signal.SIGKILL else last}


def measure(folder: Path, size: int, sizes: Sequence[float], engine: str, use_groups: bool) -> bool:
    """Train on data of growing size, print a table, and return whether all is as it should be."""
    peaks = []
    for times in (0.1, *sizes):  # the first is what the program takes by itself
        write_data(folder, int(times * size))
        forget(folder / "x.npy")
        found = run_limited(["--train", str(folder), "--engine", engine], size, use_groups)
        if "ended" in found:
            print(f"training on {times} times the limit failed: {found['ended']}")
            return False
        if not peaks:
            print(f"limit {size / MEBIBYTE:.0f} MiB ({found['limit']}), engine {engine}")
            print(
                f"{'data':>10}{'peak':>10}{'with file pages':>18}{'seconds':>10}{'samples/s':>12}"
            )
        pages = "" if found["with_pages"] is None else f"{found['with_pages'] / MEBIBYTE:.0f} MiB"
        print(
            f"{times * size / MEBIBYTE:>6.0f} MiB{found['peak'] / MEBIBYTE:>6.0f} MiB{pages:>18}"
            f"{found['seconds']:>10.1f}{found['samples_per_second']:>12,.0f}"
        )
        peaks.append(found["peak"])
    growth = (peaks[-1] - peaks[1]) / (size * (sizes[-1] - sizes[0]))
    print(f"of every byte of data more, {max(growth, 0):.2%} came to the peak")
    found = run_limited(["--load", str(folder), "--engine", engine], size, use_groups)
    ended = found.get("ended", "trained, so the limit is none")
    print(f"loaded instead of mapped: {ended}")
    return growth < MAX_GROWTH and (ended == KILLED or "MemoryError" in ended)


def main() -> int:
    """Do as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, default=512, help="in MiB")
    parser.add_argument(
        "--sizes",
        type=float,
        nargs="+",
        default=SIZES,
        help="times the limit; two or more, growing",
    )
    parser.add_argument("--engine", choices=ENGINES, default="compiled")
    parser.add_argument("--rlimit", action="store_true", help="RLIMIT_DATA in any case")
    parser.add_argument("--folder", help="where there is room for the files")
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--load", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.train or given.load:
        folder = given.train or given.load
        print(json.dumps(train(folder, given.engine, is_mapped=given.load is None)))
        return 0
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        size = given.limit * MEBIBYTE
        is_good = measure(Path(name), size, given.sizes, given.engine, not given.rlimit)
        return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
