"""Where the real MNIST files are, for the tests that need them."""

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist"


@pytest.fixture(scope="session", autouse=True)
def machine_code_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the user's cache out of the tests, unless another folder is asked for."""
    os.environ.setdefault("CHAINRULE_CACHE", str(tmp_path_factory.mktemp("machine_code")))


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    if not FOLDER.is_dir():
        pytest.skip(f"the real MNIST files are not there: {FOLDER}")
    return FOLDER
