"""How numbers of all kinds become tensors, and which dtype a pair of operands computes in."""

import numpy as np

from chainrule.array_types import Array, Scalar, get_default_dtype
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.errors import InvalidType


def operand(value: TensorCore | Scalar | Array, other: TensorCore) -> TensorCore:
    """Return ``value`` as a tensor that can be combined with ``other``.

    A Python number takes the other's dtype where that can hold its kind, as in PyTorch: a float beside
    integers gives the default floating-point dtype.
    """
    if isinstance(value, TensorCore):
        return value
    dtype = other.array.dtype
    if isinstance(value, bool):
        return wrap(np.array(value, dtype=dtype))
    if isinstance(value, int):
        return wrap(np.array(value, dtype=dtype if dtype.kind != "b" else np.int64))
    if isinstance(value, float):
        return wrap(np.array(value, dtype=dtype if dtype.kind == "f" else get_default_dtype()))
    if isinstance(value, (np.ndarray, np.generic)):
        return wrap(np.asarray(value))
    raise InvalidType(
        f"A tensor cannot be combined with {value!r} of type {type(value).__name__}: pass a tensor, "
        "a NumPy array or a number."
    )
