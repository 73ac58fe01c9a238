"""Where the real MNIST files are, for the tests that need them; what is no test."""

from pathlib import Path

import pytest

collect_ignore = ["pytorch_scripts"]  # programs that tests run

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist"


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    if not FOLDER.is_dir():
        pytest.skip(f"the real MNIST files are not there: {FOLDER}")
    return FOLDER
