"""Training on data four times larger than the memory allowed: the peak does not grow with them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "larger_than_memory.py"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory are Linux's")
def test_an_epoch_over_data_larger_than_memory_takes_no_more_of_it(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--limit", "384", "--sizes", "1", "4"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "limit 384 MiB" in done.stdout
    assert "1536 MiB" in done.stdout
    assert "the limit is none" not in done.stdout
    assert not list(tmp_path.iterdir())
