"""Draw: the computational graph of a loss or of a model, operation by operation or folded."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from chainrule.autograd.core import TensorCore
from chainrule.autograd.gradient import BackwardPass
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import GradientError, InvalidArgument, InvalidType
from chainrule.explain.drawing.graph_diagram import graph_diagram
from chainrule.explain.drawing.graph_scene import Layout, graph_scene
from chainrule.explain.drawing.picture import Picture
from chainrule.explain.drawing.reading import read_graph
from chainrule.explain.drawing.recording import Recording
from chainrule.explain.drawing.theme import theme
from chainrule.explain.drawing.watching import watch
from chainrule.nn.module import Module
from chainrule.nn.summary import example_input

Kind: TypeAlias = Literal["auto", "graph", "modules"]
MAX_OPERATIONS = 16
"""Up to so many operations a graph is shown in full, beyond it is folded by module."""


def draw(
    subject: Tensor | Module,
    inputs: Tensor | Sequence[Tensor] | None = None,
    *,
    model: Module | None = None,
    kind: Kind = "auto",
    depth: int = 1,
    values: bool = False,
    gradients: bool = False,
    names: Mapping[str, Tensor] | None = None,
    dark: bool = False,
    layout: Layout = "auto",
) -> Picture:
    """Draw a computational graph: ``draw(loss, model=model)`` or ``draw(model, x)``.

    Args:
        subject: A tensor computed with a graph that was not yet freed, or a model, which is run
            once in evaluation mode and left as it is.
        inputs: What the model is run with; may be left out where its first layer is Linear or
            Embedding, which is then run on zeros.
        model: With a tensor: the model that took part, for the names of modules and parameters.
        kind: A box for every operation and parameter (``"graph"``), or one for every module
            (``"modules"``). By default the graph of a tensor and modules for a model; but the
            graph of a model whose numbers are asked for, and modules wherever operations are many.
        depth: How many levels of containers are unfolded into their parts; 0 shows the model as
            one box.
        values: Whether results are written into the boxes.
        gradients: Whether gradients are written beside them: of the tensor drawn, or of the sum
            of its numbers where it has several. No ``.grad`` changes; hooks are called.
        names: Names for tensors that are no parameters, such as ``{"x": x, "target": y}``.
        dark: Whether the picture is for a dark background.
        layout: Our own, graphviz's, or graphviz's where that is installed.

    Raises:
        InvalidType: for anything but a tensor or a module.
        InvalidArgument: if a model's input is not known, an option is none of those named, or
            there would be more boxes than a picture can show.
        GradientError: if the tensor has no graph, the graph was freed, or there is no gradient.

    >>> from chainrule.autograd.creation import tensor
    >>> x = tensor(3.0, requires_grad=True)
    >>> print(draw(x * x, names={"x": x}))
    Computational graph
      x  one number
      mul  loss  <- x, x
    """
    _check_options(kind, depth, layout)
    if isinstance(subject, Module):
        recording = watch(subject, _inputs(subject, inputs))
        recording.names |= {id(tensor): name for name, tensor in (names or {}).items()}
    elif isinstance(subject, TensorCore):
        recording = read_graph(subject, model, names or {})
    else:
        raise InvalidType(
            f"draw got {type(subject).__name__}: pass a tensor that was computed with a graph, or "
            "a model and its input."
        )
    if gradients:
        _differentiate(recording)
    folds = kind == "modules"
    if kind == "auto":
        has_modules = any(step.call is not None for step in recording.steps)
        is_large = len(recording.steps) > MAX_OPERATIONS
        is_plain = isinstance(subject, Module) and not (values or gradients)
        folds = has_modules and (is_large or is_plain)
    diagram = graph_diagram(recording, depth if folds else None, values)
    colours = theme(dark)
    return Picture(diagram, graph_scene(diagram, colours, layout), colours)


def _check_options(kind: str, depth: int, layout: str) -> None:
    """Refuse options that there are not.

    Raises:
        InvalidArgument: naming those there are.
    """
    for name, given, known in (
        ("kind", kind, ("auto", "graph", "modules")),
        ("layout", layout, ("auto", "own", "graphviz")),
    ):
        if given not in known:
            raise InvalidArgument(f"draw got {name}={given!r}: choose one of {', '.join(known)}.")
    if depth < 0:
        raise InvalidArgument(f"draw got depth={depth}: pass 0 for one box, 1 for its parts, ...")


def _inputs(model: Module, given: Tensor | Sequence[Tensor] | None) -> tuple[TensorCore, ...]:
    """Return what a model is run with.

    Raises:
        InvalidArgument: if nothing was given and the model does not say what it takes.
        InvalidType: if what was given are no tensors.
    """
    if given is None:
        sample = example_input(model, None)
        if sample is None:
            raise InvalidArgument(
                f"draw({type(model).__name__}) does not know what the model takes: pass an input, "
                "e.g. draw(model, chainrule.zeros(1, 1, 28, 28))."
            )
        return (wrap(sample),)
    inputs = (given,) if isinstance(given, TensorCore) else tuple(given)
    for tensor in inputs:
        if not isinstance(tensor, TensorCore):
            raise InvalidType(
                f"draw got {type(tensor).__name__} as input of the model: pass a tensor, e.g. "
                "chainrule.tensor(x)."
            )
    return inputs


def _differentiate(recording: Recording) -> None:
    """Note the gradients of all results and leaves, starting from 1 at what is drawn.

    Raises:
        GradientError: if no gradient flows to any leaf.
    """
    roots = []
    for step in recording.results:
        if step.node is not None and any(step.flows):
            root = wrap(step.array)
            root._node, root._requires_grad = step.node, True
            roots.append(root)
    if not roots:
        raise GradientError(
            "draw got gradients=True, but there is no gradient: nothing that the result was "
            "computed from has requires_grad=True."
        )
    walk = BackwardPass(roots, [np.ones_like(root.array) for root in roots])
    walk.run(retain_graph=True, keep_all=True)
    for step in recording.steps:
        if step.node is not None and step.node.number in walk.of_node:
            recording.step_gradients[id(step)] = walk.of_node[step.node.number]
    recording.leaf_gradients = {key: total for key, (_, total) in walk.of_leaf.items()}
