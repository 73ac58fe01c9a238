"""Going back to any step of a recorded run: from the state kept before it, step by step."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.engines import Observation, StepResult
from chainrule.errors import InvalidArgument
from chainrule.explain.time_travel.moment import Moment
from chainrule.files import PathLike
from chainrule.nn.module import Module
from chainrule.randomness import default_generator
from chainrule.training.callbacks import Callback
from chainrule.training.checkpoint import check_configuration, restore
from chainrule.training.fit import complete_options
from chainrule.training.given_data import Data
from chainrule.training.preparation import FitOptions, prepare
from chainrule.training.recording import recorded_steps, state_before, state_path
from chainrule.training.trainer import Trainer, as_pair

CHANGED = ("loss", "optimizer", "scheduler")
"""Options that training changes, and that hold on to the model."""


def reopen(folder: PathLike, model: Module, data: Data, **options: Any) -> "RecordedRun":
    """Return a run that was recorded with ``fit(record=folder)``, to go to any of its steps.

    Args:
        folder: Of the recording.
        model: A network like the one that was trained; it is copied and stays as it is.
        data: What it was trained on.
        options: Those that were given to ``fit``. Callbacks are not called; of those that observed
            steps, only which ones matters.

    Raises:
        DataNotFound: if there is no recording in the folder.
        StateMismatch: if it is of another run; it names the first difference.

    >>> from tempfile import TemporaryDirectory
    >>> from chainrule.data import moons
    >>> from chainrule.nn.feedforward import feedforward
    >>> from chainrule.training import fit
    >>> model, data = feedforward([2, 8, 2]), moons(64, seed=0)
    >>> with TemporaryDirectory() as folder:
    ...     history = fit(model, data, epochs=2, seed=0, record=folder)
    ...     run = reopen(folder, model, data, epochs=2, seed=0)
    ...     moment = run.at(3)
    >>> len(run), moment.epoch, moment.batch, moment.gradients["1.weight"].shape
    (4, 1, 1, (8, 2))
    """
    where = Path(folder)
    steps = recorded_steps(where)
    changed = {name: options[name] for name in CHANGED if name in options}
    own_model, own = copy.deepcopy((model, changed))
    return RecordedRun(where, steps, own_model, complete_options({**options, **own}), data)


class RecordedRun:
    """A recorded run, at any of its steps.

    A step is computed again from the weights, the optimiser, the generator and the samples that it
    began with, which are those of the run to the last bit. The steps up to it are taken by the
    engine that ran; the step itself by the eager engine, which shows every operation.

    Args:
        folder: Of the recording.
        steps: How many there are.
        model: The network; it is changed.
        options: As given to ``fit``.
        data: To learn from.

    Attributes:
        trainer: The loop that computes steps again.
    """

    def __init__(
        self, folder: Path, steps: int, model: Module, options: FitOptions, data: Data
    ) -> None:
        self.folder = folder
        self.steps = steps
        self._observers = options.callbacks
        generator = default_generator.state_dict()
        state = state_before(folder, 0)
        self.trainer = prepare(model, data, as_recorded(options, state))
        default_generator.load_state_dict(generator)
        now = {**self.trainer.configuration}
        ours = state["configuration"].pop("list of callbacks", "")
        now["list of callbacks"] = state["configuration"]["list of callbacks"] = str(ours)
        check_configuration(state["configuration"], now, state_path(folder, 0))

    def __len__(self) -> int:
        return self.steps

    def at(self, step: int) -> Moment:
        """Return a step with everything that happened in it.

        Args:
            step: Its number, from 0; negative ones count from the end.

        Raises:
            InvalidArgument: if the run has no such step.
        """
        number = step + self.steps if step < 0 else step
        if not 0 <= number < self.steps:
            raise InvalidArgument(
                f"The recorded run has {self.steps} steps, numbered from 0, and no step {step}."
            )
        state = state_before(self.folder, number)
        generator = default_generator.state_dict()
        visitor = Visitor(number, self._observers)
        self.trainer.callbacks = [visitor]
        try:
            restore(self.trainer, {**state, "callbacks": [{}]})
            self.trainer.run()
        except Arrived:
            pass
        finally:
            default_generator.load_state_dict(generator)
        return visitor.moment()

    def __repr__(self) -> str:
        return f"RecordedRun({str(self.folder)!r}, {self.steps} steps)"


def as_recorded(options: FitOptions, state: dict[str, Any]) -> FitOptions:
    """Return the options that repeat a run: with its engine, which "auto" may not choose today."""
    engine = str(state["configuration"]["engine"]).strip("'")
    return replace(options, engine=engine, callbacks=(), out=None, record=None, resume=False)


class Arrived(Exception):
    """Ends a run at the step that was asked for."""


class Visitor(Callback):
    """Lets a run go on to a step, observes that, and ends the run.

    Args:
        step: Number of the step.
        observers: Callbacks of the run: the steps that they observed were taken by the eager
            engine, and are again.
    """

    def __init__(self, step: int, observers: Sequence[Callback]) -> None:
        self.step = step
        self.observers = observers
        self._before: dict[str, Any] = {}
        self._observation: Observation | None = None

    def steps_to_next(self, trainer: Trainer) -> int | None:
        """Return the steps until the one asked for, or one if it has come."""
        return max(self.step - trainer.step, 1)

    def on_step_start(self, trainer: Trainer) -> None:
        """Note what the step begins with."""
        if trainer.step != self.step or trainer.order is None:
            return
        size = trainer.loader.batch_size or 1
        inputs, targets = as_pair(
            next(trainer.loader.batches(start=trainer.batch, order=trainer.order))
        )
        tensors = trainer.model.state_dict()
        weights = {path: tensor.array.copy() for path, tensor in tensors.items()}
        self._before = {
            "step": trainer.step,
            "epoch": trainer.epoch,
            "batch": trainer.batch,
            "inputs": inputs.array,
            "targets": targets.array,
            "rows": np.array(trainer.order[trainer.batch * size : (trainer.batch + 1) * size]),
            "weights": weights,
            "optimizer": copy.deepcopy(trainer.optimizer.state_dict()),
            "memory": memory_of(trainer.model, weights),
        }

    def observes(self, step: int) -> bool:
        """Say whether this is the step, or one that was observed."""
        return step == self.step or any(one.observes(step) for one in self.observers)

    def on_observation(self, trainer: Trainer, observation: Observation) -> None:
        """Keep what happened in the step."""
        if trainer.step == self.step + 1:
            self._observation = observation

    def on_step_end(self, trainer: Trainer, result: StepResult) -> None:
        """End the run behind the step."""
        if trainer.step > self.step:
            raise Arrived

    def moment(self) -> Moment:
        """Return the step."""
        assert self._observation is not None  # noqa: S101 - the run ends only behind the step
        return Moment(**self._before, observation=self._observation)


def memory_of(model: Module, weights: dict[str, Array]) -> dict[int, Array]:
    """Return copies of parameters and buffers by the id of the array they are kept in."""
    named = [*model.named_parameters(), *model.named_buffers()]
    return {id(tensor.array): weights.get(path, tensor.array) for path, tensor in named}
