"""One small trained model, shared by the tests of the commands."""

from pathlib import Path

import pytest

from chainrule.training.run import RunOptions, execute


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short training run on digits."""
    folder = tmp_path_factory.mktemp("run")
    execute(RunOptions("digits", layers=(32,), epochs=12, lr=0.005, seed=1), folder)
    return folder
