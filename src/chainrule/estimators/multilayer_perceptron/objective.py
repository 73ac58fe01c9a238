"""What training makes small: scikit-learn's losses, of weighted samples."""

from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array, Dtype
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import no_grad
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, NotFinite
from chainrule.nn.losses import CrossEntropyLoss, binary_cross_entropy_with_logits, mse_loss
from chainrule.nn.module import Module

SOFTMAX, LOGISTIC, SQUARED_ERROR, POISSON = "softmax", "logistic", "squared_error", "poisson"


class Diverged(NotFinite, ValueError):
    """Training diverged: ``NotFinite``, and the ValueError that scikit-learn raises for it."""


class SummedLoss(Module):
    """A loss summed over the outputs of a sample, its mean over the samples.

        loss = mean over samples of weight * sum over outputs of loss(output, target)

    Args:
        outputs: How many a sample has.
        is_weighted: Whether the last column of the targets is the weight of the sample.

    Shape:
        outputs: (batch, outputs); targets: the same, or with one more column  ->  ().
    """

    factor = 1.0

    def __init__(self, outputs: int, is_weighted: bool) -> None:
        super().__init__()
        self.outputs = outputs
        self.is_weighted = is_weighted

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of every number."""
        raise NotImplementedError

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss."""
        if self.is_weighted:
            losses = self.losses(outputs, targets[:, : self.outputs])
            mean = (losses * targets[:, self.outputs :]).mean()
        else:
            mean = self.losses(outputs, targets).mean()
        scale = self.factor * self.outputs
        return mean if scale == 1 else mean * scale


class LogisticLoss(SummedLoss):
    """Binary cross-entropy of raw scores; see ``SummedLoss``."""

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return -log(p) for the target 1 and -log(1 - p) for 0, with p = sigmoid(output)."""
        return binary_cross_entropy_with_logits(outputs, targets, reduction="none")


class HalfSquaredError(SummedLoss):
    """Half the squared error; see ``SummedLoss``."""

    factor = 0.5

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return (output - target)^2; the half is the module's ``factor``."""
        return mse_loss(outputs, targets, "none")


class PoissonLoss(SummedLoss):
    """Half the Poisson deviance of exp(output), but for what depends on the target alone."""

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return exp(output) - target * output."""
        return outputs.exp() - targets * outputs


LOSS_MODULES = {LOGISTIC: LogisticLoss, SQUARED_ERROR: HalfSquaredError, POISSON: PoissonLoss}


@dataclass(frozen=True, eq=False)
class Objective:
    """A loss with the samples' targets in the form it takes.

    Weights are divided by their mean, so that the mean over all samples is the weighted mean, and
    the gradient of a batch is on average that of all.

    Attributes:
        loss: Takes outputs and targets.
        targets: Class numbers, shape (samples); or shape (samples, outputs), with one more column
            where samples have weights and the loss is not that of classes.
        constant: What the reported loss has beside that of ``loss``.
        divisor: How many times the reported loss goes into that of ``loss``.
        total_weight: Sum of the weights; without weights the number of samples.
    """

    loss: Module
    targets: Array
    constant: float
    divisor: float
    total_weight: float

    def reported(self, loss: float) -> float:
        """Return the loss as scikit-learn reports it."""
        return loss / self.divisor + self.constant

    def value(self, outputs: Array) -> float:
        """Return the reported loss of these outputs for all samples, without any penalty."""
        with no_grad():
            return self.reported(float(self.loss(wrap(outputs), wrap(self.targets)).item()))


def make_objective(
    name: str, targets: Array, weights: Array | None, outputs: int, dtype: Dtype
) -> Objective:
    """Return the objective of this name.

    Args:
        name: "softmax", "logistic", "squared_error" or "poisson".
        targets: Class numbers for "softmax", otherwise numbers.
        weights: How often each sample counts; None for once.
        outputs: Of the network.
        dtype: Of the network.

    Shape:
        targets: (samples) for "softmax", otherwise (samples, outputs); weights: (samples).

    Raises:
        InvalidArgument: if all weights are zero.

    >>> objective = make_objective(
    ...     "squared_error", np.array([[1.0], [3.0]]), np.array([1.0, 3.0]), 1, np.dtype(np.float64)
    ... )
    >>> objective.targets
    array([[1. , 0.5],
           [3. , 1.5]])
    >>> objective.value(np.array([[1.0], [1.0]]))
    1.5
    """
    total = float(len(targets)) if weights is None else float(weights.sum())
    if total == 0:
        raise InvalidArgument(
            f"All {len(targets)} samples of a part have the weight 0: of those to learn from and "
            "of those held out for early stopping, some must count."
        )
    shares = None if weights is None else weights / weights.mean()
    if name == SOFTMAX:
        packed = targets
        if shares is not None:
            packed = np.zeros((len(targets), outputs), dtype)
            packed[np.arange(len(targets)), targets] = shares
        return Objective(CrossEntropyLoss(), packed, 0.0, 1.0, total)
    constant = 0.0
    if name == POISSON:
        parts = targets * np.log(np.where(targets > 0, targets, 1.0)) - targets
        constant = float(np.average(parts.sum(axis=1), weights=weights))
    divisor = float(outputs) if name == SQUARED_ERROR else 1.0
    columns = targets if shares is None else np.column_stack([targets, shares])
    loss = LOSS_MODULES[name](outputs, shares is not None)
    return Objective(loss, columns.astype(dtype, copy=False), constant, divisor, total)
