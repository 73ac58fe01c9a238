"""OneCycleLR: up, down and out, with the momentum going the other way."""

import math
from collections.abc import Sequence
from typing import Literal

from chainrule.errors import InvalidArgument
from chainrule.optim.lr_scheduler.schedule import (
    LRScheduler,
    require_optimizer,
    require_positive_integer,
    value_per_group,
)
from chainrule.optim.optimizer import Group, Optimizer

Phase = dict[str, float | str]
"""Where a phase ends, and between which entries of a group rate and momentum move in it."""


class OneCycleLR(LRScheduler):
    """Raises the learning rate to ``max_lr``, then lowers it far below where it began.

    Momentum, or the first beta of Adam, goes the other way. Call ``step()`` after every batch.

    Args:
        optimizer: Whose learning rates to set.
        max_lr: The top, for all groups or for each.
        total_steps: Steps of the entire cycle; or give the next two.
        epochs: Epochs of the cycle.
        steps_per_epoch: Batches per epoch.
        pct_start: Share of the cycle in which the rate rises, between 0 and 1.
        anneal_strategy: Move along a cosine or a straight line.
        cycle_momentum: Whether to move the momentum.
        base_momentum: The lowest momentum, reached at the top of the learning rate.
        max_momentum: The highest momentum.
        div_factor: The first learning rate is max_lr / div_factor.
        final_div_factor: The last one is the first / final_div_factor.
        three_phase: Come down as fast as up, and then go out; otherwise both are one phase.
        last_epoch: The last step taken, to go on from a saved run; -1 to begin.

    Raises:
        InvalidArgument: if the number of steps is missing or not positive, a share is not between 0
            and 1, the optimizer has no momentum to cycle, or more steps are taken than announced.

    Source: Smith and Topin 2018.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.85,
        max_momentum: float | Sequence[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        if not 0 <= pct_start <= 1:
            raise InvalidArgument(f"pct_start={pct_start} must be between 0 and 1.")
        if anneal_strategy not in ("cos", "linear"):
            raise InvalidArgument(
                f"anneal_strategy={anneal_strategy!r} is not known: choose 'cos' or 'linear'."
            )
        self.total_steps = count_steps(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = make_phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type = anneal_strategy
        self.cycle_momentum = cycle_momentum
        for group, top in zip(
            optimizer.param_groups, value_per_group("max_lr", max_lr, optimizer), strict=True
        ):
            if last_epoch == -1:
                group["initial_lr"] = top / div_factor
                group["max_lr"] = top
                group["min_lr"] = group["initial_lr"] / final_div_factor
        if cycle_momentum:
            self.use_beta1 = has_betas(optimizer)
            lowest = value_per_group("base_momentum", base_momentum, optimizer)
            highest = value_per_group("max_momentum", max_momentum, optimizer)
            for group, low, high in zip(optimizer.param_groups, lowest, highest, strict=True):
                if last_epoch == -1:
                    self._set_momentum(group, high)
                    group["max_momentum"] = high
                    group["base_momentum"] = low
        super().__init__(optimizer, last_epoch)

    def _set_momentum(self, group: Group, momentum: float) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum

    def get_lr(self) -> list[float]:
        """Return the learning rate of each group for step ``last_epoch``, and set the momentum."""
        if self.last_epoch > self.total_steps:
            raise InvalidArgument(
                f"OneCycleLR was made for {self.total_steps} steps and is asked for step "
                f"{self.last_epoch}: pass a larger total_steps."
            )
        phase, share = self._locate()
        if self.cycle_momentum:
            for group in self.optimizer.param_groups:
                momentum = self._move(group, phase, "momentum", share)
                self._set_momentum(group, momentum)
        return [self._move(group, phase, "lr", share) for group in self.optimizer.param_groups]

    def _locate(self) -> tuple[Phase, float]:
        """Return the phase of the current step, and the share of it that is over."""
        start = 0.0
        for phase in self._schedule_phases:
            end = float(phase["end_step"])
            if self.last_epoch <= end:
                break
            start = end if phase is not self._schedule_phases[-1] else start
        return phase, (self.last_epoch - start) / (end - start)

    def _move(self, group: Group, phase: Phase, kind: str, share: float) -> float:
        """Return the value that share of the way from a phase's start to its end."""
        start: float = group[str(phase[f"start_{kind}"])]
        end: float = group[str(phase[f"end_{kind}"])]
        if self._anneal_func_type == "cos":
            return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)
        return (end - start) * share + start


def count_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    """Return the steps of the cycle from the arguments that were given."""
    if total_steps is not None:
        return require_positive_integer("total_steps", total_steps)
    if epochs is None or steps_per_epoch is None:
        raise InvalidArgument(
            "OneCycleLR needs to know its length: pass total_steps, or both epochs and "
            "steps_per_epoch."
        )
    return require_positive_integer("epochs", epochs) * require_positive_integer(
        "steps_per_epoch", steps_per_epoch
    )


def make_phases(total_steps: int, rising: float, three_phase: bool) -> list[Phase]:
    """Return the phases of a cycle of which a share is rising."""

    def phase(end_step: float, lr: tuple[str, str], momentum: tuple[str, str]) -> Phase:
        return {
            "end_step": end_step,
            "start_lr": lr[0],
            "end_lr": lr[1],
            "start_momentum": momentum[0],
            "end_momentum": momentum[1],
        }

    low, high = "base_momentum", "max_momentum"
    top = float(rising * total_steps) - 1
    up = phase(top, ("initial_lr", "max_lr"), (high, low))
    if not three_phase:
        return [up, phase(total_steps - 1, ("max_lr", "min_lr"), (low, high))]
    bottom = float(2 * rising * total_steps) - 2
    return [
        up,
        phase(bottom, ("max_lr", "initial_lr"), (low, high)),
        phase(total_steps - 1, ("initial_lr", "min_lr"), (high, high)),
    ]


def has_betas(optimizer: Optimizer) -> bool:
    """Return whether the momentum of an optimizer is the first of its betas.

    Raises:
        InvalidArgument: if it has no momentum at all.
    """
    if "betas" in optimizer.defaults:
        return True
    if "momentum" not in optimizer.defaults:
        raise InvalidArgument(
            f"{type(optimizer).__name__} has no momentum to cycle: pass cycle_momentum=False."
        )
    return False
