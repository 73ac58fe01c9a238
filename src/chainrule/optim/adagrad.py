"""Adagrad: steps that shrink where gradients have been large."""

from typing import ClassVar

import numpy as np

from chainrule.array_types import Number
from chainrule.autograd.graph import wrap
from chainrule.optim.bundle import STEP
from chainrule.optim.optimizer import Group, Optimizer, Parameters, read_lr
from chainrule.optim.options import require_nonnegative
from chainrule.optim.rule import UpdateRule


def adagrad_update(
    parameter: Number,
    gradient: Number,
    squares: Number,
    lr: float,
    eps: float,
    weight_decay: float | None,
    maximize: bool,
) -> tuple[Number, Number]:
    """Return the parameter after a step, and the sum of all squared gradients."""
    if maximize:
        gradient = -gradient
    if weight_decay is not None:
        gradient = gradient + weight_decay * parameter
    squares = squares + gradient * gradient
    return parameter - lr * gradient / (np.sqrt(squares) + eps), squares


class Adagrad(Optimizer):
    """Divides each step by the root of the sum of all squared gradients so far.

        sum       <-  sum + gradient^2
        parameter <-  parameter - lr / (1 + (step - 1) * lr_decay) * gradient / (sqrt(sum) + eps)

    Args:
        params: Tensors, named tensors or groups.
        lr: Learning rate, the length of the first step.
        lr_decay: How fast the learning rate shrinks with the number of steps.
        weight_decay: Strength of the pull towards zero, added to the gradient.
        initial_accumulator_value: What the sum begins with.
        eps: Keeps the divisor away from zero.
        maximize: Climb instead of descend.

    Source: Duchi, Hazan and Singer 2011.
    """

    rule: ClassVar[UpdateRule] = UpdateRule(adagrad_update, ("sum",), ("maximize",))

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def add_param_group(self, param_group: Group) -> None:
        """Add a group of parameters; their sums begin at once."""
        super().add_param_group(param_group)
        group = self.param_groups[-1]
        for parameter in group["params"]:
            beginning = np.full_like(parameter.array, group["initial_accumulator_value"])
            self.state[parameter] = {STEP: wrap(np.zeros((), np.float32)), "sum": wrap(beginning)}

    def check_options(self, group: Group) -> None:
        """Raise InvalidArgument if an option of this group is out of range."""
        names = ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")
        require_nonnegative(**{name: group[name] for name in names})

    def numbers(self, group: Group, step: int) -> tuple[float | None, ...]:
        """Return this step's learning rate, eps and weight decay."""
        lr = read_lr(group) / (1.0 + (step - 1) * float(group["lr_decay"]))
        return lr, float(group["eps"]), float(group["weight_decay"]) or None
