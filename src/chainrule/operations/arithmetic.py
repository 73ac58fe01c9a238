"""Arithmetic on numbers: sum, difference, product, quotient, powers and their derivatives."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.operation import Elementwise


def add(a: Number, b: Number) -> Number:
    """Return a + b."""
    return np.add(a, b)


def add_backward(gradient: Number) -> Number:
    """Return dL/da = dL/db = dL/dy."""
    return gradient


def multiply(a: Number, b: Number) -> Number:
    """Return a * b."""
    return np.multiply(a, b)


def multiply_backward_a(gradient: Number, b: Number) -> Number:
    """Return dL/da = dL/dy * b."""
    return gradient * b


def multiply_backward_b(gradient: Number, a: Number) -> Number:
    """Return dL/db = dL/dy * a."""
    return gradient * a


ADD = Elementwise("add", add, (add_backward, add_backward))
MULTIPLY = Elementwise("mul", multiply, (multiply_backward_a, multiply_backward_b))
