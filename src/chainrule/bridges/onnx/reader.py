"""An ONNX graph as a module."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import helper, numpy_helper

from chainrule.array_types import Array
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.bridges.onnx.import_formulas import FORMULAS
from chainrule.bridges.onnx.import_layers import LAYERS
from chainrule.bridges.onnx.import_shapes import SHAPES
from chainrule.bridges.onnx.node import Node, Run
from chainrule.bridges.onnx.refusal import NotExportable
from chainrule.data.files import PathLike, read_bytes
from chainrule.errors import CorruptFile, InvalidArgument
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter

OPERATIONS: dict[str, Run] = {**FORMULAS, **LAYERS, **SHAPES}
"""ONNX's name of an operation -> what computes it."""
OLDEST_OPSET = 13  # before, axes of softmax and others meant something else
OWN_DOMAINS = ("", "ai.onnx")
STATISTICS = {"BatchNormalization": (3, 4)}
"""Operation -> positions of inputs that are not learned."""


def from_onnx(source: PathLike | onnx.ModelProto) -> "OnnxGraph":
    """Return an ONNX model as a module; see ``bridges.onnx.from_onnx``."""
    model = source if isinstance(source, onnx.ModelProto) else read(source)
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        reason = str(error).splitlines()[0] if str(error) else "no reason given"
        raise CorruptFile(f"This is not a valid ONNX model: {reason:.200}.") from None
    for opset in model.opset_import:
        if opset.domain in OWN_DOMAINS and opset.version < OLDEST_OPSET:
            raise NotExportable(
                f"The model is written in opset {opset.version}, whose operations are older than "
                f"{OLDEST_OPSET}: convert it with onnx.version_converter.convert_version first."
            )
    return OnnxGraph(model.graph)


def read(path: PathLike) -> onnx.ModelProto:
    """Return the model in a file.

    Raises:
        CorruptFile: if there is none in it.
    """
    model = onnx.ModelProto()
    try:
        model.ParseFromString(read_bytes(path))
    except DecodeError:
        raise CorruptFile(f"{path} is not an ONNX file, or it is damaged.") from None
    return model


class OnnxGraph(Module):
    """A network read from an ONNX model.

    Its weights are parameters under the names they have in the model, and go on learning.

    Args:
        graph: Of the model.

    Attributes:
        input_names, output_names: Of what it takes and gives.

    Raises:
        NotExportable: naming the first operation that is not here.
    """

    def __init__(self, graph: onnx.GraphProto) -> None:
        super().__init__()
        self.nodes = [node_of(proto) for proto in graph.node]
        weights = {
            tensor.name: np.array(numpy_helper.to_array(tensor)) for tensor in graph.initializer
        }
        if graph.sparse_initializer:
            raise NotExportable("The model has sparse weights, which are not here.")
        fixed = {
            node.inputs[place]
            for node in self.nodes
            for place in STATISTICS.get(node.kind, ())
            if place < len(node.inputs)
        }
        self.weight_names = [*weights]
        for name, array in weights.items():
            self._keep(name, array, is_learned=array.dtype.kind == "f" and name not in fixed)
        self.input_names = [info.name for info in graph.input if info.name not in weights]
        self.output_names = [info.name for info in graph.output]

    def _keep(self, name: str, array: Array, is_learned: bool) -> None:
        """Register a weight; dots in its name are the modules around it."""
        owner: Module = self
        *around, last = place_of(name)
        for part in around:
            inner = owner._modules.get(part)
            if inner is None:
                inner = Module()
                owner._modules[part] = inner
            owner = inner
        if is_learned:
            owner._parameters[last] = Parameter(wrap(array))
        else:
            owner._buffers[last] = wrap(array)

    def _weight(self, name: str) -> Tensor:
        owner: Module = self
        *around, last = place_of(name)
        for part in around:
            owner = owner._modules[part]  # type: ignore[assignment]  # made by _keep
        found = owner._parameters.get(last)
        return owner._buffers[last] if found is None else found  # type: ignore[return-value]

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Run the graph.

        Args:
            *inputs: One for each of ``input_names``.

        Raises:
            InvalidArgument: if there are more or fewer.
        """
        if len(inputs) != len(self.input_names):
            raise InvalidArgument(
                f"The graph takes {len(self.input_names)} inputs ({', '.join(self.input_names)}), "
                f"got {len(inputs)}."
            )
        known: dict[str, Tensor | None] = {"": None}
        known |= {name: self._weight(name) for name in self.weight_names}
        known |= dict(zip(self.input_names, inputs, strict=True))
        for node in self.nodes:
            result = OPERATIONS[node.kind](node, *(known[name] for name in node.inputs))
            results = result if isinstance(result, tuple) else (result,)
            known.update(zip(node.outputs, results, strict=False))
        outputs: list[Any] = [known[name] for name in self.output_names]
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def extra_repr(self) -> str:
        """Return what it is made of."""
        kinds = dict.fromkeys(node.kind for node in self.nodes)
        return f"{len(self.nodes)} nodes: {', '.join(kinds)}"


def place_of(name: str) -> list[str]:
    """Return the path of a weight: parts between dots, none of them empty.

    >>> place_of("0.weight"), place_of("/a.b")
    (['0', 'weight'], ['/a', 'b'])
    """
    parts = name.split(".")
    return parts if all(parts) else [name.replace(".", "_")]


def node_of(proto: onnx.NodeProto) -> Node:
    """Return a node.

    Raises:
        NotExportable: if its operation is not here.
    """
    name = proto.name or (proto.output[0] if proto.output else proto.op_type)
    if proto.domain not in OWN_DOMAINS or proto.op_type not in OPERATIONS:
        kind = f"{proto.domain}.{proto.op_type}" if proto.domain else proto.op_type
        raise NotExportable(
            f"Node {name!r} is the operation {kind}, which has no counterpart in chainrule."
        )
    return Node(
        proto.op_type, name, dict(attributes(proto)), tuple(proto.input), tuple(proto.output)
    )


def attributes(proto: onnx.NodeProto) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a node as Python values."""
    for attribute in proto.attribute:
        value = helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            value = value.decode()
        elif attribute.type in (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS):
            value = list(value)
        yield attribute.name, value
