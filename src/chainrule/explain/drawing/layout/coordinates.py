"""Coordinates along the layers: long edges straight, what belongs together in line.

Source: Brandes and Köpf 2001. Boxes and bends that are in line form a block; the blocks are packed
to the left and to the right, aligned from above and from below, and the four results averaged.
"""

from collections.abc import Sequence
from itertools import pairwise

from chainrule.explain.drawing.layout.layers import LayeredGraph
from chainrule.explain.drawing.layout.placement import Problem

BOX_GAP = 26.0  # between neighbouring boxes, in pixels
BEND_GAP = 14.0  # between an edge and its neighbour
BEND_WIDTH = 2.0


def assign_columns(graph: LayeredGraph, problem: Problem) -> list[float]:
    """Return the centre of every box and bend along its layer, in pixels from the left edge."""
    widths = [width for width, _ in problem.sizes]
    widths += [BEND_WIDTH] * (len(graph.above) - graph.num_boxes)
    above, below = _in_line(graph, problem)
    conflicts = _conflicts(graph)
    results = []
    for upwards in (False, True):
        layers = graph.layers[::-1] if upwards else graph.layers
        for to_the_left in (True, False):
            turned = [layer if to_the_left else layer[::-1] for layer in layers]
            roots = _blocks(turned, below if upwards else above, conflicts)
            places = _pack(turned, roots, widths, graph.num_boxes)
            results.append(places if to_the_left else [-place for place in places])
    return _balance(results, widths)


def _in_line(graph: LayeredGraph, problem: Problem) -> tuple[list[list[int]], list[list[int]]]:
    """Return the neighbours above and below that boxes and bends are to be in line with.

    A box is in line with the one of highest rank that it reads, and the others stand beside that:
    so the trunk of a network is straight.
    """
    # Of equals, an edge that passes no layer comes first.
    rank = [2 * problem.ranks[chain[0]] + (len(chain) == 2) for chain in graph.chains]
    best_in: dict[int, int] = {}
    best_out: dict[int, int] = {}
    for chain, r in zip(graph.chains, rank, strict=True):
        best_in[chain[-1]] = max(r, best_in.get(chain[-1], 0))
        best_out[chain[0]] = max(r, best_out.get(chain[0], 0))
    above: list[list[int]] = [[] for _ in graph.above]
    below: list[list[int]] = [[] for _ in graph.above]
    for chain, r in zip(graph.chains, rank, strict=True):
        for upper, lower in pairwise(chain):
            is_best_below = lower != chain[-1] or r == best_in[lower]
            is_best_above = upper != chain[0] or r == best_out[upper]
            if is_best_above and is_best_below:
                above[lower].append(upper)
                below[upper].append(lower)
    return above, below


def _conflicts(graph: LayeredGraph) -> set[tuple[int, int]]:
    """Return the pieces of edges that cross one between two bends, which is to stay straight."""
    position = graph.positions()
    found = set()
    for upper in graph.layers[:-1]:
        pieces = [(a, b) for a in upper for b in graph.below[a]]
        inner = [(a, b) for a, b in pieces if graph.is_bend(a) and graph.is_bend(b)]
        for a, b in pieces:
            if graph.is_bend(a) and graph.is_bend(b):
                continue
            for c, d in inner:
                if (position[a] - position[c]) * (position[b] - position[d]) < 0:
                    found |= {(a, b), (b, a)}
    return found


def _blocks(
    layers: Sequence[Sequence[int]],
    neighbours: list[list[int]],
    conflicts: set[tuple[int, int]],
) -> list[int]:
    """Return for every box and bend the first of the block it is in line with."""
    root = list(range(len(neighbours)))
    has_follower = [False] * len(neighbours)
    position = {number: i for layer in layers for i, number in enumerate(layer)}
    for layer in layers:
        last = -1
        for number in layer:
            known = sorted(set(neighbours[number]), key=position.__getitem__)
            middle = known[(len(known) - 1) // 2 : len(known) // 2 + 1]
            for candidate in middle:
                is_free = position[candidate] > last and not has_follower[candidate]
                if is_free and (candidate, number) not in conflicts:
                    root[number] = root[candidate]
                    has_follower[candidate] = True
                    last = position[candidate]
                    break
    return root


def _pack(
    layers: Sequence[Sequence[int]], root: list[int], widths: list[float], num_boxes: int
) -> list[float]:
    """Return places with every block as far left as its left neighbours allow.

    Then blocks follow their right neighbours as far as those leave room, so that what belongs to
    the trunk stands close to it.
    """
    right: dict[int, dict[int, float]] = {number: {} for number in root}
    num_left = dict.fromkeys(right, 0)
    for layer in layers:
        for a, b in pairwise(layer):
            gap = BOX_GAP if a < num_boxes and b < num_boxes else BEND_GAP
            distance = (widths[a] + widths[b]) / 2 + gap
            known = right[root[a]]
            num_left[root[b]] += root[b] not in known
            known[root[b]] = max(distance, known.get(root[b], 0.0))
    place = dict.fromkeys(right, 0.0)
    in_order = [block for block in right if num_left[block] == 0]
    for block in in_order:
        for neighbour, distance in right[block].items():
            place[neighbour] = max(place[neighbour], place[block] + distance)
            num_left[neighbour] -= 1
            if num_left[neighbour] == 0:
                in_order.append(neighbour)
    for block in reversed(in_order):
        if right[block]:
            place[block] = min(place[n] - distance for n, distance in right[block].items())
    return [place[block] for block in root]


def _balance(results: Sequence[list[float]], widths: list[float]) -> list[float]:
    """Return the mean of the two middle places of each, after laying the results over each other.

    Each result keeps the distances, so their order statistics do, too.
    """
    ends = [
        (
            min((x - w / 2 for x, w in zip(places, widths, strict=True)), default=0.0),
            max((x + w / 2 for x, w in zip(places, widths, strict=True)), default=0.0),
        )
        for places in results
    ]
    narrow = min(ends, key=lambda end: end[1] - end[0])
    moved = [
        [x + (narrow[0] - low if i % 2 == 0 else narrow[1] - high) for x in places]
        for i, (places, (low, high)) in enumerate(zip(results, ends, strict=True))
    ]
    columns = [sum(sorted(places)[1:3]) / 2 for places in zip(*moved, strict=True)]
    left = min((x - w / 2 for x, w in zip(columns, widths, strict=True)), default=0.0)
    return [x - left for x in columns]
