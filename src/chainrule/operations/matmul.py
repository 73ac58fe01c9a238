"""The matrix product, for vectors, matrices and stacks of matrices."""

import math

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidShape
from chainrule.operations.operation import Example, Operation, broadcast_shape, sum_to_shape


def matmul(a: Array, b: Array) -> Array:
    """Multiply matrices: rows of a with columns of b.

        y_ij = sum_k a_ik b_kj

    Shape:
        (..., n, k), (..., k, m)  ->  (..., n, m); leading axes broadcast. A vector counts as a row
        on the left and as a column on the right, and its axis is left out of the result.

    Derivative: dL/da = dL/dy b^T, dL/db = a^T dL/dy, summed over broadcast axes.

    >>> matmul(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    np.float64(11.0)
    """
    return np.matmul(a, b)


def matmul_backward_a(gradient: Array, a: Array, b: Array) -> Array:
    """Return dL/da = dL/dy b^T."""
    if a.ndim == 1 and b.ndim == 1:
        return gradient * b
    if b.ndim == 1:
        return sum_to_shape(np.multiply.outer(gradient, b), a.shape)
    rows = gradient[..., None, :] if a.ndim == 1 else gradient
    product = np.matmul(rows, b.swapaxes(-1, -2))
    if a.ndim == 1:
        return product.reshape(-1, a.shape[0]).sum(axis=0)
    return sum_to_shape(product, a.shape)


def matmul_backward_b(gradient: Array, a: Array, b: Array) -> Array:
    """Return dL/db = a^T dL/dy."""
    if a.ndim == 1 and b.ndim == 1:
        return gradient * a
    if a.ndim == 1:
        outer = a[:, None] * gradient[..., None, :]
        return sum_to_shape(outer, b.shape)
    if b.ndim <= 2:
        # One product over all rows of all stacks: their sum comes with it.
        rows = math.prod(a.shape[:-1])
        return np.matmul(a.reshape(rows, a.shape[-1]).T, gradient.reshape(rows, *b.shape[1:]))
    return sum_to_shape(np.matmul(a.swapaxes(-1, -2), gradient), b.shape)


def matmul_shape(a: Shape, b: Shape) -> Shape:
    """Return (..., n, m)."""
    if not a or not b:
        raise InvalidShape(
            f"matmul got shapes {a} and {b}: both need at least one axis. For a single number use "
            "*."
        )
    inner = b[-2] if len(b) > 1 else b[0]
    if a[-1] != inner:
        raise InvalidShape(
            f"matmul got shapes {a} and {b}: the last axis of the first is {a[-1]}, but the "
            f"{'second to last' if len(b) > 1 else 'only'} axis of the second is {inner}. They "
            "must be equal; one may have to be transposed, e.g. with .T."
        )
    leading = broadcast_shape("matmul", [a[:-2], b[:-2]])
    return leading + (a[-2:-1] if len(a) > 1 else ()) + (b[-1:] if len(b) > 1 else ())


MATMUL = Operation(
    "matmul",
    matmul,
    (matmul_backward_a, matmul_backward_b),
    matmul_shape,
    examples=(
        Example(((2, 3), (3, 4))),
        Example(((3,), (3,))),
        Example(((2, 3), (3,))),
        Example(((3,), (3, 4))),
        Example(((5, 2, 3), (5, 3, 4))),
        Example(((5, 2, 3), (3, 4))),
        Example(((2, 3), (5, 3, 4))),
        Example(((2, 1, 2, 3), (4, 3, 2))),
        Example(((3,), (5, 3, 4))),
        Example(((5, 2, 3), (3,))),
        Example(((0, 3), (3, 2))),
        Example(((2, 0), (0, 3))),
        Example(((1, 1), (1, 1))),
    ),
)
MATMUL_OPERATIONS: tuple[Operation, ...] = (MATMUL,)
