"""Gradients that pile up from step to step."""

from collections.abc import Iterator, Sequence

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def accumulated(gradients: Sequence[Array]) -> Array:
    """Return the sum of all gradients so far."""
    return np.sum(gradients, axis=0)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if there are several steps."""
    if scenario.num_steps > 1:
        yield Variant(Change(gradient=accumulated))


ZERO_GRAD_FORGOTTEN = Mistake(
    "zero_grad() forgotten",
    "You did not set the gradients to zero, so those of earlier steps were added.",
    "Call optimizer.zero_grad() before every backward().",
    variants,
)
