"""The ½ in front of the squared error, left out or put in."""

from collections.abc import Iterator

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.sites import has_half, squares_error


def scaled(factor: float) -> Change:
    """Return the change that multiplies the loss, and with it every gradient."""
    return Change(gradient_scale=lambda _: factor, loss_scale=lambda _: factor)


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the form that this loss allows."""
    if squares_error(scenario.graph):
        if has_half(scenario.graph):
            yield Variant(scaled(2.0), "the ½ is left out")
        else:
            yield Variant(scaled(0.5), "a ½ is put in")


HALF_OF_SQUARED_ERROR = Mistake(
    "½ of the squared error",
    "You computed with (t − y)² where ½(t − y)² was asked for, or the other way round.",
    "Look at the loss again: with ½ the gradient is y − t, without it 2(y − t).",
    variants,
)
