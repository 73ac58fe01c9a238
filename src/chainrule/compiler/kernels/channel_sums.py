"""Sums over samples and places for every channel: each thread takes its own channels.

The derivatives of batch and group normalisation with respect to scale and shift.
"""

from collections.abc import Callable
from typing import Any

from chainrule.array_types import Array
from chainrule.compiler.kernels.kernel import Kernel, Known
from chainrule.compiler.kernels.windowing import sizes_are_fixed
from chainrule.compiler.primitives import Team, flat, line, own
from chainrule.operations import standardization as formulas


def bias_of_table(gradient: Array, result: Array, team: Team) -> None:
    """dL/dbias: dL/dy summed over the samples."""
    for channel in own(result.shape[0], team):
        total = result.dtype.type(0)
        for sample in range(gradient.shape[0]):
            total += gradient[sample, channel]
        result[channel] = total


def bias_of_images(gradient: Array, places: int, result: Array, team: Team) -> None:
    """dL/dbias: dL/dy summed over samples and places."""
    samples, channels = gradient.shape[0], gradient.shape[1]
    for channel in own(channels, team):
        total = result.dtype.type(0)
        for sample in range(samples):
            arriving = line(gradient, (sample * channels + channel) * places, places)
            part = result.dtype.type(0)
            for place in range(places):
                part += arriving[place]
            total += part
        result[channel] = total


def weight_of_table(
    gradient: Array, normalised: Array, strides: tuple[int, int], result: Array, team: Team
) -> None:
    """dL/dweight: dL/dy times the standardised input, summed over the samples.

    The strides are the distances of neighbouring samples and channels in the latter.
    """
    step, channel_step = strides
    for channel in own(result.shape[0], team):
        total = result.dtype.type(0)
        first = channel * channel_step
        kept = line(normalised, first, normalised.size - first)
        for sample in range(gradient.shape[0]):
            total += gradient[sample, channel] * kept[sample * step]
        result[channel] = total


def weight_of_images(
    gradient: Array, normalised: Array, places: int, result: Array, team: Team
) -> None:
    """dL/dweight: dL/dy times the standardised input, summed over samples and places."""
    samples, channels = gradient.shape[0], gradient.shape[1]
    for channel in own(channels, team):
        total = result.dtype.type(0)
        for sample in range(samples):
            start = (sample * channels + channel) * places
            arriving, kept = line(gradient, start, places), line(normalised, start, places)
            part = result.dtype.type(0)
            for place in range(places):
                part += arriving[place] * kept[place]
            total += part
        result[channel] = total


def weight_of_table_evaluation(
    gradient: Array,
    x: Array,
    running_mean: Array,
    inverse_deviation: Array,
    result: Array,
    team: Team,
) -> None:
    """dL/dweight where the input was standardised by running statistics, and not kept."""
    for channel in own(result.shape[0], team):
        total, mean = result.dtype.type(0), running_mean[channel]
        for sample in range(gradient.shape[0]):
            total += gradient[sample, channel] * (x[sample, channel] - mean)
        result[channel] = total * flat(inverse_deviation)[channel]


def weight_of_images_evaluation(
    gradient: Array,
    x: Array,
    running_mean: Array,
    inverse_deviation: Array,
    places: int,
    result: Array,
    team: Team,
) -> None:
    """dL/dweight where the input was standardised by running statistics, and not kept."""
    samples, channels = gradient.shape[0], gradient.shape[1]
    for channel in own(channels, team):
        total, mean = result.dtype.type(0), running_mean[channel]
        for sample in range(samples):
            start = (sample * channels + channel) * places
            arriving, source = line(gradient, start, places), line(x, start, places)
            part = result.dtype.type(0)
            for place in range(places):
                part += arriving[place] * (source[place] - mean)
            total += part
        result[channel] = total * flat(inverse_deviation)[channel]


def places_of(known: Known) -> int:
    """Return how many numbers each channel of a sample has."""
    size = 1
    for extent in known["x"].shape[2:]:
        size *= extent.count
    return size


def strides_of(known: Known) -> tuple[Any, Any]:
    """Return how far samples and channels of a standardised table lie from each other.

    Group normalisation keeps it by samples, batch normalisation by channels.
    """
    samples, channels = known["x"].shape
    return (channels, 1) if is_grouped(known) else (1, samples)


def is_table(known: Known) -> bool:
    """Fit a row per sample and a column per channel."""
    return len(known["x"].shape) == 2


def fits_images(known: Known) -> bool:
    """Fit channels that have places of their own."""
    return len(known["x"].shape) > 2 and sizes_are_fixed({"x": known["x"]})


def is_grouped(known: Known) -> bool:
    """Return whether channels were standardised in groups."""
    return "num_groups" in known


def is_evaluation(known: Known) -> bool:
    """Fit batch normalisation by running statistics."""
    return not known.get("training", True)


PLACES: dict[str, Callable[[Known], Any]] = {"places": places_of}
BIAS_CUT = {"gradient": 1, "result": 0}
WEIGHT_CUT = {**BIAS_CUT, "normalised": 1}
EVALUATION_CUT = {**BIAS_CUT, "x": 1, "running_mean": 0, "inverse_deviation": 0}

CHANNEL_SUM_KERNELS = (
    Kernel(formulas.channel_backward_bias, bias_of_table, BIAS_CUT, fits=is_table),
    Kernel(
        formulas.channel_backward_bias, bias_of_images, BIAS_CUT, derived=PLACES, fits=fits_images
    ),
    Kernel(
        formulas.channel_backward_weight,
        weight_of_table_evaluation,
        EVALUATION_CUT,
        fits=lambda known: is_table(known) and is_evaluation(known),
    ),
    Kernel(
        formulas.channel_backward_weight,
        weight_of_images_evaluation,
        EVALUATION_CUT,
        derived=PLACES,
        fits=lambda known: fits_images(known) and is_evaluation(known),
    ),
    Kernel(
        formulas.channel_backward_weight,
        weight_of_table,
        WEIGHT_CUT,
        derived={"strides": strides_of},
        fits=lambda known: is_table(known) and not is_grouped(known),
    ),
    Kernel(
        formulas.channel_backward_weight,
        weight_of_table,
        BIAS_CUT,
        derived={"strides": strides_of},
        fits=is_table,
    ),
    Kernel(
        formulas.channel_backward_weight,
        weight_of_images,
        WEIGHT_CUT,
        derived=PLACES,
        fits=lambda known: fits_images(known) and not is_grouped(known),
    ),
    Kernel(
        formulas.channel_backward_weight,
        weight_of_images,
        BIAS_CUT,
        derived=PLACES,
        fits=fits_images,
    ),
)
