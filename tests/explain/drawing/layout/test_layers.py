"""Layers: edges lead down, are short, and long ones bend in every layer they pass."""

import itertools

import pytest

from chainrule.explain.drawing.layout.layers import assign_layers, insert_bends
from explain.drawing.layout.graphs import random_problem

SEEDS = range(10)


def length(layers: list[int], arcs: list[tuple[int, int]]) -> int:
    return sum(layers[target] - layers[source] for source, target in arcs)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_edge_leads_down(seed: int) -> None:
    problem = random_problem(seed)
    layers = assign_layers(len(problem.sizes), problem.arcs)
    assert all(layers[source] < layers[target] for source, target in problem.arcs)
    assert min(layers) == 0


def test_parameters_stand_above_the_operation_that_reads_them() -> None:
    # x -> a -> b -> c, each with a parameter.
    arcs = [(0, 2), (1, 2), (2, 4), (3, 4), (4, 6), (5, 6)]
    assert assign_layers(7, arcs) == [0, 0, 1, 1, 2, 2, 3]


def test_a_side_result_stands_below_what_it_is_made_of() -> None:
    # 0 -> 1 -> 2 -> 3 is the trunk, 0 -> 4 a second output.
    assert assign_layers(5, [(0, 1), (1, 2), (2, 3), (0, 4)]) == [0, 1, 2, 3, 1]


@pytest.mark.parametrize(
    "arcs",
    [
        [(0, 1), (1, 2), (2, 3), (0, 3)],
        [(0, 2), (1, 2), (2, 3), (1, 4), (3, 4)],
        [(0, 1), (0, 2), (1, 3), (2, 4), (4, 5), (3, 5)],
        [(0, 3), (1, 3), (3, 4), (2, 4), (2, 5), (4, 5)],
    ],
)
def test_edges_are_as_short_as_they_can_be(arcs: list[tuple[int, int]]) -> None:
    count = 1 + max(target for _, target in arcs)
    shortest = min(
        length(list(layers), arcs)
        for layers in itertools.product(range(count), repeat=count)
        if all(layers[source] < layers[target] for source, target in arcs)
    )
    assert length(assign_layers(count, arcs), arcs) == shortest


@pytest.mark.parametrize("seed", SEEDS)
def test_bends_join_source_and_target_layer_by_layer(seed: int) -> None:
    problem = random_problem(seed)
    layers = assign_layers(len(problem.sizes), problem.arcs)
    graph = insert_bends(layers, problem.arcs)
    layer_of = {number: i for i, layer in enumerate(graph.layers) for number in layer}
    assert len(layer_of) == len(graph.above) == sum(map(len, graph.layers))
    for (source, target), chain in zip(problem.arcs, graph.chains, strict=True):
        assert (chain[0], chain[-1]) == (source, target)
        assert [layer_of[n] for n in chain] == list(range(layers[source], layers[target] + 1))
        assert all(graph.is_bend(n) for n in chain[1:-1])


def test_nothing_has_no_layers() -> None:
    assert assign_layers(0, []) == []
    assert insert_bends([], []).layers == []
