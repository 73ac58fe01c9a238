"""What is called from outside: explain a gradient of a graph, or of a network on a batch."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Shape
from chainrule.autograd.core import TensorCore
from chainrule.autograd.gradient import reachable_nodes
from chainrule.autograd.modes import enable_grad
from chainrule.autograd.tensor import Tensor
from chainrule.errors import GradientError, InvalidArgument, InvalidType
from chainrule.explain.derivation.derivation import Derivation
from chainrule.explain.derivation.derive import Deriver
from chainrule.explain.derivation.names import Names, checked_index, parse_place
from chainrule.explain.derivation.pytorch import pytorch_gradient
from chainrule.explain.derivation.recording import HooklessPass, Recording, Value
from chainrule.explain.derivation.replay import finite_difference
from chainrule.explain.derivation.rules import rule_of
from chainrule.nn.module import Module
from chainrule.operations.dropout import DROPOUT

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]
ROUNDINGS = 1000.0  # relative difference allowed, in roundings of the dtype


def explain(
    loss: Tensor,
    number: str | Tensor,
    index: int | Sequence[int] | None = None,
    *,
    model: Module | None = None,
    terms: int = 3,
    equations: int = 12,
) -> Derivation:
    """Derive one number of a gradient, with the numbers of the graph that was recorded.

        dL/dx = sum over all y that x goes into of dy/dx dL/dy

    Each equation is this sum for one number. The factors dy/dx are asked of the operations' own
    derivatives; every dL/dy is derived in turn, until y is the loss. The chain of largest terms is
    followed to its end, others while there is room; the terms left out are added up exactly.

    The graph stays as it is, and so does every ``.grad``. Hooks on gradients are left out.

    Args:
        loss: One number, with its graph: before ``backward()``, or after
            ``backward(retain_graph=True)``.
        number: What to differentiate by: a name and an index such as ``"0.weight[2, 1]"``, a single
            number picked from a tensor such as ``weight[2, 1]``, or a tensor.
        index: Of the number in the tensor, if that has more than one.
        model: Gives names to parameters and layers. Results may be asked for, too, by the names the
            derivation shows: ``"2.relu[0, 3]"``.
        terms: How many terms of a sum are shown.
        equations: How many equations there may be beyond the chain of largest terms.

    Raises:
        GradientError: if the loss is not one number, its graph was freed, or it does not depend on
            the number.
        InvalidArgument: if there is no such name, or a limit is not positive.
        InvalidIndex: if the index is missing or outside.

    >>> from chainrule import Tensor
    >>> w = Tensor([3.0, -1.0], requires_grad=True)
    >>> print(explain((w * w).sum(), w, 0).to_tree())
    tensor[0]  dL/d = 6
    └─ × 6 (mul'(3, 3)) → mul[0]  dL/d = 1
       └─ × 1 (sum') → L  dL/d = 1
    """
    if terms < 1 or equations < 1:
        raise InvalidArgument(
            f"explain got terms={terms} and equations={equations}: show at least one of each."
        )
    recording = Recording(loss)
    names = Names(recording, model)
    value, place = _find(recording, names, number, index)
    gradient = recording.gradient(value)
    if gradient is None:
        raise GradientError(
            f"The loss does not depend on {names(value)}: no operation between them passes a "
            "gradient on."
        )
    deriver = Deriver(recording, names, terms, equations)
    written = deriver.derive(value, place)
    slope = float(gradient[place])
    name = names.at(value, place)
    return Derivation(
        name=name,
        gradient=slope,
        loss=recording.loss,
        path=tuple(names(step) for step in deriver.chain),
        equations=written,
        rules=tuple(rule_of(operation) for operation in deriver.operations()),
        rounding=ROUNDINGS * float(np.finfo(loss.dtype).eps),
        numeric=finite_difference(recording, value, place, name, slope),
    )


def explain_batch(
    model: Module,
    loss_function: LossFunction,
    inputs: Tensor,
    target: Tensor,
    number: str,
    *,
    terms: int = 3,
    equations: int = 12,
) -> Derivation:
    """Run a network on a batch and derive one number of its gradient, with PyTorch's beside it.

    Args:
        model: The network, in the mode it is to run in.
        loss_function: Takes outputs and target: a module of ``nn``, for PyTorch's value to be
            computed, too.
        inputs: The samples of the batch.
        target: What the outputs should be.
        number: A name and an index, as for ``explain``.
        terms: As for ``explain``.
        equations: As for ``explain``.

    Raises: as ``explain``.
    """
    with enable_grad():
        loss = loss_function(model(inputs), target)
    derivation = explain(loss, number, model=model, terms=terms, equations=equations)
    if any(node.operation is DROPOUT for node in reachable_nodes([loss])):
        return derivation  # PyTorch would draw other masks
    name, index = parse_place(number)
    theirs = pytorch_gradient(model, loss_function, inputs, target, name, index)
    return replace(derivation, pytorch=theirs)


def _find(
    recording: Recording, names: Names, number: str | Tensor, index: int | Sequence[int] | None
) -> tuple[Value, Shape]:
    """Return the value and the index that are meant."""
    given = (index,) if isinstance(index, int) else None if index is None else tuple(index)
    if isinstance(number, str):
        name, place = parse_place(number)
        if place is not None and given is not None:
            raise InvalidArgument(
                f"explain got an index in {number!r} and {list(given)} beside it."
            )
        value = names.find(name)
        return value, checked_index(name, value, given if place is None else place)
    if not isinstance(number, TensorCore):
        raise InvalidType(
            f"explain got a {type(number).__name__} to differentiate by: pass a name such as "
            "'0.weight[2, 1]', or a tensor."
        )
    value = number.grad_fn or number
    if recording.gradient(value) is None and number.array.size == 1:
        picked = _picked(recording, number)
        if picked is not None:
            return picked
    return value, checked_index(names(value), value, given)


def _picked(recording: Recording, number: Tensor) -> tuple[Value, Shape] | None:
    """Return where a number was picked from, as ``weight[2, 1]`` picks it; None if it was not."""
    if not number.requires_grad:
        return None
    walk = HooklessPass([number], [np.ones_like(number.array)])
    walk.run(retain_graph=True, keep_all=True)
    sources: list[Value] = [*walk.nodes, *(leaf for leaf, _ in walk.of_leaf.values())]
    for source in sources:
        slopes = walk.gradient(source)
        if slopes is not None and recording.gradient(source) is not None:
            places = np.argwhere(slopes)
            if len(places) == 1 and slopes[tuple(places[0])] == 1:
                return source, tuple(int(i) for i in places[0])
    return None
