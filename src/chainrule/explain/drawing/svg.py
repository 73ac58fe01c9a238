"""SVG: a scene as a text file of shapes; texts stay texts that can be searched and copied."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

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
from chainrule.explain.drawing.text_width import printable

FAMILIES = {
    "sans": "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif",
    "bold": "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif",
    "mono": "DejaVu Sans Mono, Menlo, Consolas, monospace",
}


def to_svg(scene: Scene) -> str:
    """Return a scene as the text of an SVG file."""
    width, height = _number(scene.width), _number(scene.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">',
        f"<title>{_escaped(scene.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{scene.background}"/>',
    ]
    for shape in scene.shapes:
        parts += _shape(shape)
    return "\n".join([*parts, "</svg>", ""])


def _shape(shape: Shape) -> Iterator[str]:
    """Yield the elements of one shape."""
    match shape:
        case Text():
            yield _text(shape)
        case Box():
            yield from _box(shape)
        case Circle():
            yield (
                f'<circle cx="{_number(shape.x)}" cy="{_number(shape.y)}" '
                f'r="{_number(shape.radius)}" fill="{shape.fill}" stroke="{shape.stroke}" '
                f'stroke-width="{_number(shape.stroke_width)}"/>'
            )
            yield from map(_text, shape.texts)
        case Curve():
            yield from _curve(shape)


def _box(box: Box) -> Iterator[str]:
    for x, y in cards(box):
        yield (
            f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(box.width)}" '
            f'height="{_number(box.height)}" rx="6" fill="{box.fill}" stroke="{box.stroke}" '
            'stroke-width="1.2"/>'
        )
    yield from map(_text, box.texts)


def _curve(curve: Curve) -> Iterator[str]:
    points = body(curve)
    pieces = [" ".join(map(_point, points[i : i + 3])) for i in range(1, len(points), 3)]
    dashes = ' stroke-dasharray="5 4"' if curve.is_dashed else ""
    opacity = f' stroke-opacity="{_number(curve.opacity)}"' if curve.opacity < 1 else ""
    yield (
        f'<path d="M{_point(points[0])}C{" ".join(pieces)}" fill="none" '
        f'stroke="{curve.colour}" stroke-width="{_number(curve.width)}"{dashes}{opacity}/>'
    )
    if curve.has_arrow:
        corners = " ".join(map(_point, arrow_head(curve)))
        yield f'<polygon points="{corners}" fill="{curve.colour}"/>'


def _text(text: Text) -> str:
    """Return one text; spaces of numbers in columns are kept."""
    attributes = [
        f'x="{_number(text.x)}" y="{_number(text.y)}" fill="{text.colour}"',
        f'font-family="{FAMILIES[text.font]}" font-size="{_number(text.size)}"',
    ]
    if text.font == "bold":
        attributes.append('font-weight="bold"')
    if text.font == "mono":
        attributes.append('xml:space="preserve"')
    if text.anchor != "start":
        attributes.append(f"text-anchor={quoteattr(text.anchor)}")
    element = f"<text {' '.join(attributes)}>{_escaped(text.content)}</text>"
    return _backdrop(text) + element if text.backdrop else element


def _backdrop(text: Text) -> str:
    """Return the area behind a text."""
    left, top, right, bottom = text.extent
    return (
        f'<rect x="{_number(left - 1)}" y="{_number(top)}" width="{_number(right - left + 2)}" '
        f'height="{_number(bottom - top)}" fill="{text.backdrop}"/>'
    )


def _escaped(content: str) -> str:
    """Return a text for XML."""
    return escape(printable(content))


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    """Return a length with at most two decimals.

    >>> _number(12.0), _number(0.126), _number(-0.001)
    ('12', '0.13', '0')
    """
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
