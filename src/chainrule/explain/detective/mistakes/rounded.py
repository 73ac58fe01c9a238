"""Intermediate results rounded before they are used."""

from collections.abc import Iterator

import numpy as np

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario

DECIMALS = (2, 3, 4, 5, 6)


def to(decimals: int) -> Change:
    """Return the change that writes down so many decimals."""
    return Change(keep=lambda array: np.round(array, decimals))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield each number of decimals."""
    del scenario
    for decimals in DECIMALS:
        yield Variant(to(decimals), f"to {decimals} decimals")


ROUNDED = Mistake(
    "intermediate results rounded",
    "You rounded intermediate results (sums, activations, errors, gradients, new weights) and went "
    "on with them.",
    "Keep all digits until the end and round only the last result.",
    variants,
)
