"""Layers: which boxes stand side by side, so that edges lead down and are short."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chainrule.explain.drawing.layout.placement import Arc


@dataclass
class LayeredGraph:
    """Boxes in layers, with a bend in every layer that an edge passes through.

    Attributes:
        layers: From the top; for each the numbers of its boxes and bends, from the left. Boxes are
            numbered from 0, bends after them.
        num_boxes: How many boxes there are.
        chains: For every edge its source, its bends and its target.
        above, below: For every box and bend, what its edges lead to in the layer above and below.
    """

    layers: list[list[int]]
    num_boxes: int
    chains: list[list[int]]
    above: list[list[int]]
    below: list[list[int]]

    def is_bend(self, number: int) -> bool:
        """Return whether this is a bend of an edge and no box."""
        return number >= self.num_boxes

    def positions(self) -> list[int]:
        """Return for every box and bend its position in its layer."""
        result = [0] * len(self.above)
        for layer in self.layers:
            for position, number in enumerate(layer):
                result[number] = position
        return result


def assign_layers(num_boxes: int, arcs: Sequence[Arc]) -> list[int]:
    """Return the layer of every box, 0 at the top.

    Each box first goes as far down as its readers allow: so parameters stand above the operation
    that reads them. Then boxes with more edges on one side move to that side, which shortens the
    edges, until none moves.

    >>> assign_layers(4, [(0, 2), (1, 3), (2, 3)])
    [0, 1, 1, 2]
    """
    sources: list[list[int]] = [[] for _ in range(num_boxes)]
    targets: list[list[int]] = [[] for _ in range(num_boxes)]
    for source, target in arcs:
        sources[target].append(source)
        targets[source].append(target)
    height = [0] * num_boxes
    for box in reversed(range(num_boxes)):
        height[box] = max((height[target] + 1 for target in targets[box]), default=0)
    layer = [max(height, default=0) - h for h in height]
    while _shorten(layer, sources, targets):
        pass
    return layer


def _shorten(layer: list[int], sources: list[list[int]], targets: list[list[int]]) -> bool:
    """Move boxes to the side on which they have more edges; return whether any moved."""
    before = list(layer)
    for box in reversed(range(len(layer))):
        if len(targets[box]) > len(sources[box]):
            layer[box] = min(layer[target] for target in targets[box]) - 1
    for box in range(len(layer)):
        if len(sources[box]) > len(targets[box]):
            layer[box] = max(layer[source] for source in sources[box]) + 1
    return layer != before


def insert_bends(layer_of: Sequence[int], arcs: Sequence[Arc]) -> LayeredGraph:
    """Return the layers with a bend wherever an edge passes a layer."""
    num_boxes = len(layer_of)
    layers: list[list[int]] = [[] for _ in range(max(layer_of, default=-1) + 1)]
    for box, layer in enumerate(layer_of):
        layers[layer].append(box)
    above: list[list[int]] = [[] for _ in layer_of]
    below: list[list[int]] = [[] for _ in layer_of]
    chains = []
    for source, target in arcs:
        chain = [source]
        for layer in range(layer_of[source] + 1, layer_of[target]):
            chain.append(len(above))
            layers[layer].append(len(above))
            above.append([])
            below.append([])
        chain.append(target)
        for upper, lower in pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
        chains.append(chain)
    return LayeredGraph(layers, num_boxes, chains, above, below)
