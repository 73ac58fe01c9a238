"""Checkpoints: everything that decides how a run goes on, in one file.

Resuming from a checkpoint gives the same bits as never having stopped: the file holds the model,
the optimiser, the schedule, all generator states, the place in the epoch, the sums of the epoch so
far, the history and the callbacks' states.
"""

import time
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.data import TensorDataset
from chainrule.errors import DataNotFound, StateMismatch
from chainrule.randomness import default_generator
from chainrule.storage import load, save
from chainrule.training.callbacks import Callback
from chainrule.training.history import EpochRow

if TYPE_CHECKING:
    from chainrule.engines.engine import StepResult
    from chainrule.training.trainer import Trainer

CHECKPOINT_FILE = "checkpoint.safetensors"
FORMAT = 1
DEFAULT_SECONDS = 30.0
MAX_ROWS_HASHED = 1000


class Checkpoint(Callback):
    """Saves the run into a folder after every epoch, and every so often between.

    Args:
        folder: Where the checkpoint is kept; a new one replaces the last when complete.
        every_seconds: Time between checkpoints within an epoch.
        every_steps: Save also whenever the step's number is divisible by this.
    """

    def __init__(
        self,
        folder: Path,
        every_seconds: float = DEFAULT_SECONDS,
        every_steps: int | None = None,
    ) -> None:
        self.path = folder / CHECKPOINT_FILE
        self.every_seconds = every_seconds
        self.every_steps = every_steps
        self._last = time.monotonic()

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Make the folder and start the clock."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._last = time.monotonic()

    def on_step_end(self, trainer: "Trainer", result: "StepResult") -> None:
        """Save if it is time to."""
        is_due = self.every_steps is not None and trainer.step % self.every_steps == 0
        if is_due or time.monotonic() - self._last > self.every_seconds:
            self.save(trainer)

    def on_epoch_end(self, trainer: "Trainer", row: EpochRow) -> None:
        """Mark the epoch for saving: the trainer saves once all callbacks have seen it."""
        trainer.needs_checkpoint = True

    def save(self, trainer: "Trainer") -> None:
        """Write the checkpoint now."""
        save(run_state(trainer), self.path)
        self._last = time.monotonic()


def run_state(trainer: "Trainer") -> dict[str, Any]:
    """Return everything that decides how the run goes on."""
    scheduler = trainer.scheduler
    return {
        "format": FORMAT,
        "configuration": configuration(trainer),
        "model": trainer.model.state_dict(),
        "training_modes": [module.training for module in trainer.model.modules()],
        "optimizer": trainer.optimizer.state_dict(),
        "scheduler": None if scheduler is None else scheduler.state_dict(),
        "generator": default_generator.state_dict(),
        "order": trainer.order,
        "loader_generator": trainer.loader.generator.state_dict(),
        "epoch": trainer.epoch,
        "batch": trainer.batch,
        "step": trainer.step,
        "sums": trainer.sums.state_dict(),
        "should_stop": trainer.should_stop,
        "history": [asdict(row) for row in trainer.history],
        "callbacks": [callback.state_dict() for callback in trainer.callbacks],
    }


def resume(trainer: "Trainer", folder: Path) -> None:
    """Put a new trainer where the interrupted one stood.

    Raises:
        DataNotFound: if there is no checkpoint in the folder.
        StateMismatch: if it belongs to another run; it names the first difference.
        CorruptFile: if it is damaged.
    """
    path = folder / CHECKPOINT_FILE
    if not path.exists():
        raise DataNotFound(
            f"There is no checkpoint in {folder} to resume from: {CHECKPOINT_FILE} is missing. "
            "Start the run without resume."
        )
    state: dict[str, Any] = load(path)
    check_configuration(state.get("configuration", {}), configuration(trainer), path)
    trainer.model.load_state_dict(state["model"])
    for module, training in zip(trainer.model.modules(), state["training_modes"], strict=True):
        module.training = training
    trainer.optimizer.load_state_dict(state["optimizer"])
    if trainer.scheduler is not None:
        trainer.scheduler.load_state_dict(state["scheduler"])
    trainer.epoch, trainer.batch, trainer.step = state["epoch"], state["batch"], state["step"]
    trainer.sums.load_state_dict(state["sums"])
    trainer.should_stop = state["should_stop"]
    trainer.history.rows = [EpochRow(**row) for row in state["history"]]
    for callback, saved in zip(trainer.callbacks, state["callbacks"], strict=True):
        callback.load_state_dict(saved)
    trainer.order = None if state["order"] is None else state["order"].array
    trainer.loader.generator.load_state_dict(state["loader_generator"])
    default_generator.load_state_dict(state["generator"])


def configuration(trainer: "Trainer") -> dict[str, Any]:
    """Return what must be the same for a run to be the same run."""
    optimizer = trainer.optimizer
    return {
        "model": [
            [path, list(tensor.array.shape), str(tensor.array.dtype)]
            for path, tensor in trainer.model.state_dict().items()
        ],
        "optimizer": type(optimizer).__name__,
        "optimizer options": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in optimizer.defaults.items()
        },
        "scheduler": type(trainer.scheduler).__name__,
        "batch size": trainer.loader.batch_size,
        "shuffling": [trainer.shuffles, trainer.loader.drop_last],
        "seed": trainer.seed,
        "engine": trainer.engine.name,
        "callbacks": [type(callback).__name__ for callback in trainer.callbacks],
        "data": data_fingerprint(trainer.loader.dataset),
    }


def check_configuration(saved: dict[str, Any], now: dict[str, Any], path: Path) -> None:
    """Refuse to resume another run.

    Raises:
        StateMismatch: naming the first difference.
    """
    for name, value in now.items():
        if saved.get(name) != value:
            raise StateMismatch(
                f"{path} belongs to another run: its {name} is {shorten(saved.get(name))}, this "
                f"run's is {shorten(value)}. Resume with what the run was started with, or start "
                "anew."
            )


def shorten(value: object) -> str:
    """Return a value as a text that fits into a message."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def data_fingerprint(dataset: object) -> list[Any]:
    """Return a few numbers that differ for different data: length, shapes, a check sum of rows."""
    length = len(dataset)  # type: ignore[arg-type]  # every data set has a length
    if not isinstance(dataset, TensorDataset):
        return [length]
    rows = np.unique(np.linspace(0, max(length - 1, 0), MAX_ROWS_HASHED, dtype=int))
    sums = [
        zlib.crc32(np.ascontiguousarray(tensor.array[rows[:length]]).tobytes())
        for tensor in dataset.tensors
    ]
    return [length, *[list(tensor.array.shape) for tensor in dataset.tensors], *sums]
