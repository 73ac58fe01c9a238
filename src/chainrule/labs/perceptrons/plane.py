"""The plane of two inputs as a picture: what is said of every place, and the samples on top."""

from collections.abc import Callable

import numpy as np

from chainrule.array_types import Array
from chainrule.labs.plot import Field, Panel, Points

PLACES = 121  # along each axis
MARGIN = 0.6  # around the samples


def plane(
    title: str,
    says: Callable[[Array], Array],
    samples: Array,
    classes: Array,
    names: tuple[str, ...] = ("0", "1"),
) -> Panel:
    """Return a panel with what a classifier says of every place of the plane.

    Args:
        title: Of the panel.
        says: Takes points of shape (points, 2) and returns a number for each, 1/2 between classes.
        samples: Points, shape (samples, 2).
        classes: Their numbers.
        names: Of the classes.
    """
    low, high = samples.min(axis=0) - MARGIN, samples.max(axis=0) + MARGIN
    x, y = (np.linspace(low[axis], high[axis], PLACES) for axis in (0, 1))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
    values = np.asarray(says(grid), dtype=float).reshape(PLACES, PLACES)
    field = Field(x, y, values, "output", (0.5,))
    points = Points(samples[:, 0], samples[:, 1], np.asarray(classes).astype(int), names)
    return Panel(title, "x1", "x2", [field, points])
