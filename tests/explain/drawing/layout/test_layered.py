"""Our own layout on random graphs: nothing overlaps, the trunk is straight."""

from itertools import combinations, pairwise

import pytest

from chainrule.explain.drawing.layout.layered import lay_out_in_layers
from chainrule.explain.drawing.layout.placement import Placement, Problem
from chainrule.explain.drawing.scene import Area, Curve
from explain.drawing.geometry import points
from explain.drawing.layout.graphs import random_problem

SEEDS = range(15)


def areas(problem: Problem, placement: Placement) -> list[Area]:
    return [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (x, y), (w, h) in zip(placement.centres, problem.sizes, strict=True)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_boxes_keep_their_distance(seed: int) -> None:
    problem = random_problem(seed)
    for first, second in combinations(areas(problem, lay_out_in_layers(problem)), 2):
        beside = max(first[0], second[0]) - min(first[2], second[2])
        above = max(first[1], second[1]) - min(first[3], second[3])
        assert max(beside, above) >= 20


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_is_within_the_given_size(seed: int) -> None:
    problem = random_problem(seed)
    placement = lay_out_in_layers(problem)
    for left, top, right, bottom in areas(problem, placement):
        assert left >= -0.01
        assert top >= -0.01
        assert right <= placement.width + 0.01
        assert bottom <= placement.height + 0.01
    for route in placement.routes:
        for x, y in points(Curve(route, "")):
            assert -0.01 <= x <= placement.width + 0.01
            assert -0.01 <= y <= placement.height + 0.01


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_lead_down_and_pass_no_box(seed: int) -> None:
    problem = random_problem(seed)
    placement = lay_out_in_layers(problem)
    boxes = areas(problem, placement)
    for (source, target), route in zip(problem.arcs, placement.routes, strict=True):
        assert route[0][1] == pytest.approx(boxes[source][3])
        assert route[-1][1] == pytest.approx(boxes[target][1])
        along = list(points(Curve(route, "")))
        assert all(a[1] <= b[1] + 1e-9 for a, b in pairwise(along))
        for left, top, right, bottom in boxes:
            assert not any(
                left + 0.5 < x < right - 0.5 and top + 0.5 < y < bottom - 0.5 for x, y in along
            )


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_enter_a_box_at_places_of_their_own(seed: int) -> None:
    problem = random_problem(seed)
    placement = lay_out_in_layers(problem)
    for box in range(len(problem.sizes)):
        ends = sorted(
            route[-1][0]
            for (_, target), route in zip(problem.arcs, placement.routes, strict=True)
            if target == box
        )
        assert all(b - a > 1 for a, b in pairwise(ends))


def test_a_chain_is_straight() -> None:
    problem = Problem(((90, 20), (50, 30), (70, 20)), ((0, 1), (1, 2)), (2, 2, 2))
    placement = lay_out_in_layers(problem)
    assert [x for x, _ in placement.centres] == [45, 45, 45]
    assert {x for route in placement.routes for x, _ in route} == {45}


def test_the_trunk_is_straight_and_parameters_stand_beside_it() -> None:
    # x and two parameters -> layer -> activation, twice.
    arcs = ((0, 3), (1, 3), (2, 3), (3, 4), (4, 7), (5, 7), (6, 7), (7, 8))
    ranks = (1, 0, 0, 2, 2, 0, 0, 2, 2)
    placement = lay_out_in_layers(Problem(((60, 30),) * 9, arcs, ranks))
    trunk = {round(placement.centres[box][0], 6) for box in (0, 3, 4, 7, 8)}
    assert len(trunk) == 1
    assert all(placement.centres[box][0] > max(trunk) for box in (1, 2, 5, 6))


def test_the_trunk_stays_straight_beside_a_way_around() -> None:
    arcs = ((0, 1), (1, 2), (2, 3), (0, 3), (3, 4))
    placement = lay_out_in_layers(Problem(((80, 30),) * 5, arcs, (2,) * 5))
    assert len({round(x, 6) for x, _ in placement.centres}) == 1


def test_two_ways_of_equal_length_stand_on_both_sides() -> None:
    arcs = ((0, 1), (0, 2), (1, 3), (2, 3))
    placement = lay_out_in_layers(Problem(((80, 30),) * 4, arcs, (2,) * 4))
    top, left, right, bottom = (x for x, _ in placement.centres)
    assert left < top < right
    assert top == bottom == pytest.approx((left + right) / 2)


def test_one_box_and_none() -> None:
    assert lay_out_in_layers(Problem(((40, 20),), (), (2,))).centres == ((20, 10),)
    empty = lay_out_in_layers(Problem((), (), ()))
    assert (empty.width, empty.height) == (0, 0)


def test_the_same_problem_gives_the_same_places() -> None:
    assert lay_out_in_layers(random_problem(3)) == lay_out_in_layers(random_problem(3))
