"""Tensor: the array type of the library, made of its core and the groups of methods."""

import numpy as np

from chainrule.array_types import Array, get_default_dtype
from chainrule.autograd.arithmetic_methods import ArithmeticMethods
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import set_tensor_factory


class Tensor(ArithmeticMethods):
    """An array that knows how it was computed, and can compute gradients.

    Args:
        data: Numbers in nested lists, or an array; copied, and converted to the default dtype. Use
            ``tensor()`` to keep integers integers and ``from_numpy`` to share memory.
        requires_grad: Whether ``backward()`` is to compute a gradient for it.

    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).backward(Tensor([1.0, 1.0]))
    >>> x.grad.array
    array([2., 4.], dtype=float32)
    """

    __slots__ = ()

    def __init__(self, data: object = (), requires_grad: bool = False) -> None:
        numbers = data.array if isinstance(data, TensorCore) else data
        self._set(np.array(numbers, dtype=get_default_dtype()))
        if requires_grad:
            self.requires_grad = True


def _wrap(array: Array) -> Tensor:
    """Return a tensor around this very array, outside the graph."""
    result = Tensor.__new__(Tensor)
    result._set(array)
    return result


set_tensor_factory(_wrap)
