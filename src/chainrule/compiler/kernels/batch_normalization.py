"""Batch normalisation: each thread takes its own channels.

What is kept of a table for its derivatives, the standardised input, lies channel by channel, since
all that is done with it goes along a channel.
"""

import numpy as np

from chainrule.array_types import Array
from chainrule.compiler.kernels.channel_sums import (
    CHANNEL_SUM_KERNELS,
    PLACES,
    fits_images,
    is_evaluation,
    is_table,
)
from chainrule.compiler.kernels.kernel import Kernel
from chainrule.compiler.primitives import Team, flat, line, own
from chainrule.operations import batch_normalization as formulas


def update_running(running: Array | None, channel: int, batch: float, momentum: float) -> None:
    """Move a running statistic of a channel towards that of the batch."""
    if running is not None:
        number = running.dtype.type
        running[channel] = number(1 - momentum) * running[channel] + number(momentum) * batch


def batch_norm_table(
    x: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Array | None,
    bias: Array | None,
    momentum: float,
    eps: float,
    y: Array,
    normalised: Array,
    inverse_deviation: Array,
    team: Team,
) -> None:
    """Standardise every column of a table, then scale and shift it."""
    samples, channels = x.shape
    number = x.dtype.type
    count = number(max(samples, 1))
    for channel in own(channels, team):
        kept = line(normalised, channel * samples, samples)
        total = number(0)
        for sample in range(samples):
            total += x[sample, channel]
        mean = total / count
        total = number(0)
        for sample in range(samples):
            distance = x[sample, channel] - mean
            kept[sample] = distance
            total += distance * distance
        variance = total / count
        inverse = number(1) / np.sqrt(variance + number(eps))
        flat(inverse_deviation)[channel] = inverse
        scale = number(1) if weight is None else weight[channel]
        shift = number(0) if bias is None else bias[channel]
        for sample in range(samples):
            kept[sample] *= inverse
            y[sample, channel] = scale * kept[sample] + shift
        if samples > 0:
            update_running(running_mean, channel, mean, momentum)
            unbiased = variance * (count / (count - number(1)))
            update_running(running_var, channel, unbiased, momentum)


def batch_norm_images(
    x: Array,
    running_mean: Array | None,
    running_var: Array | None,
    weight: Array | None,
    bias: Array | None,
    momentum: float,
    eps: float,
    places: int,
    y: Array,
    normalised: Array,
    inverse_deviation: Array,
    team: Team,
) -> None:
    """Standardise every channel over all samples and places, then scale and shift it."""
    samples, channels = x.shape[0], x.shape[1]
    number = x.dtype.type
    count = number(max(samples * places, 1))
    for channel in own(channels, team):
        total = number(0)
        for sample in range(samples):
            source = line(x, (sample * channels + channel) * places, places)
            part = number(0)
            for place in range(places):
                part += source[place]
            total += part
        mean = total / count
        total = number(0)
        for sample in range(samples):
            source = line(x, (sample * channels + channel) * places, places)
            part = number(0)
            for place in range(places):
                distance = source[place] - mean
                part += distance * distance
            total += part
        variance = total / count
        inverse = number(1) / np.sqrt(variance + number(eps))
        flat(inverse_deviation)[channel] = inverse
        scale = number(1) if weight is None else weight[channel]
        shift = number(0) if bias is None else bias[channel]
        for sample in range(samples):
            start = (sample * channels + channel) * places
            source, kept = line(x, start, places), line(normalised, start, places)
            target = line(y, start, places)
            for place in range(places):
                standard = (source[place] - mean) * inverse
                kept[place] = standard
                target[place] = scale * standard + shift
        if samples > 0:
            update_running(running_mean, channel, mean, momentum)
            unbiased = variance * (count / (count - number(1)))
            update_running(running_var, channel, unbiased, momentum)


def batch_norm_table_evaluation(
    x: Array,
    running_mean: Array,
    running_var: Array,
    weight: Array | None,
    bias: Array | None,
    eps: float,
    y: Array,
    inverse_deviation: Array,
    team: Team,
) -> None:
    """Standardise every column of a table by the running statistics, then scale and shift it."""
    samples, channels = x.shape
    number = x.dtype.type
    for channel in own(channels, team):
        mean = running_mean[channel]
        inverse = number(1) / np.sqrt(running_var[channel] + number(eps))
        flat(inverse_deviation)[channel] = inverse
        scale = inverse if weight is None else weight[channel] * inverse
        shift = number(0) if bias is None else bias[channel]
        for sample in range(samples):
            y[sample, channel] = scale * (x[sample, channel] - mean) + shift


def batch_norm_images_evaluation(
    x: Array,
    running_mean: Array,
    running_var: Array,
    weight: Array | None,
    bias: Array | None,
    eps: float,
    places: int,
    y: Array,
    inverse_deviation: Array,
    team: Team,
) -> None:
    """Standardise every channel by the running statistics, then scale and shift it."""
    samples, channels = x.shape[0], x.shape[1]
    number = x.dtype.type
    for channel in own(channels, team):
        mean = running_mean[channel]
        inverse = number(1) / np.sqrt(running_var[channel] + number(eps))
        flat(inverse_deviation)[channel] = inverse
        scale = inverse if weight is None else weight[channel] * inverse
        shift = number(0) if bias is None else bias[channel]
        for sample in range(samples):
            start = (sample * channels + channel) * places
            source, target = line(x, start, places), line(y, start, places)
            for place in range(places):
                target[place] = scale * (source[place] - mean) + shift


def batch_norm_table_backward(
    gradient: Array,
    weight: Array | None,
    normalised: Array,
    inverse_deviation: Array,
    result: Array,
    team: Team,
) -> None:
    """dL/dx of a table, through mean and variance too."""
    samples, channels = result.shape
    number = result.dtype.type
    count = number(max(samples, 1))
    for channel in own(channels, team):
        kept = line(normalised, channel * samples, samples)
        total, product = number(0), number(0)
        for sample in range(samples):
            total += gradient[sample, channel]
            product += gradient[sample, channel] * kept[sample]
        total, product = total / count, product / count
        scale = flat(inverse_deviation)[channel]
        if weight is not None:
            scale *= weight[channel]
        for sample in range(samples):
            direct = gradient[sample, channel] - kept[sample] * product - total
            result[sample, channel] = direct * scale


def batch_norm_images_backward(
    gradient: Array,
    weight: Array | None,
    normalised: Array,
    inverse_deviation: Array,
    places: int,
    result: Array,
    team: Team,
) -> None:
    """dL/dx of images, through mean and variance too."""
    samples, channels = result.shape[0], result.shape[1]
    number = result.dtype.type
    count = number(max(samples * places, 1))
    for channel in own(channels, team):
        total, product = number(0), number(0)
        for sample in range(samples):
            start = (sample * channels + channel) * places
            arriving, kept = line(gradient, start, places), line(normalised, start, places)
            part, part_product = number(0), number(0)
            for place in range(places):
                part += arriving[place]
                part_product += arriving[place] * kept[place]
            total += part
            product += part_product
        total, product = total / count, product / count
        scale = flat(inverse_deviation)[channel]
        if weight is not None:
            scale *= weight[channel]
        for sample in range(samples):
            start = (sample * channels + channel) * places
            arriving, kept = line(gradient, start, places), line(normalised, start, places)
            target = line(result, start, places)
            for place in range(places):
                target[place] = (arriving[place] - kept[place] * product - total) * scale


def batch_norm_table_evaluation_backward(
    gradient: Array, weight: Array | None, inverse_deviation: Array, result: Array, team: Team
) -> None:
    """dL/dx of a table, with the running statistics as constants."""
    samples, channels = result.shape
    for channel in own(channels, team):
        scale = flat(inverse_deviation)[channel]
        if weight is not None:
            scale *= weight[channel]
        for sample in range(samples):
            result[sample, channel] = gradient[sample, channel] * scale


def batch_norm_images_evaluation_backward(
    gradient: Array,
    weight: Array | None,
    inverse_deviation: Array,
    places: int,
    result: Array,
    team: Team,
) -> None:
    """dL/dx of images, with the running statistics as constants."""
    samples, channels = result.shape[0], result.shape[1]
    for channel in own(channels, team):
        scale = flat(inverse_deviation)[channel]
        if weight is not None:
            scale *= weight[channel]
        for sample in range(samples):
            start = (sample * channels + channel) * places
            arriving, target = line(gradient, start, places), line(result, start, places)
            for place in range(places):
                target[place] = arriving[place] * scale


PARAMETERS = {"running_mean": 0, "running_var": 0, "weight": 0, "bias": 0}
TRAINING = {"x": 1, "y": 1, "normalised": 1, "inverse_deviation": 1, **PARAMETERS}
EVALUATION = {"x": 1, "y": 1, "inverse_deviation": 0, **PARAMETERS}
BACKWARD = {"gradient": 1, "result": 1, "weight": 0, "normalised": 1, "inverse_deviation": 1}
EVALUATION_BACKWARD = {"gradient": 1, "result": 1, "weight": 0, "inverse_deviation": 0}

BATCH_NORMALIZATION_KERNELS = (
    Kernel(
        formulas.batch_norm,
        batch_norm_table_evaluation,
        EVALUATION,
        fits=lambda known: is_table(known) and is_evaluation(known),
    ),
    Kernel(formulas.batch_norm, batch_norm_table, TRAINING, fits=is_table),
    Kernel(
        formulas.batch_norm,
        batch_norm_images_evaluation,
        EVALUATION,
        derived=PLACES,
        fits=lambda known: fits_images(known) and is_evaluation(known),
    ),
    Kernel(formulas.batch_norm, batch_norm_images, TRAINING, derived=PLACES, fits=fits_images),
    Kernel(
        formulas.batch_norm_backward_x,
        batch_norm_table_evaluation_backward,
        EVALUATION_BACKWARD,
        fits=lambda known: is_table(known) and is_evaluation(known),
    ),
    Kernel(formulas.batch_norm_backward_x, batch_norm_table_backward, BACKWARD, fits=is_table),
    Kernel(
        formulas.batch_norm_backward_x,
        batch_norm_images_evaluation_backward,
        EVALUATION_BACKWARD,
        derived=PLACES,
        fits=lambda known: fits_images(known) and is_evaluation(known),
    ),
    Kernel(
        formulas.batch_norm_backward_x,
        batch_norm_images_backward,
        BACKWARD,
        derived=PLACES,
        fits=fits_images,
    ),
    *CHANNEL_SUM_KERNELS,
)
