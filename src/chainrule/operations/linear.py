"""The affine map of a layer: every output is a weighted sum of all inputs, plus a bias."""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidShape
from chainrule.operations.operation import Example, Operation


def linear(x: Array, weight: Array, bias: Array | None) -> Array:
    """Map inputs to weighted sums.

        y = x W^T + b

    Shape:
        x: (..., in_features); weight: (out_features, in_features); bias: (out_features)
        ->  (..., out_features).

    Derivative: dL/dx = dL/dy W; summed over the batch, dL/dW = (dL/dy)^T x and dL/db = dL/dy.

    >>> linear(np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    if x.ndim == 2:
        # y^T = W x^T is the same numbers, and for a batch a third faster.
        y = np.matmul(weight, x.T).T
        return np.ascontiguousarray(y) if bias is None else np.add(y, bias, order="C")
    y = np.matmul(x, weight.T)
    if bias is not None:
        y += bias
    return y


def linear_backward_x(gradient: Array, weight: Array) -> Array:
    """Return dL/dx = dL/dy W."""
    return np.matmul(gradient, weight)


def linear_backward_weight(gradient: Array, x: Array, weight: Array) -> Array:
    """Return dL/dW = (dL/dy)^T x, summed over all leading axes."""
    rows = gradient.reshape(-1, weight.shape[0])
    return np.matmul(rows.T, x.reshape(-1, weight.shape[1]))


def linear_backward_bias(gradient: Array) -> Array:
    """Return dL/db: dL/dy summed over all leading axes."""
    return np.add.reduce(gradient.reshape(-1, gradient.shape[-1]), axis=0)


def linear_shape(x: Shape, weight: Shape, bias: Shape | None) -> Shape:
    """Return (..., out_features)."""
    if len(weight) != 2:
        raise InvalidShape(
            f"linear got a weight of shape {weight}: it must be (out_features, in_features)."
        )
    out_features, in_features = weight
    if not x or x[-1] != in_features:
        last = f"its last axis is {x[-1]}" if x else "it has no axis"
        hint = ""
        if len(x) > 2 and int(np.prod(x[1:])) == in_features:
            hint = " Flatten each sample first, e.g. with nn.Flatten()."
        raise InvalidShape(
            f"linear({in_features}→{out_features}) got input of shape {x}: {last}, expected "
            f"{in_features}.{hint}"
        )
    if bias is not None and bias != (out_features,):
        raise InvalidShape(f"linear got a bias of shape {bias}, expected ({out_features},).")
    return (*x[:-1], out_features)


LINEAR = Operation(
    "linear",
    linear,
    (linear_backward_x, linear_backward_weight, linear_backward_bias),
    linear_shape,
    source="Rumelhart, Hinton and Williams 1986; weight layout as in torch.nn.Linear.",
    examples=(
        Example(((5, 3), (2, 3), (2,))),
        Example(((5, 3), (2, 3), None)),
        Example(((3,), (2, 3), (2,))),
        Example(((2, 4, 3), (2, 3), (2,))),
        Example(((0, 3), (2, 3), (2,))),
        Example(((1, 1), (1, 1), (1,))),
    ),
)
