"""Layer normalisation: every sample is standardised over its own features."""

from math import prod

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.operations.operation import Example, Operation
from chainrule.operations.standardization import (
    scale_and_shift,
    standardize,
    standardize_backward,
)


def layer_norm(
    x: Array,
    weight: Array | None,
    bias: Array | None,
    normalized_shape: Shape,
    eps: float = 1e-5,
) -> tuple[Array, Array, Array]:
    """Standardise the last axes of every sample, then scale and shift each feature.

        y = weight (x − mean) / sqrt(variance + eps) + bias

    Mean and variance are over the axes of ``normalized_shape``; other samples play no part.

    Shape:
        x: (..., *normalized_shape); weight, bias: normalized_shape  ->  (..., *normalized_shape).

    Derivative: that of ``standardize``.
    Source: Ba, Kiros and Hinton 2016, Layer normalization.

    >>> layer_norm(np.array([[1.0, 3.0], [10.0, 30.0]]), None, None, (2,), 0.0)[0]
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    layer_norm_shape(
        x.shape,
        None if weight is None else weight.shape,
        None if bias is None else bias.shape,
        normalized_shape,
        eps,
    )
    axes = tuple(range(x.ndim - len(normalized_shape), x.ndim))
    normalised, inverse_deviation, _, _ = standardize(x, axes, eps)
    return scale_and_shift(normalised, weight, bias), normalised, inverse_deviation


def layer_norm_backward_x(
    gradient: Array,
    weight: Array | None,
    normalised: Array,
    inverse_deviation: Array,
    normalized_shape: Shape,
) -> Array:
    """Return dL/dx, through mean and variance too."""
    axes = tuple(range(gradient.ndim - len(normalized_shape), gradient.ndim))
    scaled = gradient if weight is None else gradient * weight
    return standardize_backward(scaled, normalised, inverse_deviation, axes)


def layer_norm_backward_weight(
    gradient: Array, normalised: Array, normalized_shape: Shape
) -> Array:
    """Return dL/dweight: dL/dy times the standardised input, summed over all samples."""
    return sum_samples(gradient * normalised, normalized_shape)


def layer_norm_backward_bias(gradient: Array, normalized_shape: Shape) -> Array:
    """Return dL/dbias: dL/dy summed over all samples."""
    return sum_samples(gradient, normalized_shape)


def sum_samples(values: Array, normalized_shape: Shape) -> Array:
    """Return the sum over all leading axes."""
    leading = values.shape[: values.ndim - len(normalized_shape)]
    return np.add.reduce(values.reshape(prod(leading), *normalized_shape), axis=0)


def layer_norm_shape(
    x: Shape,
    weight: Shape | None,
    bias: Shape | None,
    normalized_shape: Shape,
    eps: float,  # noqa: ARG001 - does not change the shape
) -> Shape:
    """Return the input's shape."""
    expected = tuple(normalized_shape)
    if not expected:
        raise InvalidArgument(
            "layer_norm got normalized_shape=(): it must name at least one axis, e.g. x.shape[-1:]."
        )
    if x[-len(expected) :] != expected:
        raise InvalidShape(
            f"layer_norm got input of shape {x}: its last axes must be {expected}, the "
            "normalized_shape."
        )
    for what, shape in (("weight", weight), ("bias", bias)):
        if shape is not None and shape != expected:
            raise InvalidShape(
                f"layer_norm got a {what} of shape {shape}: it must be {expected}, the "
                "normalized_shape."
            )
    return x


LAYER_NORM = Operation(
    "layer_norm",
    layer_norm,
    (layer_norm_backward_x, layer_norm_backward_weight, layer_norm_backward_bias),
    layer_norm_shape,
    source="Ba, Kiros and Hinton 2016, Layer normalization.",
    saved=("normalised", "inverse_deviation"),
    examples=(
        Example(((5, 3), (3,), (3,)), {"normalized_shape": (3,)}),
        Example(((2, 4, 3), (4, 3), None), {"normalized_shape": (4, 3)}),
        Example(((2, 4, 3), None, None), {"normalized_shape": (3,), "eps": 0.1}),
        Example(((3,), (3,), (3,)), {"normalized_shape": (3,)}),
        Example(((0, 3), (3,), (3,)), {"normalized_shape": (3,)}),
        Example(((1, 1), (1,), (1,)), {"normalized_shape": (1,)}),
    ),
)
