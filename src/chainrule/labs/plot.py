"""What a picture shows, without saying how it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chainrule.array_types import Array

Scale: TypeAlias = Literal["linear", "log"]


@dataclass(frozen=True, eq=False)
class Line:
    """Values joined by a line.

    Attributes:
        x, y: Of equal length.
        label: For the legend; "" for none.
        low, high: A band around the line, such as the spread over seeds.
        is_dashed: Whether it is a reference rather than a measurement.
        has_markers: Whether each value is marked.
    """

    x: Array | Sequence[float]
    y: Array | Sequence[float]
    label: str = ""
    low: Array | Sequence[float] | None = None
    high: Array | Sequence[float] | None = None
    is_dashed: bool = False
    has_markers: bool = False


@dataclass(frozen=True, eq=False)
class Points:
    """Points in the plane, by class.

    Attributes:
        x, y: Of equal length.
        classes: Number of each point's class, or None.
        names: Of the classes, for the legend.
    """

    x: Array
    y: Array
    classes: Array | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Field:
    """A value for every place of a rectangle, as colours: a decision boundary, a loss surface.

    Attributes:
        x, y: Places along the axes.
        values: Of shape (len(y), len(x)).
        label: What the values are.
        contours: Values to draw a line at, such as 0.5 for a boundary.
    """

    x: Array
    y: Array
    values: Array
    label: str = ""
    contours: Sequence[float] = ()


@dataclass(frozen=True, eq=False)
class Bars:
    """Values side by side.

    Attributes:
        names: Below the bars.
        values: Their heights.
        errors: Half the length of each whisker, or None.
        label: For the legend; "" for none.
    """

    names: Sequence[str]
    values: Sequence[float]
    errors: Sequence[float] | None = None
    label: str = ""


Part: TypeAlias = Line | Points | Field | Bars


@dataclass(frozen=True, eq=False)
class Panel:
    """One pair of axes.

    Attributes:
        title: What it shows.
        xlabel, ylabel: With units.
        parts: From the back to the front.
        xscale, yscale: Of the axes.
    """

    title: str
    xlabel: str
    ylabel: str
    parts: Sequence[Part]
    xscale: Scale = "linear"
    yscale: Scale = "linear"
