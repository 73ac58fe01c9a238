"""Where neurons, their names and the numbers on their connections go: in columns to the right."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chainrule.explain.drawing.columns import Column, Connection, connections
from chainrule.explain.drawing.number_text import number_text
from chainrule.explain.drawing.scene import Area, Point, Text
from chainrule.explain.drawing.text_width import text_width
from chainrule.explain.drawing.theme import Theme
from chainrule.explain.drawing.weight_labels import Line, place_labels

MARGIN = 18.0  # around the picture, in pixels
HEADER = 46.0  # height of the titles
MANY_NEURONS = 6  # in a column; beyond that, circles are smaller and closer
RADIUS, SMALL_RADIUS = 21.0, 16.0
DISTANCE, SMALL_DISTANCE = 84.0, 48.0  # of neighbours in the longest column
MAX_STRETCH = 1.6  # by how much a shorter column may be wider spread
COLUMN_DISTANCE = 170.0
DISTANCE_PER_LINE = 5.0  # how much farther apart columns are for each line between them ...
MANY_LINES = 16  # ... up to so many
FARTHEST, STEP = 380.0, 20.0  # how far columns are moved apart to make room for numbers
MAX_LABELLED = 32  # lines between two layers that bear their weights as numbers
TITLE_SIZE, TEXT_SIZE, WEIGHT_SIZE = 13.0, 11.0, 10.5
SIDE_GAP = 8.0  # between a neuron and the name at its side


@dataclass(frozen=True, eq=False)
class NeuronPlaces:
    """Where everything is.

    Attributes:
        columns: From the input to the output.
        centres: Of the shown neurons and gaps, by column and position.
        radius: Of the neurons.
        bias_texts: The biases as numbers below their neurons.
        weight_texts: The weights as numbers on their lines, where there is room for all.
        has_side_names: For each column, whether names stand beside the neurons, not in them.
        width, height: Of titles and neurons, with a margin on the left and above.
    """

    columns: Sequence[Column]
    centres: Sequence[Sequence[Point]]
    radius: float
    bias_texts: Sequence[Text]
    weight_texts: Sequence[Text]
    has_side_names: Sequence[bool]
    width: float
    height: float

    def line(self, column: int, connection: Connection) -> Line:
        """Return where the line of a connection that begins in a column meets the two rims."""
        source = self.centres[column][connection.source]
        target = self.centres[column + 1][connection.target]
        return between_rims(source, target, self.radius)


def place_neurons(columns: Sequence[Column], theme: Theme, has_values: bool) -> NeuronPlaces:
    """Return the places of all columns, as near to each other as titles and numbers allow.

    Args:
        columns: From the input to the output.
        theme: Colours of the numbers.
        has_values: Whether the insides of neurons are taken by their values.
    """
    longest = max(len(column.shown) for column in columns)
    is_small = longest > MANY_NEURONS
    radius, distance = (SMALL_RADIUS, SMALL_DISTANCE) if is_small else (RADIUS, DISTANCE)
    height = longest * distance
    sides = [_has_side_names(columns, i, radius, has_values) for i in range(len(columns))]
    heights = [_heights(len(column.shown), distance, height) for column in columns]
    x = MARGIN + _half_width(columns[0], radius, sides[0])
    centres = [[(x, y) for y in heights[0]]]
    weight_texts: list[Text] = []
    for number, (before, after) in enumerate(pairwise(columns)):
        x, labels = _next_column(before, after, centres[-1], heights[number + 1], radius, theme)
        centres.append([(x, y) for y in heights[number + 1]])
        weight_texts += labels
    biases = [
        text
        for column, points in zip(columns, centres, strict=True)
        for text in _bias_texts(column, points, radius, theme)
    ]
    return NeuronPlaces(
        columns=columns,
        centres=centres,
        radius=radius,
        bias_texts=biases,
        weight_texts=weight_texts,
        has_side_names=sides,
        width=x + _half_width(columns[-1], radius, sides[-1]),
        height=MARGIN + HEADER + height,
    )


def between_rims(source: Point, target: Point, radius: float) -> Line:
    """Return the line between two circles."""
    (x0, y0), (x1, y1) = source, target
    length = math.hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) * radius / length, (y1 - y0) * radius / length
    return (x0 + dx, y0 + dy), (x1 - dx, y1 - dy)


def _heights(count: int, distance: float, height: float) -> list[float]:
    """Return the heights of a column's neurons; a shorter column is spread a little."""
    distance = min(height / count, MAX_STRETCH * distance)
    top = MARGIN + HEADER + (height - count * distance) / 2
    return [top + (position + 0.5) * distance for position in range(count)]


def _has_side_names(
    columns: Sequence[Column], number: int, radius: float, has_values: bool
) -> bool:
    """Return whether names stand beside: those of inputs and outputs that do not fit inside."""
    if number not in (0, len(columns) - 1):
        return False
    widest = max(text_width(name, TEXT_SIZE) for name in columns[number].names)
    return has_values or widest > 2 * radius - 8


def _half_width(column: Column, radius: float, has_side_names: bool) -> float:
    """Return the room a column at an end needs on its outer side."""
    names = max(text_width(name, TEXT_SIZE) for name in column.names) if has_side_names else 0.0
    return max(radius + SIDE_GAP + names, _title_width(column) / 2)


def _title_width(column: Column) -> float:
    return max(
        text_width(column.layer.title, TITLE_SIZE, "bold"), text_width(column.detail, TEXT_SIZE)
    )


def _next_column(
    before: Column,
    after: Column,
    centres: Sequence[Point],
    heights: Sequence[float],
    radius: float,
    theme: Theme,
) -> tuple[float, list[Text]]:
    """Return where the next column goes, and the numbers on the lines to it if they find room."""
    lines = connections(before, after)
    start = centres[0][0]
    titles = (_title_width(before) + _title_width(after)) / 2 + 16
    usual = COLUMN_DISTANCE + DISTANCE_PER_LINE * min(len(lines), MANY_LINES)
    nearest = start + max(usual, titles)
    if len(lines) > MAX_LABELLED:
        return nearest, []
    labels = [_weight_text(connection.weight, theme) for connection in lines]
    x = nearest
    while x <= start + max(FARTHEST, titles):
        there = [(x, y) for y in heights]
        rims = [between_rims(centres[c.source], there[c.target], radius) for c in lines]
        taken = _taken(before, centres, radius, theme) + _taken(after, there, radius, theme)
        placed = place_labels(rims, labels, taken)
        if placed is not None:
            return x, placed
        x += STEP
    return nearest, []


def _taken(column: Column, centres: Sequence[Point], radius: float, theme: Theme) -> list[Area]:
    """Return the areas of a column's neurons and of the numbers below them."""
    circles = [
        (x - radius, y - radius, x + radius, y + radius)
        for x, y in (centres[position] for position, _, _ in column.neurons())
    ]
    return circles + [text.extent for text in _bias_texts(column, centres, radius, theme)]


def _weight_text(weight: float, theme: Theme) -> Text:
    colour = theme.positive if weight >= 0 else theme.gradient
    return Text(0.0, 0.0, number_text(weight), WEIGHT_SIZE, colour, backdrop=theme.background)


def _bias_texts(
    column: Column, centres: Sequence[Point], radius: float, theme: Theme
) -> list[Text]:
    """Return the biases below the neurons; small neurons stand too close for that."""
    texts = []
    for position, number, _ in column.neurons():
        bias = column.bias(number)
        if bias is not None and radius == RADIUS:
            x, y = centres[position]
            texts.append(
                Text(
                    x,
                    y + radius + 15,
                    f"bias {number_text(bias)}",
                    WEIGHT_SIZE,
                    theme.muted,
                    anchor="middle",
                    backdrop=theme.background,
                )
            )
    return texts
