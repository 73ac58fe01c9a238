"""The arrays a program works on: the model's and the optimiser's own, and buffers between calls."""

from typing import Literal

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.tensor import Tensor
from chainrule.compiler.build import Build
from chainrule.compiler.graph import Value
from chainrule.compiler.memory import size_of
from chainrule.errors import InvalidShape


class ProgramMemory:
    """Where the values of a program live.

    Args:
        made: The program.
    """

    def __init__(self, made: Build) -> None:
        self.made = made
        self._batch_size = 0
        self._buffers: dict[object, Array] = {}
        self._own: list[tuple[Tensor, Array]] = []
        self._addresses: list[int] = []

    def addresses(self, batch_size: int) -> list[int]:
        """Return the addresses of all arrays, with buffers for batches of this size."""
        is_same = all(tensor.array is array for tensor, array in self._own)
        if batch_size > self._batch_size or not is_same:
            self._batch_size = max(batch_size, self._batch_size)
            self._buffers = {}
            arrays = [self._array(value) for value in self.made.arguments]
            self._own = [(tensor, own_memory(tensor, v)) for v, tensor in self.made.tensors.items()]
            self._addresses = [array.ctypes.data for array in arrays]
        return self._addresses

    def view(self, value: Value, samples: int) -> Array:
        """Return a value's array for a batch of so many samples."""
        array = self._array(value)
        if value.role not in ("computed", "input", "target"):
            return array
        shape = tuple(extent.at(samples) for extent in value.shape)
        order: Literal["F", "C"] = "F" if value.by_columns else "C"
        return np.ndarray(shape, value.dtype, buffer=array.data, order=order)

    def _array(self, value: Value) -> Array:
        tensor: Tensor | None = self.made.tensors.get(value)
        if tensor is not None:
            return own_memory(tensor, value)
        if value.array is not None:
            return value.array
        place = self.made.buffers.get(value, value)
        if place not in self._buffers:
            size = max(size_of(value.shape, self._batch_size), 1)
            self._buffers[place] = np.zeros(size, value.dtype)
        return self._buffers[place]


def own_memory(tensor: Tensor, value: Value) -> Array:
    """Return a parameter's memory.

    Raises:
        InvalidShape: if it is not of the shape and kind that the program was made for.
    """
    array = tensor.array
    shape = tuple(extent.count for extent in value.shape)
    if array.shape != shape or array.dtype != value.dtype or not array.flags.c_contiguous:
        raise InvalidShape(
            f"Parameter {value.name} was {value.dtype} of shape {shape} when the program was "
            f"compiled, and is {array.dtype} of shape {array.shape} now: compile another one."
        )
    return array
