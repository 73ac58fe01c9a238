"""The velocity as an average of gradients in place of a sum."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.optim.sgd import SGD


def move_averaged(move: Move, right: TakeStep) -> Moved:
    """Make the move with (1 - momentum) times the gradient in the velocity."""
    share = 1.0 - move.group["momentum"]
    decay = move.group["weight_decay"] * share  # the decay is part of the gradient
    group = move.group | {"weight_decay": decay}
    return right(replace(move, gradient=share * move.gradient, group=group))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, for SGD with momentum."""
    if isinstance(scenario.optimizer, SGD) and scenario.group["momentum"]:
        yield Variant(Change(move=move_averaged))


MOMENTUM_AVERAGED = Mistake(
    "momentum as an average",
    "You computed the velocity as v ← μ v + (1 − μ) gradient; here it is v ← μ v + gradient.",
    "Add the whole gradient to the velocity, or ask for dampening.",
    variants,
)
