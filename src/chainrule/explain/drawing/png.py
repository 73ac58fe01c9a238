"""PNG: a scene rendered by matplotlib, in as few colours as it takes."""

import io
import math
import warnings
from typing import TYPE_CHECKING

from chainrule.explain.drawing.scene import (
    Box,
    Circle,
    Curve,
    Point,
    Scene,
    Shape,
    Text,
    arrow_head,
    body,
    cards,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCALES = (2.0, 1.5, 1.0)
"""Dots for each pixel of the scene: twice as many for fine screens, fewer if the file is large."""
MAX_BYTES = 200_000  # what one likes to find in a mail
MAX_DOTS = 12_000_000  # of a picture, so that huge ones take seconds, too
NUM_COLOURS = 64
POINTS_PER_INCH = 72.0
FAMILIES = {"sans": "DejaVu Sans", "bold": "DejaVu Sans", "mono": "DejaVu Sans Mono"}
CORNER = 6.0


def to_png(scene: Scene) -> bytes:
    """Return a scene as the content of a PNG file, of less than 200,000 bytes if that can be."""
    content = b""
    affordable = math.sqrt(MAX_DOTS / (scene.width * scene.height))
    for scale in sorted({min(scale, affordable) for scale in SCALES}, reverse=True):
        content = _rendered(scene, scale)
        if len(content) < MAX_BYTES:
            break
    return content


def _rendered(scene: Scene, scale: float) -> bytes:
    """Return the PNG file with so many dots for each pixel of the scene."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    inches = scene.width / POINTS_PER_INCH, scene.height / POINTS_PER_INCH
    figure = Figure(figsize=inches, dpi=POINTS_PER_INCH * scale, facecolor=scene.background)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, scene.width)
    axes.set_ylim(scene.height, 0)
    for order, shape in enumerate(scene.shapes):
        _paint(axes, shape, order)
    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # shown as empty boxes
        canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib has none here
    pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    picture = Image.frombuffer("RGBA", canvas.get_width_height(), pixels)
    few = picture.convert("RGB").quantize(NUM_COLOURS, dither=Image.Dither.NONE)
    content = io.BytesIO()
    few.save(content, "PNG", optimize=True)
    return content.getvalue()


def _paint(axes: "Axes", shape: Shape, order: int) -> None:
    """Paint one shape over those before."""
    from matplotlib import patches

    match shape:
        case Text():
            _write(axes, shape, order)
        case Box():
            for x, y in cards(shape):
                style = patches.BoxStyle.Round(pad=0, rounding_size=CORNER)
                axes.add_patch(
                    patches.FancyBboxPatch(
                        (x, y),
                        shape.width,
                        shape.height,
                        boxstyle=style,
                        facecolor=shape.fill,
                        edgecolor=shape.stroke,
                        linewidth=1.2,
                        zorder=order,
                    )
                )
        case Circle():
            axes.add_patch(
                patches.Circle(
                    (shape.x, shape.y),
                    shape.radius,
                    facecolor=shape.fill,
                    edgecolor=shape.stroke,
                    linewidth=shape.stroke_width,
                    zorder=order,
                )
            )
        case Curve():
            _paint_curve(axes, shape, order)
    if isinstance(shape, (Box, Circle)):
        for text in shape.texts:
            _write(axes, text, order)


def _paint_curve(axes: "Axes", curve: Curve, order: int) -> None:
    from matplotlib import patches
    from matplotlib.path import Path

    points = body(curve)
    codes = [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)]
    axes.add_patch(
        patches.PathPatch(
            Path(list(points), codes),
            fill=False,
            edgecolor=curve.colour,
            linewidth=curve.width,
            linestyle=(0, (5 / curve.width, 4 / curve.width)) if curve.is_dashed else "solid",
            alpha=curve.opacity,
            capstyle="butt",
            zorder=order,
        )
    )
    if curve.has_arrow:
        corners: list[Point] = list(arrow_head(curve))
        axes.add_patch(
            patches.Polygon(corners, facecolor=curve.colour, edgecolor="none", zorder=order)
        )


def _write(axes: "Axes", text: Text, order: int) -> None:
    """Set one text; dollar signs are no formulas."""
    from matplotlib import patches

    if text.backdrop:
        left, top, right, bottom = text.extent
        axes.add_patch(
            patches.Rectangle(
                (left - 1, top),
                right - left + 2,
                bottom - top,
                facecolor=text.backdrop,
                edgecolor="none",
                zorder=order,
            )
        )
    anchors = {"start": "left", "middle": "center", "end": "right"}
    axes.text(
        text.x,
        text.y,
        text.content,
        fontsize=text.size,
        family=FAMILIES[text.font],
        weight="bold" if text.font == "bold" else "normal",
        color=text.colour,
        ha=anchors[text.anchor],
        va="baseline",
        parse_math=False,
        zorder=order,
    )
