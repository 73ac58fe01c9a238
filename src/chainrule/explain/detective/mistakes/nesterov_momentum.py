"""Nesterov's momentum for plain momentum, or the other way round."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.optim.sgd import SGD


def move_otherwise(move: Move, right: TakeStep) -> Moved:
    """Make the move with the other kind of momentum."""
    return right(replace(move, group=move.group | {"nesterov": not move.group["nesterov"]}))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, for SGD with momentum."""
    if isinstance(scenario.optimizer, SGD) and scenario.group["momentum"]:
        yield Variant(Change(move=move_otherwise))


NESTEROV_MOMENTUM = Mistake(
    "the other kind of momentum",
    "You used Nesterov's momentum where plain momentum was asked for, or the other way round.",
    "Plain: w − η v. Nesterov: w − η (gradient + μ v).",
    variants,
)
