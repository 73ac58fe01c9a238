"""LRScheduler: what all schedules share; each sets the learning rate of every group per step."""

import warnings
from collections.abc import Sequence
from typing import Any

from chainrule.errors import ChainruleWarning, InvalidArgument, InvalidType
from chainrule.optim.optimizer import Optimizer
from chainrule.optim.options import require_real


class LRScheduler:
    """Base of the schedules that depend on the count of steps alone.

    A subclass computes in ``get_lr`` the learning rate of each group for step ``last_epoch``. Call
    ``step()`` after ``optimizer.step()``, once per epoch or per batch as the schedule means it.

    Args:
        optimizer: Whose learning rates to set.
        last_epoch: The last step taken, to go on from a saved run; -1 to begin.

    Attributes:
        last_epoch: Number of the current step, counted from 0.
        base_lrs: Learning rate of each group at the beginning.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = require_optimizer(optimizer)
        for position, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise InvalidArgument(
                    f"{type(self).__name__}(last_epoch={last_epoch}) goes on from a run, but "
                    f"group {position} has no 'initial_lr': load the optimizer's state first, or "
                    "begin with last_epoch=-1."
                )
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0
        self._last_lr: list[float] = []
        self._begin()

    def _begin(self) -> None:
        """Set the learning rates of the first step."""
        self._is_initial = True
        self._advance()
        self._is_initial = False

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group for step ``last_epoch``: here, the present one."""
        return self.current_lrs()

    def get_last_lr(self) -> list[float]:
        """Return the learning rate of each group as last set."""
        return self._last_lr

    def step(self) -> None:
        """Go one step on and set the learning rates. Call it after ``optimizer.step()``.

        Warns:
            ChainruleWarning: if the optimizer has not taken a step yet, because the schedule's
                first value then is never used.
        """
        counts_steps = type(self.optimizer).step is Optimizer.step
        if self._step_count == 1 and counts_steps and self.optimizer.steps_taken == 0:
            warnings.warn(
                "lr_scheduler.step() was called before optimizer.step(), so the first value of "
                "the schedule is never used: call optimizer.step() first.",
                ChainruleWarning,
                stacklevel=2,
            )
        self._advance()

    def _advance(self) -> None:
        self._step_count += 1
        self.last_epoch += 1
        for group, lr in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            group["lr"] = lr
        self._last_lr = self.current_lrs()

    def current_lrs(self) -> list[float]:
        """Return the learning rate the optimizer now has for each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimizer, to be saved."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what ``state_dict()`` saved; load the optimizer's state, too."""
        vars(self).update({n: value for n, value in state_dict.items() if n != "optimizer"})


def require_optimizer(optimizer: object) -> Optimizer:
    """Return the argument if it is an optimizer.

    Raises:
        InvalidType: otherwise.
    """
    if not isinstance(optimizer, Optimizer):
        raise InvalidType(
            f"A learning-rate schedule got {type(optimizer).__name__}, expected an optimizer: pass "
            "e.g. chainrule.optim.SGD(model.parameters(), lr=0.1)."
        )
    return optimizer


def value_per_group(name: str, value: float | Sequence[float], optimizer: Optimizer) -> list[float]:
    """Return one number for each group, from one for all or a list of them.

    Raises:
        InvalidArgument: if the list has another length than there are groups.
    """
    count = len(optimizer.param_groups)
    if not isinstance(value, Sequence):
        return [require_real(name, value)] * count
    if len(value) != count:
        raise InvalidArgument(
            f"{name} has {len(value)} values, the optimizer has {count} parameter groups: pass one "
            "number, or one for each group."
        )
    return list(value)


def require_positive_integer(name: str, value: object) -> int:
    """Return the argument if it is an integer of at least 1.

    Raises:
        InvalidArgument: otherwise.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidArgument(f"{name} must be an integer of at least 1, got {value!r}.")
    return value
