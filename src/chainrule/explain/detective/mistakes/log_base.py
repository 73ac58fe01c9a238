"""Logarithms to another base than e."""

import math
from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import takes_logarithm

BASES = (10, 2)


def scaled(base: int, in_gradient: bool) -> Change:
    """Return the change that takes logarithms to a base, in the loss and perhaps its gradient."""
    factor = 1 / math.log(base)
    return Change(
        loss_scale=lambda _: factor,
        gradient_scale=(lambda _: factor) if in_gradient else None,
    )


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield each base, in the loss alone and in loss and gradient."""
    if takes_logarithm(scenario.graph):
        for base in BASES:
            yield Variant(scaled(base, False), f"base {base} in the loss")
            yield Variant(scaled(base, True), f"base {base} in loss and gradient")


LOG_BASE = Mistake(
    "logarithm to another base",
    "You took the logarithm to another base than e.",
    "Use the natural logarithm, ln: the loss is then in nats, and its derivative is 1/x.",
    variants,
)
