"""The end of an epoch: its figures are kept, and scikit-learn's rules say whether to go on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from chainrule.array_types import Array
from chainrule.estimators.multilayer_perceptron.network import outputs_of, squared_weights
from chainrule.estimators.multilayer_perceptron.objective import Objective
from chainrule.estimators.multilayer_perceptron.optimizers import set_learning_rate
from chainrule.optim import Optimizer
from chainrule.training.callbacks import Callback
from chainrule.training.history import EpochRow

if TYPE_CHECKING:
    from chainrule.estimators.multilayer_perceptron.estimator import MultilayerPerceptron
    from chainrule.training.trainer import Trainer

SMALLEST_LEARNING_RATE = 1e-6
LEARNING_RATE_DIVISOR = 5.0


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Samples kept from training, by which it is stopped.

    Attributes:
        samples: Shape (samples, features).
        objective: With their targets.
        score: Takes the network's outputs for them; higher is better.
        scores, losses: One of every epoch so far.
    """

    samples: Array
    objective: Objective
    score: Callable[[Array], float]
    scores: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)


class EpochEnd(Callback):
    """Keeps the figures of every epoch for an estimator, and stops training when they say so.

    Args:
        estimator: What is fitted.
        objective: What training makes small.
        optimizer: Whose learning rate is lowered.
        decay: Strength of the penalty on squared weights.
        held_out: Samples to be stopped by; None to be stopped by the loss.
    """

    def __init__(
        self,
        estimator: "MultilayerPerceptron",
        objective: Objective,
        optimizer: Optimizer,
        decay: float,
        held_out: HeldOut | None,
    ) -> None:
        self.estimator = estimator
        self.objective = objective
        self.optimizer = optimizer
        self.decay = decay
        self.held_out = held_out
        self.was_stopped = False
        self.best_loss = best_so_far(estimator.best_loss_, np.inf)
        self.best_score = best_so_far(estimator.best_validation_score_, -np.inf)
        self._squares = squared_weights(estimator.model_)
        self._best = self._copy_parameters()

    def on_epoch_end(self, trainer: "Trainer", row: EpochRow) -> None:
        """Note the epoch, lower the learning rate, stop: whatever is due."""
        estimator = self.estimator
        loss = self.objective.reported(row.loss) + self._penalty(trainer.num_batches)
        estimator.loss_ = loss
        estimator.n_iter_ += 1
        estimator.t_ += trainer.num_samples
        estimator.loss_curve_.append(loss)
        self._say(f"Iteration {estimator.n_iter_}, loss = {loss:.8f}")
        row = replace(row, loss=loss, epoch=len(estimator.history_) + 1)
        if self.held_out is None:
            self._compare_loss(loss)
        else:
            row = self._validate(row, self.held_out)
        estimator.history_.engine = trainer.history.engine
        estimator.history_.rows.append(row)
        if estimator.solver == "sgd" and estimator.learning_rate == "invscaling":
            start = float(estimator.learning_rate_init)
            set_learning_rate(self.optimizer, start / (estimator.t_ + 1) ** estimator.power_t)
        if estimator._epochs_without_gain > estimator.n_iter_no_change:
            self._give_up(trainer)

    def restore_best(self) -> None:
        """Give the model the parameters that did best on the samples held out, if there are any."""
        if self.held_out is not None:
            for parameter, best in zip(self.estimator.model_.parameters(), self._best, strict=True):
                parameter.array[...] = best

    def _penalty(self, batches: int) -> float:
        """Return the mean over the batches of decay / 2 * (sum of squared weights).

        Between the ends of an epoch the sum is taken to change evenly; the first batch meets the
        weights as the epoch found them, and the last is followed by one more step.
        """
        before, self._squares = self._squares, squared_weights(self.estimator.model_)
        mean = before + (self._squares - before) * (batches - 1) / (2 * batches)
        return 0.5 * self.decay * mean

    def _validate(self, row: EpochRow, held_out: HeldOut) -> EpochRow:
        """Return the row with loss and score of the samples held out; keep the best parameters."""
        estimator = self.estimator
        with np.errstate(all="ignore"):
            outputs = outputs_of(estimator.model_, held_out.samples)
            is_finite = bool(np.isfinite(outputs).all())
            score = float(held_out.score(outputs)) if is_finite else float("nan")
            loss = held_out.objective.value(outputs)
        held_out.scores.append(score)
        held_out.losses.append(loss)
        self._say(f"Validation score: {score:.6f}")
        self._count(score < self.best_score + estimator.tol)
        if score > self.best_score:
            estimator.best_validation_score_ = self.best_score = score
            self._best = self._copy_parameters()
        return replace(row, validation_loss=loss, validation_metrics={"score": score})

    def _compare_loss(self, loss: float) -> None:
        self._count(loss > self.best_loss - self.estimator.tol)
        self.estimator.best_loss_ = self.best_loss = min(self.best_loss, loss)

    def _count(self, is_no_gain: bool) -> None:
        estimator = self.estimator
        estimator._epochs_without_gain = estimator._epochs_without_gain + 1 if is_no_gain else 0

    def _give_up(self, trainer: "Trainer") -> None:
        """Stop, or go on with a lower learning rate."""
        estimator = self.estimator
        figure = "Training loss" if self.held_out is None else "Validation score"
        reason = (
            f"{figure} did not improve more than tol={estimator.tol:f} for "
            f"{estimator.n_iter_no_change} consecutive epochs."
        )
        lr = float(self.optimizer.param_groups[0]["lr"])
        is_adaptive = estimator.solver == "sgd" and estimator.learning_rate == "adaptive"
        if is_adaptive and lr > SMALLEST_LEARNING_RATE:
            set_learning_rate(self.optimizer, lr / LEARNING_RATE_DIVISOR)
            estimator._epochs_without_gain = 0
            self._say(f"{reason} Setting learning rate to {lr / LEARNING_RATE_DIVISOR:f}")
            return
        self._say(f"{reason}{' Learning rate too small.' if is_adaptive else ''} Stopping.")
        self.was_stopped = trainer.should_stop = True

    def _copy_parameters(self) -> list[Array]:
        return [parameter.array.copy() for parameter in self.estimator.model_.parameters()]

    def _say(self, text: str) -> None:
        if self.estimator.verbose:
            print(text)


def best_so_far(known: float | None, worst: float) -> float:
    """Return the best figure of earlier fits, or the worst there is."""
    return worst if known is None else known
