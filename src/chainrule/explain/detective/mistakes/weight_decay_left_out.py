"""A step without weight decay."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def move_without(move: Move, right: TakeStep) -> Moved:
    """Make the move without weight decay."""
    return right(replace(move, group=move.group | {"weight_decay": 0.0}))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if there is weight decay."""
    if scenario.group.get("weight_decay"):
        yield Variant(Change(move=move_without))


WEIGHT_DECAY_LEFT_OUT = Mistake(
    "weight decay left out",
    "You left out the weight decay.",
    "AdamW's default is 0.01, not 0; the others decay as much as you ask for.",
    variants,
)
