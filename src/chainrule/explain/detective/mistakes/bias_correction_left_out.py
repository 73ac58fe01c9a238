"""Adam's means used as they are, though they begin at zero."""

import math
from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.optim.adam import MomentOptimizer


def without_any(move: Move, right: TakeStep) -> Moved:
    """Make the move as after infinitely many steps, when nothing is left to be corrected."""
    return right(replace(move, step=math.inf))


def without_first(move: Move, right: TakeStep) -> Moved:
    """Make the move with the mean gradient as it is."""
    lr = move.group["lr"] * (1 - move.group["betas"][0] ** move.step)
    return right(replace(move, group=move.group | {"lr": lr}))


def without_second(move: Move, right: TakeStep) -> Moved:
    """Make the move with the mean square as it is."""
    root = math.sqrt(1 - move.group["betas"][1] ** move.step)
    changed = {"lr": move.group["lr"] / root, "eps": move.group["eps"] / root}
    return right(replace(move, group=move.group | changed))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield both corrections, and each."""
    if isinstance(scenario.optimizer, MomentOptimizer):
        yield Variant(Change(move=without_any), "of both means")
        yield Variant(Change(move=without_first), "of the mean gradient m")
        yield Variant(Change(move=without_second), "of the mean square v")


BIAS_CORRECTION_LEFT_OUT = Mistake(
    "bias correction left out",
    "You left out Adam's bias correction.",
    "Divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ, with t the number of the step, from 1.",
    variants,
)
