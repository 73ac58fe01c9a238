"""Arithmetic on pairs of numbers: sums, products, quotients, powers and choices between them."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.numbers import select
from chainrule.operations.operation import POSITIVE, REAL, Elementwise, Example, Operation


def add(a: Number, b: Number) -> Number:
    """Return a + b."""
    return np.add(a, b)


def add_backward(gradient: Number) -> Number:
    """Return dL/da = dL/db = dL/dy."""
    return gradient


def subtract(a: Number, b: Number) -> Number:
    """Return a - b."""
    return np.subtract(a, b)


def subtract_backward_a(gradient: Number) -> Number:
    """Return dL/da = dL/dy."""
    return gradient


def subtract_backward_b(gradient: Number) -> Number:
    """Return dL/db = -dL/dy."""
    return -gradient


def multiply(a: Number, b: Number) -> Number:
    """Return a * b."""
    return np.multiply(a, b)


def multiply_backward_a(gradient: Number, b: Number) -> Number:
    """Return dL/da = dL/dy * b."""
    return gradient * b


def multiply_backward_b(gradient: Number, a: Number) -> Number:
    """Return dL/db = dL/dy * a."""
    return gradient * a


def divide(a: Number, b: Number) -> Number:
    """Return a / b."""
    return np.divide(a, b)


def divide_backward_a(gradient: Number, b: Number) -> Number:
    """Return dL/da = dL/dy / b."""
    return gradient / b


def divide_backward_b(gradient: Number, a: Number, b: Number) -> Number:
    """Return dL/db = -dL/dy * a / b^2, which never forms b^2 and so cannot underflow."""
    return -gradient * ((a / b) / b)


def floor_divide(a: Number, b: Number) -> Number:
    """Return the largest whole number not above a / b. It has no gradient, as in PyTorch."""
    return np.floor_divide(a, b)


def remainder(a: Number, b: Number) -> Number:
    """Return a - b * floor(a / b), which has the sign of b.

    >>> remainder(np.array([5.0, -5.0]), np.array(3.0))
    array([2., 1.])
    """
    return np.remainder(a, b)


def remainder_backward_a(gradient: Number) -> Number:
    """Return dL/da = dL/dy."""
    return gradient


def remainder_backward_b(gradient: Number, a: Number, b: Number) -> Number:
    """Return dL/db = -dL/dy * floor(a / b)."""
    return -gradient * np.floor_divide(a, b)


def power(x: Number, exponent: Number) -> Number:
    """Return x to the power of the exponent, elementwise; 0^0 = 1.

    Derivative: dy/dx = exponent * x^(exponent - 1), and 0 for exponent 0 even at x = 0;
    dy/dexponent = y log(x), and 0 at x = 0 for exponents that are not negative.
    """
    return np.power(x, exponent)


def power_backward_x(gradient: Number, x: Number, exponent: Number) -> Number:
    """Return dL/dx = dL/dy * exponent * x^(exponent - 1)."""
    # For exponent 0 the formula reads 0 * (1 / 0) at x = 0; the power is constant there.
    return select(exponent == 0, 0.0, gradient * (exponent * np.power(x, exponent - 1)))


def power_backward_exponent(gradient: Number, x: Number, exponent: Number, y: Number) -> Number:
    """Return dL/dexponent = dL/dy * y * log(x)."""
    # At x = 0 the formula reads 0 * log(0); the power is constant, 0, for positive exponents.
    return select((x == 0) & (exponent >= 0), 0.0, gradient * (y * np.log(x)))


def maximum(a: Number, b: Number) -> Number:
    """Return the larger of two numbers; NaN if one is NaN. A tie shares its gradient evenly."""
    return np.maximum(a, b)


def maximum_backward_a(gradient: Number, a: Number, b: Number) -> Number:
    """Return dL/da: dL/dy where a is larger, half of it at a tie."""
    return select(a < b, 0.0, select(a == b, 0.5 * gradient, gradient))


def maximum_backward_b(gradient: Number, a: Number, b: Number) -> Number:
    """Return dL/db: dL/dy where b is larger, half of it at a tie."""
    return select(b < a, 0.0, select(a == b, 0.5 * gradient, gradient))


def minimum(a: Number, b: Number) -> Number:
    """Return the smaller of two numbers; NaN if one is NaN. A tie shares its gradient evenly."""
    return np.minimum(a, b)


def minimum_backward_a(gradient: Number, a: Number, b: Number) -> Number:
    """Return dL/da: dL/dy where a is smaller, half of it at a tie."""
    return select(a > b, 0.0, select(a == b, 0.5 * gradient, gradient))


def minimum_backward_b(gradient: Number, a: Number, b: Number) -> Number:
    """Return dL/db: dL/dy where b is smaller, half of it at a tie."""
    return select(b > a, 0.0, select(a == b, 0.5 * gradient, gradient))


def lerp(start: Number, end: Number, weight: Number) -> Number:
    """Go the fraction ``weight`` of the way from start to end: start + weight * (end - start)."""
    return start + weight * (end - start)


def lerp_backward_start(gradient: Number, weight: Number) -> Number:
    """Return dL/dstart = dL/dy * (1 - weight)."""
    return gradient * (1 - weight)


def lerp_backward_end(gradient: Number, weight: Number) -> Number:
    """Return dL/dend = dL/dy * weight."""
    return gradient * weight


def lerp_backward_weight(gradient: Number, start: Number, end: Number) -> Number:
    """Return dL/dweight = dL/dy * (end - start)."""
    return gradient * (end - start)


def where(condition: Number, x: Number, other: Number) -> Number:
    """Return x where the condition holds and other elsewhere."""
    return select(condition, x, other)


def where_backward_x(gradient: Number, condition: Number) -> Number:
    """Return dL/dx: dL/dy where x was chosen."""
    return select(condition, gradient, 0.0)


def where_backward_other(gradient: Number, condition: Number) -> Number:
    """Return dL/dother: dL/dy where other was chosen."""
    return select(condition, 0.0, gradient)


ADD = Elementwise("add", add, (add_backward, add_backward))
SUBTRACT = Elementwise("sub", subtract, (subtract_backward_a, subtract_backward_b))
MULTIPLY = Elementwise("mul", multiply, (multiply_backward_a, multiply_backward_b))
DIVIDE = Elementwise("div", divide, (divide_backward_a, divide_backward_b))
FLOOR_DIVIDE = Elementwise("floor_divide", floor_divide, (None, None))
REMAINDER = Elementwise(
    "remainder",
    remainder,
    (remainder_backward_a, remainder_backward_b),
    domain=(REAL, POSITIVE),
)
POWER = Elementwise(
    "pow", power, (power_backward_x, power_backward_exponent), domain=(POSITIVE, REAL)
)
MAXIMUM = Elementwise("maximum", maximum, (maximum_backward_a, maximum_backward_b))
MINIMUM = Elementwise("minimum", minimum, (minimum_backward_a, minimum_backward_b))
LERP = Elementwise("lerp", lerp, (lerp_backward_start, lerp_backward_end, lerp_backward_weight))
WHERE = Elementwise(
    "where",
    where,
    (None, where_backward_x, where_backward_other),
    examples=(
        Example((np.array([True, False, True]), (3,), (2, 3))),
        Example((np.array(False), (2, 2), ())),
    ),
)

ARITHMETIC: tuple[Operation, ...] = (
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    FLOOR_DIVIDE,
    REMAINDER,
    POWER,
    MAXIMUM,
    MINIMUM,
    LERP,
    WHERE,
)
