"""Each file in examples/ runs alone and prints what it is there to show."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "examples"
SHOWS = {
    "digits.py": "epoch 10: 9",
    "one_neuron.py": "backward(): 0.40 for w, 0.20 for b",
    "perceptron.py": "xor: 2 of 4 right; pass 1000 was still with mistakes",
}
"""Name of the file -> what its output must contain."""


def test_every_example_is_listed() -> None:
    own = [path.name for path in FOLDER.iterdir() if path.suffix and "pytorch" not in path.name]
    assert sorted(own) == sorted(SHOWS)  # those of PyTorch: test_pytorch_examples.py


@pytest.mark.parametrize("name", SHOWS)
def test_example_shows_what_it_should(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(FOLDER / name)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert SHOWS[name] in done.stdout
