"""The types that travel through the library: arrays, shapes, dtypes and their names."""

import math
from collections.abc import Sequence
from typing import Any, SupportsIndex, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InvalidType

Array: TypeAlias = NDArray[Any]
"""A NumPy array of any dtype and shape."""

Number: TypeAlias = Array
"""A number, or an array of numbers to which a formula is applied elementwise."""

Shape: TypeAlias = tuple[int, ...]


class Size(tuple[int, ...]):
    """The shape of a tensor: a tuple that prints as PyTorch's does.

    >>> Size((2, 3)), Size((2, 3)) == (2, 3), Size((2, 3)).numel()
    (Size([2, 3]), True, 6)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Size({list(self)})"

    @overload
    def __getitem__(self, index: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> "Size": ...
    def __getitem__(self, index: SupportsIndex | slice) -> "int | Size":
        part = super().__getitem__(index)
        return Size(part) if isinstance(part, tuple) else part

    def numel(self) -> int:
        """Return how many numbers a tensor of this shape holds."""
        return math.prod(self)


Dtype: TypeAlias = np.dtype[Any]

Scalar: TypeAlias = bool | int | float

Nested: TypeAlias = Scalar | Sequence["Nested"]
"""Numbers in nested lists, as written in a script."""

float16 = half = np.dtype(np.float16)
float32 = np.dtype(np.float32)
float64 = double = np.dtype(np.float64)
uint8 = np.dtype(np.uint8)
int8 = np.dtype(np.int8)
int16 = short = np.dtype(np.int16)
int32 = np.dtype(np.int32)
int64 = long = np.dtype(np.int64)
bool_ = np.dtype(np.bool_)

_default_dtype: Dtype = float32


def get_default_dtype() -> Dtype:
    """Return the dtype that new floating-point tensors get.

    >>> get_default_dtype()
    dtype('float32')
    """
    return _default_dtype


def set_default_dtype(dtype: Dtype | type) -> None:
    """Choose the dtype that new floating-point tensors get.

    Args:
        dtype: ``float32`` or ``float64``.

    Raises:
        InvalidType: if dtype is not a floating-point type.
    """
    global _default_dtype
    chosen = np.dtype(dtype)
    if chosen.kind != "f":
        raise InvalidType(
            f"set_default_dtype got {chosen}: only floating-point types can be the default. "
            "Pass chainrule.float32 or chainrule.float64."
        )
    _default_dtype = chosen
