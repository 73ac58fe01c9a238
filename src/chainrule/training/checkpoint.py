"""Checkpoints: everything that decides how a run goes on, in one file.

Resuming from a checkpoint gives the same bits as never having stopped: the file holds the model,
the optimiser, the schedule, all generator states, the place in the epoch, the sums of the epoch so
far, the history and the callbacks' states.
"""

import copy
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.data import DataLoader, TensorDataset
from chainrule.engines.processes import was_restarted
from chainrule.errors import (
    ChainruleError,
    CorruptFile,
    DataNotFound,
    InvalidArgument,
    StateMismatch,
)
from chainrule.files import PathLike
from chainrule.nn.module import Module
from chainrule.randomness import default_generator
from chainrule.storage import load, save
from chainrule.training.callbacks import Callback
from chainrule.training.checkpoint_form import check_state
from chainrule.training.history import EpochRow, count_columns, from_table, to_table

if TYPE_CHECKING:
    from chainrule.engines.engine import StepResult
    from chainrule.training.trainer import Trainer

CHECKPOINT_FILE = "checkpoint.safetensors"
FORMAT = 1
DEFAULT_SECONDS = 30.0
MIN_SECONDS = 1.0  # epochs may take no longer than saving does
MAX_ROWS_HASHED = 1000
SHOWN = 160  # characters of a value that a message shows
DAMAGES = (
    ChainruleError, AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError,
)  # fmt: skip


class Checkpoint(Callback):
    """Saves the run into a folder after every epoch, and every so often between.

    The first checkpoint is saved before the first step, in place of an earlier run's. Of epochs
    that take less than a second, not all are saved; the last one always is.

    Args:
        folder: Where the checkpoint is kept; a new one replaces the last when complete.
        every_seconds: Time between checkpoints within an epoch.
        every_steps: Save also whenever the step's number is divisible by this.
    """

    def __init__(
        self,
        folder: PathLike,
        every_seconds: float = DEFAULT_SECONDS,
        every_steps: int | None = None,
    ) -> None:
        if every_steps is not None and every_steps < 1:
            raise InvalidArgument(
                f"Checkpoint got every_steps={every_steps}: at least 1 is needed."
            )
        self.path = Path(folder) / CHECKPOINT_FILE
        self.every_seconds = every_seconds
        self.every_steps = every_steps
        self._last = time.monotonic()

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Make the folder, have a new run saved as it begins, and start the clock."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        trainer.needs_checkpoint = trainer.step == 0
        self._last = time.monotonic()

    def steps_to_next(self, trainer: "Trainer") -> int | None:
        """Return the steps until one is to be saved."""
        return (
            None if self.every_steps is None else self.every_steps - trainer.step % self.every_steps
        )

    def on_step_end(self, trainer: "Trainer", result: "StepResult") -> None:
        """Ask for saving if it is time to: the trainer saves once all callbacks have been told."""
        is_due = self.every_steps is not None and trainer.step % self.every_steps == 0
        if is_due or time.monotonic() - self._last > self.every_seconds:
            trainer.needs_checkpoint = True

    def on_epoch_end(self, trainer: "Trainer", row: EpochRow) -> None:
        """Ask for saving, unless that was done but a moment ago."""
        if time.monotonic() - self._last > min(self.every_seconds, MIN_SECONDS):
            trainer.needs_checkpoint = True

    def save(self, trainer: "Trainer") -> None:
        """Write the checkpoint now; of several processes, which all have the same, one does."""
        if trainer.processes.is_first:
            save(run_state(trainer), self.path)
        self._last = time.monotonic()


def goes_on(folder: Path | None, resume: bool) -> bool:
    """Return whether a run is to go on from the checkpoint in its folder.

    Args:
        folder: Where the run keeps it.
        resume: Whether that was asked for. Processes that were started anew, because one of them
            had ended, go on without having been asked to.
    """
    has_checkpoint = folder is not None and (folder / CHECKPOINT_FILE).is_file()
    return resume or (has_checkpoint and was_restarted())


def engine_of(folder: Path) -> str | None:
    """Return the name of the engine that ran until the checkpoint in a folder, if there is one."""
    try:
        state: Any = load(folder / CHECKPOINT_FILE)
        return str(state["configuration"]["engine"]).strip("'")
    except (OSError, *DAMAGES):
        return None  # resuming says what is wrong


def run_state(trainer: "Trainer") -> dict[str, Any]:
    """Return everything that decides how the run goes on."""
    scheduler = trainer.scheduler
    return {
        "format": FORMAT,
        "configuration": trainer.configuration,
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
        "history": to_table(trainer.history.rows, count_columns(*figures_of(trainer))),
        "callbacks": [callback.state_dict() for callback in trainer.callbacks],
    }


def figures_of(trainer: "Trainer") -> tuple[list[str], bool]:
    """Return the names of the metrics, and whether they are measured on validation data, too."""
    return [metric.name for metric in trainer.sums.metrics], trainer.validation is not None


def resume(trainer: "Trainer", folder: Path) -> None:
    """Put a new trainer where the interrupted one stood.

    Raises:
        DataNotFound: if there is no checkpoint in the folder.
        StateMismatch: if it belongs to another run; it names the first difference.
        CorruptFile: if it is damaged. Then, too, nothing has been changed.
    """
    path = folder / CHECKPOINT_FILE
    if not path.exists():
        raise DataNotFound(
            f"There is no checkpoint in {folder} to resume from: {CHECKPOINT_FILE} is missing. "
            "Start the run without resume."
        )
    state: object = load(path)
    before = copy.deepcopy(run_state(trainer))
    if not isinstance(state, dict) or state.keys() != before.keys():
        raise CorruptFile(f"{path} is damaged: it holds no training run. Start the run anew.")
    if str(state["format"]) != str(FORMAT):
        raise StateMismatch(
            f"{path} was written by another version of chainrule: finish the run with that "
            "version, or start it anew."
        )
    check_configuration(state["configuration"], trainer.configuration, path)
    try:
        check_state(state, before, trainer)
        restore(trainer, state)
    except DAMAGES as error:
        restore(trainer, before)
        reason = shorten(f"{type(error).__name__}, {error}")
        raise CorruptFile(f"{path} is damaged: {reason}. Start the run anew.") from error


def restore(trainer: "Trainer", state: dict[str, Any]) -> None:
    """Put a trainer into a state that ``run_state`` returned."""
    trainer.model.load_state_dict(state["model"])
    for module, training in zip(trainer.model.modules(), state["training_modes"], strict=True):
        module.training = training
    trainer.optimizer.load_state_dict(state["optimizer"])
    trainer.optimizer.steps_taken = state["step"]
    if trainer.scheduler is not None:
        trainer.scheduler.load_state_dict(state["scheduler"])
    trainer.epoch, trainer.batch, trainer.step = state["epoch"], state["batch"], state["step"]
    trainer.sums.load_state_dict(state["sums"])
    trainer.should_stop = state["should_stop"]
    trainer.history.rows = from_table(state["history"], *figures_of(trainer))
    for callback, saved in zip(trainer.callbacks, state["callbacks"], strict=True):
        callback.load_state_dict(saved)
    trainer.order = state["order"]
    trainer.loader.generator.load_state_dict(state["loader_generator"])
    default_generator.load_state_dict(state["generator"])


def configuration_of(trainer: "Trainer") -> dict[str, str]:
    """Return what must be the same for a run to be the same run, each as a text.

    To be asked before training: optimiser and schedule change what they are set to.
    """
    optimizer, scheduler, loader = trainer.optimizer, trainer.scheduler, trainer.loader
    groups = optimizer.state_dict()["param_groups"]
    values: dict[str, object] = {
        "model": [
            (path, list(tensor.array.shape), str(tensor.array.dtype))
            for path, tensor in trainer.model.state_dict().items()
        ],
        "architecture": [(path, name_of(part)) for path, part in trainer.model.named_modules()],
        "loss": (name_of(trainer.engine.loss), plain_attributes(trainer.engine.loss)),
        "optimizer": type(optimizer).__name__,
        "schedule": None
        if scheduler is None
        else (type(scheduler).__name__, scheduler.state_dict()),
        "optimizer setting": [{**group, "params": len(group["params"])} for group in groups],
        "largest norm of the gradients": trainer.engine.clip_norm,
        "batch size": loader.batch_size,
        "order of the samples": {"shuffle": trainer.shuffles, "drop_last": loader.drop_last},
        "seed": trainer.seed,
        "engine": trainer.engine.name,
        "precision": "mixed" if trainer.engine.mixed_precision else "full",
        "list of metrics": [metric.name for metric in trainer.sums.metrics],
        "list of callbacks": [type(callback).__name__ for callback in trainer.callbacks],
        "set of data": data_fingerprint(loader),
        "set of validation data": None
        if trainer.validation is None
        else data_fingerprint(trainer.validation),
    }
    return {name: repr(value) for name, value in values.items()}


def name_of(part: object) -> str:
    """Return a module with its arguments, or a function's name."""
    if isinstance(part, Module):
        return f"{type(part).__name__}({part.extra_repr()})"
    return getattr(part, "__name__", type(part).__name__)


def plain_attributes(loss: object) -> dict[str, object]:
    """Return what a loss module was told, such as its label smoothing."""
    return {
        name: value
        for name, value in vars(loss).items()
        if isinstance(loss, Module)
        and isinstance(value, (bool, int, float, str))
        and name != "training"
    }


def check_configuration(saved: object, now: dict[str, str], path: Path) -> None:
    """Refuse to resume another run.

    Raises:
        StateMismatch: naming the first difference.
        CorruptFile: if what was saved is no configuration.
    """
    if not isinstance(saved, dict) or saved.keys() != now.keys():
        raise CorruptFile(f"{path} is damaged: it does not say which run it is of. Start anew.")
    for name, here in now.items():
        there = str(saved[name])
        if there != here:
            pairs = enumerate(zip(there, here, strict=False))
            start = next((place for place, (one, other) in pairs if one != other), 0)
            raise StateMismatch(
                f"{path} is of a run with another {name}: {shorten(there, start)} there, "
                f"{shorten(here, start)} here. Resume with what the run was started with, or start "
                "anew."
            )


def shorten(text: str, start: int = 0) -> str:
    """Return the part of a text around a place, short enough for a message."""
    first = max(0, start - SHOWN // 2) if len(text) > SHOWN else 0
    before = "..." if first else ""
    after = "..." if first + SHOWN < len(text) else ""
    return f"{before}{text[first : first + SHOWN]}{after}"


def data_fingerprint(loader: DataLoader[object]) -> list[Any]:
    """Return a few numbers that differ for different data: length, shapes, a check sum of rows."""
    dataset = loader.dataset
    length = len(dataset)
    if not isinstance(dataset, TensorDataset):
        return [length]
    rows = np.unique(np.linspace(0, max(length - 1, 0), MAX_ROWS_HASHED, dtype=int))
    sums = [zlib.crc32(tensor.array.tobytes()) for tensor in dataset.take(rows[:length])]
    return [length, *[list(tensor.array.shape) for tensor in dataset.tensors], *sums]
