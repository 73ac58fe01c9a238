"""Adam and AdamW: momentum, and steps scaled by the recent size of the gradient."""

from typing import ClassVar

import numpy as np

from chainrule.array_types import Number
from chainrule.optim.optimizer import Group, Optimizer, Parameters, read_lr
from chainrule.optim.options import require_betas, require_nonnegative
from chainrule.optim.rule import UpdateRule

STATES = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")
AdamUpdate = tuple[Number, Number, Number, Number | None]


def adam_update(
    parameter: Number,
    gradient: Number,
    exp_avg: Number,
    exp_avg_sq: Number,
    max_exp_avg_sq: Number | None,
    step_size: float,
    beta1: float,
    rate1: float,
    beta2: float,
    rate2: float,
    eps: float,
    weight_decay: float | None,
    maximize: bool,
) -> AdamUpdate:
    """Return the parameter after a step of Adam, and its mean and (largest) mean square.

    Both corrections for bias are in ``step_size`` and ``eps``. They and the rates, 1 - beta, are
    computed in full precision: 1 - 0.999 in float32 is off by one in 20 000.
    """
    if maximize:
        gradient = -gradient
    if weight_decay is not None:
        gradient = gradient + weight_decay * parameter
    exp_avg = beta1 * exp_avg + rate1 * gradient
    exp_avg_sq = beta2 * exp_avg_sq + rate2 * gradient * gradient
    square = exp_avg_sq
    if max_exp_avg_sq is not None:
        max_exp_avg_sq = np.maximum(max_exp_avg_sq, exp_avg_sq)
        square = max_exp_avg_sq
    return (
        parameter - step_size * exp_avg / (np.sqrt(square) + eps),
        exp_avg,
        exp_avg_sq,
        max_exp_avg_sq,
    )


def adamw_update(
    parameter: Number,
    gradient: Number,
    exp_avg: Number,
    exp_avg_sq: Number,
    max_exp_avg_sq: Number | None,
    step_size: float,
    beta1: float,
    rate1: float,
    beta2: float,
    rate2: float,
    eps: float,
    shrinkage: float | None,
    maximize: bool,
) -> AdamUpdate:
    """Return the parameter after a step of AdamW, and its mean and (largest) mean square.

    ``shrinkage`` is 1 - lr * weight_decay; the others are those of ``adam_update``.
    """
    if maximize:
        gradient = -gradient
    if shrinkage is not None:
        parameter = shrinkage * parameter
    exp_avg = beta1 * exp_avg + rate1 * gradient
    exp_avg_sq = beta2 * exp_avg_sq + rate2 * gradient * gradient
    square = exp_avg_sq
    if max_exp_avg_sq is not None:
        max_exp_avg_sq = np.maximum(max_exp_avg_sq, exp_avg_sq)
        square = max_exp_avg_sq
    return (
        parameter - step_size * exp_avg / (np.sqrt(square) + eps),
        exp_avg,
        exp_avg_sq,
        max_exp_avg_sq,
    )


def moment_numbers(group: Group, step: int) -> tuple[float, ...]:
    """Return step size, shares of old and new for both means, and eps, corrected for bias.

    Dividing by sqrt(square / c) + eps is multiplying with sqrt(c) and dividing by
    sqrt(square) + sqrt(c) eps, where c = 1 - beta2^step: two passes over the parameters less.
    """
    beta1, beta2 = map(float, group["betas"])
    root_correction = (1.0 - beta2**step) ** 0.5
    step_size = read_lr(group) * root_correction / (1.0 - beta1**step)
    eps = float(group["eps"]) * root_correction
    return step_size, beta1, 1.0 - beta1, beta2, 1.0 - beta2, eps


class MomentOptimizer(Optimizer):
    """What Adam and AdamW share: their options and states; the formulas are each one's own."""

    def check_options(self, group: Group) -> None:
        """Raise InvalidArgument if an option of this group is out of range."""
        require_nonnegative(lr=group["lr"], eps=group["eps"], weight_decay=group["weight_decay"])
        require_betas(group["betas"])

    def state_names(self, group: Group) -> tuple[str, ...]:
        """Return the names of mean and mean square and, for amsgrad, of the largest mean square."""
        return STATES if group["amsgrad"] else STATES[:2]


class Adam(MomentOptimizer):
    """Mean gradient over the root of its mean square, both of recent steps and corrected for bias.

        mean      <-  beta1 * mean + (1 - beta1) * gradient
        square    <-  beta2 * square + (1 - beta2) * gradient^2
        parameter <-  parameter - lr / (1 - beta1^step) * mean
                                  / (sqrt(square) / sqrt(1 - beta2^step) + eps)

    Args:
        params: Tensors, named tensors or groups.
        lr: Learning rate, about the length of a step.
        betas: How much of mean and mean square stays from step to step.
        eps: Keeps the divisor away from zero.
        weight_decay: Strength of the pull towards zero, added to the gradient.
        amsgrad: Divide by the largest mean square so far.
        maximize: Climb instead of descend.

    Source: Kingma and Ba 2015; Reddi et al. 2018 for amsgrad.

    >>> from chainrule.autograd.tensor import Tensor
    >>> weight = Tensor([1.0], requires_grad=True)
    >>> optimizer = Adam([weight], lr=0.1)
    >>> (weight * weight).sum().backward()
    >>> optimizer.step()
    >>> weight
    tensor([0.9000], requires_grad=True)
    """

    rule: ClassVar[UpdateRule] = UpdateRule(adam_update, STATES, ("maximize",))

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def numbers(self, group: Group, step: int) -> tuple[float | None, ...]:
        """Return the numbers of the moments, and weight decay."""
        return *moment_numbers(group, step), float(group["weight_decay"]) or None


class AdamW(MomentOptimizer):
    """Adam whose weight decay shrinks the parameter itself, past the scaling of the gradient.

        parameter <-  (1 - lr * weight_decay) * parameter,  then as Adam

    Args:
        params: Tensors, named tensors or groups.
        lr: Learning rate, about the length of a step.
        betas: How much of mean and mean square stays from step to step.
        eps: Keeps the divisor away from zero.
        weight_decay: Share of the parameter that is taken away per step, in units of lr.
        amsgrad: Divide by the largest mean square so far.
        maximize: Climb instead of descend.

    Source: Loshchilov and Hutter 2019.
    """

    rule: ClassVar[UpdateRule] = UpdateRule(adamw_update, STATES, ("maximize",))

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def numbers(self, group: Group, step: int) -> tuple[float | None, ...]:
        """Return the numbers of the moments, and what weight decay leaves of the parameter."""
        decay = float(group["weight_decay"])
        return *moment_numbers(group, step), 1.0 - read_lr(group) * decay if decay else None
