"""Group normalisation: every sample is standardised over groups of its channels."""

from math import prod

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidShape
from chainrule.operations.operation import Example, Operation
from chainrule.operations.standardization import (
    by_channel,
    channel_backward_bias,
    channel_backward_weight,
    check_per_channel,
    column,
    scale_and_shift,
    standardize,
    standardize_backward,
)
from chainrule.operations.windows import per_axis

AXES = (2,)  # members of (batch, groups, members)


def group_norm(
    x: Array,
    weight: Array | None,
    bias: Array | None,
    num_groups: int,
    eps: float = 1e-5,
) -> tuple[Array, Array, Array]:
    """Standardise each group of channels of every sample, then scale and shift each channel.

        y = weight (x − mean) / sqrt(variance + eps) + bias

    Mean and variance are over the channels of a group and all their places; other samples play no
    part.

    Shape:
        x: (batch, channels, ...); weight, bias: (channels)  ->  (batch, channels, ...).

    Derivative: that of ``standardize``.
    Source: Wu and He 2018, Group normalization.

    >>> import numpy as np
    >>> group_norm(np.array([[1.0, 3.0, 10.0, 30.0]]), None, None, 2, 0.0)[0]
    array([[-1.,  1., -1.,  1.]])
    """
    group_norm_shape(
        x.shape,
        None if weight is None else weight.shape,
        None if bias is None else bias.shape,
        num_groups,
        eps,
    )
    normalised, inverse_deviation, _, _ = standardize(by_group(x, num_groups), AXES, eps)
    y = scale_and_shift(
        normalised.reshape(by_channel(x).shape),
        None if weight is None else column(weight),
        None if bias is None else column(bias),
    )
    return y.reshape(x.shape), normalised, inverse_deviation


def group_norm_backward_x(
    gradient: Array,
    weight: Array | None,
    normalised: Array,
    inverse_deviation: Array,
    num_groups: int,
) -> Array:
    """Return dL/dx, through mean and variance of each group too."""
    scaled = gradient if weight is None else by_channel(gradient) * column(weight)
    groups = by_group(scaled, num_groups)
    dx = standardize_backward(groups, normalised, inverse_deviation, AXES)
    return dx.reshape(gradient.shape)


def by_group(x: Array, num_groups: int) -> Array:
    """Return x as (batch, groups, members)."""
    members = x.shape[1] // num_groups * prod(x.shape[2:])
    return x.reshape(x.shape[0], num_groups, members)


def group_norm_shape(
    x: Shape,
    weight: Shape | None,
    bias: Shape | None,
    num_groups: int,
    eps: float,  # noqa: ARG001 - does not change the shape
) -> Shape:
    """Return the input's shape."""
    if len(x) < 2:
        raise InvalidShape(
            f"group_norm got input of shape {x}: expected (batch, channels, ...), at least two "
            "axes. For one sample add the batch axis with unsqueeze(0)."
        )
    (groups,) = per_axis("group_norm", "num_groups", num_groups, 1)
    if x[1] % groups:
        raise InvalidShape(
            f"group_norm got input of shape {x} and num_groups={groups}: its {x[1]} channels do "
            "not divide into that many groups."
        )
    check_per_channel("group_norm", "weight", weight, x[1])
    check_per_channel("group_norm", "bias", bias, x[1])
    if x[0] * (x[1] // groups) * prod(x[2:]) == 1:
        raise InvalidShape(
            f"group_norm got input of shape {x} and num_groups={groups}: a single value per group "
            "has no variance. Use fewer groups."
        )
    return x


GROUP_NORM = Operation(
    "group_norm",
    group_norm,
    (group_norm_backward_x, channel_backward_weight, channel_backward_bias),
    group_norm_shape,
    source="Wu and He 2018, Group normalization.",
    saved=("normalised", "inverse_deviation"),
    examples=(
        Example(((5, 4), (4,), (4,)), {"num_groups": 2}),
        Example(((2, 6, 3), (6,), None), {"num_groups": 3}),
        Example(((2, 4, 3, 2), None, None), {"num_groups": 1, "eps": 0.1}),
        Example(((0, 4, 3), (4,), (4,)), {"num_groups": 2}),
        Example(((1, 2, 1), (2,), (2,)), {"num_groups": 1}),
    ),
)
