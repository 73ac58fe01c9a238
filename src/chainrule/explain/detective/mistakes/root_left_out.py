"""Adam's mean square as divisor, without its root."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.moments import moved_by_moments
from chainrule.explain.detective.scenario import Scenario
from chainrule.optim.adam import MomentOptimizer


def move_without_root(move: Move, right: TakeStep) -> Moved:
    """Make the move with v for sqrt(v)."""
    return moved_by_moments(move, right, lambda mean, square, eps: mean / (square + eps))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, for Adam."""
    if isinstance(scenario.optimizer, MomentOptimizer):
        yield Variant(Change(move=move_without_root))


ROOT_LEFT_OUT = Mistake(
    "root left out",
    "You divided by the mean square v in place of its root.",
    "Divide m by √v + ε.",
    variants,
)
