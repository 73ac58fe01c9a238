"""A graph in ONNX's format, node by node."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from chainrule.array_types import Array, Dtype
from chainrule.compiler.capture import Application
from chainrule.compiler.extent import Extent, Extents
from chainrule.compiler.graph import Value

OPSET = 20
IR_VERSION = 9
BATCH_AXIS = "batch"


@dataclass(frozen=True)
class Call:
    """An operation to be written.

    Attributes:
        application: What was recorded.
        inputs: The names of its inputs; "" for absent ones.
    """

    application: Application
    inputs: tuple[str, ...]

    @property
    def options(self) -> dict[str, Any]:
        """Its options by name."""
        return self.application.options

    @property
    def dtype(self) -> Dtype:
        """Of its first input."""
        return self.values[0].dtype

    @property
    def values(self) -> tuple[Any, ...]:
        """Its inputs, with their shapes and dtypes; None for absent ones."""
        return self.application.inputs

    @property
    def output(self) -> Value:
        """What it returns."""
        return self.application.output

    @property
    def shape(self) -> Extents:
        """Of its first input."""
        return self.values[0].shape


class Writer:
    """Collects the nodes and the constants of a graph.

    Args:
        input_name: Under which the batch is given.
    """

    def __init__(self, input_name: str) -> None:
        self.input_name = input_name
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._batch = ""
        self._names = {input_name}

    def unique(self, name: str) -> str:
        """Return a name that nothing else has."""
        chosen, number = name, 1
        while chosen in self._names:
            number += 1
            chosen = f"{name}_{number}"
        self._names.add(chosen)
        return chosen

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output and return that output's name."""
        [output] = self.nodes_outputs(kind, inputs, 1, attributes)
        return output

    def nodes_outputs(
        self, kind: str, inputs: tuple[str, ...], count: int, attributes: dict[str, Any]
    ) -> list[str]:
        """Add a node and return the names of its outputs."""
        outputs = [self.unique(kind.lower()) for _ in range(count)]
        given = {name: value for name, value in attributes.items() if value is not None}
        self.nodes.append(helper.make_node(kind, list(inputs), outputs, **given))
        return outputs

    def constant(self, value: Any, dtype: Any = np.int64) -> str:
        """Return the name of a constant; equal ones are kept once."""
        array = np.asarray(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            value = numpy_helper.from_array(array)
            self._constants[key] = self.node("Constant", value=value)
        return self._constants[key]

    def initializer(self, name: str, array: Array) -> str:
        """Add an array under this name, or one like it, and return it."""
        chosen = self.unique(name)
        self.initializers[chosen] = numpy_helper.from_array(np.ascontiguousarray(array), chosen)
        if array.ndim == 0:  # which ascontiguousarray makes one-dimensional
            self.initializers[chosen] = numpy_helper.from_array(np.array(array), chosen)
        return chosen

    def batch(self) -> str:
        """Return the name of the number of samples, an int64 of shape (1,)."""
        if not self._batch:
            self._batch = self.node("Shape", self.input_name, start=0, end=1)
        return self._batch

    def extents(self, shape: Extents | tuple[Any, ...]) -> str:
        """Return the name of a shape as an array of int64, worked out from the batch if need be."""
        parts = [extent if isinstance(extent, Extent) else Extent(int(extent)) for extent in shape]
        if not any(part.per_sample for part in parts):
            return self.constant([part.count for part in parts])
        pieces = []
        for part in parts:
            if not part.per_sample:
                pieces.append(self.constant([part.count]))
            elif part.count == 1:
                pieces.append(self.batch())
            else:
                pieces.append(self.node("Mul", self.batch(), self.constant([part.count])))
        return pieces[0] if len(pieces) == 1 else self.node("Concat", *pieces, axis=0)

    def cast(self, name: str, dtype: Dtype) -> str:
        """Return the name of the same numbers in another dtype."""
        return self.node("Cast", name, to=onnx_type(dtype))


def onnx_type(dtype: Any) -> int:
    """Return ONNX's number for a dtype."""
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def value_info(name: str, value: Value) -> onnx.ValueInfoProto:
    """Return the description of a graph's input or output."""
    axes: list[Any] = []
    for extent in value.shape:
        if not extent.per_sample:
            axes.append(extent.count)
        else:
            axes.append(BATCH_AXIS if extent.count == 1 else f"{extent.count}*{BATCH_AXIS}")
    return helper.make_tensor_value_info(name, onnx_type(value.dtype), axes)
