"""Graphviz's layout: what is asked, how its answer is read, and what happens without it."""

import subprocess

import pytest

from chainrule.explain.drawing.graph_scene import place
from chainrule.explain.drawing.layout import graphviz
from chainrule.explain.drawing.layout.graphviz import (
    answer,
    has_graphviz,
    lay_out_with_graphviz,
    question,
)
from chainrule.explain.drawing.layout.layered import lay_out_in_layers
from chainrule.explain.drawing.layout.placement import Problem
from explain.drawing.layout.graphs import random_problem

PAIR = Problem(((72, 36), (144, 36)), ((0, 1),), (1, 2))
PLAIN = """graph 1 2 1.5
node 0 1 1.25 1 0.5 "" solid box black lightgrey
node 1 1 0.25 2 0.5 "" solid box black lightgrey
edge 0 1 4 1 1 1 0.8 1 0.7 1 0.5 solid black
stop
"""


def test_the_question_gives_sizes_in_inches_and_makes_the_trunk_heavy() -> None:
    asked = question(PAIR)
    assert "0 [width=1.0000, height=0.5000];" in asked
    assert "0 -> 1 [weight=11];" in asked


def test_the_answer_is_turned_into_pixels_from_the_top() -> None:
    placement = answer(PLAIN, PAIR)
    assert placement.centres == ((72.0, 18.0), (72.0, 90.0))
    assert placement.routes == (((72.0, 36.0), (72.0, 50.4), (72.0, 57.6), (72.0, 72.0)),)
    assert (placement.width, placement.height) == (144.0, 108.0)


def test_parallel_edges_get_one_curve_each() -> None:
    twice = Problem(PAIR.sizes, ((0, 1), (0, 1)), PAIR.ranks)
    second = "edge 0 1 4 1.1 1 1 0.8 1 0.7 1 0.5 solid black\nstop"
    routes = answer(PLAIN.replace("stop", second), twice).routes
    assert routes[0] != routes[1]


@pytest.mark.parametrize("plain", ["", "graph 1 2", "node 0 1 x 1 1", PLAIN.replace("edge", "#")])
def test_an_answer_of_another_form_is_an_error(plain: str) -> None:
    with pytest.raises((ValueError, LookupError)):
        answer(plain, PAIR)


def test_our_own_layout_takes_over_where_the_program_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(graphviz.shutil, "which", lambda _: None)
    assert not has_graphviz()
    assert lay_out_with_graphviz(PAIR) is None
    for layout in ("auto", "graphviz", "own"):
        assert place(PAIR, layout) == lay_out_in_layers(PAIR)


@pytest.mark.parametrize(
    "problem_of_the_program",
    [
        OSError("not to be run"),
        subprocess.TimeoutExpired("dot", 20),
        subprocess.CalledProcessError(1, "dot"),
    ],
    ids=repr,
)
def test_our_own_layout_takes_over_where_the_program_fails(
    problem_of_the_program: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem_of_the_program

    monkeypatch.setattr(graphviz.shutil, "which", lambda _: "/usr/bin/dot")
    monkeypatch.setattr(graphviz.subprocess, "run", fail)
    assert place(PAIR, "auto") == lay_out_in_layers(PAIR)


@pytest.mark.skipif(not has_graphviz(), reason="graphviz is not installed")
@pytest.mark.parametrize("seed", range(5))
def test_the_program_answers(seed: int) -> None:
    problem = random_problem(seed)
    placement = lay_out_with_graphviz(problem)
    assert placement is not None
    assert len(placement.centres) == len(problem.sizes)
    for (source, target), route in zip(problem.arcs, placement.routes, strict=True):
        assert placement.centres[source][1] < placement.centres[target][1]
        assert len(route) % 3 == 1
