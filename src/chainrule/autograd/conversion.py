"""How numbers of all kinds become tensors, and which dtype a pair of operands computes in.

The rules are PyTorch's. Kinds are ordered: truth values, integers, floating point. The higher kind
decides; within a kind, a tensor with axes decides over a single number, and otherwise the wider
dtype does. A Python number never widens a tensor of its kind.
"""

from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Dtype, Scalar, get_default_dtype, int64
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidType
from chainrule.operations.pointwise import CAST

Operand: TypeAlias = TensorCore | Scalar | Array | np.generic
"""What may stand beside a tensor in an expression."""

KIND_ORDER = {"b": 0, "u": 1, "i": 1, "f": 2}


def operand(value: Operand, other: TensorCore) -> TensorCore:
    """Return ``value`` as a tensor that can be combined with ``other``.

    A Python number takes the other's dtype where that can hold its kind, as in PyTorch: a float
    beside integers gives the default floating-point dtype.

    Raises:
        InvalidType: if value is neither a tensor nor a NumPy array nor a number.
    """
    if isinstance(value, TensorCore):
        return value
    dtype = other.array.dtype
    if isinstance(value, float):
        return wrap(np.array(value, dtype if dtype.kind == "f" else get_default_dtype()))
    if isinstance(value, bool):
        return wrap(np.array(value, dtype))
    if isinstance(value, int):
        # By way of int64: a number too large for a small dtype wraps round, as in PyTorch.
        return wrap(np.array(value).astype(dtype if dtype.kind != "b" else int64))
    if isinstance(value, (np.ndarray, np.generic)):
        return wrap(np.asarray(value))
    raise InvalidType(
        f"A tensor cannot be combined with {value!r} of type {type(value).__name__}: pass a "
        "tensor, a NumPy array or a number."
    )


def operands(a: TensorCore, b: Operand) -> tuple[TensorCore, TensorCore]:
    """Return two operands as tensors of the dtype in which they are combined.

    >>> x, two = operands(wrap(np.arange(3)), 2.0)
    >>> x.array, two.array
    (array([0., 1., 2.], dtype=float32), array(2., dtype=float32))
    """
    other = b if isinstance(b, TensorCore) else operand(b, a)
    if a.array.dtype is other.array.dtype:
        return a, other
    dtype = common_dtype(a.array, other.array)
    return cast(a, dtype), cast(other, dtype)


def floating_operands(a: TensorCore, b: Operand) -> tuple[TensorCore, TensorCore]:
    """Return two operands of a common floating-point dtype: the default one for integers."""
    x, y = operands(a, b)
    if x.array.dtype.kind == "f":
        return x, y
    return cast(x, get_default_dtype()), cast(y, get_default_dtype())


def common_dtype(a: Array, b: Array) -> Dtype:
    """Return the dtype in which two arrays are combined.

    >>> common_dtype(np.ones(3, np.float32), np.array(1.0, np.float64))
    dtype('float32')
    >>> common_dtype(np.ones(3, np.int64), np.array(1.0, np.float32))
    dtype('float32')
    """
    kind_a, kind_b = KIND_ORDER.get(a.dtype.kind, 2), KIND_ORDER.get(b.dtype.kind, 2)
    if kind_a != kind_b:
        return a.dtype if kind_a > kind_b else b.dtype
    if (a.ndim == 0) != (b.ndim == 0):
        return a.dtype if b.ndim == 0 else b.dtype
    return np.promote_types(a.dtype, b.dtype)


def cast(tensor: TensorCore, dtype: Dtype) -> TensorCore:
    """Return the tensor itself if it is of this dtype, else a converted one that passes gradients.

    >>> cast(wrap(np.arange(2)), np.dtype(np.float32)).array
    array([0., 1.], dtype=float32)
    """
    return tensor if tensor.array.dtype == dtype else apply(CAST, (tensor,), (dtype,))


def floating(tensor: TensorCore) -> TensorCore:
    """Return the tensor, converted to the default floating-point dtype if it holds integers."""
    return tensor if tensor.array.dtype.kind == "f" else cast(tensor, get_default_dtype())


def require_floating(tensor: TensorCore, name: str) -> None:
    """Refuse integers and truth values where their result would have to be rounded.

    Raises:
        InvalidType: naming the function and the dtype.
    """
    if tensor.array.dtype.kind != "f":
        raise InvalidType(
            f"{name} needs floating-point numbers, got {tensor.array.dtype}: convert them first, "
            "e.g. with .float()."
        )
