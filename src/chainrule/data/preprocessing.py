"""Preprocessing: what was done to the samples a model learned from, and must be done to new ones.

It is saved with the model, so that a file given to ``predict`` goes the way of the training data.
"""

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import CorruptFile, InvalidArgument, InvalidShape

BLOCK = 1 << 18  # numbers prepared at once


@dataclass(frozen=True)
class ImageForm:
    """How the pictures of a data set are laid out.

    Args:
        height, width: Of a picture, in pixels.
        box: Side of the square, in pixels, that what is shown fills in its longer direction.
        mass_at: Where the ink's centre of mass lies along both axes, in pixels from the edge; None
            if it is the box around the ink that is in the middle.
        full_ink: Value of a pixel that is all ink; background is 0.
        subpixels: Places within a pixel, along each axis, at which the ink may start: 4 if each
            pixel was made from 4 × 4 finer ones after the picture had been laid out.
    """

    height: int
    width: int
    box: int
    mass_at: float | None
    full_ink: float
    subpixels: int = 1


@dataclass(frozen=True)
class Preprocessing:
    """Shifts and scales features: (feature - mean) / std.

    Args:
        feature_shape: Shape of one sample as the model takes it.
        mean: One number for all features, or one for each.
        std: The same; not zero.
        feature_names: Names of the columns of a table; may be empty.
        image: Layout of the pictures, or None if samples are not pictures.

    Raises:
        InvalidArgument: if the numbers do not fit each other.

    >>> Preprocessing((2,), mean=(1.0,), std=(2.0,)).apply(np.array([[1.0, 5.0]]))
    array([[0., 2.]], dtype=float32)
    """

    feature_shape: Shape
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    feature_names: tuple[str, ...] = ()
    image: ImageForm | None = None

    def __post_init__(self) -> None:
        size = math.prod(self.feature_shape)
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) not in (1, size):
                raise InvalidArgument(
                    f"Preprocessing got {len(values)} numbers as {name}: expected 1 or {size}, one "
                    f"for each number in a sample of shape {self.feature_shape}."
                )
            if not all(math.isfinite(value) for value in values):
                raise InvalidArgument(f"Preprocessing got a {name} that is not finite.")
        if not all(value > 0 for value in self.std):
            raise InvalidArgument("Preprocessing got a std that is not positive.")

    def apply(self, features: Array) -> Array:
        """Return raw samples as the model takes them, float32 of shape (samples, *feature_shape).

        Raises:
            InvalidShape: if a sample has more or fewer numbers than the model takes.
        """
        size = math.prod(self.feature_shape)
        raw = np.asarray(features)
        if raw.ndim == 0 or math.prod(raw.shape[1:]) != size:
            raise InvalidShape(
                f"The model takes samples of {size} numbers, shape {self.feature_shape}, but got "
                f"an array of shape {raw.shape}. Its first axis must be the samples."
            )
        raw = raw.reshape(len(raw), size)
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        scaled = np.empty(raw.shape, np.float32)

        def scale(first: int) -> None:
            part = scaled[first : first + rows]
            part[...] = raw[first : first + rows]
            if any(self.mean):
                part -= mean
            part /= std

        # A few rows at a time stay in the cache, and threads share the first touch of the memory.
        rows = max(BLOCK // max(size, 1), 1)
        if len(raw) <= rows:
            scale(0)
        else:
            with ThreadPoolExecutor() as threads:
                list(threads.map(scale, range(0, len(raw), rows)))
        return scaled.reshape(len(raw), *self.feature_shape)

    def undo(self, samples: Array) -> Array:
        """Return prepared samples as they were before ``apply``, up to rounding.

        >>> Preprocessing((2,), mean=(1.0,), std=(2.0,)).undo(np.array([[0.0, 2.0]]))
        array([[1., 5.]])
        """
        flat = samples.reshape(len(samples), -1)
        raw = flat * np.array(self.std, flat.dtype) + np.array(self.mean, flat.dtype)
        return raw.reshape(samples.shape)

    def to_dict(self) -> dict[str, Any]:
        """Return this record as plain values that fit into JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Preprocessing":
        """Return the record that ``to_dict`` gave, also after a way through JSON.

        Raises:
            CorruptFile: if the values are not what ``to_dict`` gives.
        """
        try:
            image = values["image"]
            return Preprocessing(
                feature_shape=tuple(int(length) for length in values["feature_shape"]),
                mean=tuple(float(value) for value in values["mean"]),
                std=tuple(float(value) for value in values["std"]),
                feature_names=tuple(str(name) for name in values["feature_names"]),
                image=None if image is None else ImageForm(**image),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptFile(
                f"The record of preprocessing is damaged: {type(error).__name__}, {error}."
            ) from None


def standardize(features: Array, feature_names: tuple[str, ...] = ()) -> Preprocessing:
    """Return the preprocessing that brings each column of these samples to mean 0 and variance 1.

    A column of one value only is shifted to 0 and not scaled.

    >>> standardize(np.array([[0.0], [2.0]])).std
    (1.0,)
    """
    mean = features.mean(axis=0, dtype=np.float64)
    std = features.std(axis=0, dtype=np.float64)
    return Preprocessing(
        feature_shape=features.shape[1:],
        mean=tuple(mean.ravel().tolist()),
        std=tuple(np.where(std > 0, std, 1.0).ravel().tolist()),
        feature_names=feature_names,
    )
