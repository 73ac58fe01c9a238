"""Resuming: the same bits as a run that was never stopped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data import DataLoader
from chainrule.randomness import Generator, default_generator
from chainrule.training import Checkpoint, EarlyStopping, checkpoint, fit
from chainrule.training.checkpoint import CHECKPOINT_FILE
from chainrule.training.trainer import Trainer
from training.helpers import network, weights
from training.runs import (
    EPOCHS,
    OPTIMIZERS,
    SCHEDULES,
    STEPS,
    Crash,
    Run,
    Stopper,
    X,
    Y,
    stopped_and_resumed,
    tensors,
)


@pytest.fixture(autouse=True)
def _every_epoch_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short it is."""
    monkeypatch.setattr(checkpoint, "MIN_SECONDS", -1.0)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("step", [2 * STEPS, 2 * STEPS + 3])
def test_every_optimizer_goes_on_exactly(tmp_path: Path, optimizer: str, step: int) -> None:
    whole = Run(optimizer).train().result()
    stop = Stopper("on_step_start", step, Crash)
    assert stopped_and_resumed(tmp_path, stop, optimizer=optimizer)[1].result() == whole


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("step", [2 * STEPS, 2 * STEPS + 3])
def test_every_schedule_goes_on_exactly(tmp_path: Path, schedule: str, step: int) -> None:
    options = {"optimizer": "SGD", "schedule": schedule}
    whole = Run(**options).train().result()
    stop = Stopper("on_step_start", step, Crash)
    assert stopped_and_resumed(tmp_path, stop, **options)[1].result() == whole


@pytest.mark.parametrize("every_steps", [1, 3, 7, None])
@pytest.mark.parametrize("step", [0, 1, STEPS - 1, STEPS, STEPS + 1, EPOCHS * STEPS - 1])
def test_a_crash_at_any_step_costs_only_the_steps_since_the_checkpoint(
    tmp_path: Path, step: int, every_steps: int | None
) -> None:
    whole = Run().train().result()
    stop = Stopper("on_step_start", step, Crash)
    _, second = stopped_and_resumed(tmp_path, stop, every_steps)
    assert second.result() == whole


class Listed:
    """Samples one by one, with noise drawn from the library's generator."""

    def __getitem__(self, index: int) -> tuple[np.ndarray, int]:
        noise = default_generator.numpy.normal(size=2).astype(np.float32)
        return X[index] + 0.1 * noise, int(Y[index])

    def __len__(self) -> int:
        return len(X)


DATA: dict[str, Callable[[], Any]] = {
    "in order": lambda: DataLoader(tensors(), batch_size=10),
    "own generator": lambda: DataLoader(
        tensors(), batch_size=10, shuffle=True, generator=Generator(7)
    ),
    "drop_last": lambda: DataLoader(tensors(), batch_size=9, shuffle=True, drop_last=True),
    "sampler": lambda: DataLoader(
        tensors(), batch_size=10, sampler=[*range(0, 50, 2), *range(0, 50, 2)]
    ),
    "single samples drawn with noise": Listed,
    "noise and a loader": lambda: DataLoader(Listed(), batch_size=10, shuffle=True),
}


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("step", [2 * STEPS, 2 * STEPS + 3])
def test_every_kind_of_data_goes_on_exactly(tmp_path: Path, data: str, step: int) -> None:
    whole = Run(data=DATA[data]).train().result()
    stop = Stopper("on_step_start", step, Crash)
    assert stopped_and_resumed(tmp_path, stop, data=DATA[data])[1].result() == whole


def mean_distance(outputs: np.ndarray, targets: np.ndarray) -> np.float32:
    """A metric in single precision, as NumPy gives it for such outputs."""
    return np.mean(np.abs(outputs[:, 0] - targets.astype(np.float32)))


def test_metrics_of_single_precision_go_on_exactly(tmp_path: Path) -> None:
    whole = Run(metrics=[mean_distance]).train().result()
    stop = Stopper("on_step_start", 8, Crash)
    assert stopped_and_resumed(tmp_path, stop, metrics=[mean_distance])[1].result() == whole


def test_a_run_without_a_seed_or_validation_goes_on_exactly(tmp_path: Path) -> None:
    options = {"seed": None, "validation": None, "clip_norm": 0.5, "metrics": []}
    whole = Run(**options).train().result()
    stop = Stopper("on_step_start", 8, Crash)
    assert stopped_and_resumed(tmp_path, stop, **options)[1].result() == whole


@pytest.mark.parametrize("step", [2, STEPS, 2 * STEPS + 3])
def test_early_stopping_goes_on_exactly(tmp_path: Path, step: int) -> None:
    """Best figure and best weights are part of the checkpoint; so is having stopped."""

    def stopping() -> EarlyStopping:
        return EarlyStopping("validation_loss", patience=2, min_delta=0.1)

    options = {"optimizer": "SGD", "schedule": "none", "epochs": 30}
    whole, watch = Run(**options), stopping()
    whole.train(callbacks=(watch,))
    assert len(whole.history) < 30
    with pytest.raises(Crash):
        Run(**options).train(
            tmp_path, stop=Stopper("on_step_start", step, Crash), callbacks=(stopping(),)
        )
    second, again = Run(**options), stopping()
    second.train(tmp_path, resume=True, callbacks=(again,))
    assert second.result() == whole.result()
    assert (again.best, again.best_epoch) == (watch.best, watch.best_epoch)
    third = Run(**options).train(tmp_path, resume=True, callbacks=(stopping(),))
    assert third.result() == whole.result()


def test_a_finished_run_is_left_as_it_is(tmp_path: Path) -> None:
    whole = Run().train(tmp_path).result()
    content = (tmp_path / CHECKPOINT_FILE).read_bytes()
    assert Run().train(tmp_path, resume=True).result() == whole
    assert (tmp_path / CHECKPOINT_FILE).read_bytes() == content


def test_a_finished_run_goes_on_to_more_epochs(tmp_path: Path) -> None:
    whole = Run(schedule="StepLR", epochs=6).train().result()
    Run(schedule="StepLR", epochs=2).train(tmp_path)
    assert Run(schedule="StepLR", epochs=6).train(tmp_path, resume=True).result() == whole


def test_checkpoints_are_due_by_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[int] = []

    class Noting(Checkpoint):
        def save(self, trainer: Trainer) -> None:
            super().save(trainer)
            saved.append(trainer.step)

    fit(network(), (X, Y), epochs=1, batch_size=10, callbacks=[Noting(tmp_path, every_seconds=0)])
    assert saved[:2] == [0, 1]
    saved.clear()
    fit(network(), (X, Y), epochs=2, batch_size=10, callbacks=[Noting(tmp_path)])
    assert saved == [0, 5, 10]
    saved.clear()
    monkeypatch.setattr(checkpoint, "MIN_SECONDS", 1000.0)
    fit(network(), (X, Y), epochs=3, batch_size=10, callbacks=[Noting(tmp_path)])
    assert saved == [0, 15]


def test_out_may_be_a_text_and_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    model = network()
    fit(model, (X, Y), epochs=1, seed=0, out=str(folder))
    assert [path.name for path in folder.iterdir()] == [CHECKPOINT_FILE]
    other = network(seed=5)
    fit(other, (X, Y), epochs=1, seed=0, out=str(folder), resume=True)
    assert weights(model) == weights(other)


def test_checkpoints_change_nothing_about_training(tmp_path: Path) -> None:
    with_checkpoints = Run().train(tmp_path, every_steps=1).result()
    assert with_checkpoints == Run().train().result()


def test_a_new_run_replaces_the_checkpoint_of_an_earlier_one_at_once(tmp_path: Path) -> None:
    """Else, stopped before its first own checkpoint, it would be resumed as the earlier run."""
    Run(seed=8).train(tmp_path)
    with pytest.raises(Crash):
        Run().train(tmp_path, stop=Stopper("on_step_start", 0, Crash))
    assert Run().train(tmp_path, resume=True).result() == Run().train().result()
