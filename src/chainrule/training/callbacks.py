"""Callbacks: what others may do while a model trains. Every hook is empty until overridden."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.graph import wrap
from chainrule.engines.observation import Observation
from chainrule.errors import InvalidArgument
from chainrule.training.history import EpochRow

if TYPE_CHECKING:
    from chainrule.engines.engine import StepResult
    from chainrule.training.trainer import Trainer


class Callback:
    """Base of all callbacks."""

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Before the first step, also of a resumed run."""

    def on_epoch_start(self, trainer: "Trainer") -> None:
        """Before the first step of an epoch, or before the first after resuming."""

    def steps_to_next(self, trainer: "Trainer") -> int | None:
        """Return how many steps may be taken before this callback is told of one, or None for any.

        The compiled engine takes many steps at once. A callback that overrides ``on_step_start`` or
        ``on_step_end`` is told of every single one, unless it says here that it need not be.
        """
        del trainer
        own = type(self)
        is_told = (
            own.on_step_start is not Callback.on_step_start
            or own.on_step_end is not Callback.on_step_end
        )
        return 1 if is_told else None

    def on_step_start(self, trainer: "Trainer") -> None:
        """Before a training step; ``trainer.step`` is its number, from 0."""

    def on_step_end(self, trainer: "Trainer", result: "StepResult") -> None:
        """After a training step; ``trainer.step`` is the number of the next one."""

    def observes(self, step: int) -> bool:
        """Say whether ``on_observation`` is to be called for the step of this number."""
        del step
        return False

    def on_observation(self, trainer: "Trainer", observation: Observation) -> None:
        """After a step this callback chose: everything that happened in it."""

    def on_epoch_end(self, trainer: "Trainer", row: EpochRow) -> None:
        """After an epoch and its validation."""

    def on_fit_end(self, trainer: "Trainer") -> None:
        """After the last step, also when stopped early or interrupted."""

    def state_dict(self) -> dict[str, Any]:
        """Return what has to be in a checkpoint for this callback to go on exactly."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from the state in a checkpoint."""


class LambdaCallback(Callback):
    """Calls a function after every epoch.

    Args:
        on_epoch_end: Takes the trainer and the epoch's row.
    """

    def __init__(self, on_epoch_end: Callable[["Trainer", EpochRow], None]) -> None:
        self._function = on_epoch_end

    def on_epoch_end(self, trainer: "Trainer", row: EpochRow) -> None:
        """Call the function."""
        self._function(trainer, row)


class EarlyStopping(Callback):
    """Stops training when a figure has not become better for some epochs.

    Args:
        monitor: Name of the figure in the history. Losses and errors are better when lower, others
            when higher.
        patience: Epochs to wait for a better one.
        min_delta: By how much it has to be better.
        restore_best: Whether the model gets its best weights back at the end.

    Attributes:
        best: The best figure so far.
        best_epoch: Its epoch.
    """

    def __init__(
        self,
        monitor: str = "validation_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        restore_best: bool = True,
    ) -> None:
        if patience < 1:
            raise InvalidArgument(f"EarlyStopping got patience={patience}: at least 1 is needed.")
        self.monitor = monitor
        self.patience = patience
        self.min_delta = min_delta
        self.restore_best = restore_best
        self.best = float("nan")
        self.best_epoch = 0
        self._best_weights: dict[str, Array] = {}

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Forget an earlier run's best epoch, unless this goes on with that run."""
        if trainer.epoch == 0:
            self.best, self.best_epoch, self._best_weights = float("nan"), 0, {}

    def on_epoch_end(self, trainer: "Trainer", row: EpochRow) -> None:
        """Compare with the best epoch, and stop if it was long ago."""
        figures = row.as_dict()
        if self.monitor not in figures:
            known = ", ".join(figures)
            raise InvalidArgument(
                f"EarlyStopping watches {self.monitor!r}, which is not measured: pass validation "
                f"data, or watch one of {known}."
            )
        if self._is_better(figures[self.monitor]):
            self.best, self.best_epoch = figures[self.monitor], row.epoch
            if self.restore_best:
                state = trainer.model.state_dict()
                self._best_weights = {path: t.array.copy() for path, t in state.items()}
        elif row.epoch - self.best_epoch >= self.patience:
            trainer.should_stop = True

    def _is_better(self, figure: float) -> bool:
        if np.isnan(self.best):
            return True
        lower_is_better = self.monitor.endswith(("loss", "error"))
        gain = self.best - figure if lower_is_better else figure - self.best
        return gain > self.min_delta

    def on_fit_end(self, trainer: "Trainer") -> None:
        """Give the model its best weights back."""
        if self.restore_best and self._best_weights and not trainer.was_interrupted:
            best = {path: wrap(array) for path, array in self._best_weights.items()}
            trainer.model.load_state_dict(best)

    def state_dict(self) -> dict[str, Any]:
        """Return the best figure and weights."""
        return {
            "best": None if np.isnan(self.best) else self.best,
            "best_epoch": self.best_epoch,
            "weights": {path: wrap(array) for path, array in self._best_weights.items()},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over the best figure and weights."""
        self.best = float("nan") if state["best"] is None else float(state["best"])
        self.best_epoch = int(state["best_epoch"])
        self._best_weights = {path: t.array for path, t in state["weights"].items()}
