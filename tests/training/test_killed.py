"""A run that is killed again and again, at random moments, ends in the same file, byte for byte."""

import contextlib
import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import chainrule
from chainrule.storage import load_model
from chainrule.training.checkpoint import CHECKPOINT_FILE
from training.train_until_killed import EPOCHS, STEPS

SCRIPT = Path(__file__).parent / "train_until_killed.py"
KILLS = 20
ALLOWED_AT_ONCE = 4  # steps, among them one after which the run is saved


def start(folder: Path, stdin: int = subprocess.PIPE) -> "subprocess.Popen[str]":
    """Go on with the run, in a process of its own that waits to be allowed each step."""
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def kill_at_random(folder: Path, dice: random.Random, from_start: bool) -> int:
    """Start or resume the run and kill it; return the last step it began, or -1."""
    process, step = start(folder), -1
    assert process.stdin is not None
    assert process.stdout is not None
    for _ in range(0 if from_start else dice.randrange(2 * STEPS)):
        step = int(process.stdout.readline())
        process.stdin.write("\n")
        process.stdin.flush()
    process.stdin.write("\n" * ALLOWED_AT_ONCE)
    process.stdin.flush()
    # While it imports, reads the checkpoint, makes the first; or within a step, or in saving.
    time.sleep(dice.uniform(0.0, 0.5 if from_start else 0.02))
    process.kill()
    with process.stdout as output:
        lines = [line for line in output if line.endswith("\n")]
    with contextlib.suppress(BrokenPipeError):  # what it was allowed and did not read
        process.stdin.close()
    assert process.wait() == -signal.SIGKILL
    return int(lines[-1]) if lines else step


def check_files(folder: Path) -> None:
    """Every file that has its name is whole."""
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue  # temporary, of a moment in which the process was killed
        if path.suffix == ".safetensors":
            chainrule.load(path)
        elif path.suffix == ".csv":
            rows = list(csv.DictReader(path.read_text().splitlines()))
            assert len(rows) == EPOCHS
        else:
            json.loads(path.read_text())


@pytest.mark.slow
def test_a_run_killed_many_times_ends_in_the_same_file(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    with start(whole, subprocess.DEVNULL) as process:
        process.communicate(timeout=120)
    assert process.returncode == 0

    dice = random.Random(0)  # noqa: S311
    reached = []
    for number in range(KILLS):
        reached.append(kill_at_random(parts, dice, from_start=number % 4 == 0))
        if parts.exists():
            check_files(parts)
    assert max(reached) > 5 * STEPS
    assert not (parts / "model.safetensors").exists()
    saved_step = chainrule.load(parts / CHECKPOINT_FILE)["step"]

    with start(parts, subprocess.DEVNULL) as process:
        rest = process.communicate(timeout=120)[0].split()
    assert process.returncode == 0
    assert int(rest[0]) == saved_step
    assert int(rest[-1]) == EPOCHS * STEPS - 1
    check_files(parts)
    model = "model.safetensors"
    assert (parts / model).read_bytes() == (whole / model).read_bytes()
    assert without_times(parts / "history.csv") == without_times(whole / "history.csv")
    assert sum(1 for _ in load_model(parts / model).parameters()) == 6


def without_times(path: Path) -> list[dict[str, str]]:
    """The rows of a history, but for what differs from run to run."""
    rows = list(csv.DictReader(path.read_text().splitlines()))
    return [
        {name: text for name, text in row.items() if name not in ("seconds", "samples_per_second")}
        for row in rows
    ]
