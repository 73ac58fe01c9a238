"""Names for the values of a graph: parameters by their path, results by layer and operation."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable

from chainrule.array_types import Shape
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import Node
from chainrule.errors import InvalidArgument, InvalidIndex
from chainrule.explain.derivation.recording import Recording, Value, numbers
from chainrule.nn.module import Module

LOSS = "L"
PLACE = re.compile(r"(?P<name>[^\[\]]+?)\s*(?:\[(?P<index>[^\[\]]*)\])?")


class Names:
    """What the values of a recorded graph are called.

    A result is called after the layer and the operation it came from: ``1.linear``; the second one
    of the same name ``1.linear#2``. Without a model, layers have no names: then it is ``linear``.

    Args:
        recording: The graph.
        model: Gives names to parameters and layers.
    """

    def __init__(self, recording: Recording, model: Module | None = None) -> None:
        self.recording = recording
        self.parameters: dict[str, TensorCore] = {}
        self._paths: dict[int, str] = {}
        self._names: dict[int, str] = {}
        if model is not None:
            self.parameters = dict(model.named_parameters())
            self._paths = {id(module): path for path, module in model.named_modules()}
            known = itertools.chain(self.parameters.items(), model.named_buffers())
            self._names = {id(tensor): name for name, tensor in known}
        used: Counter[str] = Counter()
        for name, value in [*self._leaves(), *((self._plain(n), n) for n in recording.nodes)]:
            used[name] += 1
            self._names[id(value)] = name if used[name] == 1 else f"{name}#{used[name]}"

    def __call__(self, value: Value) -> str:
        """Return the name of a value."""
        return self._names.get(id(value), "tensor")

    def at(self, value: Value, index: Shape) -> str:
        """Return the name of one number of a value.

        The loss is ``L``.
        """
        if value is self.recording.root:
            return LOSS
        return f"{self(value)}[{', '.join(map(str, index))}]" if index else self(value)

    def of_input(self, node: Node, position: int, index: Shape) -> str:
        """Return the name of one number that an operation reads.

        What no gradient flows to is called as the operation calls it, such as ``x``.
        """
        tensor, source = node.inputs[position], node.sources[position]
        if source is not None:
            name = self(source)
        else:
            own = node.operation.input_names
            name = self._names.get(id(tensor)) or own[0 if node.operation.is_variadic else position]
        return f"{name}[{', '.join(map(str, index))}]" if index else name

    def find(self, name: str) -> Value:
        """Return the value of this name.

        Raises:
            InvalidArgument: if there is none, naming those there are.
        """
        if name in self.parameters:
            return self.parameters[name]
        values: list[Value] = [*self.recording.leaves, *self.recording.nodes]
        for value in values:
            if self(value) == name:
                return value
        known = ", ".join([*self.parameters] or [self(leaf) for leaf in self.recording.leaves])
        advice = "" if self.parameters else " Pass model=... to call parameters by their paths."
        raise InvalidArgument(
            f"There is no parameter {name!r}: there are {known}; results are "
            f"{', '.join(self(node) for node in self.recording.nodes)}.{advice}"
        )

    def _leaves(self) -> Iterable[tuple[str, TensorCore]]:
        """Yield the leaves that the model does not name, with what their layer calls them."""
        for leaf in self.recording.leaves:
            if id(leaf) not in self._names:
                yield self._name_in_layer(leaf), leaf

    def _name_in_layer(self, leaf: TensorCore) -> str:
        scope = self.recording.uses(leaf)[0].node.scope
        own = scope._parameters.items() if isinstance(scope, Module) else ()
        return next((name for name, tensor in own if tensor is leaf), "tensor")

    def _plain(self, node: Node) -> str:
        """Return what a node is called where nothing else has the same name."""
        path = self._paths.get(id(node.scope))
        return f"{path}.{node.operation.name}" if path else node.operation.name


def parse_place(text: str) -> tuple[str, Shape | None]:
    """Split a text such as ``0.weight[2, 1]`` into a name and an index.

    Raises:
        InvalidArgument: if it is not of this form.

    >>> parse_place("0.weight[2, 1]"), parse_place("scale")
    (('0.weight', (2, 1)), ('scale', None))
    """
    match = PLACE.fullmatch(text.strip())
    try:
        if match is not None:
            index = match["index"]
            numbers_of_index = None if index is None else tuple(map(int, split_commas(index)))
            return match["name"], numbers_of_index
    except ValueError:
        pass
    raise InvalidArgument(
        f"{text!r} does not say which number is meant: write a name and an index, such as "
        "'0.weight[2, 1]'."
    )


def split_commas(text: str) -> list[str]:
    """Return the parts between commas, without an empty one at the end."""
    return [part for part in text.split(",") if part.strip()]


def checked_index(name: str, value: Value, index: Shape | None) -> Shape:
    """Return the index of one number, counted from the start.

    Raises:
        InvalidIndex: if it is missing, incomplete or outside.
    """
    shape = numbers(value).shape
    if index is None and numbers(value).size == 1:
        return (0,) * len(shape)
    if index is None or len(index) != len(shape):
        example = ", ".join(["0"] * len(shape))
        got = "no index" if index is None else f"the index {list(index)}"
        raise InvalidIndex(
            f"{name} has shape {shape}, and got {got}: a gradient is explained for one number, "
            f"such as {name}[{example}]."
        )
    if not all(-length <= i < length for i, length in zip(index, shape, strict=True)):
        raise InvalidIndex(f"{name} has shape {shape}: there is no number at {list(index)}.")
    return tuple(i % length for i, length in zip(index, shape, strict=True))
