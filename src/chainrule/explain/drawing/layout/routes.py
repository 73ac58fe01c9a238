"""Routes: edges as smooth curves that pass beside boxes, never through them.

Within the height of a layer an edge is vertical, in a column of its own; it bends only in the empty
space between two layers.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from chainrule.explain.drawing.layout.layers import LayeredGraph
from chainrule.explain.drawing.layout.placement import Placement, Problem
from chainrule.explain.drawing.layout.spreading import spread
from chainrule.explain.drawing.scene import Point, straight

LAYER_GAP = 32.0  # between layers, in pixels
WIDEST_GAP = 84.0
GAP_PER_SHIFT = 0.12  # how much more for every pixel that an edge is moved to the side
PORT_DISTANCE = 14.0  # between edges at one box
PORT_MARGIN = 14.0  # from the corner of a box to its first edge


def route(graph: LayeredGraph, columns: Sequence[float], problem: Problem) -> Placement:
    """Return where boxes and edges are, from the columns of boxes and bends."""
    ends, starts = _ports(graph, columns, problem)
    shifts = [0.0] * len(graph.layers)
    layer_of = {number: i for i, layer in enumerate(graph.layers) for number in layer}
    for edge, chain in enumerate(graph.chains):
        for upper, lower in pairwise(chain):
            x0 = starts[edge] if upper == chain[0] else columns[upper]
            x1 = ends[edge] if lower == chain[-1] else columns[lower]
            shifts[layer_of[upper]] = max(shifts[layer_of[upper]], abs(x1 - x0))
    bands = _bands(graph, problem, shifts)
    middle = [
        _middle(bands[layer_of[box]], problem.sizes[box][1], not graph.above[box])
        for box in range(graph.num_boxes)
    ]
    routes = []
    for edge, chain in enumerate(graph.chains):
        xs = [starts[edge], *(columns[bend] for bend in chain[1:-1]), ends[edge]]
        tops_and_bottoms = [list(bands[layer_of[number]]) for number in chain]
        source, target = chain[0], chain[-1]
        tops_and_bottoms[0][0] = middle[source] + problem.sizes[source][1] / 2
        tops_and_bottoms[-1][1] = middle[target] - problem.sizes[target][1] / 2
        routes.append(_curve(xs, tops_and_bottoms))
    centres = tuple((columns[box], middle[box]) for box in range(graph.num_boxes))
    right = [x + width / 2 for (x, _), (width, _) in zip(centres, problem.sizes, strict=True)]
    width = max([*right, *columns], default=0.0)
    return Placement(centres, tuple(routes), width, bands[-1][1] if bands else 0.0)


def _middle(band: tuple[float, float], height: float, is_leaf: bool) -> float:
    """Return where the middle of a box is; leaves stand close to their readers."""
    return band[1] - height / 2 if is_leaf else sum(band) / 2


def _bands(
    graph: LayeredGraph, problem: Problem, shifts: Sequence[float]
) -> list[tuple[float, float]]:
    """Return top and bottom of every layer."""
    bands = []
    top = 0.0
    for layer, shift in zip(graph.layers, shifts, strict=True):
        boxes = [number for number in layer if not graph.is_bend(number)]
        bottom = top + max((problem.sizes[box][1] for box in boxes), default=0.0)
        bands.append((top, bottom))
        top = bottom + min(LAYER_GAP + GAP_PER_SHIFT * shift, WIDEST_GAP)
    return bands


def _ports(
    graph: LayeredGraph, columns: Sequence[float], problem: Problem
) -> tuple[list[float], list[float]]:
    """Return where each edge enters its target and where it leaves its source."""
    ends = _spread_at_boxes(
        graph,
        columns,
        problem,
        lambda edge: (graph.chains[edge][-1], columns[graph.chains[edge][-2]]),
    )
    starts = _spread_at_boxes(
        graph,
        columns,
        problem,
        lambda edge: (
            graph.chains[edge][0],
            ends[edge] if len(graph.chains[edge]) == 2 else columns[graph.chains[edge][1]],
        ),
    )
    return ends, starts


def _spread_at_boxes(
    graph: LayeredGraph,
    columns: Sequence[float],
    problem: Problem,
    box_and_aim: Callable[[int], tuple[int, float]],
) -> list[float]:
    """Return for every edge its place at a box, as near as possible to where it goes or comes from.

    ``box_and_aim`` says of an edge which box that is, and where the edge goes or comes from.
    """
    edges_of: dict[int, list[tuple[float, int]]] = {}
    for edge in range(len(graph.chains)):
        box, aim = box_and_aim(edge)
        edges_of.setdefault(box, []).append((aim, edge))
    places = [0.0] * len(graph.chains)
    for box, edges in edges_of.items():
        edges.sort()
        half = max(problem.sizes[box][0] / 2 - PORT_MARGIN, 0.0)
        low, high = columns[box] - half, columns[box] + half
        wanted = [min(max(aim, low), high) for aim, _ in edges]
        for place, (_, edge) in zip(spread(wanted, PORT_DISTANCE, low, high), edges, strict=True):
            places[edge] = place
    return places


def _curve(xs: Sequence[float], bands: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    """Return a curve that is vertical within the bands and bends between them.

    The first band begins at the lower edge of the source, the last ends at the upper one of the
    target.
    """
    points: list[Point] = [(xs[0], bands[0][0])]
    for i, (x, (top, bottom)) in enumerate(zip(xs, bands, strict=True)):
        if i:
            x_before, y_before = points[-1]
            if x == x_before:
                points += straight(points[-1], (x, top))[1:]
            else:
                halfway = (y_before + top) / 2
                points += [(x_before, halfway), (x, halfway), (x, top)]
        if bottom > top:
            points += straight((x, top), (x, bottom))[1:]
    return tuple(points)
