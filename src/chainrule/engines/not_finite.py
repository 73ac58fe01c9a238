"""Finding the first operation whose value, or gradient, stopped being finite."""

from collections.abc import Iterable, Mapping

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.gradient import BackwardPass, reachable_nodes
from chainrule.autograd.graph import Node
from chainrule.autograd.tensor import Tensor
from chainrule.errors import NotFinite
from chainrule.nn.module import Module

ADVICE = "Lower the learning rate, clip gradients, or check the initialisation and the data."


def is_finite(array: Array) -> bool:
    """Return whether all numbers are finite; integers always are."""
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def all_finite(arrays: Iterable[Array]) -> bool:
    """Return whether all numbers of all arrays are finite.

    The sum of squares is finite only if all numbers are; it is quicker than looking at each, which
    is done only where large numbers may have overflowed in the sum.
    """
    for array in arrays:
        with np.errstate(all="ignore"):
            total = np.vdot(array, array)
        if not np.isfinite(total) and not is_finite(array):
            return False
    return True


def loss_error(loss: Tensor, inputs: Tensor, model: Module) -> NotFinite:
    """Return the error for a loss that is not finite, naming where it began."""
    what = _bad_start(inputs, model)
    if what is None:
        paths = module_paths(model)
        for node in reversed(reachable_nodes([loss])):
            if not is_finite(node.output):
                what = f"{describe(node, paths)} was the first to give a value that is not finite"
                break
    return NotFinite(f"The loss is {loss.item()}: {what or 'its cause was not found'}. {ADVICE}")


def gradient_error(loss: Tensor, inputs: Tensor, model: Module) -> NotFinite:
    """Return the error for a gradient that is not finite, naming where it began.

    Args:
        loss: Of the same batch, computed anew, with its graph.
        inputs: The batch.
        model: The model.
    """
    walk = BackwardPass([loss], [np.ones_like(loss.array)])
    paths = module_paths(model)
    what = _bad_start(inputs, model) or "its cause was not found"
    with np.errstate(all="ignore"):
        for node in walk.nodes:
            if not is_finite(walk.of_node[node.number]):
                break
            walk.visit(node)
            sources = [source for source in node.sources if source is not None]
            reached = [
                walk.of_node.get(source.number)
                if isinstance(source, Node)
                else walk.of_leaf[id(source)][1]
                for source in sources
            ]
            if any(gradient is not None and not is_finite(gradient) for gradient in reached):
                what = f"the derivative of {describe(node, paths)} was the first not to be finite"
                break
    return NotFinite(
        f"The loss is {loss.item():.6g}, but a gradient is not finite: {what}. {ADVICE}"
    )


def module_paths(model: Module) -> Mapping[int, str]:
    """Return the path of every module by its id."""
    return {id(module): path for path, module in model.named_modules()}


def describe(node: Node, paths: Mapping[int, str]) -> str:
    """Return an operation with the layer it ran in."""
    path = paths.get(id(node.scope))
    if path is None:
        return f"operation {node.operation.name}, outside the model"
    where = f"layer {path} ({type(node.scope).__name__})" if path else "the model itself"
    return f"operation {node.operation.name} in {where}"


def _bad_start(inputs: Tensor, model: Module) -> str | None:
    """Return what was not finite before the step began, if anything was."""
    if not is_finite(inputs.array):
        sample = int(np.argwhere(~np.isfinite(inputs.array))[0][0])
        return f"the data are not finite, first in sample {sample} of the batch"
    for path, parameter in model.named_parameters():
        if not is_finite(parameter.array):
            return f"parameter {path} was not finite before this step"
    return None
