"""AdamW's weight decay added to the gradient, as Adam does."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.optim.adam import AdamW


def move_coupled(move: Move, right: TakeStep) -> Moved:
    """Make the move with the decay in the gradient."""
    gradient = move.gradient + move.group["weight_decay"] * move.parameter
    group = move.group | {"weight_decay": 0.0}
    return right(replace(move, gradient=gradient, group=group))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, for AdamW with weight decay."""
    if isinstance(scenario.optimizer, AdamW) and scenario.group["weight_decay"]:
        yield Variant(Change(move=move_coupled))


COUPLED_DECAY = Mistake(
    "weight decay in the gradient (Adam for AdamW)",
    "You added the weight decay to the gradient, as Adam does; AdamW shrinks the weight itself.",
    "Multiply the weight by 1 − η λ and leave the gradient alone.",
    variants,
)
