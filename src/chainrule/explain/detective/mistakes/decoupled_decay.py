"""Weight decay taken off the weight itself, as AdamW does, where it belongs to the gradient."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change, Move, Moved, TakeStep
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.scenario import Scenario
from chainrule.optim.adam import AdamW


def move_decoupled(move: Move, right: TakeStep) -> Moved:
    """Make the move after shrinking the parameter."""
    parameter = move.parameter * (1.0 - move.group["lr"] * move.group["weight_decay"])
    group = move.group | {"weight_decay": 0.0}
    return right(replace(move, parameter=parameter, group=group))


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, for other optimisers than AdamW with weight decay."""
    if scenario.group.get("weight_decay") and not isinstance(scenario.optimizer, AdamW):
        yield Variant(Change(move=move_decoupled))


DECOUPLED_DECAY = Mistake(
    "weight decay apart from the gradient (AdamW for Adam)",
    "You shrank the weight itself, as AdamW does; here the decay is part of the gradient.",
    "Add λ w to the gradient before the optimiser sees it.",
    variants,
)
