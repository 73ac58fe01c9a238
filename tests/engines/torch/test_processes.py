"""Several processes train one network: the same result as one process, also when one is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from engines.torch import shared_runs
from engines.torch.shared_runs import ALIKE, AS_ALONE, Result, figures, network, train

COUNTS = (2, 3)
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}


def torchrun(count: int, *arguments: str) -> list[str]:
    """The command that starts so many processes on this machine."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    return [*launcher, f"--nproc-per-node={count}", *arguments]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Path]:
    """What two and three processes leave of all shared runs."""
    made = {}
    for count in COUNTS:
        made[count] = tmp_path_factory.mktemp(f"processes-{count}")
        command = torchrun(count, shared_runs.__file__, str(made[count]))
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=280, env=ENVIRONMENT, check=False
        )
        assert done.returncode == 0, done.stderr
    return made


def of_rank(folder: Path, name: str, rank: int) -> dict[str, np.ndarray]:
    with np.load(folder / f"{name}-{rank}.npz") as file:
        return dict(file)


@pytest.mark.slow
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("run", AS_ALONE, ids=lambda run: run.__name__)
def test_several_processes_give_what_one_gives(
    folders: Mapping[int, Path], run: Callable[[], Result], count: int
) -> None:
    alone = figures(run())
    together = of_rank(folders[count], run.__name__, 0)
    for name, numbers in alone.items():
        np.testing.assert_allclose(together[name], numbers, rtol=1e-9, atol=1e-11, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("run", [*AS_ALONE, *ALIKE], ids=lambda run: run.__name__)
def test_all_processes_end_with_the_same_bits(
    folders: Mapping[int, Path], run: Callable[[], Result], count: int
) -> None:
    first = of_rank(folders[count], run.__name__, 0)
    for rank in range(1, count):
        other = of_rank(folders[count], run.__name__, rank)
        for name, numbers in first.items():
            assert (other[name] == numbers).all(), name


@pytest.mark.slow
def test_one_process_ends_the_run_of_all(folders: Mapping[int, Path]) -> None:
    assert len(of_rank(folders[2], "stopped_by_one", 1)["loss"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("count", COUNTS)
def test_another_number_of_processes_goes_on(folders: Mapping[int, Path], count: int) -> None:
    whole = figures(shared_runs.adam())
    resumed = train(network(), optimizer="adam", lr=0.01, out=folders[count], resume=True)
    for name, numbers in figures(resumed).items():
        np.testing.assert_allclose(numbers, whole[name], rtol=1e-9, atol=1e-11, err_msg=name)


@pytest.mark.slow
def test_a_loss_that_cannot_be_shared_is_refused_by_all(folders: Mapping[int, Path]) -> None:
    for rank in range(2):
        text = (folders[2] / f"refused-{rank}.txt").read_text()
        assert "neither the mean nor the sum over its samples" in text


@pytest.mark.slow
def test_other_engines_are_refused_by_several_processes(tmp_path: Path) -> None:
    command = ["-m", "chainrule", "train", "xor", "--engine", "eager", "--out", str(tmp_path)]
    done = subprocess.run(
        torchrun(2, *command), capture_output=True, text=True, env=ENVIRONMENT, timeout=200,
        check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "the eager engine runs in one process" in done.stderr.lower()


# On real data

PROGRAM = Path(__file__).with_name("mnist_run.py")


@pytest.mark.slow
def test_two_processes_learn_mnist_as_one_does(mnist_folder: Path, tmp_path: Path) -> None:
    weights = []
    for name, command in (
        ("alone", [sys.executable, str(PROGRAM)]),
        ("together", torchrun(2, str(PROGRAM))),
    ):
        path = tmp_path / f"{name}.npz"
        done = subprocess.run(
            [*command, str(mnist_folder), str(path)], capture_output=True, text=True,
            env=ENVIRONMENT, timeout=280, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        with np.load(path) as file:
            weights.append(dict(file))
    difference = max(np.abs(weights[0][k] - weights[1][k]).max() for k in weights[0])
    print(f"largest difference of weights after an epoch of MNIST: {difference:.1e}")
    assert difference < 1e-6


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_the_result_the_same(
    mnist_folder: Path, tmp_path: Path
) -> None:
    results = []
    for is_killed in (False, True):
        folder = tmp_path / str(is_killed)
        command = torchrun(
            2, "--max-restarts=1", "-m", "chainrule", "train", "mnist",
            "--data-dir", str(mnist_folder),
            "--engine", "torch", "--layers", "64,32", "--epochs", "2", "--out", str(folder),
        )  # fmt: skip
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT, text=True
        ) as launcher:
            if is_killed:
                kill_a_worker(launcher.pid, folder / "checkpoint.safetensors")
            _, errors = launcher.communicate(timeout=280)
        assert launcher.returncode == 0, errors
        assert ("exitcode: -9" in errors) == is_killed
        assert errors.count("epoch 1/2 ") == 1  # which was not trained again
        results.append((folder / "model.safetensors").read_bytes())
    whole, replaced = (weights_of(content) for content in results)
    assert whole == replaced


def kill_a_worker(launcher: int, checkpoint: Path) -> None:
    """Wait until the first epoch has been saved and the second is under way, and kill a worker."""
    saved = changed(checkpoint, 0.0)
    changed(checkpoint, saved)
    time.sleep(0.7)
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(launcher)], capture_output=True, text=True, check=True
    )
    os.kill(int(children.stdout.split()[-1]), signal.SIGKILL)


def changed(path: Path, before: float) -> float:
    """Wait until a file is newer than that."""
    while not path.exists() or path.stat().st_mtime <= before:
        time.sleep(0.02)
    return path.stat().st_mtime


def weights_of(content: bytes) -> bytes:
    """The tensors of a .safetensors file, without its header, which holds the time it took."""
    return content[8 + int.from_bytes(content[:8], "little") :]
