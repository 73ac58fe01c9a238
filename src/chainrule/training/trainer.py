"""The trainer: the loop over epochs and batches, and all that is true while it runs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.data import DataLoader, TensorDataset
from chainrule.engines import Engine, StepResult
from chainrule.errors import InvalidShape, NotFinite
from chainrule.nn.module import Module
from chainrule.optim.lr_scheduler import ReduceLROnPlateau
from chainrule.optim.optimizer import Optimizer
from chainrule.training.callbacks import Callback
from chainrule.training.checkpoint import Checkpoint, configuration_of
from chainrule.training.history import EpochRow, History
from chainrule.training.interruption import Interruption
from chainrule.training.metrics import Metric
from chainrule.training.running_sums import RunningSums


class Scheduler(Protocol):
    """A learning-rate schedule."""

    def step(self) -> None:
        """Set the rates of the next epoch."""
        ...

    def state_dict(self) -> dict[str, object]:
        """Return where the schedule stands."""
        ...

    def load_state_dict(self, state_dict: dict[str, object]) -> None:
        """Go on from where it stood."""
        ...


Schedule: TypeAlias = Scheduler | ReduceLROnPlateau
"""What may set the learning rate: by the count of epochs, or by how they went."""


@dataclass(frozen=True, eq=False)
class Parts:
    """What a trainer is made of.

    Attributes:
        model: The network.
        engine: Runs the steps.
        optimizer: Of the model's parameters.
        loader: Batches to learn from.
        validation: Batches to be tested on, or None.
        metrics: What is measured beside the loss.
        scheduler: Of the learning rate, or None; stepped after every epoch.
        callbacks: Shown the run, in this order.
        epochs: How many to train.
        seed: With which the run was seeded, or None.
    """

    model: Module
    engine: Engine
    optimizer: Optimizer
    loader: DataLoader[object]
    validation: DataLoader[object] | None
    metrics: Sequence[Metric]
    scheduler: Schedule | None
    callbacks: Sequence[Callback]
    epochs: int
    seed: int | None


class Trainer:
    """One training run.

    Args:
        parts: What it is made of.

    Attributes:
        processes: Who trains the same network; each process has a trainer of its own.
        epoch: Number of the current epoch, from 0.
        batch: Number of the next batch in it, from 0.
        step: Number of training steps taken.
        order: The samples' order in the current epoch; None between epochs.
        sums: Loss and metrics of the current epoch so far.
        history: The finished epochs.
        should_stop: Set by a callback to end training after the epoch.
        was_interrupted: Whether the run ended by an interruption or an error.
        needs_checkpoint: Set by a callback to have the state saved once all have seen the step.
    """

    def __init__(self, parts: Parts) -> None:
        self.model = parts.model
        self.engine = parts.engine
        self.processes = parts.engine.processes
        self.optimizer = parts.optimizer
        self.loader = parts.loader
        self.validation = parts.validation
        self.scheduler = parts.scheduler
        self.callbacks = list(parts.callbacks)
        self.epochs = parts.epochs
        self.seed = parts.seed
        self.epoch = self.batch = self.step = 0
        self.order: Array | None = None
        self.sums = RunningSums(parts.metrics)
        self.validation_sums = RunningSums(parts.metrics)
        self.history = History(parts.engine.name)
        self.should_stop = self.was_interrupted = self.needs_checkpoint = False
        self._is_between_steps = True
        self._saved_at = (0, 0)
        self._interruption = Interruption()
        self.shuffles = parts.loader.shuffle

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """What must be the same for a run to be the same run; ask before anything is trained."""
        return configuration_of(self)

    @property
    def num_samples(self) -> int:
        """Training samples."""
        return len(self.loader.dataset)

    @property
    def num_batches(self) -> int:
        """Batches in an epoch."""
        return len(self.loader)

    @property
    def num_parameters(self) -> int:
        """Learned numbers."""
        return sum(parameter.array.size for parameter in self.model.parameters())

    def run(self) -> History:
        """Train until the last epoch, or until a callback stops.

        Raises:
            KeyboardInterrupt: on Ctrl-C, after the step has been finished and saved.
        """
        with self._interruption:
            self.processes.wait()  # until all have read what the first is about to write
            self._saved_at = (self.epoch, self.batch)
            self._tell("on_fit_start", self)
            self._save_if_needed()
            try:
                while self.epoch < self.epochs and not self.should_stop:
                    self._run_epoch()
                if self._saved_at != (self.epoch, self.batch):
                    self.save_checkpoint()
            except BaseException as error:
                self.was_interrupted = True
                if isinstance(error, KeyboardInterrupt) and self._is_between_steps:
                    self.save_checkpoint()
                raise
            finally:
                self._tell("on_fit_end", self)
        return self.history

    def _run_epoch(self) -> None:
        if self.order is None:
            self.model.train()
            self.sums.reset()
            self.batch = 0
            self.order = self.processes.of_first(self.loader.draw_order())
        self._tell("on_epoch_start", self)
        self.sums.proceed()
        whole = self.loader.rows(self.order) if self.engine.takes_many_steps else None
        if whole is None or len(whole[0].tensors) != 2:
            for pair in self.loader.batches(start=self.batch, order=self.order):
                self._run_step(*as_pair(pair))
        else:
            self._run_steps(*whole)
        self.sums.pause()
        self._is_between_steps = False
        row = self._finish_epoch()
        self._is_between_steps = True
        self._tell("on_epoch_end", self, row)
        self.should_stop = self.processes.any(self.should_stop)
        self._save_if_needed()
        self._check_interruption()

    def _run_steps(self, dataset: TensorDataset, rows: Array) -> None:
        """Run the rest of an epoch, as many steps at once as engine and callbacks allow."""
        size = self.loader.batch_size or 1
        one = dataset.take(rows[:1])
        while self.batch < self.num_batches:
            at_once = self.engine.steps_at_once(one[0].array, one[1].array, size)
            if not dataset.is_in_memory:
                at_once = max(dataset.most_at_once(at_once * size) // size, 1)
            count = self.processes.least(self._steps_to_next(at_once))
            first, end = self.batch * size, (self.batch + count) * size
            (inputs, targets), chosen = dataset.hold(rows[first:end])
            dataset.announce(rows[end : 2 * end - first])
            if count == 1:
                self._run_step(wrap(inputs[chosen]), wrap(targets[chosen]))
                continue
            self._tell("on_step_start", self)
            with self._step():
                taken = self.engine.train_steps(inputs, targets, chosen, size)
                count = len(taken.losses)
                done = targets[chosen[: len(taken.outputs)]]
                self.sums.add_batches(taken.losses, taken.outputs, done, size)
                self.batch += count
                self.step += count
            self._finish_step(taken.last)

    def _steps_to_next(self, at_once: int) -> int:
        """Return how many steps to take before a callback has to be told, or to observe one."""
        count = min(at_once, self.num_batches - self.batch)
        for callback in self.callbacks:
            wanted = callback.steps_to_next(self)
            count = count if wanted is None else min(count, wanted)
        observers = [c for c in self.callbacks if type(c).observes is not Callback.observes]
        if observers:
            for ahead in range(count):
                if any(callback.observes(self.step + ahead) for callback in observers):
                    return max(ahead, 1)
        return max(count, 1)

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Guard what must not be interrupted, and say where numbers stopped being finite."""
        self._is_between_steps = False
        try:
            yield
        except NotFinite as error:
            raise NotFinite(
                f"Training stopped in epoch {self.epoch + 1}, batch {self.batch + 1}, step "
                f"{self.step}, before the weights were changed. {error}"
            ) from error
        self._is_between_steps = True

    def _run_step(self, inputs: Tensor, targets: Tensor) -> None:
        self._tell("on_step_start", self)
        watchers = [callback for callback in self.callbacks if callback.observes(self.step)]
        with self._step():
            result = self.engine.train_step(inputs, targets, bool(watchers))
            self.sums.add(result.loss, result.outputs, targets.array)
            self.batch += 1
            self.step += 1
        self._finish_step(result, watchers)

    def _finish_step(self, result: StepResult, watchers: Sequence[Callback] = ()) -> None:
        if result.observation is not None:
            self._tell("on_observation", self, result.observation, to=watchers)
        self._tell("on_step_end", self, result)
        self._save_if_needed()
        self._check_interruption()

    def _check_interruption(self) -> None:
        """Stop here if any process was interrupted, so that all have come equally far."""
        if self.processes.any(self._interruption.is_due):
            self._interruption.note()
        self._interruption.check()

    def _finish_epoch(self) -> EpochRow:
        lr = float(self.optimizer.param_groups[0]["lr"])
        validation_loss, validation_metrics = self._validate()
        row = EpochRow(
            epoch=self.epoch + 1,
            loss=self.sums.mean_loss(),
            metrics=self.sums.mean_metrics(),
            validation_loss=validation_loss,
            validation_metrics=validation_metrics,
            seconds=self.sums.seconds,
            samples_per_second=self.sums.count / max(self.sums.seconds, 1e-9),
            lr=lr,
        )
        self._step_schedule(row)
        self.history.rows.append(row)
        self.epoch += 1
        self.order = None
        return row

    def _step_schedule(self, row: EpochRow) -> None:
        """Set the rates of the next epoch; a plateau is the validation loss's, if there is one."""
        if isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step(row.loss if row.validation_loss is None else row.validation_loss)
        elif self.scheduler is not None:
            self.scheduler.step()

    def _validate(self) -> tuple[float | None, dict[str, float]]:
        """Return loss and metrics on the validation samples."""
        if self.validation is None:
            return None, {}
        self.model.eval()
        sums = self.validation_sums
        sums.reset()
        for pair in self.validation.batches():
            inputs, targets = as_pair(pair)
            result = self.engine.evaluate_step(inputs, targets)
            sums.add(result.loss, result.outputs, targets.array)
        return sums.mean_loss(), sums.mean_metrics()

    def save_checkpoint(self) -> None:
        """Have every checkpoint callback save the run as it stands."""
        self._saved_at = (self.epoch, self.batch)
        for callback in self.callbacks:
            if isinstance(callback, Checkpoint):
                callback.save(self)

    def _save_if_needed(self) -> None:
        if self.needs_checkpoint:
            self.needs_checkpoint = False
            self.save_checkpoint()

    def _tell(self, hook: str, *arguments: object, to: Sequence[Callback] | None = None) -> None:
        """Call a hook of all callbacks; an interruption waits until each has been told."""
        for callback in self.callbacks if to is None else to:
            try:
                getattr(callback, hook)(*arguments)
            except KeyboardInterrupt:
                self._interruption.note()


def as_pair(batch: object) -> tuple[Tensor, Tensor]:
    """Return a batch as samples and targets.

    Raises:
        InvalidShape: if it is anything but a pair of tensors.
    """
    if isinstance(batch, (tuple, list)) and len(batch) == 2:
        inputs, targets = batch
        if isinstance(inputs, TensorCore) and isinstance(targets, TensorCore):
            return inputs, targets  # type: ignore[return-value]  # every TensorCore is a Tensor
    raise InvalidShape(
        f"A batch must be a pair of tensors, samples and targets; the loader gave "
        f"{type(batch).__name__}. Use a data set whose samples are pairs, e.g. TensorDataset(X, y)."
    )
