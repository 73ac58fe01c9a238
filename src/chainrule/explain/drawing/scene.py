"""A scene: shapes with coordinates and colours, which every kind of picture file is rendered from.

Lengths are in pixels of a picture shown at its normal size; y grows downwards.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chainrule.explain.drawing.text_width import Font, printable, text_width

Point: TypeAlias = tuple[float, float]
Area: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom."""

DESCENT = 0.25  # of the font size: how far letters reach below the line they stand on
ASCENT = 0.78  # and above it
ARROW_LENGTH, ARROW_WIDTH = 7.0, 6.0
CARD_OFFSET = 5.0  # between the cards of a box that stands for several


@dataclass(frozen=True)
class Text:
    """One line of text.

    Attributes:
        x, y: Where it is anchored, on the line the letters stand on.
        content: What it says.
        size: Font size.
        colour: Of the letters.
        font: Sans-serif, bold or monospaced.
        anchor: Which end, or the middle, is at x.
        backdrop: Colour of the area behind it, that keeps it readable on lines; empty for none.
    """

    x: float
    y: float
    content: str
    size: float
    colour: str
    font: Font = "sans"
    anchor: Literal["start", "middle", "end"] = "start"
    backdrop: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "content", printable(self.content))

    @property
    def extent(self) -> Area:
        """The area the letters take."""
        width = text_width(self.content, self.size, self.font)
        left = self.x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return left, self.y - ASCENT * self.size, left + width, self.y + DESCENT * self.size


@dataclass(frozen=True)
class Box:
    """A rectangle with round corners and its texts.

    Attributes:
        x, y: Left upper corner.
        width, height: Of the rectangle.
        fill, stroke: Colours.
        texts: What stands in it.
        num_behind: How many rectangles look out behind it, for a box that stands for several.
    """

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str
    texts: tuple[Text, ...] = ()
    num_behind: int = 0


@dataclass(frozen=True)
class Circle:
    """A circle with its texts.

    Attributes:
        x, y: Centre.
        radius: To the middle of the rim.
        fill, stroke: Colours.
        stroke_width: Of the rim.
        texts: What stands in it.
    """

    x: float
    y: float
    radius: float
    fill: str
    stroke: str
    stroke_width: float = 1.5
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Curve:
    """A smooth line: cubic Bézier pieces, joined.

    Attributes:
        points: The start, then two control points and the end of every piece.
        colour: Of the line.
        width: Of the line.
        has_arrow: Whether there is a head at the end.
        is_dashed: Whether the line is broken.
        opacity: From 0 (not seen) to 1.
    """

    points: tuple[Point, ...]
    colour: str
    width: float = 1.3
    has_arrow: bool = False
    is_dashed: bool = False
    opacity: float = 1.0


Shape: TypeAlias = Text | Box | Circle | Curve


@dataclass(frozen=True)
class Scene:
    """All shapes of a picture, those behind first.

    Attributes:
        width, height: Of the picture.
        background: Colour behind everything.
        shapes: In the order they are painted.
        title: What the picture shows, for readers who do not see it.
    """

    width: float
    height: float
    background: str
    shapes: tuple[Shape, ...]
    title: str


def straight(start: Point, end: Point) -> tuple[Point, ...]:
    """Return the points of a straight line as a curve of one piece."""
    (x0, y0), (x1, y1) = start, end
    third, two_thirds = (x1 - x0) / 3, (x1 - x0) * 2 / 3
    rise = y1 - y0
    return start, (x0 + third, y0 + rise / 3), (x0 + two_thirds, y0 + rise * 2 / 3), end


def body(curve: Curve) -> tuple[Point, ...]:
    """Return the points of a curve without the piece that its arrow head covers."""
    if not curve.has_arrow:
        return curve.points
    (x0, y0), (x1, y1) = curve.points[-2:]
    length = math.hypot(x1 - x0, y1 - y0)
    share = min(0.9, (ARROW_LENGTH - 1) / length) if length else 0.0
    return (*curve.points[:-1], (x1 - share * (x1 - x0), y1 - share * (y1 - y0)))


def arrow_head(curve: Curve) -> tuple[Point, Point, Point]:
    """Return the tip and the two other corners of the head at the end of a curve."""
    tip = curve.points[-1]
    before = next((p for p in reversed(curve.points) if p != tip), (tip[0], tip[1] - 1))
    length = math.hypot(tip[0] - before[0], tip[1] - before[1])
    dx, dy = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
    base_x, base_y = tip[0] - ARROW_LENGTH * dx, tip[1] - ARROW_LENGTH * dy
    half = ARROW_WIDTH / 2
    return tip, (base_x - half * dy, base_y + half * dx), (base_x + half * dy, base_y - half * dx)


def cards(box: Box) -> list[Point]:
    """Return the left upper corners of the rectangles of a box, the hindmost first."""
    return [
        (box.x + CARD_OFFSET * i, box.y + CARD_OFFSET * i) for i in range(box.num_behind, -1, -1)
    ]
