"""The forward and the backward pass over a graph, each with the points at which changes step in.

The forward pass applies the operations of the graph; the backward pass visits them in opposite
order and asks each one's record for its derivatives.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Visit
from chainrule.explain.detective.graph import Call, Graph, Numbers
from chainrule.explain.detective.procedure import Procedure

Update: TypeAlias = Callable[[str, Array], Array | None]
"""Moves the parameter of a path by its gradient; None if it stays."""


@dataclass(frozen=True, eq=False)
class Forward:
    """A forward pass.

    Attributes:
        graph: As it was computed.
        values: Of all parameters, constants and results, by name.
        saved: What calls kept beside their results, for the derivatives.
    """

    graph: Graph
    values: Numbers
    saved: dict[str, tuple[Any, ...]]


def run_forward(graph: Graph, parameters: Numbers, procedure: Procedure) -> Forward:
    """Compute all results of a graph."""
    graph = procedure.graph(graph)
    values = graph.constants | parameters
    saved: dict[str, tuple[Any, ...]] = {}
    for call in graph.calls:
        inputs = tuple([None if name is None else values[name] for name in call.inputs])
        output, saved[call.name] = call.operation.evaluate(inputs, call.options)
        values[call.name] = np.asarray(output if call.in_loss else procedure.keep(output))
    return Forward(graph, values, saved)


def run_backward(
    forward: Forward,
    procedure: Procedure,
    scale: float = 1.0,
    wanted: str = "",
    update: Update | None = None,
) -> Numbers:
    """Return the gradients of the parameters by path.

    Args:
        forward: The forward pass.
        procedure: How derivatives are taken.
        scale: The derivative of the loss with respect to itself, 1 for whom it is the loss.
        wanted: Path of the only parameter whose gradient is wanted; empty for all.
        update: Moves a parameter as soon as its gradient is complete, before the error is passed on
            through it; None leaves all as they are.
    """
    walk = _Walk(forward, procedure, wanted, update)
    return walk.gradients_of_parameters(scale)


class _Walk:
    """One walk backwards through the calls of a forward pass."""

    def __init__(
        self, forward: Forward, procedure: Procedure, wanted: str, update: Update | None
    ) -> None:
        self.forward = forward
        self.update = update
        self.differentiate = procedure.differentiate
        self.keep = procedure.keep
        self.values = dict(forward.values) if update is not None else forward.values
        self.results = {call.name: call for call in forward.graph.calls}
        self.towards = _towards(forward.graph, wanted) if wanted else None
        self.gradients: Numbers = {}

    def gradients_of_parameters(self, scale: float) -> Numbers:
        """Visit all calls."""
        graph = self.forward.graph
        self.gradients[graph.loss] = np.full(graph.shapes[graph.loss], scale)
        for call in reversed(graph.calls):
            if call.name in self.gradients:
                self._visit(call)
        return {name: g for name, g in self.gradients.items() if name not in self.results}

    def _visit(self, call: Call) -> None:
        """Pass the gradient of a call's result on to its inputs, to parameters first."""
        errors: list[tuple[int, str]] = []
        for position, name in call.flowing:
            if self.towards is not None and name not in self.towards:
                continue
            if name in self.results:
                errors.append((position, name))
                continue
            self._add(name, self._derivative(call, position))
            if self.update is not None:
                self._update(self.update, call, name)
        for position, name in errors:
            self._add(name, self._derivative(call, position))
            if not self.results[name].in_loss:
                self.gradients[name] = self.keep(self.gradients[name])

    def _derivative(self, call: Call, position: int) -> Array:
        values = self.values
        inputs = tuple([None if name is None else values[name] for name in call.inputs])
        gradient, saved = self.gradients[call.name], self.forward.saved[call.name]
        return self.differentiate(
            Visit(call, position, gradient, inputs, self.values[call.name], saved)
        )

    def _add(self, name: str, part: Array) -> None:
        before = self.gradients.get(name)
        self.gradients[name] = part if before is None else before + part

    def _update(self, update: Update, call: Call, name: str) -> None:
        """Update a parameter, if no call that comes later in this walk reads it, too."""
        if self.forward.graph.readers(name)[0] is call:
            after = update(name, self.gradients[name])
            if after is not None:
                self.values[name] = after


def _towards(graph: Graph, wanted: str) -> set[str]:
    """Return the results that depend on a parameter, and the parameter."""
    found = {wanted}
    for call in graph.calls:
        if any(name in found for name in call.inputs):
            found.add(call.name)
    return found
