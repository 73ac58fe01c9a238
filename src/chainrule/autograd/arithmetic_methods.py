"""Methods of Tensor that combine two numbers: operators, powers, maxima, choices."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from chainrule.array_types import Array, Scalar, get_default_dtype
from chainrule.autograd.conversion import Operand, cast, floating_operands, operands
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.pointwise_methods import PointwiseMethods
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.operations import arithmetic
from chainrule.operations.arithmetic import ADD, DIVIDE, MULTIPLY, SUBTRACT
from chainrule.operations.pointwise import RECIPROCAL, SQRT, SQUARE

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor

QUICK_POWERS = {2: SQUARE, 0.5: SQRT, -1: RECIPROCAL}
"""Exponents for which there is something faster than the general power."""


class ArithmeticMethods(PointwiseMethods):
    """Elementwise operators and functions of two operands, which broadcast against each other."""

    __slots__ = ()
    __array_priority__ = 1000  # array + tensor is computed here, not element by element in NumPy

    # Operators

    def __add__(self, other: Operand) -> "Tensor":
        return apply(ADD, operands(self, other))

    __radd__ = __add__

    def __sub__(self, other: Operand) -> "Tensor":
        return difference(*operands(self, other))

    def __rsub__(self, other: Operand) -> "Tensor":
        x, y = operands(self, other)
        return difference(y, x)

    def __mul__(self, other: Operand) -> "Tensor":
        return apply(MULTIPLY, operands(self, other))

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> "Tensor":
        return apply(DIVIDE, floating_operands(self, other))

    def __rtruediv__(self, other: Operand) -> "Tensor":
        x, y = floating_operands(self, other)
        return apply(DIVIDE, (y, x))

    def __floordiv__(self, other: Operand) -> "Tensor":
        return apply(arithmetic.FLOOR_DIVIDE, divisible(*operands(self, other), "floor_divide"))

    def __rfloordiv__(self, other: Operand) -> "Tensor":
        x, y = operands(self, other)
        return apply(arithmetic.FLOOR_DIVIDE, divisible(y, x, "floor_divide"))

    def __mod__(self, other: Operand) -> "Tensor":
        return apply(arithmetic.REMAINDER, divisible(*operands(self, other), "remainder"))

    def __rmod__(self, other: Operand) -> "Tensor":
        x, y = operands(self, other)
        return apply(arithmetic.REMAINDER, divisible(y, x, "remainder"))

    def __pow__(self, other: Operand) -> "Tensor":
        if isinstance(other, (int, float)) and self.array.dtype.kind == "f":
            quick = QUICK_POWERS.get(other)
            if quick is not None:
                return apply(quick, (self,))
        return power(*operands(self, other))

    def __rpow__(self, other: Operand) -> "Tensor":
        x, y = operands(self, other)
        return power(y, x)

    # The same and more by name

    def add(self, other: Operand, *, alpha: Scalar = 1) -> "Tensor":
        """Return x + alpha * other."""
        return self + other if alpha == 1 else self + scaled(self, other, alpha)

    def sub(self, other: Operand, *, alpha: Scalar = 1) -> "Tensor":
        """Return x - alpha * other.

        Raises:
            InvalidType: for two truth values.
        """
        return self - other if alpha == 1 else self - scaled(self, other, alpha)

    subtract = sub

    def mul(self, other: Operand) -> "Tensor":
        """Return x * other."""
        return self * other

    multiply = mul

    def div(self, other: Operand, *, rounding_mode: Literal["floor"] | None = None) -> "Tensor":
        """Return x / other; of integers in the default floating-point dtype.

        Args:
            other: What to divide by.
            rounding_mode: "floor" rounds down, as ``//`` does.

        Raises:
            InvalidArgument: if rounding_mode is something else.
        """
        if rounding_mode is None:
            return self / other
        if rounding_mode == "floor":
            return self // other
        raise InvalidArgument(f"div got rounding_mode {rounding_mode!r}: pass None or 'floor'.")

    divide = true_divide = div

    def floor_divide(self, other: Operand) -> "Tensor":
        """Return the largest whole number not above x / other. It passes no gradient.

        Raises:
            InvalidArgument: if integers are divided by zero.
        """
        return self // other

    def remainder(self, other: Operand) -> "Tensor":
        """Return what is left after dividing, with the sign of ``other``.

        Raises:
            InvalidArgument: if integers are divided by zero.
        """
        return self % other

    def pow(self, exponent: Operand) -> "Tensor":
        """Return x to the power of the exponent.

        Raises:
            InvalidArgument: if integers are raised to a negative power.
        """
        return self**exponent

    def maximum(self, other: Operand) -> "Tensor":
        """Return the larger of each two numbers; equal ones share the gradient."""
        return apply(arithmetic.MAXIMUM, operands(self, other))

    def minimum(self, other: Operand) -> "Tensor":
        """Return the smaller of each two numbers; equal ones share the gradient."""
        return apply(arithmetic.MINIMUM, operands(self, other))

    def lerp(self, end: TensorCore, weight: Operand) -> "Tensor":
        """Go the fraction ``weight`` of the way to ``end``."""
        x, y = operands(self, end)
        return apply(arithmetic.LERP, (x, y, operands(x, weight)[1]))

    def where(self, condition: "TensorCore | Array", other: Operand) -> "Tensor":
        """Return this tensor's numbers where the condition holds and other's elsewhere.

        Raises:
            InvalidType: if the condition is not made of truth values.
        """
        return choose(condition, self, other)

    def addcmul(self, tensor1: TensorCore, tensor2: TensorCore, *, value: Scalar = 1) -> "Tensor":
        """Return x + value * tensor1 * tensor2."""
        return self + scaled(self, apply(MULTIPLY, operands(tensor1, tensor2)), value)

    def addcdiv(self, tensor1: TensorCore, tensor2: TensorCore, *, value: Scalar = 1) -> "Tensor":
        """Return x + value * tensor1 / tensor2."""
        return self + scaled(self, apply(DIVIDE, floating_operands(tensor1, tensor2)), value)


def difference(x: TensorCore, y: TensorCore) -> "Tensor":
    """Return x - y for operands of one dtype.

    Raises:
        InvalidType: for truth values.
    """
    if x.array.dtype.kind == "b":
        raise InvalidType(
            "sub got two truth values, which have no difference: use ^ for those that differ."
        )
    return apply(SUBTRACT, (x, y))


def divisible(x: TensorCore, y: TensorCore, name: str) -> tuple[TensorCore, TensorCore]:
    """Return operands of an integer division.

    Raises:
        InvalidArgument: for a divisor of zero among integers, which have no infinity.
    """
    if y.array.dtype.kind != "f" and not y.array.all():
        raise InvalidArgument(
            f"{name} got the integer divisor 0: check the divisor, or divide floating-point "
            "numbers, e.g. after .float()."
        )
    return x, y


def power(x: TensorCore, exponent: TensorCore) -> "Tensor":
    """Return x to the power of the exponent, for operands of one dtype.

    Raises:
        InvalidArgument: if integers are raised to a negative power.
    """
    if exponent.array.dtype.kind == "i" and (exponent.array < 0).any():
        raise InvalidArgument(
            "pow got a negative exponent for integers, whose result is no integer: convert them "
            "first, e.g. with .float()."
        )
    return apply(arithmetic.POWER, (x, exponent))


def scaled(x: TensorCore, other: Operand, factor: Scalar) -> "Tensor":
    """Return ``other`` times a factor, to be combined with ``x``."""
    y = operands(x, other)[1]
    return apply(MULTIPLY, operands(y, factor))


def choose(condition: "TensorCore | Array", input: Operand, other: Operand) -> "Tensor":
    """Return ``input`` where the condition holds and ``other`` elsewhere.

    Args:
        condition: Truth values.
        input: A tensor or a number.
        other: A tensor or a number.

    Raises:
        InvalidType: if the condition is not made of truth values.
    """
    mask = condition if isinstance(condition, TensorCore) else wrap(np.asarray(condition))
    if mask.array.dtype.kind != "b":
        raise InvalidType(
            f"where got a condition of {mask.array.dtype}: it must hold truth values, e.g. x > 0."
        )
    if isinstance(input, TensorCore):
        x, y = operands(input, other)
    elif isinstance(other, TensorCore):
        y, x = operands(other, input)
    else:
        x, y = operands(_number(input), _number(other))
    return apply(arithmetic.WHERE, (mask, x, y))


def _number(value: Scalar | Array | np.generic) -> TensorCore:
    """Return a tensor of a number that has no tensor beside it to take its dtype from."""
    tensor = wrap(np.asarray(value))
    return cast(tensor, get_default_dtype()) if isinstance(value, float) else tensor
