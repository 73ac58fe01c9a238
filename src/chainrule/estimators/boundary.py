"""Boundary: the line that parts the plane into the two classes of a perceptron."""

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument


@dataclass(frozen=True)
class Boundary:
    """The line w1 x1 + w2 x2 + b = 0.

    Args:
        w1, w2: Weights, not both zero.
        b: Bias.

    Raises:
        InvalidArgument: if both weights are zero, so that there is no line.

    >>> print(Boundary(1.0, 2.0, -1.0))
    x2 = -0.5 x1 + 0.5
    """

    w1: float
    w2: float
    b: float

    def __post_init__(self) -> None:
        if self.w1 == 0 and self.w2 == 0:
            raise InvalidArgument(
                "Both weights are zero, so there is no boundary: all points are of one class."
            )

    @property
    def is_vertical(self) -> bool:
        """Whether x2 does not matter, so that the line has no slope."""
        return self.w2 == 0

    @property
    def slope(self) -> float:
        """-w1 / w2; infinite for a vertical line."""
        return float("inf") if self.is_vertical else -self.w1 / self.w2

    @property
    def intercept(self) -> float:
        """-b / w2, where the line crosses the axis of x2; NaN for a vertical line."""
        return float("nan") if self.is_vertical else -self.b / self.w2

    def __str__(self) -> str:
        if self.is_vertical:
            return f"x1 = {-self.b / self.w1 + 0.0:.4g}"
        sign = "-" if self.intercept < 0 else "+"
        return f"x2 = {self.slope + 0.0:.4g} x1 {sign} {abs(self.intercept):.4g}"

    def draw(self, path: str | os.PathLike[str], X: Array, y: Array) -> None:  # noqa: N803
        """Write a picture (PNG) of the line among samples X, shape (samples, 2), of classes y."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(5, 5))
        axes = figure.add_subplot()
        for label in np.unique(y):
            points = X[y == label]
            axes.scatter(points[:, 0], points[:, 1], label=f"class {label}")
        left, right = X[:, 0].min() - 0.5, X[:, 0].max() + 0.5
        if self.is_vertical:
            axes.axvline(-self.b / self.w1, color="black", label=str(self))
        else:
            ends = np.array([left, right])
            axes.plot(ends, self.slope * ends + self.intercept, color="black", label=str(self))
        axes.set_xlim(left, right)
        axes.set_ylim(X[:, 1].min() - 0.5, X[:, 1].max() + 0.5)
        axes.set_xlabel("x1")
        axes.set_ylabel("x2")
        axes.legend()
        target = Path(path)
        with NamedTemporaryFile(dir=target.parent, suffix=".png", delete=False) as file:
            figure.savefig(file, format="png")
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(target)
