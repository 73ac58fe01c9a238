"""ε added under Adam's root."""

from collections.abc import Iterator

import numpy as np

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.moments import moved_by_moments
from chainrule.explain.detective.scenario import Scenario
from chainrule.optim.adam import MomentOptimizer


def move_inside(move: Move, right: TakeStep) -> Moved:
    """Make the move with sqrt(v + eps) for sqrt(v) + eps."""
    return moved_by_moments(move, right, lambda mean, square, eps: mean / np.sqrt(square + eps))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, for Adam."""
    if isinstance(scenario.optimizer, MomentOptimizer):
        yield Variant(Change(move=move_inside))


EPSILON_INSIDE_ROOT = Mistake(
    "ε inside the root",
    "You added ε under the root: √(v + ε) in place of √v + ε.",
    "Take the root of v first, then add ε.",
    variants,
)
