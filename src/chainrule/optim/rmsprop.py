"""RMSprop: steps scaled by the recent size of the gradient."""

from typing import ClassVar

import numpy as np

from chainrule.array_types import Number
from chainrule.optim.optimizer import Group, Optimizer, Parameters, read_lr
from chainrule.optim.options import require_nonnegative
from chainrule.optim.rule import UpdateRule


def rmsprop_update(
    parameter: Number,
    gradient: Number,
    square_avg: Number,
    momentum_buffer: Number | None,
    grad_avg: Number | None,
    lr: float,
    alpha: float,
    rate: float,
    eps: float,
    weight_decay: float | None,
    momentum: float,
    maximize: bool,
) -> tuple[Number, Number, Number | None, Number | None]:
    """Return the parameter after a step, its mean square, velocity and mean gradient.

    ``rate`` is 1 - alpha, computed in full precision.
    """
    if maximize:
        gradient = -gradient
    if weight_decay is not None:
        gradient = gradient + weight_decay * parameter
    square_avg = alpha * square_avg + rate * gradient * gradient
    variance = square_avg
    if grad_avg is not None:
        grad_avg = alpha * grad_avg + rate * gradient
        # Rounding may take the variance of a steady gradient below zero.
        variance = np.maximum(square_avg - grad_avg * grad_avg, 0.0)
    scaled = gradient / (np.sqrt(variance) + eps)
    if momentum_buffer is not None:
        momentum_buffer = momentum * momentum_buffer + scaled
        scaled = momentum_buffer
    return parameter - lr * scaled, square_avg, momentum_buffer, grad_avg


class RMSprop(Optimizer):
    """Divides each step by the root of the recent mean square of the gradient.

        square    <-  alpha * square + (1 - alpha) * gradient^2
        parameter <-  parameter - lr * gradient / (sqrt(square) + eps)

    Args:
        params: Tensors, named tensors or groups.
        lr: Learning rate, about the length of a step.
        alpha: How much of the mean square stays from step to step.
        eps: Keeps the divisor away from zero.
        weight_decay: Strength of the pull towards zero, added to the gradient.
        momentum: How much of the velocity stays from step to step.
        centered: Divide by the standard deviation: subtract the squared mean gradient. Where
            rounding makes the variance negative it counts as zero, where PyTorch gives NaN.
        maximize: Climb instead of descend.

    Source: Hinton 2012, lecture 6; Graves 2013 for the centred form.
    """

    rule: ClassVar[UpdateRule] = UpdateRule(
        rmsprop_update, ("square_avg", "momentum_buffer", "grad_avg"), ("maximize",)
    )

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def check_options(self, group: Group) -> None:
        """Raise InvalidArgument if an option of this group is out of range."""
        names = ("lr", "alpha", "eps", "weight_decay", "momentum")
        require_nonnegative(**{name: group[name] for name in names})

    def state_names(self, group: Group) -> tuple[str, ...]:
        """Return the mean square's name and, as the options ask, velocity and mean gradient."""
        velocity = ("momentum_buffer",) if group["momentum"] > 0 else ()
        mean = ("grad_avg",) if group["centered"] else ()
        return ("square_avg", *velocity, *mean)

    def numbers(self, group: Group, step: int) -> tuple[float | None, ...]:
        """Return learning rate, shares of old and new, eps, weight decay and momentum."""
        alpha = float(group["alpha"])
        return (
            read_lr(group),
            alpha,
            1.0 - alpha,
            float(group["eps"]),
            float(group["weight_decay"]) or None,
            float(group["momentum"]),
        )
