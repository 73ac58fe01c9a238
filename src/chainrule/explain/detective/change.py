"""What a mistake changes: the points of a training step at which something can go wrong.

A training step is a fixed sequence of decisions: what is computed from the batch, what each local
derivative is, which gradient the optimiser gets, how it moves a parameter. A ``Change`` replaces
some of these decisions and leaves the others as they are. Several changes at once are a tuple; the
first of them has the last word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from chainrule.array_types import Array
from chainrule.explain.detective.graph import Call, Graph, Numbers
from chainrule.explain.detective.question import Question
from chainrule.optim.optimizer import Group, Optimizer


@dataclass(frozen=True)
class Visit:
    """One local derivative to be taken in the backward pass.

    Attributes:
        call: The operation applied.
        position: Of the input whose gradient is asked for.
        gradient: Of the loss with respect to the result.
        inputs: The arrays it was applied to.
        output: Its result.
        saved: What it kept beside the result.
    """

    call: Call
    position: int
    gradient: Array
    inputs: tuple[Any, ...]
    output: Array
    saved: tuple[Any, ...]


@dataclass(frozen=True)
class Move:
    """One parameter to be moved by the optimiser.

    Attributes:
        parameter: Before the step.
        gradient: The optimiser is given.
        states: Of this parameter, by name, after the step before.
        group: The optimiser's options.
        step: Number of this step, the first being 1.
        optimizer: Whose rule it is.
    """

    parameter: Array
    gradient: Array
    states: Numbers
    group: Group
    step: float
    optimizer: Optimizer


Moved: TypeAlias = tuple[Array, Numbers]
"""A parameter after a step, and its states."""

Differentiate: TypeAlias = Callable[[Visit], Array]
TakeStep: TypeAlias = Callable[[Move], Moved]


@dataclass(frozen=True, eq=False)
class Change:
    """A training step computed in another way; what is None stays as it is.

    Attributes:
        graph: What is computed from the batch.
        keep: What is written down of each intermediate result.
        derivative: A local derivative, from the visit and the right way to take it.
        gradient_scale: By what all gradients are multiplied.
        batch: Which batch a step sees, from its number, the first being 0.
        gradient: What the optimiser is given, from a parameter's gradients up to this step.
        updates_at_once: Whether a layer is updated before its gradient is passed on.
        is_moved: Whether a parameter of this path is updated, from whether it should be.
        move: How a parameter is moved, from the move and the right way to make it.
        num_steps: How many steps are taken, from how many should be.
        loss_scale: By what the reported loss is multiplied.
        question: What was really written down, from what is asked.
        touches: Names of those that are not None.
    """

    graph: Callable[[Graph], Graph] | None = None
    keep: Callable[[Array], Array] | None = None
    derivative: Callable[[Visit, Differentiate], Array] | None = None
    gradient_scale: Callable[[Graph], float] | None = None
    batch: Callable[[int], int] | None = None
    gradient: Callable[[Sequence[Array]], Array] | None = None
    updates_at_once: bool | None = None
    is_moved: Callable[[str, bool], bool] | None = None
    move: Callable[[Move, TakeStep], Moved] | None = None
    num_steps: Callable[[int], int] | None = None
    loss_scale: Callable[[Graph], float] | None = None
    question: Callable[[Question], Question] | None = None
    touches: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        named = {f.name for f in fields(self) if f.init and getattr(self, f.name) is not None}
        object.__setattr__(self, "touches", frozenset(named))


Changes: TypeAlias = tuple[Change, ...]
