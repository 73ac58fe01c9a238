"""ReduceLROnPlateau: lower the learning rate when progress stops."""

import math
from collections.abc import Sequence
from typing import Literal, SupportsFloat

from chainrule.errors import InvalidArgument
from chainrule.optim.lr_scheduler.schedule import LRScheduler, require_optimizer, value_per_group
from chainrule.optim.optimizer import Optimizer


class ReduceLROnPlateau(LRScheduler):
    """Multiplies the learning rate by ``factor`` when a measured value has stopped improving.

    Call ``step(value)`` after every validation, e.g. with the validation loss.

    Args:
        optimizer: Whose learning rates to set.
        mode: Whether lower (``min``) or higher (``max``) values are better.
        factor: What the learning rate is multiplied by; below 1.
        patience: Values without improvement that are tolerated in a row.
        threshold: By how much a value must be better to count.
        threshold_mode: Whether ``threshold`` is relative (``rel``) to the best value, or absolute.
        cooldown: Values to wait after a change before counting again.
        min_lr: The lowest learning rate, for all groups or for each.
        eps: Smaller changes of the learning rate than this are not made.

    Attributes:
        best: The best value so far.
        num_bad_epochs: Values without improvement since.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if not factor < 1:
            raise InvalidArgument(f"factor={factor} must be below 1, to reduce the learning rate.")
        if mode not in ("min", "max"):
            raise InvalidArgument(f"mode={mode!r} is not known: choose 'min' or 'max'.")
        if threshold_mode not in ("rel", "abs"):
            raise InvalidArgument(
                f"threshold_mode={threshold_mode!r} is not known: choose 'rel' or 'abs'."
            )
        self.factor = factor
        self.optimizer = require_optimizer(optimizer)
        self.default_min_lr = None if isinstance(min_lr, Sequence) else min_lr
        self.min_lrs = value_per_group("min_lr", min_lr, optimizer)
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = self.current_lrs()
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    @property
    def in_cooldown(self) -> bool:
        """Whether values are not counted because of a recent change."""
        return self.cooldown_counter > 0

    def step(self, metrics: SupportsFloat) -> None:  # type: ignore[override]  # as PyTorch's does
        """Note a value, and lower the learning rates if there were too many without improvement."""
        value = float(metrics)
        self.last_epoch += 1
        if self.is_better(value, self.best):
            self.best = value
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = self.current_lrs()

    def is_better(self, value: float, best: float) -> bool:
        """Return whether a value improves on the best one by more than the threshold."""
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            return sign * value > sign * best * (1.0 + sign * self.threshold)
        return sign * value > sign * best + self.threshold

    def _reduce(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):  # a group was added since
            if self.default_min_lr is None:
                raise InvalidArgument(
                    f"ReduceLROnPlateau has min_lr for {len(self.min_lrs)} parameter groups, the "
                    f"optimizer has {len(groups)} now: extend its min_lrs."
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, lowest in zip(groups, self.min_lrs, strict=True):
            reduced = max(float(group["lr"]) * self.factor, lowest)
            if group["lr"] - reduced > self.eps:
                group["lr"] = reduced
