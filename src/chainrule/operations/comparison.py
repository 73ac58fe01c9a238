"""Comparisons and logic: numbers in, truth values out, so no gradient passes."""

from collections.abc import Callable

import numpy as np

from chainrule.array_types import Array, Number, Shape
from chainrule.operations.operation import (
    Elementwise,
    Example,
    Integers,
    Operation,
    broadcast_shape,
)


def equal(a: Number, b: Number) -> Number:
    """Return whether a = b."""
    return np.equal(a, b)


def not_equal(a: Number, b: Number) -> Number:
    """Return whether a and b differ; NaN differs from everything."""
    return np.not_equal(a, b)


def less(a: Number, b: Number) -> Number:
    """Return whether a < b."""
    return np.less(a, b)


def less_equal(a: Number, b: Number) -> Number:
    """Return whether a <= b."""
    return np.less_equal(a, b)


def greater(a: Number, b: Number) -> Number:
    """Return whether a > b."""
    return np.greater(a, b)


def greater_equal(a: Number, b: Number) -> Number:
    """Return whether a >= b."""
    return np.greater_equal(a, b)


def logical_and(a: Number, b: Number) -> Number:
    """Return whether both differ from 0."""
    return np.logical_and(a, b)


def logical_or(a: Number, b: Number) -> Number:
    """Return whether at least one differs from 0."""
    return np.logical_or(a, b)


def logical_xor(a: Number, b: Number) -> Number:
    """Return whether exactly one differs from 0."""
    return np.logical_xor(a, b)


def logical_not(x: Number) -> Number:
    """Return whether x is 0."""
    return np.logical_not(x)


def isnan(x: Number) -> Number:
    """Return whether x is not a number."""
    return np.isnan(x)


def isinf(x: Number) -> Number:
    """Return whether x is plus or minus infinity."""
    return np.isinf(x)


def isfinite(x: Number) -> Number:
    """Return whether x is neither infinite nor NaN."""
    return np.isfinite(x)


def bitwise_and(a: Array, b: Array) -> Array:
    """Return a and b, bit by bit; for truth values the logical and."""
    return np.bitwise_and(a, b)


def bitwise_or(a: Array, b: Array) -> Array:
    """Return a or b, bit by bit; for truth values the logical or."""
    return np.bitwise_or(a, b)


def bitwise_xor(a: Array, b: Array) -> Array:
    """Return a exclusive-or b, bit by bit."""
    return np.bitwise_xor(a, b)


def bitwise_not(x: Array) -> Array:
    """Return x with every bit turned; for truth values the logical not."""
    return np.invert(x)


def _of_integers(name: str, value: Callable[..., Array], count: int) -> Operation:
    """Return the record of an operation on the bits of ``count`` inputs."""

    def shape(*shapes: Shape) -> Shape:
        return broadcast_shape(name, shapes)

    examples = tuple(
        Example(tuple(Integers(shape, high=8) for shape in shapes[:count]))
        for shapes in (((2, 3), (2, 3)), ((), ()), ((0, 3), (3,)), ((3, 1), (1, 4)))
    )
    return Operation(name, value, (None,) * count, shape, examples=examples)


EQUAL = Elementwise("eq", equal, (None, None))
NOT_EQUAL = Elementwise("ne", not_equal, (None, None))
LESS = Elementwise("lt", less, (None, None))
LESS_EQUAL = Elementwise("le", less_equal, (None, None))
GREATER = Elementwise("gt", greater, (None, None))
GREATER_EQUAL = Elementwise("ge", greater_equal, (None, None))
LOGICAL_AND = Elementwise("logical_and", logical_and, (None, None))
LOGICAL_OR = Elementwise("logical_or", logical_or, (None, None))
LOGICAL_XOR = Elementwise("logical_xor", logical_xor, (None, None))
LOGICAL_NOT = Elementwise("logical_not", logical_not, (None,))
ISNAN = Elementwise("isnan", isnan, (None,))
ISINF = Elementwise("isinf", isinf, (None,))
ISFINITE = Elementwise("isfinite", isfinite, (None,))
BITWISE_AND = _of_integers("bitwise_and", bitwise_and, 2)
BITWISE_OR = _of_integers("bitwise_or", bitwise_or, 2)
BITWISE_XOR = _of_integers("bitwise_xor", bitwise_xor, 2)
BITWISE_NOT = _of_integers("bitwise_not", bitwise_not, 1)

COMPARISONS: tuple[Operation, ...] = (
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_EQUAL,
    GREATER,
    GREATER_EQUAL,
    LOGICAL_AND,
    LOGICAL_OR,
    LOGICAL_XOR,
    LOGICAL_NOT,
    ISNAN,
    ISINF,
    ISFINITE,
    BITWISE_AND,
    BITWISE_OR,
    BITWISE_XOR,
    BITWISE_NOT,
)
