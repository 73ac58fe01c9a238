"""Training on memory-mapped arrays: the same bits as in memory, a few batches of them at a time."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.data import TensorDataset
from chainrule.engines import CompiledEngine
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.training import fit
from training.helpers import figures, network, weights
from training.runs import STEPS, X_TEST, Y_TEST, Crash, Run, Stopper, X, Y

ENGINES = ("eager", "compiled", "torch")
Pair = tuple[np.ndarray, np.ndarray]


def in_file(array: np.ndarray, folder: Path) -> np.ndarray:
    """The array as a map of a file that may only be read."""
    path = folder / f"{zlib.crc32(array.tobytes())}{array.dtype}.npy"
    np.save(path, array)
    return np.load(path, mmap_mode="r")


def pairs(folder: Path, samples: str = "f4", labels: str = "i8") -> tuple[Pair, Pair]:
    """Samples to learn from and to be tested on, in files."""
    arrays = [(X, Y), (X_TEST, Y_TEST)]
    train, test = (
        (in_file(x.astype(samples), folder), in_file(y.astype(labels), folder)) for x, y in arrays
    )
    return train, test


def plain_network() -> nn.Sequential:
    """A network that is quickly compiled, the same every time."""
    chainrule.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Dropout(0.3), nn.Linear(8, 3))


def trained_on(data: Any, validation: Any, engine: str) -> tuple[object, object]:
    """Weights and figures of a short run."""
    model = plain_network()
    history = fit(
        model, data, validation=validation, engine=engine, epochs=2, batch_size=10, seed=3
    )
    return weights(model), figures(history)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("samples", "labels"), [("f4", "i8"), ("f8", "u1"), (">f4", "i4")])
@pytest.mark.parametrize("bytes_at_once", [1, 500, 1 << 20])
def test_mapped_samples_teach_the_same_bits(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    engine: str,
    samples: str,
    labels: str,
    bytes_at_once: int,
) -> None:
    monkeypatch.setattr("chainrule.data.dataset.BYTES_AT_ONCE", bytes_at_once)
    in_files = trained_on(*pairs(tmp_path, samples, labels), engine)
    assert in_files == trained_on((X, Y), (X_TEST, Y_TEST), engine)


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_a_stopped_run_goes_on_exactly_from_files_or_memory(tmp_path: Path, engine: str) -> None:
    def run(data: Any, validation: Any) -> Run:
        options = {"engine": engine, "model": plain_network}
        return Run(data=lambda: data, validation=validation, **options)

    in_memory = (X, Y), (X_TEST, Y_TEST)
    whole = run(*in_memory).train().result()
    for folder, second in (("a", pairs(tmp_path)), ("b", in_memory)):
        stop = Stopper("on_step_start", 2 * STEPS + 3, Crash)
        with pytest.raises(Crash):
            run(*pairs(tmp_path)).train(tmp_path / folder, stop=stop)
        assert run(*second).train(tmp_path / folder, resume=True).result() == whole


def test_slices_of_steps_hold_no_more_than_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chainrule.data.dataset.BYTES_AT_ONCE", 2 * 10 * (8 + 8))
    taken: list[int] = []
    train_steps = CompiledEngine.train_steps

    def watch(self: Any, inputs: Any, targets: Any, rows: Any, batch_size: int) -> Any:
        assert type(inputs) is type(targets) is np.ndarray
        assert inputs.flags.writeable
        taken.append(len(inputs))
        return train_steps(self, inputs, targets, rows, batch_size)

    monkeypatch.setattr(CompiledEngine, "train_steps", watch)
    trained_on(*pairs(tmp_path), "compiled")
    assert sum(taken) == 2 * 50
    assert max(taken) <= 20  # fewer where a busy machine takes long for a step


def test_data_sets_of_mapped_tensors_keep_their_dtype(tmp_path: Path) -> None:
    x, y = (chainrule.from_numpy(array) for array in pairs(tmp_path, "f8")[0])
    model = network().double()
    fit(model, TensorDataset(x, y), epochs=1, seed=0)
    other = network().double()
    tensors = chainrule.from_numpy(X.astype(np.float64)), chainrule.from_numpy(Y)
    fit(other, TensorDataset(*tensors), epochs=1, seed=0)
    assert weights(model) == weights(other)


def test_numbers_that_are_not_finite_are_found_in_files(tmp_path: Path) -> None:
    x = X.copy()
    x[30, 1] = np.nan
    with pytest.raises(InvalidArgument, match=r"first in sample 30, at \[30, 1\]"):
        fit(network(), (in_file(x, tmp_path), in_file(Y, tmp_path)))
    with pytest.raises(InvalidArgument, match="first in sample 30"):
        fit(network(), (X, Y), validation=(in_file(x, tmp_path), Y))


def test_columns_stored_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="column by column"):
        fit(network(), (in_file(np.asfortranarray(X), tmp_path), in_file(Y, tmp_path)))


def test_texts_in_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidType, match="<U1"):
        fit(network(), (in_file(X, tmp_path), in_file(Y.astype("U1"), tmp_path)))


def test_a_program_reads_arrays_that_may_not_be_written(tmp_path: Path) -> None:
    losses = []
    for x, y in (pairs(tmp_path)[0], (X, Y)):
        model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 3))
        for parameter in model.parameters():
            parameter.array[...] = np.linspace(-1, 1, parameter.array.size).reshape(parameter.shape)
        optimizer = chainrule.optim.SGD(model.parameters(), lr=0.1)
        program = chainrule.compile(model, nn.CrossEntropyLoss(), optimizer, x[:10], y[:10])
        losses.append(program.epoch(x, y, np.arange(len(x))[::-1], 10)[0].tolist())
    assert losses[0] == losses[1]
