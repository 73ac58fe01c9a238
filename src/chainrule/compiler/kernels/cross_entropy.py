"""Cross-entropy of scores, a row per sample, with labels: each thread takes its own samples.

A label that is no class gives NaN, since a program cannot raise.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.compiler.extent import Extents
from chainrule.compiler.kernels.kernel import Kernel, Known
from chainrule.compiler.primitives import Team, line, meet, share
from chainrule.operations.losses import cross_entropy as formulas


def cross_entropy(
    input: Array,
    target: Array,
    weight: Array | None,
    ignore_index: int,
    reduction: int,
    label_smoothing: float | None,
    y: Array,
    probabilities: Array,
    losses: Array,
    largest: Array,
    totals: Array,
    team: Team,
) -> None:
    """-log(softmax(input)[target]), smoothed and weighted, and reduced as asked."""
    samples, classes = input.shape
    zero, one = input.dtype.type(0), input.dtype.type(1)
    first, last = share(samples, team)
    count = last - first
    peaks, sums = line(largest, first, count), line(totals, first, count)
    by_class, chances_by_class = input.T, probabilities.T
    for i in range(count):
        peaks[i] = -np.inf
        sums[i] = zero
    for label in range(classes):
        scores = line(by_class, label * samples + first, count)
        for i in range(count):
            peaks[i] = max(peaks[i], scores[i])
    for label in range(classes):
        scores = line(by_class, label * samples + first, count)
        chances = line(chances_by_class, label * samples + first, count)
        for i in range(count):
            power = np.exp(scores[i] - peaks[i])
            chances[i] = power
            sums[i] += power
    for i in range(count):
        peaks[i] += np.log(sums[i])  # logarithm of the sum of all powers
        sums[i] = one / sums[i]
    for label in range(classes):
        chances = line(chances_by_class, label * samples + first, count)
        for i in range(count):
            chances[i] *= sums[i]
    for sample in range(first, last):
        losses[sample] = zero
        chosen = target[sample]
        if chosen != ignore_index and not 0 <= chosen < classes:
            losses[sample] = np.nan
        elif chosen != ignore_index:
            counts = one if weight is None else weight[chosen]
            losses[sample] = counts * (largest[sample] - input[sample, chosen])
            if label_smoothing is not None:
                even = zero
                for label in range(classes):
                    share_of = one if weight is None else weight[label]
                    even += share_of * (largest[sample] - input[sample, label])
                losses[sample] = (one - label_smoothing) * losses[sample] + (
                    label_smoothing * even / input.dtype.type(classes)
                )
    meet(team)
    if team.thread == 0:
        if reduction == 0:
            for sample in range(samples):
                y[sample] = losses[sample]
        else:
            total = zero
            for sample in range(samples):
                total += losses[sample]
            if reduction == 1:
                total /= total_weight(target, weight, ignore_index, one)
            y[0] = total


def total_weight(target: Array, weight: Array | None, ignore_index: int, one: float) -> float:
    """Return what the mean divides by: the weights of all labels that count."""
    total = one - one
    for sample in range(target.size):
        chosen = target[sample]
        if chosen != ignore_index and (weight is None or 0 <= chosen < weight.size):
            total += one if weight is None else weight[chosen]
    return total


def cross_entropy_backward(
    gradient: Array,
    target: Array,
    weight: Array | None,
    ignore_index: int,
    reduction: int,
    label_smoothing: float | None,
    probabilities: Array,
    result: Array,
    masses: Array,
    shares: Array,
    team: Team,
) -> None:
    """dL/dinput = dL/dy (probabilities - truth), weighted."""
    samples, classes = probabilities.shape
    zero, one = probabilities.dtype.type(0), probabilities.dtype.type(1)
    divisor = one
    if reduction == 1:
        divisor = total_weight(target, weight, ignore_index, one)
    all_weights = probabilities.dtype.type(classes)
    if weight is not None:
        all_weights = zero
        for label in range(classes):
            all_weights += weight[label]
    first, last = share(samples, team)
    count = last - first
    own_masses, own_shares = line(masses, first, count), line(shares, first, count)
    own_labels = line(target, first, count)
    for i in range(count):
        chosen = own_labels[i]
        scale = gradient[first + i if reduction == 0 else 0] / divisor
        is_class = 0 <= chosen < classes
        if chosen == ignore_index or not is_class:
            scale = zero
        chosen = chosen if is_class else 0
        counts = one if weight is None else weight[chosen]
        on_label = scale * counts
        own_masses[i] = on_label
        if label_smoothing is not None:
            own_shares[i] = label_smoothing * scale / probabilities.dtype.type(classes)
            on_label *= one - label_smoothing
            own_masses[i] = on_label + own_shares[i] * all_weights
        result[first + i, chosen] = on_label
    by_class, chances_by_class = result.T, probabilities.T
    for label in range(classes):
        slopes = line(by_class, label * samples + first, count)
        chances = line(chances_by_class, label * samples + first, count)
        for i in range(count):
            on_label = slopes[i] if own_labels[i] == label else zero
            slopes[i] = own_masses[i] * chances[i] - on_label
        if label_smoothing is not None:
            share_of = one if weight is None else weight[label]
            for i in range(count):
                slopes[i] -= own_shares[i] * share_of


def is_table(known: Known) -> bool:
    """Fit scores with a row per sample and a column per class, stored by columns."""
    return len(known["input"].shape) == 2 and known["input"].by_columns


def one_per_sample(known: Known) -> Extents:
    """Return the shape of memory with a number per sample."""
    shape: Extents = known["input"].shape
    return shape[:1]


def smoothing(known: Known) -> float | None:
    """Return how much labels are smoothed; None if not, so that no code is made for it."""
    return known["label_smoothing"] or None


DERIVED: dict[str, Callable[[Known], Any]] = {"label_smoothing": smoothing}
PER_SAMPLE = ("losses", "largest", "totals")

CROSS_ENTROPY_KERNELS = (
    Kernel(
        formulas.cross_entropy,
        cross_entropy,
        {"input": 0, "probabilities": 0, **dict.fromkeys(PER_SAMPLE, 0)},
        scratch=dict.fromkeys(PER_SAMPLE, one_per_sample),
        derived=DERIVED,
        fits=is_table,
    ),
    Kernel(
        formulas.cross_entropy_backward,
        cross_entropy_backward,
        {"probabilities": 0, "result": 0, "masses": 0, "shares": 0},
        scratch=dict.fromkeys(("masses", "shares"), one_per_sample),
        derived=DERIVED,
        fits=is_table,
    ),
)
