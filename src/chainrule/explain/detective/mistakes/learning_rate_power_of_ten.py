"""The learning rate off by a power of ten."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario

FACTORS = (10.0, 0.1, 100.0, 0.01)


def times(factor: float) -> Change:
    """Return the change that multiplies the learning rate."""

    def move(move: Move, right: TakeStep) -> Moved:
        return right(replace(move, group=move.group | {"lr": move.group["lr"] * factor}))

    return Change(move=move)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield each power of ten."""
    if scenario.optimizer is not None:
        for factor in FACTORS:
            yield Variant(times(factor), f"η = {scenario.group['lr'] * factor:g}")


LEARNING_RATE_POWER_OF_TEN = Mistake(
    "learning rate off by a power of ten",
    "Your learning rate has the decimal point in the wrong place.",
    "Count the zeros of the learning rate.",
    variants,
)
