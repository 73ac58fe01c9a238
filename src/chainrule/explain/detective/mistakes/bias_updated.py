"""Biases updated that were to stay."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.mistakes.bias_not_updated import is_bias
from chainrule.explain.detective.scenario import Scenario


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if there are biases that are to stay."""
    fixed = [path for path in scenario.parameters if is_bias(path) and path not in scenario.groups]
    if fixed and scenario.optimizer is not None:
        yield Variant(Change(is_moved=lambda path, should: should or is_bias(path)))


BIAS_UPDATED = Mistake(
    "bias updated",
    "You updated the biases, which were to stay as they are.",
    "Update only the weights, or say that the biases learn, too.",
    variants,
)
