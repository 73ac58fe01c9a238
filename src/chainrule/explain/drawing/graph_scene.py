"""From a diagram to a scene: boxes get sizes, places and colours, edges become curves."""

from typing import Literal, TypeAlias

from chainrule.explain.drawing.diagram import Diagram, Line, Style, Vertex
from chainrule.explain.drawing.layout.graphviz import has_graphviz, lay_out_with_graphviz
from chainrule.explain.drawing.layout.layered import lay_out_in_layers
from chainrule.explain.drawing.layout.placement import Placement, Problem
from chainrule.explain.drawing.scene import ASCENT, CARD_OFFSET, Box, Curve, Point, Scene, Text
from chainrule.explain.drawing.text_width import Font, text_width
from chainrule.explain.drawing.theme import Role, Theme

Layout: TypeAlias = Literal["auto", "own", "graphviz"]

MARGIN = 16.0  # around the picture, in pixels
PADDING_X, PADDING_Y = 12.0, 8.0  # between the rim of a box and its text
MIN_WIDTH = 48.0
FONT_SIZES: dict[Style, float] = {"title": 13.0, "detail": 11.5, "value": 11.0, "gradient": 11.0}
FONTS: dict[Style, Font] = {"title": "bold", "detail": "sans", "value": "mono", "gradient": "mono"}
RANKS: dict[Role, int] = {"parameter": 0, "constant": 0, "input": 1}
"""How much leaves belong to the trunk of a picture; what is computed does so most."""
LINE_HEIGHT = 1.36  # of the font size
CARDS_BEHIND = 2


def graph_scene(diagram: Diagram, theme: Theme, layout: Layout = "auto") -> Scene:
    """Return the picture of a diagram.

    Args:
        diagram: What is shown.
        theme: Its colours.
        layout: Our own, graphviz's, or graphviz's where it is installed.
    """
    cards = CARD_OFFSET * CARDS_BEHIND
    sizes = [box_size(vertex) for vertex in diagram.vertices]
    problem = Problem(
        tuple(
            (width + cards * (v.count > 1), height + cards * (v.count > 1))
            for (width, height), v in zip(sizes, diagram.vertices, strict=True)
        ),
        tuple((edge.source, edge.target) for edge in diagram.edges),
        tuple(RANKS.get(vertex.role, 2) for vertex in diagram.vertices),
    )
    placement = place(problem, layout)
    curves = tuple(
        Curve(
            tuple(_shifted(point) for point in route),
            theme.edge,
            has_arrow=True,
            is_dashed=edge.is_dashed,
        )
        for edge, route in zip(diagram.edges, placement.routes, strict=True)
    )
    boxes = []
    for vertex, size, outer, centre in zip(
        diagram.vertices, sizes, problem.sizes, placement.centres, strict=True
    ):
        x, y = _shifted(centre)
        boxes.append(_box(vertex, size, (x - outer[0] / 2, y - outer[1] / 2), theme))
    width, height = placement.width + 2 * MARGIN, placement.height + 2 * MARGIN
    return Scene(width, height, theme.background, (*curves, *boxes), diagram.title)


def place(problem: Problem, layout: Layout) -> Placement:
    """Return where boxes and edges go."""
    if layout == "graphviz" or (layout == "auto" and has_graphviz()):
        placement = lay_out_with_graphviz(problem)
        if placement is not None:
            return placement
    return lay_out_in_layers(problem)


def box_size(vertex: Vertex) -> tuple[float, float]:
    """Return width and height that hold all lines of a box."""
    width = max(_line_width(line) for line in vertex.lines) + 2 * PADDING_X
    height = sum(FONT_SIZES[line.style] * LINE_HEIGHT for line in vertex.lines) + 2 * PADDING_Y
    return max(round(width, 1), MIN_WIDTH), round(height, 1)


def _line_width(line: Line) -> float:
    # What stands beside is in the same monospaced font.
    return text_width(str(line), FONT_SIZES[line.style], FONTS[line.style])


def _shifted(point: Point) -> Point:
    return point[0] + MARGIN, point[1] + MARGIN


def _box(vertex: Vertex, size: tuple[float, float], corner: Point, theme: Theme) -> Box:
    """Return a box with its lines: titles and details centred, numbers from the left."""
    (x, y), (width, height) = corner, size
    tint = theme.tints[vertex.role]
    colours: dict[Style, str] = {
        "title": theme.text,
        "detail": theme.muted,
        "value": theme.text,
        "gradient": theme.gradient,
    }
    numbers = [line for line in vertex.lines if FONTS[line.style] == "mono"]
    left = x + (width - max((_line_width(line) for line in numbers), default=0.0)) / 2
    texts = []
    top = y + PADDING_Y
    for line in vertex.lines:
        size_, font, colour = FONT_SIZES[line.style], FONTS[line.style], colours[line.style]
        baseline = top + size_ * ((LINE_HEIGHT - 1) / 2 + ASCENT)
        if font == "mono":
            texts.append(Text(left, baseline, line.text, size_, colour, font))
        else:
            texts.append(Text(x + width / 2, baseline, line.text, size_, colour, font, "middle"))
        if line.beside:
            right = left + _line_width(line) - text_width(line.beside, size_, font)
            texts.append(Text(right, baseline, line.beside, size_, theme.gradient, font))
        top += size_ * LINE_HEIGHT
    cards = CARDS_BEHIND if vertex.count > 1 else 0
    return Box(x, y, width, height, tint.fill, tint.stroke, tuple(texts), cards)
