"""Neurons: a network of fully connected layers, read off what it does to one sample."""

from dataclasses import dataclass, replace

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.explain.drawing.recording import Recording, Step
from chainrule.explain.drawing.watching import watch
from chainrule.nn.module import Module
from chainrule.nn.summary import example_input
from chainrule.operations.linear import LINEAR
from chainrule.operations.shaping import RESHAPE


@dataclass(frozen=True, eq=False)
class NeuronLayer:
    """One layer of neurons.

    Attributes:
        title: "input", "hidden 1", ... or "output".
        size: Number of neurons.
        weight: (size, neurons of the layer before); None for the input.
        bias: (size); None for the input and for layers without.
        activations: Names of what is applied to the weighted sums, in order.
        values: What the neurons put out for the sample.
    """

    title: str
    size: int
    weight: Array | None
    bias: Array | None
    activations: tuple[str, ...]
    values: Array


def read_neurons(model: Module, sample: TensorCore | None) -> list[NeuronLayer]:
    """Return the layers of a network, the input first.

    Args:
        model: Fully connected layers one after the other, with activations and normalisations of
            single neurons between them.
        sample: One sample to run it with, with or without a batch axis; zeros if None.

    Raises:
        InvalidArgument: if the network is of another kind, naming what it does.
        InvalidShape: if more than one sample is given.
    """
    inputs = _one_sample(model, sample)
    recording = watch(model, (inputs,))
    layers = [NeuronLayer("input", inputs.array.size, None, None, (), inputs.array.ravel())]
    before: Step | TensorCore = inputs
    for step in recording.steps:
        sources = [origin for origin in step.origins if _is_data(origin, recording)]
        if len(sources) != 1 or sources[0] is not before:
            raise _refusal(model, f"its {_name(step)} reads something else than the layer before")
        layers = _with_step(model, layers, step)
        before = step
    if len(layers) == 1:
        raise _refusal(model, "it has no fully connected layer")
    return [*layers[:-1], replace(layers[-1], title="output")]


def _one_sample(model: Module, sample: TensorCore | None) -> TensorCore:
    """Return one sample with a batch axis."""
    example = example_input(model, None)
    if sample is None:
        if example is None or example.dtype.kind != "f":
            raise _refusal(model, "it does not begin with a fully connected layer")
        return wrap(example)
    array = sample.array
    if example is not None and array.shape == example.shape[1:]:
        array = array[None]
    if array.ndim == 0 or len(array) != 1:
        raise InvalidShape(
            f"draw_neurons got a sample of shape {sample.array.shape}: pass one sample, e.g. x[:1]."
        )
    return wrap(array)


def _is_data(origin: Step | TensorCore | None, recording: Recording) -> bool:
    """Return whether this depends on the sample, and is no parameter or buffer."""
    if isinstance(origin, Step):
        return True
    return origin is not None and id(origin) not in recording.parameters | recording.buffers


def _with_step(model: Module, layers: list[NeuronLayer], step: Step) -> list[NeuronLayer]:
    """Return the layers after one more operation."""
    last = layers[-1]
    values = step.array.ravel()
    if step.node is None or step.node.operation is RESHAPE:
        return layers
    if step.node.operation is LINEAR:
        weight, bias = (None if tensor is None else tensor.array for tensor in step.node.inputs[1:])
        title = f"hidden {len(layers)}"
        return [*layers, NeuronLayer(title, values.size, weight, bias, (), values)]
    if values.size != last.size or step.array.ndim != 2 or len(layers) == 1:
        raise _refusal(model, f"it does {_name(step)}")
    name = step.node.operation.name
    changed = replace(last, activations=(*last.activations, name), values=values)
    return [*layers[:-1], changed]


def _name(step: Step) -> str:
    """Return an operation's name with the module it ran in."""
    name = "identity" if step.node is None else step.node.operation.name
    path = step.call.path if step.call is not None else ""
    return f"{name} (in {path})" if path else name


def _refusal(model: Module, reason: str) -> InvalidArgument:
    return InvalidArgument(
        "draw_neurons shows networks of fully connected layers, one after the other. "
        f"{type(model).__name__} is another kind: {reason}. Draw its modules instead: "
        "draw(model, x)."
    )
