"""No velocity from the steps before."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def move_without(move: Move, right: TakeStep) -> Moved:
    """Make the move without momentum."""
    return right(replace(move, group=move.group | {"momentum": 0.0, "nesterov": False}))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if there is momentum."""
    if scenario.group.get("momentum"):
        yield Variant(Change(move=move_without))


MOMENTUM_LEFT_OUT = Mistake(
    "momentum left out",
    "You took a plain gradient step: the velocity of the steps before is missing.",
    "Keep the velocity from step to step: v ← μ v + gradient, w ← w − η v.",
    variants,
)
