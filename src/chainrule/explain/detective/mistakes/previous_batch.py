"""A step with the gradient, or the data, of the step before."""

from collections.abc import Iterator, Sequence

from chainrule.array_types import Array
from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def stale(gradients: Sequence[Array]) -> Array:
    """Return the gradient of the step before; the first step has but its own."""
    return gradients[-2] if len(gradients) > 1 else gradients[-1]


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield old data and old gradients, if there are several steps."""
    if scenario.num_steps > 1 and len(scenario.graphs) > 1:
        yield Variant(
            Change(batch=lambda step: max(step - 1, 0)), "its data, with the weights of now"
        )
    if scenario.num_steps > 1:
        yield Variant(Change(gradient=stale), "as it was computed then")


PREVIOUS_BATCH = Mistake(
    "gradient of the previous batch",
    "You used the gradient of the previous batch.",
    "In every step: forward with this batch, backward, and only then the update.",
    variants,
)
