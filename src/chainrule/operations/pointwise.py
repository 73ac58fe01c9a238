"""Functions of one number: exponentials, roots, trigonometry, rounding, and change of dtype.

Derivatives read the output where it says enough, so that the input need not be kept.
"""

import math

import numpy as np

from chainrule.array_types import Array, Dtype, Number, Shape, float64
from chainrule.operations.numbers import erf, select
from chainrule.operations.operation import (
    NONNEGATIVE,
    POSITIVE,
    Elementwise,
    Example,
    Interval,
    Operation,
)

TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)
LOG_2 = math.log(2)
LOG_10 = math.log(10)


def negate(x: Number) -> Number:
    """Return -x."""
    return np.negative(x)


def negate_backward(gradient: Number) -> Number:
    """Return dL/dx = -dL/dy."""
    return -gradient


def exp(x: Number) -> Number:
    """Return e^x."""
    return np.exp(x)


def exp_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx = dL/dy * y."""
    return gradient * y


def expm1(x: Number) -> Number:
    """Return e^x - 1, exact near 0 where the difference would lose all digits."""
    return np.expm1(x)


def expm1_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx = dL/dy * (y + 1)."""
    return gradient * (y + 1)


def log(x: Number) -> Number:
    """Return the natural logarithm."""
    return np.log(x)


def log_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy / x."""
    return gradient / x


def log1p(x: Number) -> Number:
    """Return log(1 + x), exact near 0 where the sum would lose all digits."""
    return np.log1p(x)


def log1p_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy / (1 + x)."""
    return gradient / (x + 1)


def log2(x: Number) -> Number:
    """Return the logarithm to base 2."""
    return np.log2(x)


def log2_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy / (x log 2)."""
    return gradient / (x * LOG_2)


def log10(x: Number) -> Number:
    """Return the logarithm to base 10."""
    return np.log10(x)


def log10_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy / (x log 10)."""
    return gradient / (x * LOG_10)


def sqrt(x: Number) -> Number:
    """Return the square root."""
    return np.sqrt(x)


def sqrt_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx = dL/dy / (2 y)."""
    return gradient / (2 * y)


def rsqrt(x: Number) -> Number:
    """Return 1 / sqrt(x)."""
    return 1 / np.sqrt(x)


def rsqrt_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx = -dL/dy * y^3 / 2."""
    return -0.5 * gradient * (y * y * y)


def square(x: Number) -> Number:
    """Return x^2."""
    return np.square(x)


def square_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy * 2 x."""
    return gradient * (2 * x)


def reciprocal(x: Number) -> Number:
    """Return 1 / x."""
    return np.divide(1.0, x)


def reciprocal_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx = -dL/dy * y^2."""
    return -gradient * (y * y)


def absolute(x: Number) -> Number:
    """Return the distance of x from 0. At the kink 0 the derivative is taken as 0."""
    return np.abs(x)


def absolute_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy * sign(x)."""
    return gradient * np.sign(x)


def flat_backward(gradient: Number) -> Number:
    """Return dL/dx = 0, for functions that are constant between their jumps."""
    return select(np.isnan(gradient), gradient, 0.0)


def sign(x: Number) -> Number:
    """Return -1, 0 or 1; for NaN 0, as PyTorch does."""
    return np.sign(select(np.isnan(x), 0, x))


def floor(x: Number) -> Number:
    """Return the largest whole number not above x."""
    return np.floor(x)


def ceil(x: Number) -> Number:
    """Return the smallest whole number not below x."""
    return np.ceil(x)


def nearest(x: Number) -> Number:
    """Return the nearest whole number; halves go to the even one."""
    return np.rint(x)


def sin(x: Number) -> Number:
    """Return the sine of an angle in radians."""
    return np.sin(x)


def sin_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy * cos(x)."""
    return gradient * np.cos(x)


def cos(x: Number) -> Number:
    """Return the cosine of an angle in radians."""
    return np.cos(x)


def cos_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = -dL/dy * sin(x)."""
    return -gradient * np.sin(x)


def tan(x: Number) -> Number:
    """Return the tangent of an angle in radians."""
    return np.tan(x)


def tan_backward(gradient: Number, y: Number) -> Number:
    """Return dL/dx = dL/dy * (1 + y^2)."""
    return gradient * (1 + y * y)


def sinh(x: Number) -> Number:
    """Return (e^x - e^-x) / 2."""
    return np.sinh(x)


def sinh_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy * cosh(x)."""
    return gradient * np.cosh(x)


def cosh(x: Number) -> Number:
    """Return (e^x + e^-x) / 2."""
    return np.cosh(x)


def cosh_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy * sinh(x)."""
    return gradient * np.sinh(x)


def atan(x: Number) -> Number:
    """Return the angle in radians, between -pi / 2 and pi / 2, whose tangent is x."""
    return np.arctan(x)


def atan_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy / (1 + x^2)."""
    return gradient / (1 + x * x)


def error_function(x: Number) -> Number:
    """Return 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x."""
    return erf(x)


def error_function_backward(gradient: Number, x: Number) -> Number:
    """Return dL/dx = dL/dy * 2 / sqrt(pi) * exp(-x^2)."""
    return gradient * (TWO_OVER_SQRT_PI * np.exp(-(x * x)))


def clamp(x: Number, min: float | None = 0.0, max: float | None = 1.0) -> Number:
    """Return the number between min and max that is nearest to x; None leaves that side open.

    Derivative: 1 from min to max with both ends, 0 outside. Where min exceeds max, all becomes max.
    """
    y = x
    if min is not None:
        y = np.maximum(y, min)
    if max is not None:
        y = np.minimum(y, max)
    return y


def clamp_backward(gradient: Number, x: Number, min: float | None, max: float | None) -> Number:
    """Return dL/dx: dL/dy where x lay within the bounds."""
    result = gradient
    if min is not None:
        result = select(x >= min, result, 0.0)
    if max is not None:
        result = select(x <= max, result, 0.0)
    return result


def clamp_kinks(min: float | None, max: float | None) -> tuple[float, ...]:
    """Return the bounds there are."""
    return tuple(bound for bound in (min, max) if bound is not None)


def cast(x: Array, dtype: Dtype) -> Array:
    """Return the same numbers in another dtype.

    Derivative: 1; the gradient travels on in the dtype of ``x``.
    """
    return x.astype(dtype)


def cast_backward(gradient: Array) -> Array:
    """Return dL/dx = dL/dy; every gradient is stored in the dtype of what it belongs to."""
    return gradient


def cast_shape(x: Shape, dtype: Dtype) -> Shape:  # noqa: ARG001 - a rule takes all options
    """Return the shape of the input."""
    return x


NEGATE = Elementwise("neg", negate, (negate_backward,))
EXP = Elementwise("exp", exp, (exp_backward,))
EXPM1 = Elementwise("expm1", expm1, (expm1_backward,))
LOG = Elementwise("log", log, (log_backward,), domain=(POSITIVE,))
LOG1P = Elementwise("log1p", log1p, (log1p_backward,), domain=(Interval(low=-1.0),))
LOG2 = Elementwise("log2", log2, (log2_backward,), domain=(POSITIVE,))
LOG10 = Elementwise("log10", log10, (log10_backward,), domain=(POSITIVE,))
SQRT = Elementwise("sqrt", sqrt, (sqrt_backward,), domain=(NONNEGATIVE,))
RSQRT = Elementwise("rsqrt", rsqrt, (rsqrt_backward,), domain=(POSITIVE,))
SQUARE = Elementwise("square", square, (square_backward,))
RECIPROCAL = Elementwise("reciprocal", reciprocal, (reciprocal_backward,))
ABSOLUTE = Elementwise("abs", absolute, (absolute_backward,), kinks=(0.0,))
SIGN = Elementwise("sign", sign, (flat_backward,), kinks=(0.0,))
FLOOR = Elementwise("floor", floor, (flat_backward,))
CEIL = Elementwise("ceil", ceil, (flat_backward,))
ROUND = Elementwise("round", nearest, (flat_backward,))
SIN = Elementwise("sin", sin, (sin_backward,))
COS = Elementwise("cos", cos, (cos_backward,))
TAN = Elementwise("tan", tan, (tan_backward,))
SINH = Elementwise("sinh", sinh, (sinh_backward,))
COSH = Elementwise("cosh", cosh, (cosh_backward,))
ATAN = Elementwise("atan", atan, (atan_backward,))
ERF = Elementwise("erf", error_function, (error_function_backward,))
CLAMP = Elementwise(
    "clamp",
    clamp,
    (clamp_backward,),
    kinks=clamp_kinks,
    examples=(
        Example(((2, 3),), {"min": -1.0, "max": 1.0}),
        Example(((2, 3),), {"min": 0.5, "max": None}),
        Example(((2, 3),), {"min": None, "max": 0.5}),
    ),
)
CAST = Operation(
    "cast",
    cast,
    (cast_backward,),
    cast_shape,
    examples=tuple(Example((shape,), {"dtype": float64}) for shape in ((2, 3), (), (0, 3))),
)

POINTWISE: tuple[Operation, ...] = (
    NEGATE,
    EXP,
    EXPM1,
    LOG,
    LOG1P,
    LOG2,
    LOG10,
    SQRT,
    RSQRT,
    SQUARE,
    RECIPROCAL,
    ABSOLUTE,
    SIGN,
    FLOOR,
    CEIL,
    ROUND,
    SIN,
    COS,
    TAN,
    SINH,
    COSH,
    ATAN,
    ERF,
    CLAMP,
    CAST,
)
