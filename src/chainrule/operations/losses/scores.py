"""Scores of classes: which axis they lie along, and their probabilities.

Scores have one axis of classes: (classes) for one sample, (batch, classes, ...) for many.
"""

import numpy as np

from chainrule.array_types import Array


def class_axis(ndim: int) -> int:
    """Return the axis of classes: 1, or 0 for a single sample."""
    return 0 if ndim == 1 else 1


def softmax_parts(scores: Array) -> tuple[Array, Array, Array]:
    """Return what cross-entropy needs of the softmax, each array new.

    Returns:
        The scores less their maximum; the probabilities; and the logarithm of the sum of exp(), by
        which the first exceeds the logarithm of the second.
    """
    axis = class_axis(scores.ndim)
    # Subtract the maximum first: exp() of a large score overflows.
    shifted = scores - np.maximum.reduce(scores, axis, keepdims=True)
    probabilities = np.exp(shifted)
    sums = np.add.reduce(probabilities, axis, keepdims=True)
    probabilities /= sums
    return shifted, probabilities, np.log(sums)


def along_classes(weight: Array, ndim: int) -> Array:
    """Return one number for each class in a shape that lines up with scores of ``ndim`` axes."""
    return weight if ndim < 3 else weight.reshape(-1, *(1,) * (ndim - 2))


def across_classes(values: Array, ndim: int) -> Array:
    """Return one number for each label in a shape that lines up with scores of ``ndim`` axes."""
    return values if not np.ndim(values) else np.expand_dims(values, class_axis(ndim))
