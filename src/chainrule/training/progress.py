"""Showing a person how far training is: a live bar in a terminal, plain lines elsewhere."""

import sys
from typing import TYPE_CHECKING, Any

from chainrule.training.callbacks import Callback
from chainrule.training.history import EpochRow

if TYPE_CHECKING:
    from chainrule.engines.engine import StepResult
    from chainrule.training.trainer import Trainer

UPDATES_PER_SECOND = 10


class ProgressBar(Callback):
    """Writes to standard error: a bar with rate and time left, or a line after every epoch.

    Of several processes, only the first writes.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._is_shown = True

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Say what is trained, and open the bar if somebody watches."""
        self._is_shown = trainer.processes.is_first
        if not self._is_shown:
            return
        engine = trainer.engine
        reason = f" ({engine.reason})" if engine.reason else ""
        print(
            f"training {trainer.num_parameters:,} parameters on {trainer.num_samples:,} samples, "
            f"{trainer.epochs} epochs, engine {engine.name}{reason}",
            file=sys.stderr,
        )
        if sys.stderr.isatty():
            self._open(trainer)

    def _open(self, trainer: "Trainer") -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            refresh_per_second=UPDATES_PER_SECOND,
        )
        total = trainer.epochs * trainer.num_batches
        self._task = self._bar.add_task("", total=total, epoch="", figures="")
        self._bar.start()

    def steps_to_next(self, trainer: "Trainer") -> int | None:
        """Leave it to the engine, which stops often enough for a bar."""
        del trainer
        return None

    def on_step_end(self, trainer: "Trainer", result: "StepResult") -> None:
        """Move the bar."""
        if self._bar is None:
            return
        self._bar.update(
            self._task,
            completed=trainer.step,
            epoch=f"{trainer.epoch + 1}/{trainer.epochs}",
            figures=f"{trainer.sums.rate():,.0f} samples/s  {trainer.sums.describe()}",
        )

    def on_epoch_end(self, trainer: "Trainer", row: EpochRow) -> None:
        """Write the epoch's figures."""
        text = f"epoch {row.epoch}/{trainer.epochs}  {describe(row)}"
        if not self._is_shown:
            return
        if self._bar is None:
            print(text, file=sys.stderr, flush=True)
        else:
            self._bar.console.print(text, highlight=False)

    def on_fit_end(self, trainer: "Trainer") -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def describe(row: EpochRow) -> str:
    """Return the figures of an epoch as a line."""
    parts = [f"loss {row.loss:.4f}"]
    parts += [f"{name} {value:.4f}" for name, value in row.metrics.items()]
    if row.validation_loss is not None:
        parts.append(f"validation loss {row.validation_loss:.4f}")
    parts += [f"validation {name} {value:.4f}" for name, value in row.validation_metrics.items()]
    parts.append(f"{row.samples_per_second:,.0f} samples/s")
    return "  ".join(parts)
