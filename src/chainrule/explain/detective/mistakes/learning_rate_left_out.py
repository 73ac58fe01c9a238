"""A step as long as the gradient."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def move_by_one(move: Move, right: TakeStep) -> Moved:
    """Make the move with a learning rate of 1."""
    return right(replace(move, group=move.group | {"lr": 1.0}))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form."""
    if scenario.optimizer is not None:
        yield Variant(Change(move=move_by_one))


LEARNING_RATE_LEFT_OUT = Mistake(
    "learning rate left out",
    "You subtracted the gradient without multiplying it by the learning rate.",
    "The step is the learning rate times the gradient.",
    variants,
)
