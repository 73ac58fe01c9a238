"""Tensor: the array type of the library, made of its core and the groups of methods."""

import numpy as np

from chainrule.array_types import Array, get_default_dtype
from chainrule.autograd.activation_methods import ActivationMethods
from chainrule.autograd.arithmetic_methods import ArithmeticMethods
from chainrule.autograd.comparison_methods import ComparisonMethods
from chainrule.autograd.conversion_methods import ConversionMethods
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import set_tensor_factory
from chainrule.autograd.in_place_methods import InPlaceMethods
from chainrule.autograd.indexing_methods import IndexingMethods
from chainrule.autograd.printing import describe
from chainrule.autograd.product_methods import ProductMethods
from chainrule.autograd.reduction_methods import ReductionMethods


class Tensor(
    ArithmeticMethods,
    ComparisonMethods,
    ReductionMethods,
    IndexingMethods,
    ProductMethods,
    ActivationMethods,
    InPlaceMethods,
    ConversionMethods,
):
    """An array that knows how it was computed, and can compute gradients.

    Args:
        data: Numbers in nested lists, or an array; copied, and converted to the default dtype. Use
            ``tensor()`` to keep integers integers and ``from_numpy`` to share memory.
        requires_grad: Whether ``backward()`` is to compute a gradient for it.

    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ()
    __hash__ = TensorCore.__hash__

    def __init__(self, data: object = (), requires_grad: bool = False) -> None:
        numbers = data.array if isinstance(data, TensorCore) else data
        self._set(np.array(numbers, dtype=get_default_dtype()))
        if requires_grad:
            self.requires_grad = True

    def __repr__(self) -> str:
        return describe(self)

    def __format__(self, specification: str) -> str:
        # A single number formats as a number; of several, Python refuses a specification.
        return (
            format(self.item(), specification)
            if self.array.ndim == 0
            else super().__format__(specification)
        )


def wrap_tensor(array: Array) -> Tensor:
    """Return a tensor around this very array, outside the graph."""
    result = Tensor.__new__(Tensor)
    result._set(array)
    return result


set_tensor_factory(wrap_tensor)
