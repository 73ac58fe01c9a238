"""Methods of Tensor that compute elementwise: operators, powers, exponentials, comparisons."""

from typing import TYPE_CHECKING

from chainrule.array_types import Array, Scalar
from chainrule.autograd.conversion import operand
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.operations.arithmetic import ADD, MULTIPLY

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor


class ArithmeticMethods(TensorCore):
    """Elementwise operators and functions."""

    __slots__ = ()

    def __add__(self, other: TensorCore | Scalar | Array) -> "Tensor":
        return apply(ADD, (self, operand(other, self)))

    __radd__ = __add__

    def __mul__(self, other: TensorCore | Scalar | Array) -> "Tensor":
        return apply(MULTIPLY, (self, operand(other, self)))

    __rmul__ = __mul__
