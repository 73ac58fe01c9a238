"""Our own layout: layers, order, columns, routes, one after the other."""

from chainrule.explain.drawing.layout.coordinates import assign_columns
from chainrule.explain.drawing.layout.layers import assign_layers, insert_bends
from chainrule.explain.drawing.layout.ordering import order_layers
from chainrule.explain.drawing.layout.placement import Placement, Problem
from chainrule.explain.drawing.layout.routes import route


def lay_out_in_layers(problem: Problem) -> Placement:
    """Return where boxes and edges go, by our own layered layout.

    >>> problem = Problem(sizes=((40, 20), (40, 20)), arcs=((0, 1),), ranks=(0, 1))
    >>> lay_out_in_layers(problem).centres
    ((20.0, 10.0), (20.0, 62.0))
    """
    layers = assign_layers(len(problem.sizes), problem.arcs)
    graph = insert_bends(layers, problem.arcs)
    order_layers(graph)
    return route(graph, assign_columns(graph, problem), problem)
