"""From layers of neurons to a scene: circles in columns, weights as coloured lines between them."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from chainrule.explain.drawing.columns import Column, connections
from chainrule.explain.drawing.neuron_places import (
    MARGIN,
    SIDE_GAP,
    TEXT_SIZE,
    TITLE_SIZE,
    WEIGHT_SIZE,
    NeuronPlaces,
    place_neurons,
)
from chainrule.explain.drawing.number_text import number_text, rounded_text
from chainrule.explain.drawing.scene import Circle, Curve, Point, Scene, Shape, Text, straight
from chainrule.explain.drawing.text_width import text_width
from chainrule.explain.drawing.theme import Theme, Tint, blend, ink_on

THINNEST, THICKEST = 0.7, 5.0  # lines, in pixels
THICKEST_OF_MANY = 2.2
MANY_LINES = 60
THINNEST_RIM, THICKEST_RIM = 1.0, 4.0
STRONGEST_FILL = 0.65  # share of the colour in a neuron of the largest activation
LEGEND = 36.0  # height


def neuron_scene(columns: Sequence[Column], theme: Theme, title: str, has_values: bool) -> Scene:
    """Return the picture of a network.

    Args:
        columns: From the input to the output.
        theme: The colours.
        title: What is shown.
        has_values: Whether neurons are filled by what they put out.
    """
    places = place_neurons(columns, theme, has_values)
    largest = max(_largest(column.layer.weight) for column in columns)
    largest_bias = max(_largest(column.layer.bias) for column in columns)
    neurons = [
        shape
        for number in range(len(columns))
        for shape in _column(places, number, theme, has_values, largest_bias)
    ]
    legend, legend_end = _legend(places, theme, largest, largest_bias, has_values)
    shapes = (
        *_lines(places, theme, largest),
        *places.bias_texts,
        *places.weight_texts,
        *neurons,
        *_titles(places, theme),
        *legend,
    )
    width = max(places.width, legend_end) + MARGIN
    return Scene(width, places.height + LEGEND + MARGIN, theme.background, shapes, title)


def _largest(numbers: np.ndarray | None) -> float:
    """Return the largest size of a finite number."""
    if numbers is None:
        return 0.0
    finite = numbers[np.isfinite(numbers)]
    return float(np.abs(finite).max()) if finite.size else 0.0


def _share(value: float, largest: float) -> float:
    """Return how large a number is beside the largest, from 0 to 1."""
    return abs(value) / largest if largest and math.isfinite(value) else 0.0


def _lines(places: NeuronPlaces, theme: Theme, largest: float) -> list[Curve]:
    """Return the weights as lines, in every layer the largest in front."""
    result: list[Curve] = []
    for number, (before, after) in enumerate(pairwise(places.columns)):
        lines = connections(before, after)
        is_many = len(lines) > MANY_LINES
        thickest = THICKEST_OF_MANY if is_many else THICKEST
        curves = [
            Curve(
                straight(*places.line(number, connection)),
                theme.positive if connection.weight >= 0 else theme.negative,
                round(THINNEST + _share(connection.weight, largest) * (thickest - THINNEST), 2),
                opacity=0.55 if is_many else 0.85,
            )
            for connection in lines
        ]
        result += sorted(curves, key=lambda curve: curve.width)
    return result


def _column(
    places: NeuronPlaces, number: int, theme: Theme, has_values: bool, largest_bias: float
) -> list[Shape]:
    """Return the neurons of a column, with the names at their side and the gap."""
    column = places.columns[number]
    shapes: list[Shape] = []
    largest = _largest(column.layer.values)
    tint = _tint(places, number, theme)
    for position, neuron, name in column.neurons():
        centre = places.centres[number][position]
        inside = "" if places.has_side_names[number] else name
        if has_values:
            value = float(column.layer.values[neuron])
            inside = rounded_text(value)
            end = theme.positive if value >= 0 else theme.negative
            share = STRONGEST_FILL * _share(value, largest)
            tint = Tint(blend(theme.background, end, share), tint.stroke)
        circle = _neuron(centre, places.radius, inside, theme, tint)
        shapes.append(_with_rim(circle, column.bias(neuron), largest_bias, theme))
        if places.has_side_names[number]:
            shapes.append(_side_name(centre, places.radius, name, number == 0, theme))
    if column.num_left_out:
        shapes += _gap(places.centres[number][column.shown.index(None)], column, theme)
    return shapes


def _tint(places: NeuronPlaces, number: int, theme: Theme) -> Tint:
    """Return the colours of the neurons of a column."""
    if number == 0:
        return theme.tints["input"]
    return theme.tints["output" if number == len(places.columns) - 1 else "operation"]


def _neuron(centre: Point, radius: float, inside: str, theme: Theme, tint: Tint) -> Circle:
    """Return a circle with a text that is made smaller if it has to be."""
    ink = ink_on(tint.fill, theme.text)
    room = 2 * radius - 6
    size = TEXT_SIZE * min(1.0, room / max(text_width(inside, TEXT_SIZE), 1.0))
    x, y = centre
    text = Text(x, y + 0.36 * size, inside, round(size, 2), ink, anchor="middle")
    return Circle(x, y, radius, tint.fill, tint.stroke, texts=(text,) if inside else ())


def _with_rim(circle: Circle, bias: float | None, largest: float, theme: Theme) -> Circle:
    """Return a neuron with its bias as colour and width of the rim."""
    if bias is None:
        return circle
    width = THINNEST_RIM + _share(bias, largest) * (THICKEST_RIM - THINNEST_RIM)
    colour = theme.positive if bias >= 0 else theme.negative
    return Circle(
        circle.x, circle.y, circle.radius, circle.fill, colour, round(width, 2), circle.texts
    )


def _side_name(centre: Point, radius: float, name: str, is_input: bool, theme: Theme) -> Text:
    """Return a name to the left of an input or to the right of an output."""
    x, y = centre
    if is_input:
        return Text(x - radius - SIDE_GAP, y + 4, name, TEXT_SIZE, theme.text, anchor="end")
    return Text(x + radius + SIDE_GAP, y + 4, name, TEXT_SIZE, theme.text)


def _gap(centre: Point, column: Column, theme: Theme) -> list[Shape]:
    """Return three dots and how many neurons they stand for."""
    x, y = centre
    dots = [Circle(x, y + offset, 2.2, theme.muted, theme.muted, 0.5) for offset in (-9, 0, 9)]
    text = f"{column.num_left_out:,} more"
    return [*dots, Text(x + 10, y + 4, text, TEXT_SIZE, theme.muted, backdrop=theme.background)]


def _titles(places: NeuronPlaces, theme: Theme) -> list[Text]:
    """Return the titles above the columns, with size and activation."""
    texts = []
    for column, centres in zip(places.columns, places.centres, strict=True):
        x = centres[0][0]
        title, detail = column.layer.title, column.detail
        texts.append(Text(x, MARGIN + 11, title, TITLE_SIZE, theme.text, "bold", "middle"))
        texts.append(Text(x, MARGIN + 28, detail, TEXT_SIZE, theme.muted, anchor="middle"))
    return texts


def _legend(
    places: NeuronPlaces, theme: Theme, largest: float, largest_bias: float, has_values: bool
) -> tuple[list[Shape], float]:
    """Return what colours and widths mean, and where that ends on the right."""
    x, y = MARGIN, places.height + LEGEND - 6
    shapes: list[Shape] = []
    for colour, name in ((theme.positive, "positive"), (theme.negative, "negative")):
        shapes.append(Curve(straight((x, y - 4), (x + 22, y - 4)), colour, 3.0))
        shapes.append(Text(x + 28, y, name, WEIGHT_SIZE, theme.muted))
        x += 28 + text_width(name, WEIGHT_SIZE) + 14
    rest = f"thickness: size of the weight, up to {number_text(largest)}"
    rest += " · rim: bias" if largest_bias else ""
    rest += " · fill: activation" if has_values else ""
    shapes.append(Text(x, y, rest, WEIGHT_SIZE, theme.muted))
    return shapes, x + text_width(rest, WEIGHT_SIZE)
