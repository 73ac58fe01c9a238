"""Batch normalisation: every channel is standardised over the samples of a batch."""

from collections.abc import Sequence
from math import prod

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.operations.operation import POSITIVE, REAL, Example, Operation
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

AXES = (0, 2)  # batch and places of (batch, channels, places)


def batch_norm(
    x: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Array | None,
    bias: Array | None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Array, Array, Array]:
    """Standardise every channel over the batch, then scale and shift it by learned numbers.

        y = weight (x − mean) / sqrt(variance + eps) + bias

    In training, mean and variance are those of the batch, and the running ones, if given, are moved
    towards them in place: running = (1 − momentum) running + momentum batch, with the unbiased
    variance. Otherwise the running ones are used, as constants.

    Shape:
        x: (batch, channels, ...); all others: (channels)  ->  (batch, channels, ...).

    Derivative: that of ``standardize``; with running statistics dL/dx = weight dL/dy /
    sqrt(variance + eps).
    Source: Ioffe and Szegedy 2015, Batch normalization.

    >>> batch_norm(np.array([[1.0], [3.0]]), None, None, None, None, True, 0.1, 0.0)[0]
    array([[-1.],
           [ 1.]])
    """
    # Check all before anything is changed.
    check_batch_norm(
        x.shape,
        [None if a is None else a.shape for a in (running_mean, running_var, weight, bias)],
        training,
    )
    channels = by_channel(x)
    if training:
        normalised, inverse_deviation, mean, variance = standardize(channels, AXES, eps)
        count = channels.shape[0] * channels.shape[2]
        if count:
            update_running(running_mean, mean, momentum)
            update_running(running_var, variance * (count / (count - 1)), momentum)
    else:
        inverse_deviation = 1 / np.sqrt(column(running_var) + eps)  # type: ignore[arg-type]  # checked
        normalised = (channels - column(running_mean)) * inverse_deviation  # type: ignore[arg-type]  # checked
    y = scale_and_shift(
        normalised,
        None if weight is None else column(weight),
        None if bias is None else column(bias),
    )
    return y.reshape(x.shape), normalised, inverse_deviation


def batch_norm_backward_x(
    gradient: Array,
    weight: Array | None,
    training: bool,
    normalised: Array,
    inverse_deviation: Array,
) -> Array:
    """Return dL/dx: through the statistics of the batch too, where those were used."""
    channels = by_channel(gradient)
    scale = inverse_deviation if weight is None else inverse_deviation * column(weight)
    if not training:
        return (channels * scale).reshape(gradient.shape)
    return standardize_backward(channels, normalised, scale, AXES).reshape(gradient.shape)


def update_running(running: Array | None, batch: Array, momentum: float) -> None:
    """Move a running statistic towards that of the batch, in place."""
    if running is not None:
        running *= 1 - momentum
        running += momentum * batch.reshape(-1)


def batch_norm_shape(
    x: Shape,
    running_mean: Shape | None,
    running_var: Shape | None,
    weight: Shape | None,
    bias: Shape | None,
    training: bool,
    momentum: float,  # noqa: ARG001 - does not change the shape
    eps: float,  # noqa: ARG001 - nor does this
) -> Shape:
    """Return the input's shape."""
    check_batch_norm(x, (running_mean, running_var, weight, bias), training)
    return x


def check_batch_norm(x: Shape, others: Sequence[Shape | None], training: bool) -> None:
    """Refuse shapes that do not fit, and a batch or statistics that cannot be used.

    Raises:
        InvalidShape: if shapes do not fit, or a batch to train on has one value per channel.
        InvalidArgument: if there are no statistics to normalise with.
    """
    if len(x) < 2:
        raise InvalidShape(
            f"batch_norm got input of shape {x}: expected (batch, channels, ...), at least two "
            "axes. For one sample add the batch axis with unsqueeze(0)."
        )
    for what, shape in zip(("running_mean", "running_var", "weight", "bias"), others, strict=True):
        check_per_channel("batch_norm", what, shape, x[1])
    if not training and (others[0] is None or others[1] is None):
        raise InvalidArgument(
            "batch_norm got no running statistics and training=False, so there is nothing to "
            "normalise with: pass running_mean and running_var, or training=True."
        )
    if training and x[0] * prod(x[2:]) == 1:
        raise InvalidShape(
            f"batch_norm got input of shape {x} in training: a single value per channel has no "
            "variance. Use a batch of at least two samples (drop_last=True in the DataLoader "
            "avoids a last batch of one), or call model.eval() first."
        )


BATCH_NORM = Operation(
    "batch_norm",
    batch_norm,
    (batch_norm_backward_x, None, None, channel_backward_weight, channel_backward_bias),
    batch_norm_shape,
    source="Ioffe and Szegedy 2015, Batch normalization.",
    saved=("normalised", "inverse_deviation"),
    domain=(REAL, REAL, POSITIVE, REAL),
    mutates=("running_mean", "running_var"),
    examples=(
        Example(((5, 3), (3,), (3,), (3,), (3,)), {"training": True}),
        Example(((5, 3), (3,), (3,), (3,), (3,))),
        Example(((4, 3, 2), None, None, (3,), None), {"training": True, "eps": 0.1}),
        Example(((2, 3, 4, 2), (3,), (3,), None, None), {"training": True, "momentum": 0.5}),
        Example(((2, 3, 4, 2), (3,), (3,), None, (3,))),
        Example(((0, 3), (3,), (3,), (3,), (3,)), {"training": True}),
        Example(((1, 1), (1,), (1,), (1,), (1,))),
    ),
)
