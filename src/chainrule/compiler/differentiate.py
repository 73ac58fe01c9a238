"""The step as a graph: the forward calls, and the backward calls that follow from them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.compiler.capture import Application, Capture
from chainrule.compiler.graph import Call, Graph, IllegalGraph, Value, bind, check
from chainrule.compiler.kernels.kernel import RESULT
from chainrule.operations.arithmetic import ADD, add_backward
from chainrule.operations.operation import GRADIENT, OUTPUT, Elementwise, sum_to_shape


def forward_graph(captured: Capture) -> Graph:
    """Return the graph of the forward pass alone."""
    calls = [forward_call(application) for application in captured.applications]
    return check(Graph(calls, captured.inputs, captured.target, captured.outputs, captured.loss))


def step_graph(captured: Capture) -> Graph:
    """Return the graph of forward and backward pass, with the gradient of every parameter."""
    graph = forward_graph(captured)
    backward = _Backward(captured)
    graph.calls += backward.calls()
    for value in captured.parameters.values():
        if value in backward.totals:
            graph.gradients[value] = backward.totals[value]
    return check(graph)


def forward_call(application: Application) -> Call:
    """Return the call that computes an application's output."""
    operation = application.operation
    known = inputs_by_name(application) | application.options
    written = {OUTPUT: application.output}
    written |= {n: value for n, value in application.saved.items() if isinstance(value, Value)}
    written |= {name: known[name] for name in operation.mutates if known[name] is not None}
    return bind(
        operation.value,
        known,
        written,
        "forward",
        application.path,
        returns=None if isinstance(operation, Elementwise) else (OUTPUT, *operation.saved),
    )


def inputs_by_name(application: Application) -> dict[str, Any]:
    """Return the inputs under the names the value function gives them."""
    operation = application.operation
    if operation.is_variadic:
        return {operation.input_names[0]: application.inputs}
    return dict(zip(operation.input_names, application.inputs, strict=True))


class _Backward:
    """Walks the applications backwards, as ``backward()`` does."""

    def __init__(self, captured: Capture) -> None:
        self.captured = captured
        self.totals: dict[Value, Value] = {}
        self._counts: dict[Value, int] = {}
        self._made: list[Call] = []

    def calls(self) -> list[Call]:
        """Return the calls of the backward pass."""
        loss = self.captured.loss
        if loss is None:
            return []
        one = np.ones((), loss.dtype)
        self.totals[loss] = Value("one", (), loss.dtype, "constant", one)
        for application in reversed(self.captured.applications):
            gradient = self.totals.get(application.output)
            if gradient is None:
                continue
            for position, value in enumerate(application.inputs):
                if value is not None and application.flows[position]:
                    self._contribute(application, position, value, gradient)
        return self._made

    def _contribute(
        self, application: Application, position: int, value: Value, gradient: Value
    ) -> None:
        """Add one derivative to the gradient of an input."""
        part = self._derivative(application, position, value, gradient)
        if value in self.totals:
            before, total = self.totals[value], self._gradient_of(value)
            summands = dict(zip(ADD.input_names, (before, part), strict=True))
            self._add(ADD.value, summands, total, value.path, True)
            part = total
        self.totals[value] = part

    def _derivative(
        self, application: Application, position: int, value: Value, gradient: Value
    ) -> Value:
        """Return what one use of a value contributes to its gradient."""
        operation, output, path = application.operation, application.output, application.path
        derivative = operation.derivatives[0 if operation.is_variadic else position]
        if derivative is None:  # cannot be: gradients flow only where there is one
            raise IllegalGraph(f"{operation.name} has no derivative for input {position}.")
        elementwise = isinstance(operation, Elementwise)
        repeated = elementwise and value.shape != output.shape
        if derivative is add_backward:
            part = gradient  # as it is
        else:
            known = inputs_by_name(application) | application.options | application.saved
            known |= {GRADIENT: gradient, OUTPUT: output, "position": position}
            part = self._gradient_of(value)
            if repeated:
                part = Value(f"{part.name}_wide", output.shape, value.dtype, path=path)
            self._add(derivative, known, part, path, elementwise)
        if repeated:  # sum over the copies
            wide, part = part, self._gradient_of(value)
            self._add(sum_to_shape, {GRADIENT: wide, "shape": value.shape}, part, path, False)
        return part

    def _add(
        self,
        function: Callable[..., Any],
        known: dict[str, Any],
        output: Value,
        path: str,
        elementwise: bool,
    ) -> None:
        written = {RESULT: output}
        returns = None if elementwise else (RESULT,)
        call = bind(function, known, written, "backward", path, returns=returns)
        self._made.append(call)

    def _gradient_of(self, value: Value) -> Value:
        """Return a new value for the gradient of a value, or for one part of it."""
        number = self._counts[value] = self._counts.get(value, 0) + 1
        name = f"d_{value.name}" if number == 1 else f"d_{value.name}_{number}"
        return Value(name, value.shape, value.dtype, path=value.path, by_rows=value.by_rows)
