"""Watching: a model is run for a picture, with every operation and every module call noted."""

import inspect
from typing import Any

from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import Node, wrap
from chainrule.autograd.modes import enable_grad, state
from chainrule.errors import InvalidType
from chainrule.explain.drawing.recording import (
    Call,
    Recording,
    Step,
    known_leaves,
    needed,
    tensors_in,
)
from chainrule.nn.measurement import in_evaluation
from chainrule.nn.module import Module


def watch(model: Module, inputs: tuple[TensorCore, ...]) -> Recording:
    """Run a model in evaluation mode and return what it did.

    Args:
        model: Left as it is: neither its mode nor its buffers change.
        inputs: What it is called with.

    Raises:
        InvalidType: if it returns no tensor.
    """
    watcher = _Watcher()
    paths = {id(module): path for path, module in model.named_modules()}
    handles = []
    outer, state.tracer = state.tracer, watcher
    try:
        for module in model.modules():
            handles.append(module.register_forward_pre_hook(watcher.enter(paths), prepend=True))
            handles.append(module.register_forward_hook(watcher.leave))
        with in_evaluation(model), enable_grad():
            output = model(*inputs)
    finally:
        state.tracer = outer
        for handle in handles:
            handle.remove()
    results = [watcher.origin(tensor) for tensor in tensors_in(output)]
    made = [result for result in results if isinstance(result, Step)]
    if not made:
        raise InvalidType(
            f"{type(model).__name__} returned {type(output).__name__} without any tensor it "
            "computed: there is nothing to draw."
        )
    steps = {id(step) for step in needed(made)}
    names, parameters, buffers = known_leaves(model)
    for name, tensor in zip(_argument_names(model, len(inputs)), inputs, strict=True):
        names.setdefault(id(tensor), name)
    return Recording(
        title=type(model).__name__,
        steps=[step for step in watcher.steps if id(step) in steps],
        results=made,
        names=names,
        parameters=parameters,
        buffers=buffers,
    )


def _argument_names(model: Module, count: int) -> list[str]:
    """Return the names of the first parameters of ``forward``, numbered where it takes any."""
    parameters = inspect.signature(model.forward).parameters.values()
    names = [p.name for p in parameters if p.kind != p.VAR_POSITIONAL]
    return [names[i] if i < len(names) else f"input {i}" for i in range(count)]


class _Watcher:
    """Takes nodes as they are made and calls as they begin and end."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.call: Call | None = None
        self.called: set[int] = set()
        self._of_node: dict[int, Step] = {}
        self._of_array: dict[int, Step] = {}
        self._handed_on: dict[int, Step] = {}
        self._kept_alive: list[object] = []

    def append(self, node: Node) -> None:
        """Note a node; called by ``apply``."""
        step = Step(
            node,
            tuple(self.origin(tensor) for tensor in node.inputs),
            tuple(source is not None for source in node.sources),
            node.output,
            self.call,
        )
        self.steps.append(step)
        self._of_node[node.number] = self._of_array[id(node.output)] = step

    def refuse(self, name: str) -> None:
        """Let numbers leave the graph: a picture shows what was computed this time."""

    def origin(self, tensor: TensorCore | None) -> Step | TensorCore | None:
        """Return the step that made a tensor, also if it was detached since, else the tensor."""
        if tensor is None:
            return None
        handed_on = self._handed_on.get(id(tensor))
        if handed_on is not None:
            return handed_on
        if tensor._node is not None and tensor._node.number in self._of_node:
            return self._of_node[tensor._node.number]
        return self._of_array.get(id(tensor.array), tensor)

    def enter(self, paths: dict[int, str]) -> Any:
        """Return the hook that notes the beginning of a call."""

        def note(module: Module, _: tuple[object, ...]) -> None:
            is_again = id(module) in self.called
            self.called.add(id(module))
            self.call = Call(module, paths[id(module)], self.call, is_again)

        return note

    def leave(self, module: Module, inputs: tuple[object, ...], output: object) -> object:
        """Note the end of a call; one that hands on its input becomes a step of its own.

        Returns:
            A new tensor in place of the one handed on, so that its readers are told apart from
            those of the input; None where the output stays.
        """
        call = self.call
        assert call is not None  # noqa: S101 - entered before
        self.call = call.parent
        if not isinstance(output, TensorCore) or all(output is not given for given in inputs):
            return None
        origin = self.origin(output)
        if isinstance(origin, Step) and origin.call and call in origin.call.with_parents():
            return None  # the input was changed in place
        result = wrap(output.array)
        result._node, result._requires_grad = output._node, output._requires_grad
        result._version = output.shared_version()
        step = Step(None, (origin,), (output._requires_grad,), output.array, call)
        self.steps.append(step)
        self._handed_on[id(result)] = step
        self._kept_alive.append(result)
        return result
