"""Adam's step taken apart, for mistakes in how it divides."""

from collections.abc import Callable

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Move, Moved, TakeStep

Divide = Callable[[Array, Array, float], Array]
"""The step in units of lr, from the mean gradient and mean square, both corrected, and eps."""


def moved_by_moments(move: Move, right: TakeStep, divide: Divide) -> Moved:
    """Move a parameter by Adam's means in another way than the rule does.

    The rule's own step is made first, for the means and for what weight decay does; then its last
    line is taken back and replaced.

    Args:
        move: What to move; of Adam or AdamW.
        right: The rule's own way.
        divide: The other way.
    """
    optimizer = move.optimizer
    parameter, states = right(move)
    values = optimizer.numbers(move.group, move.step)  # type: ignore[arg-type]  # or infinity
    numbers = dict(zip(optimizer.rule.numbers, values, strict=True))
    step_size, eps = float(numbers["step_size"] or 0), float(numbers["eps"] or 0)
    mean, square = states["exp_avg"], states.get("max_exp_avg_sq", states["exp_avg_sq"])
    before = parameter + step_size * mean / (np.sqrt(square) + eps)
    beta1, beta2 = move.group["betas"]
    corrected_mean = mean / (1 - beta1**move.step)
    corrected_square = square / (1 - beta2**move.step)
    step = divide(corrected_mean, corrected_square, move.group["eps"])
    return before - move.group["lr"] * step, states
