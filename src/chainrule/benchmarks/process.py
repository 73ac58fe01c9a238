"""Starting a measurement in a new process, with a given number of threads and its own caches."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from chainrule.benchmarks.contender import Contender, Setting
from chainrule.benchmarks.measure import Measurement
from chainrule.benchmarks.works import Work

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
CACHE_VARIABLES = ("CHAINRULE_CACHE", "TORCHINDUCTOR_CACHE_DIR", "JAX_COMPILATION_CACHE_DIR")
KEEP_ALL = {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
TIME_LIMIT = 600  # seconds


def run_measurement(
    contender: Contender, work: Work, setting: Setting, seconds: float, cache: Path
) -> Measurement:
    """Measure in a new process.

    Args:
        contender: Who trains.
        work: What.
        setting: How.
        seconds: How long to count.
        cache: Folder for compiled code, not shared with any other contender or setting.
    """
    command = [sys.executable, "-m", "chainrule.benchmarks.measure"]
    command += [contender.name, work.name, setting.name, "--seconds", str(seconds)]
    command += ["--started", str(time.time())]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command,
            env=environment(setting, cache),
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        reason = f"took more than {TIME_LIMIT} s"
        return Measurement(contender.name, work.name, setting.name, reason)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return Measurement(contender.name, work.name, setting.name, f"failed: {lines[-1]}")
    return Measurement(**json.loads(done.stdout.strip().splitlines()[-1]))


def environment(setting: Setting, cache: Path) -> Mapping[str, str]:
    """Return this process's environment with a setting's threads and caches in a folder."""
    changed = {k: v for k, v in os.environ.items() if k not in THREAD_VARIABLES}
    if setting.one_thread:
        changed |= dict.fromkeys(THREAD_VARIABLES, "1")
    caches = {variable: str(cache / variable.lower()) for variable in CACHE_VARIABLES}
    return changed | caches | KEEP_ALL
