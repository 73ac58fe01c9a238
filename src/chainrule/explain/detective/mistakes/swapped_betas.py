"""Adam's two shares taken for each other."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.optim.adam import MomentOptimizer


def move_swapped(move: Move, right: TakeStep) -> Moved:
    """Make the move with the betas in the other order."""
    return right(replace(move, group=move.group | {"betas": move.group["betas"][::-1]}))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, for Adam."""
    if isinstance(scenario.optimizer, MomentOptimizer):
        yield Variant(Change(move=move_swapped))


SWAPPED_BETAS = Mistake(
    "β₁ and β₂ swapped",
    "You used β₂ for the mean gradient and β₁ for the mean square.",
    "β₁ (0.9) belongs to the mean gradient m, β₂ (0.999) to the mean square v.",
    variants,
)
