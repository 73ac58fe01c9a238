"""Order: which box stands left of which in a layer, so that few edges cross.

Source: the barycentre method of Sugiyama, Tagawa and Toda 1981, with the sifting of Matuszewski,
Schönfeld and Molitor 1999.
"""

import random
from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from itertools import pairwise

from chainrule.explain.drawing.layout.layers import LayeredGraph

NUM_SWEEPS = 8
NUM_SHUFFLES = 4
MANY = 400  # boxes and bends


def order_layers(graph: LayeredGraph) -> None:
    """Put every layer in an order with few crossings.

    Starts from several orders (operands from the left, readers from the left, order of computation,
    a few shuffled ones), sweeps down and up, and keeps the best order met; of equals the first.
    """
    starts = [
        _in_order_met(graph, graph.layers[::-1], graph.above),
        _in_order_met(graph, graph.layers, graph.below),
        [sorted(layer) for layer in graph.layers],
    ]
    generator = random.Random(0)  # noqa: S311 - the same shuffles every time
    starts += [_shuffled(graph.layers, generator) for _ in range(NUM_SHUFFLES)]
    # On a large graph the first start is taken for good, so that a picture takes seconds.
    starts = starts[: 1 if len(graph.above) > MANY else None]
    best, fewest = starts[0], count_crossings(graph, starts[0])
    for start in starts:
        graph.layers = [list(layer) for layer in start]
        for sweep in range(NUM_SWEEPS):
            crossings = count_crossings(graph, graph.layers)
            if crossings < fewest:
                best, fewest = [list(layer) for layer in graph.layers], crossings
            if fewest == 0:
                break
            _sweep(graph, downwards=sweep % 2 == 0)
            _move_each(graph)
    graph.layers = best


def count_crossings(graph: LayeredGraph, layers: Sequence[Sequence[int]]) -> int:
    """Return how often edges cross between neighbouring layers."""
    total = 0
    for upper, lower in pairwise(layers):
        position = {number: i for i, number in enumerate(lower)}
        seen: list[int] = []
        for number in upper:
            ends = sorted(position[end] for end in graph.below[number])
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _shuffled(layers: Sequence[Sequence[int]], generator: random.Random) -> list[list[int]]:
    return [generator.sample(sorted(layer), len(layer)) for layer in layers]


def _in_order_met(
    graph: LayeredGraph, layers: Iterable[list[int]], neighbours: list[list[int]]
) -> list[list[int]]:
    """Return the layers in the order in which a walk through the neighbours meets them."""
    met: dict[int, None] = {}
    for layer in layers:
        for root in sorted(layer):
            stack = [root]
            while stack:
                number = stack.pop()
                if number not in met:
                    met[number] = None
                    stack.extend(reversed(neighbours[number]))
    rank = {number: i for i, number in enumerate(met)}
    return [sorted(layer, key=rank.__getitem__) for layer in graph.layers]


def _sweep(graph: LayeredGraph, downwards: bool) -> None:
    """Move every box to the mean position of its neighbours in the layer just passed."""
    layers = graph.layers if downwards else graph.layers[::-1]
    neighbours = graph.above if downwards else graph.below
    for fixed, layer in pairwise(layers):
        position = {number: i for i, number in enumerate(fixed)}
        layer[:] = _by_barycentre(layer, neighbours, position)


def _by_barycentre(
    layer: list[int], neighbours: list[list[int]], position: dict[int, int]
) -> list[int]:
    """Return a layer sorted by the neighbours' mean positions; without neighbours stay in place."""
    movable = [number for number in layer if neighbours[number]]

    def mean(number: int) -> float:
        ends = neighbours[number]
        return sum(position[end] for end in ends) / len(ends)

    in_order = iter(sorted(movable, key=mean))
    return [next(in_order) if neighbours[number] else number for number in layer]


def _move_each(graph: LayeredGraph) -> None:
    """Move boxes to where in their layer their edges cross fewest others, until none moves."""
    improved = True
    while improved:
        improved = False
        position = graph.positions()
        for layer in graph.layers:
            before = list(layer)
            for number in before:
                _move_to_best(number, layer, graph, position)
            improved = improved or layer != before
            for i, number in enumerate(layer):
                position[number] = i


def _move_to_best(number: int, layer: list[int], graph: LayeredGraph, position: list[int]) -> None:
    """Move a box along its layer if that leaves fewer crossings with the edges of the others."""
    place = layer.index(number)
    others = [other for other in layer if other != number]
    sides = [([position[end] for end in ends[number]], ends) for ends in (graph.above, graph.below)]
    gains = [0]  # of standing behind so many of the others, compared with standing before them all
    for other in others:
        gain = gains[-1]
        for own, ends in sides:
            for end in ends[other]:
                there = position[end]
                for here in own:
                    gain += (here > there) - (here < there)
        gains.append(gain)
    best = max(gains)
    if best > gains[place]:
        layer.remove(number)
        layer.insert(gains.index(best), number)
