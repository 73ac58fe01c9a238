"""Order within layers: as few crossings as there can be on small graphs, counted rightly."""

import itertools
import math

import pytest

from chainrule.explain.drawing.layout.layers import LayeredGraph, assign_layers, insert_bends
from chainrule.explain.drawing.layout.ordering import count_crossings, order_layers
from explain.drawing.layout.graphs import KNOWN, random_problem


def crossings_one_by_one(graph: LayeredGraph) -> int:
    """Look at every pair of pieces between two layers."""
    position = graph.positions()
    count = 0
    for layer in graph.layers:
        pieces = [(a, b) for a in layer for b in graph.below[a]]
        for (a, b), (c, d) in itertools.combinations(pieces, 2):
            count += (position[a] - position[c]) * (position[b] - position[d]) < 0
    return count


def fewest_crossings(graph: LayeredGraph) -> int:
    """Try all orders."""
    return min(
        count_crossings(graph, layers)
        for layers in itertools.product(*map(itertools.permutations, graph.layers))
    )


@pytest.mark.parametrize("seed", range(12))
def test_crossings_are_counted_as_one_by_one(seed: int) -> None:
    problem = random_problem(seed)
    graph = insert_bends(assign_layers(len(problem.sizes), problem.arcs), problem.arcs)
    assert count_crossings(graph, graph.layers) == crossings_one_by_one(graph)


@pytest.mark.parametrize("name", KNOWN)
def test_known_graphs_get_the_fewest_crossings(name: str) -> None:
    layers, arcs, fewest = KNOWN[name]
    graph = insert_bends(layers, arcs)
    assert fewest_crossings(graph) == fewest
    order_layers(graph)
    assert count_crossings(graph, graph.layers) == fewest


def test_small_random_graphs_get_the_fewest_crossings() -> None:
    checked = 0
    for seed in range(200):
        problem = random_problem(seed)
        graph = insert_bends(assign_layers(len(problem.sizes), problem.arcs), problem.arcs)
        if math.prod(math.factorial(len(layer)) for layer in graph.layers) > 2000:
            continue
        fewest = fewest_crossings(graph)
        order_layers(graph)
        assert count_crossings(graph, graph.layers) == fewest, seed
        checked += 1
    assert checked >= 40


def test_operands_stand_in_their_order_from_the_left() -> None:
    layers, arcs, _ = KNOWN["linear layer"]
    graph = insert_bends(layers, arcs)
    order_layers(graph)
    assert graph.layers[0] == [0, 1, 2]


def test_nothing_moves_to_another_layer() -> None:
    problem = random_problem(7)
    graph = insert_bends(assign_layers(len(problem.sizes), problem.arcs), problem.arcs)
    before = [sorted(layer) for layer in graph.layers]
    order_layers(graph)
    assert [sorted(layer) for layer in graph.layers] == before
