"""Small made-up problems, each with the shape of one idea; the same seed gives the same points.

Every function returns ``(X, y)``: X float32 of shape (samples, features), y int64 class numbers of
shape (samples,), or for regression float32 targets of shape (samples, 1).
"""

from typing import Literal, TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument

Samples: TypeAlias = tuple[Array, Array]
GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "nand": (1, 1, 1, 0), "nor": (1, 0, 0, 0)}
XOR = (0, 1, 1, 0)


def logic_gate(gate: Literal["and", "or", "nand", "nor", "xor"]) -> Samples:
    """Return the truth table of a logic gate: (0,0), (0,1), (1,0), (1,1) and its answers.

    >>> logic_gate("and")[1]
    array([0, 0, 0, 1])
    """
    answers = {**GATES, "xor": XOR}.get(gate)
    if answers is None:
        raise InvalidArgument(f"There is no gate {gate!r}: choose and, or, nand, nor or xor.")
    inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
    return inputs, np.array(answers, dtype=np.int64)


def xor(num_samples: int = 200, noise: float = 0.1, seed: int = 0) -> Samples:
    """Return the corners of XOR again and again, each moved by normal noise: no line parts them.

    Args:
        num_samples: How many points, dealt to the corners in turn.
        noise: Standard deviation of each coordinate.
        seed: Of the noise.
    """
    generator = _generator(num_samples, noise, seed)
    corners, answers = logic_gate("xor")
    which = np.arange(num_samples) % 4
    return _samples(corners[which] + generator.normal(0, noise, (num_samples, 2)), answers[which])


def ring(num_samples: int = 100, noise: float = 0.5, seed: int = 0) -> Samples:
    """Return points on a ring of radius 2 (class 0) around a normal cloud (class 1).

    Args:
        num_samples: How many points; half, rounded up, lie on the ring.
        noise: Standard deviation of the cloud.
        seed: Of all random choices.
    """
    generator = _generator(num_samples, noise, seed)
    outer = num_samples - num_samples // 2
    angle = generator.uniform(0, 2 * np.pi, outer)
    circle = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    cloud = generator.normal(0, noise, (num_samples - outer, 2))
    classes = np.repeat([0, 1], [outer, num_samples - outer])
    return _samples(np.concatenate([circle, cloud]), classes)


def moons(num_samples: int = 200, noise: float = 0.1, seed: int = 0) -> Samples:
    """Return two half circles that reach into each other.

    Args:
        num_samples: How many points, half of them on each.
        noise: Standard deviation of each coordinate.
        seed: Of the noise.
    """
    generator = _generator(num_samples, noise, seed)
    outer = num_samples - num_samples // 2
    upper, lower = np.linspace(0, np.pi, outer), np.linspace(0, np.pi, num_samples - outer)
    first = np.stack([np.cos(upper), np.sin(upper)], axis=1)
    second = np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1)
    points = np.concatenate([first, second]) + generator.normal(0, noise, (num_samples, 2))
    return _samples(points, np.repeat([0, 1], [outer, num_samples - outer]))


def spirals(
    num_samples: int = 300, num_classes: int = 3, noise: float = 0.05, seed: int = 0
) -> Samples:
    """Return the arms of a spiral, one class each, of radius 0 to 1 and three quarters of a turn.

    Args:
        num_samples: How many points, dealt to the arms in turn.
        num_classes: How many arms.
        noise: Standard deviation of each coordinate.
        seed: Of the noise.
    """
    generator = _generator(num_samples, noise, seed, num_classes)
    arm = np.arange(num_samples) % num_classes
    radius = (np.arange(num_samples) // num_classes + 1) / max(num_samples // num_classes, 1)
    angle = 1.5 * np.pi * radius + 2 * np.pi * arm / num_classes
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _samples(points + generator.normal(0, noise, (num_samples, 2)), arm)


def blobs(
    num_samples: int = 300,
    num_classes: int = 3,
    num_features: int = 2,
    noise: float = 1.0,
    distance: float = 5.0,
    seed: int = 0,
) -> Samples:
    """Return normal clouds around random centres.

    Args:
        num_samples: How many points, dealt to the clouds in turn.
        num_classes: How many clouds.
        num_features: How many coordinates.
        noise: Standard deviation of each coordinate.
        distance: Of the centres from each other: at least, in units of the coordinates.
        seed: Of all random choices.
    """
    generator = _generator(num_samples, noise, seed, num_classes, num_features)
    directions = generator.normal(size=(num_classes, num_features))
    gaps = np.linalg.norm(directions[:, None] - directions[None], axis=-1)
    closest = gaps[np.triu_indices(num_classes, 1)].min() if num_classes > 1 else 1.0
    which = np.arange(num_samples) % num_classes
    points = directions[which] * (distance / closest)
    return _samples(points + generator.normal(0, noise, points.shape), which)


def sine(num_samples: int = 200, noise: float = 0.0, seed: int = 0) -> Samples:
    """Return y = sin(x) at evenly spaced x from -pi to pi, for regression.

    Args:
        num_samples: How many points.
        noise: Standard deviation added to y.
        seed: Of the noise.
    """
    generator = _generator(num_samples, noise, seed)
    x = np.linspace(-np.pi, np.pi, num_samples)[:, None]
    y = np.sin(x) + generator.normal(0, noise, x.shape)
    return x.astype(np.float32), y.astype(np.float32)


def random_labels(
    num_samples: int = 200, num_features: int = 4, num_classes: int = 3, seed: int = 0
) -> Samples:
    """Return normal points whose classes are drawn by lot: there is nothing to learn but by heart.

    Args:
        num_samples: How many points.
        num_features: How many coordinates.
        num_classes: How many classes.
        seed: Of all random choices.
    """
    generator = _generator(num_samples, 0.0, seed, num_classes, num_features)
    points = generator.normal(size=(num_samples, num_features))
    return _samples(points, generator.integers(num_classes, size=num_samples))


def _generator(
    num_samples: int, noise: float, seed: int, num_classes: int = 1, num_features: int = 1
) -> np.random.Generator:
    """Check what all of these problems share, and return their random numbers."""
    if num_samples < 1:
        raise InvalidArgument(f"num_samples must be at least 1, got {num_samples}.")
    if not 0 <= noise < np.inf:
        raise InvalidArgument(f"noise must be a standard deviation of at least 0, got {noise}.")
    if num_classes < 1:
        raise InvalidArgument(f"num_classes must be at least 1, got {num_classes}.")
    if num_features < 1:
        raise InvalidArgument(f"num_features must be at least 1, got {num_features}.")
    if seed < 0:
        raise InvalidArgument(f"seed must be at least 0, got {seed}.")
    return np.random.default_rng(seed)


def _samples(points: Array, classes: Array) -> Samples:
    """Return points and class numbers in the types all functions here return."""
    return points.astype(np.float32), classes.astype(np.int64)
