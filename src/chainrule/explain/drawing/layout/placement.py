"""What a layout is asked and what it answers."""

from dataclasses import dataclass
from typing import TypeAlias

from chainrule.explain.drawing.scene import Point

Arc: TypeAlias = tuple[int, int]
"""An edge: the positions of its source and of its target."""


@dataclass(frozen=True)
class Problem:
    """Boxes to be placed, and the edges between them.

    Attributes:
        sizes: Width and height of every box.
        arcs: The edges; a source comes before its target.
        ranks: For every box, how much it belongs to the trunk of the picture: a box stands below
            the one of the highest rank that it reads.
    """

    sizes: tuple[tuple[float, float], ...]
    arcs: tuple[Arc, ...]
    ranks: tuple[int, ...]


@dataclass(frozen=True)
class Placement:
    """Where everything is; edges lead down.

    Attributes:
        centres: Of the boxes.
        routes: For every edge, its start, then two control points and the end of every Bézier
            piece.
        width, height: Of all boxes and edges together; the left upper corner is (0, 0).
    """

    centres: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float
