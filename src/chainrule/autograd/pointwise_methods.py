"""Methods of Tensor that apply a function of one number to every element."""

from typing import TYPE_CHECKING, Self

import numpy as np

from chainrule.array_types import Scalar
from chainrule.autograd.conversion import Operand, floating, operands
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.operations import pointwise
from chainrule.operations.arithmetic import WHERE
from chainrule.operations.comparison import GREATER, LESS
from chainrule.operations.operation import Operation

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor


class PointwiseMethods(TensorCore):
    """Elementwise functions; those with real values turn integers into the default dtype."""

    __slots__ = ()

    def neg(self) -> "Tensor":
        """Return -x.

        Raises:
            InvalidType: for truth values.
        """
        if self.array.dtype.kind == "b":
            raise InvalidType("neg got truth values, which have no negative: use ~x to invert.")
        return apply(pointwise.NEGATE, (self,))

    negative = __neg__ = neg

    def __pos__(self) -> Self:
        return self

    def abs(self) -> "Tensor":
        """Return the distance from 0; at 0 the derivative is taken as 0."""
        return apply(pointwise.ABSOLUTE, (self,))

    absolute = __abs__ = abs

    def exp(self) -> "Tensor":
        """Return e to the power of x."""
        return apply(pointwise.EXP, (floating(self),))

    def expm1(self) -> "Tensor":
        """Return e^x - 1, exact near 0."""
        return apply(pointwise.EXPM1, (floating(self),))

    def log(self) -> "Tensor":
        """Return the natural logarithm."""
        return apply(pointwise.LOG, (floating(self),))

    def log1p(self) -> "Tensor":
        """Return log(1 + x), exact near 0."""
        return apply(pointwise.LOG1P, (floating(self),))

    def log2(self) -> "Tensor":
        """Return the logarithm to base 2."""
        return apply(pointwise.LOG2, (floating(self),))

    def log10(self) -> "Tensor":
        """Return the logarithm to base 10."""
        return apply(pointwise.LOG10, (floating(self),))

    def sqrt(self) -> "Tensor":
        """Return the square root."""
        return apply(pointwise.SQRT, (floating(self),))

    def rsqrt(self) -> "Tensor":
        """Return 1 / sqrt(x)."""
        return apply(pointwise.RSQRT, (floating(self),))

    def square(self) -> "Tensor":
        """Return x^2."""
        return apply(pointwise.SQUARE, (self,))

    def reciprocal(self) -> "Tensor":
        """Return 1 / x."""
        return apply(pointwise.RECIPROCAL, (floating(self),))

    def sign(self) -> "Tensor":
        """Return -1, 0 or 1. Its gradient is 0."""
        return apply(pointwise.SIGN, (self,))

    def floor(self) -> "Tensor":
        """Return the largest whole number not above x. Its gradient is 0."""
        return apply(pointwise.FLOOR, (self,))

    def ceil(self) -> "Tensor":
        """Return the smallest whole number not below x. Its gradient is 0."""
        return apply(pointwise.CEIL, (self,))

    def round(self, decimals: int = 0) -> "Tensor":
        """Return x rounded to so many decimals, halves to the even neighbour. Its gradient is 0."""
        if decimals == 0:
            return apply(pointwise.ROUND, (self,))
        scale = wrap(np.array(10.0**decimals, self.array.dtype))
        return (scale * self).round() / scale

    def sin(self) -> "Tensor":
        """Return the sine of angles in radians."""
        return apply(pointwise.SIN, (floating(self),))

    def cos(self) -> "Tensor":
        """Return the cosine of angles in radians."""
        return apply(pointwise.COS, (floating(self),))

    def tan(self) -> "Tensor":
        """Return the tangent of angles in radians."""
        return apply(pointwise.TAN, (floating(self),))

    def sinh(self) -> "Tensor":
        """Return (e^x - e^-x) / 2."""
        return apply(pointwise.SINH, (floating(self),))

    def cosh(self) -> "Tensor":
        """Return (e^x + e^-x) / 2."""
        return apply(pointwise.COSH, (floating(self),))

    def atan(self) -> "Tensor":
        """Return the angle in radians whose tangent is x."""
        return apply(pointwise.ATAN, (floating(self),))

    arctan = atan

    def erf(self) -> "Tensor":
        """Return the error function, 2 / sqrt(pi) times the integral of exp(-t^2) up to x."""
        return apply(pointwise.ERF, (floating(self),))

    def clamp(
        self, min: "Scalar | TensorCore | None" = None, max: "Scalar | TensorCore | None" = None
    ) -> "Tensor":
        """Return the numbers, those below ``min`` or above ``max`` replaced by that bound.

        Args:
            min: Lower bound, a number or a tensor; None for none.
            max: Upper bound, a number or a tensor; None for none.

        Derivative: 1 within the bounds, both included.

        Raises:
            InvalidArgument: if neither is given.
        """
        if isinstance(min, TensorCore) or isinstance(max, TensorCore):
            if max is not None:
                return replaced(self if min is None else replaced(self, LESS, min), GREATER, max)
            if min is not None:
                return replaced(self, LESS, min)
        elif min is not None or max is not None:
            is_real = isinstance(min, float) or isinstance(max, float)
            return apply(pointwise.CLAMP, (floating(self) if is_real else self,), (min, max))
        raise InvalidArgument("clamp got neither min nor max: pass at least one of them.")

    clip = clamp


def replaced(x: TensorCore, comparison: Operation, bound: Operand) -> "Tensor":
    """Return the numbers of ``x``, with the bound in place of those beyond it."""
    x, limit = operands(x, bound)
    return apply(WHERE, (apply(comparison, (x, limit)), limit, x))
