"""Adam's bias correction with the number of the first step in every step."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.optim.adam import MomentOptimizer


def first_step(move: Move, right: TakeStep) -> Moved:
    """Make the move as if it were the first."""
    return right(replace(move, step=1))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, for Adam after more than one step."""
    last = scenario.first_step + scenario.num_steps - 1
    if isinstance(scenario.optimizer, MomentOptimizer) and last > 1:
        yield Variant(Change(move=first_step))


STEP_NUMBER_STUCK = Mistake(
    "step number not counted",
    "You corrected the bias with t = 1 in every step.",
    "Count t up by 1 in every step.",
    variants,
)
