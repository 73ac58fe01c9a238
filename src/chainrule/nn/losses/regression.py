"""Losses of predicted numbers."""

from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.nn.losses.loss import (
    Loss,
    Reduction,
    check_reduction,
    check_weight,
    matched,
    reduced,
    weighted,
)
from chainrule.operations.arithmetic import DIVIDE
from chainrule.operations.losses.regression import HUBER_LOSS, L1_LOSS, MSE_LOSS, SMOOTH_L1_LOSS


def mse_loss(
    input: Tensor, target: Tensor, reduction: Reduction = "mean", weight: Tensor | None = None
) -> Tensor:
    """Return the mean squared error, which weighs large errors most.

        loss = mean((input - target)^2)

    Args:
        input: Predictions.
        target: What they should be.
        reduction: "mean", "sum" or "none".
        weight: How much each number counts; the mean divides by the sum of the weights.

    Shape:
        input, target and weight: (...), all the same  ->  () or, without reduction, (...).

    Raises: InvalidShape if the shapes differ.

    >>> round(mse_loss(Tensor([2.5, 0.0, 2.1]), Tensor([3.0, -0.5, 2.0])).item(), 2)
    0.17
    """
    check_reduction("mse_loss", reduction)
    losses = apply(MSE_LOSS, matched("mse_loss", input, target))
    return _weighted_mean("mse_loss", losses, reduction, weight)


def l1_loss(
    input: Tensor, target: Tensor, reduction: Reduction = "mean", weight: Tensor | None = None
) -> Tensor:
    """Return the mean absolute error, at which outliers pull no harder than others.

        loss = mean(|input - target|)

    Args:
        input: Predictions.
        target: What they should be.
        reduction: "mean", "sum" or "none".
        weight: How much each number counts; the mean divides by the sum of the weights.

    Shape:
        input, target and weight: (...), all the same  ->  () or, without reduction, (...).

    Raises: InvalidShape if the shapes differ.
    """
    check_reduction("l1_loss", reduction)
    losses = apply(L1_LOSS, matched("l1_loss", input, target))
    return _weighted_mean("l1_loss", losses, reduction, weight)


def smooth_l1_loss(
    input: Tensor, target: Tensor, reduction: Reduction = "mean", beta: float = 1.0
) -> Tensor:
    """Return the mean of errors that are squared below ``beta`` and count by size above it.

        loss = (input - target)^2 / (2 beta)   where |input - target| < beta
               |input - target| - beta / 2     elsewhere

    Args:
        input: Predictions.
        target: What they should be.
        reduction: "mean", "sum" or "none".
        beta: Error at which the two meet; 0 makes it the absolute error.

    Shape:
        input and target: (...), both the same  ->  () or, without reduction, (...).

    Raises: InvalidShape if the shapes differ, InvalidArgument if beta is negative.
    Source: Girshick 2015, Fast R-CNN.
    """
    check_reduction("smooth_l1_loss", reduction)
    check_beta("smooth_l1_loss", beta)
    losses = apply(SMOOTH_L1_LOSS, matched("smooth_l1_loss", input, target), (beta,))
    return reduced(losses, reduction)


def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: Reduction = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    """Return the mean of errors that are squared up to ``delta`` and count by size above it.

        loss = (input - target)^2 / 2                   where |input - target| <= delta
               delta * (|input - target| - delta / 2)   elsewhere

    Args:
        input: Predictions.
        target: What they should be.
        reduction: "mean", "sum" or "none".
        delta: Error at which the two meet; positive.
        weight: How much each number counts; the mean divides by their number, as PyTorch's does.

    Shape:
        input, target and weight: (...), all the same  ->  () or, without reduction, (...).

    Raises: InvalidShape if the shapes differ, InvalidArgument if delta is not positive.
    Source: Huber 1964.
    """
    check_reduction("huber_loss", reduction)
    check_delta("huber_loss", delta)
    losses = apply(HUBER_LOSS, matched("huber_loss", input, target), (delta,))
    _check_weight("huber_loss", losses, weight)
    return reduced(weighted("huber_loss", losses, weight), reduction)


class MSELoss(Loss):
    """Mean squared error, for regression; see ``functional.mse_loss``.

    Args:
        reduction: "mean", "sum" or "none".

    >>> MSELoss()(Tensor([1.0, 2.0]), Tensor([1.0, 4.0])).item()
    2.0
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return mse_loss(input, target, self.reduction)


class L1Loss(Loss):
    """Mean absolute error, for regression with outliers; see ``functional.l1_loss``.

    Args:
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return l1_loss(input, target, self.reduction)


class SmoothL1Loss(Loss):
    """Squared error below ``beta``, absolute error above it; see ``functional.smooth_l1_loss``.

    Args:
        reduction: "mean", "sum" or "none".
        beta: Error at which the two meet; not negative.
    """

    def __init__(self, reduction: Reduction = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        check_beta("SmoothL1Loss", beta)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return smooth_l1_loss(input, target, self.reduction, self.beta)


class HuberLoss(Loss):
    """Squared error up to ``delta``, absolute error above it; see ``functional.huber_loss``.

    Args:
        reduction: "mean", "sum" or "none".
        delta: Error at which the two meet; positive.
    """

    def __init__(self, reduction: Reduction = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        check_delta("HuberLoss", delta)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return huber_loss(input, target, self.reduction, self.delta)


def check_beta(name: str, beta: float) -> None:
    """Refuse a negative beta."""
    if not beta >= 0:
        raise InvalidArgument(f"{name} got beta={beta}: it is a size of errors, 0 or more.")


def check_delta(name: str, delta: float) -> None:
    """Refuse a delta that is not positive."""
    if not delta > 0:
        raise InvalidArgument(f"{name} got delta={delta}: it is a size of errors, more than 0.")


def _check_weight(name: str, losses: Tensor, weight: Tensor | None) -> None:
    """Refuse weights of another shape than the losses."""
    check_weight(name, "weight", weight)
    if weight is not None and weight.shape != losses.shape:
        raise InvalidShape(
            f"{name} got a weight of shape {weight.array.shape} for losses of shape "
            f"{losses.array.shape}: they "
            "must be equal."
        )


def _weighted_mean(name: str, losses: Tensor, reduction: str, weight: Tensor | None) -> Tensor:
    """Return losses times weights, reduced; the mean divides by the sum of the weights."""
    if weight is None:
        return reduced(losses, reduction)
    _check_weight(name, losses, weight)
    losses = weighted(name, losses, weight)
    if reduction != "mean":
        return reduced(losses, reduction)
    return apply(DIVIDE, (reduced(losses, "sum"), reduced(weight, "sum")))
