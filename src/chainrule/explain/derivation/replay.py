"""The loss computed again from the recorded graph, with one number nudged: a second witness."""

from chainrule.array_types import Array, Shape
from chainrule.autograd.graph import Node
from chainrule.autograd.numeric_check import (
    NOISE,
    ROUNDING,
    STEP,
    TOLERANCE,
    Comparison,
    is_kink,
)
from chainrule.explain.derivation.factors import REFUSALS, applied, widened
from chainrule.explain.derivation.recording import Recording, Value, numbers

COARSE_TOLERANCE = 1e-3  # for gradients computed in less than float64


def finite_difference(
    recording: Recording, value: Value, index: Shape, name: str, gradient: float
) -> Comparison | None:
    """Compare a gradient with a central difference in float64.

    What the loss was computed from is held fixed, as are the masks of dropout and whatever was
    detached.

    Args:
        recording: The graph.
        value: What has the number to nudge.
        index: Of the number in it.
        name: What it is called.
        gradient: To compare with.

    Returns:
        Both, or None if a value in the graph was changed in place since it was used, or an
        operation does not take float64.
    """
    if any(was_changed_since(node) for node in recording.nodes):
        return None
    array = widened(numbers(value))
    step = STEP * max(1.0, abs(float(array[index])))
    losses = []
    for change in (-step, 0.0, step):
        nudged = array.copy()
        nudged[index] += change
        try:
            losses.append(replayed_loss(recording, value, nudged))
        except REFUSALS:
            return None
    behind, middle, ahead = losses
    numeric = (ahead - behind) / (2 * step)
    is_double = numbers(value).dtype.itemsize >= 8
    size = max(abs(gradient), abs(numeric))
    allowed = size * (TOLERANCE if is_double else COARSE_TOLERANCE)
    allowed += NOISE * ROUNDING * (abs(middle) + 1e-3) / step
    kink = is_kink((middle - behind) / step, (ahead - middle) / step, gradient)
    return Comparison(name, index, gradient, numeric, allowed, kink)


def replayed_loss(recording: Recording, value: Value, array: Array) -> float:
    """Return the loss that the graph gives with other numbers for one of its values."""
    changed: dict[int, Array] = {id(value): array}
    for node in recording.nodes:
        if node is value or not any(id(source) in changed for source in node.sources):
            continue
        arrays = {
            position: changed[id(source)]
            for position, source in enumerate(node.sources)
            if id(source) in changed
        }
        changed[id(node)] = applied(node, arrays)
    final = changed.get(id(recording.root))
    return recording.loss if final is None else float(final.reshape(()))


def was_changed_since(node: Node) -> bool:
    """Return whether something a node read was changed in place by anything but the node itself."""
    operation = node.operation
    own = [operation.input_names.index(name) for name in operation.mutates]
    return any(
        tensor is not None
        and tensor._version is not None
        and position not in own
        and tensor._version.count != node.input_versions[position]
        for position, tensor in enumerate(node.inputs)
    )
