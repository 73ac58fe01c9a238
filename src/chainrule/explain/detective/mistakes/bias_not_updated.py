"""Biases left as they were."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario


def is_bias(path: str) -> bool:
    """Return whether a parameter is called bias."""
    return path.rpartition(".")[2].startswith("bias")


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if biases are to be updated."""
    if any(is_bias(path) for path in scenario.groups):
        yield Variant(Change(is_moved=lambda path, should: should and not is_bias(path)))


BIAS_NOT_UPDATED = Mistake(
    "bias not updated",
    "You updated the weights but not the biases.",
    "A bias learns like a weight; its gradient is the error of its unit.",
    variants,
)
