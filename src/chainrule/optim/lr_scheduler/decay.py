"""Schedules that lower the learning rate step by step.

All but LambdaLR change the present learning rate by a factor, so that a change made by hand in
between, or by another schedule, stays in effect.
"""

import math
import types
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from chainrule.errors import InvalidArgument
from chainrule.optim.lr_scheduler.schedule import (
    LRScheduler,
    require_optimizer,
    require_positive_integer,
)
from chainrule.optim.optimizer import Optimizer


class StepLR(LRScheduler):
    """Multiplies the learning rate by ``gamma`` every ``step_size`` steps.

    Args:
        optimizer: Whose learning rates to set.
        step_size: Steps between two changes.
        gamma: The factor.
        last_epoch: The last step taken, to go on from a saved run; -1 to begin.
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = require_positive_integer("step_size", step_size)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group for step ``last_epoch``."""
        if self.last_epoch == 0 or self.last_epoch % self.step_size != 0:
            return self.current_lrs()
        return [lr * self.gamma for lr in self.current_lrs()]


class MultiStepLR(LRScheduler):
    """Multiplies the learning rate by ``gamma`` at each milestone.

    Args:
        optimizer: Whose learning rates to set.
        milestones: Numbers of the steps at which to change; one given twice counts twice.
        gamma: The factor.
        last_epoch: The last step taken, to go on from a saved run; -1 to begin.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group for step ``last_epoch``."""
        if self.last_epoch not in self.milestones:
            return self.current_lrs()
        factor = self.gamma ** self.milestones[self.last_epoch]
        return [lr * factor for lr in self.current_lrs()]


class ExponentialLR(LRScheduler):
    """Multiplies the learning rate by ``gamma`` every step.

    Args:
        optimizer: Whose learning rates to set.
        gamma: The factor.
        last_epoch: The last step taken, to go on from a saved run; -1 to begin.
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group for step ``last_epoch``."""
        if self._is_initial:
            return self.current_lrs()
        return [lr * self.gamma for lr in self.current_lrs()]


class LambdaLR(LRScheduler):
    """Multiplies the first learning rate by a function of the step.

    Args:
        optimizer: Whose learning rates to set.
        lr_lambda: ``lr_lambda(step)`` -> factor; or a list of one function per group.
        last_epoch: The last step taken, to go on from a saved run; -1 to begin.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        count = len(require_optimizer(optimizer).param_groups)
        functions = lr_lambda if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * count
        if len(functions) != count:
            raise InvalidArgument(
                f"LambdaLR got {len(functions)} functions for {count} parameter groups: pass one "
                "function, or one for each group."
            )
        self.lr_lambdas = list(functions)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group for step ``last_epoch``."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [base * function(self.last_epoch) for base, function in pairs]

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimizer; of callable objects their attributes.

        Plain functions cannot be saved: None stands for each.
        """
        saved = super().state_dict()
        saved["lr_lambdas"] = [
            None if isinstance(function, types.FunctionType) else dict(vars(function))
            for function in self.lr_lambdas
        ]
        return saved

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what ``state_dict()`` saved; the functions stay those given here."""
        functions = self.lr_lambdas
        super().load_state_dict(state_dict)
        self.lr_lambdas = functions
        for function, attributes in zip(functions, state_dict["lr_lambdas"], strict=True):
            if attributes is not None:
                vars(function).update(attributes)


class CosineAnnealingLR(LRScheduler):
    """Lowers the learning rate along half a wave of the cosine, down to ``eta_min``.

        lr = eta_min + (base_lr - eta_min) * (1 + cos(pi * step / T_max)) / 2

    After ``T_max`` steps it climbs again.

    Args:
        optimizer: Whose learning rates to set.
        T_max: Steps from the top to the bottom.
        eta_min: The lowest learning rate.
        last_epoch: The last step taken, to go on from a saved run; -1 to begin.

    Source: Loshchilov and Hutter 2017, without the restarts.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,  # noqa: N803 - PyTorch's name
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self.T_max = require_positive_integer("T_max", T_max)
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group for step ``last_epoch``."""
        if self._is_initial:
            return self.current_lrs()
        height = self._height(self.last_epoch)
        if (self.last_epoch - 1) % (2 * self.T_max) == self.T_max:
            # The step before was at the bottom, and no factor leads away from there.
            climb = [(base - self.eta_min) * height for base in self.base_lrs]
            return [lr + rise for lr, rise in zip(self.current_lrs(), climb, strict=True)]
        factor = height / self._height(self.last_epoch - 1)
        return [self.eta_min + (lr - self.eta_min) * factor for lr in self.current_lrs()]

    def _height(self, step: int) -> float:
        """Return where on the wave a step is, from 1 at the top to 0 at the bottom."""
        return (1 + math.cos(math.pi * step / self.T_max)) / 2
