"""Draw neurons: a small network with every neuron a circle and every weight a line."""

from collections.abc import Sequence

from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleError, InvalidArgument, InvalidType
from chainrule.explain.drawing.columns import MAX_SHOWN, Column, column_of, connections
from chainrule.explain.drawing.diagram import Diagram, Edge, Line, Vertex
from chainrule.explain.drawing.neuron_scene import neuron_scene
from chainrule.explain.drawing.neurons import NeuronLayer, read_neurons
from chainrule.explain.drawing.number_text import number_text
from chainrule.explain.drawing.picture import Picture
from chainrule.explain.drawing.theme import Role, Theme, theme
from chainrule.nn.module import Module


def draw_neurons(
    model: Module,
    sample: Tensor | None = None,
    *,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    dark: bool = False,
) -> Picture:
    """Draw a network neuron by neuron.

    Weights are lines: blue if positive, orange if negative, and the thicker the larger. The rim of
    a neuron shows its bias in the same way. Where there is room, the numbers stand beside.

    Args:
        model: Fully connected layers, one after the other. It is run once in evaluation mode.
        sample: One sample; neurons are then filled by what they put out for it.
        input_names: For each input, a name; x1, x2, ... by default.
        output_names: For each output, a name such as its class; y1, y2, ... by default.
        dark: Whether the picture is for a dark background.

    Raises:
        InvalidArgument: if the model is no such network, naming what it does instead, or the
            number of names is wrong.
        InvalidShape: if more than one sample is given.
        InvalidType: for anything but a module.

    >>> from chainrule.nn.feedforward import feedforward
    >>> draw_neurons(feedforward([2, 2, 1])).diagram.title
    'Sequential 2-2-1'
    """
    if not isinstance(model, Module):
        raise InvalidType(
            f"draw_neurons got {type(model).__name__}: pass a model, e.g. nn.Linear(2, 1)."
        )
    layers = read_neurons(model, sample)
    _check_names("input_names", input_names, layers[0])
    _check_names("output_names", output_names, layers[-1])
    columns = [column_of(layer, _names(layer, input_names, output_names)) for layer in layers]
    sizes = "-".join(str(layer.size) for layer in layers)
    colours = theme(dark)
    title = f"{type(model).__name__} {sizes}"
    scene = neuron_scene(columns, colours, title, has_values=sample is not None)
    return Picture(_diagram(columns, colours, title, sample is not None), scene, colours)


def _names(
    layer: NeuronLayer, input_names: Sequence[str] | None, output_names: Sequence[str] | None
) -> Sequence[str]:
    """Return the names of all neurons of a layer."""
    given = {"input": input_names, "output": output_names}.get(layer.title)
    letter = {"input": "x", "output": "y"}.get(layer.title, "h")
    return given or [f"{letter}{number + 1}" for number in range(layer.size)]


def _check_names(argument: str, names: Sequence[str] | None, layer: NeuronLayer) -> None:
    """Refuse another number of names than there are neurons.

    Raises:
        InvalidArgument: saying both numbers.
    """
    if names is not None and len(names) != layer.size:
        raise InvalidArgument(
            f"draw_neurons got {len(names)} {argument}: the network has {layer.size} "
            f"{layer.title}s, pass one name for each."
        )


def _diagram(columns: Sequence[Column], colours: Theme, title: str, has_values: bool) -> Diagram:
    """Return the shown neurons and weights as boxes and edges, for text formats."""
    vertices: list[Vertex] = []
    edges: list[Edge] = []
    before: tuple[Column, int] | None = None
    for column in columns:
        first = len(vertices)
        numbers = {position: (number, name) for position, number, name in column.neurons()}
        for position in range(len(column.shown)):
            if position in numbers:
                vertices.append(_vertex(column, *numbers[position], has_values))
            else:
                more = Line(f"{column.num_left_out:,} more", "title")
                vertices.append(Vertex("constant", (more,)))
        if before is not None:
            for line in connections(before[0], column):
                colour = colours.positive if line.weight >= 0 else colours.negative
                ends = before[1] + line.source, first + line.target
                edges.append(Edge(*ends, number_text(line.weight), colour=colour))
        before = column, first
    return Diagram(title, "neurons", tuple(vertices), tuple(edges))


def _vertex(column: Column, number: int, name: str, has_values: bool) -> Vertex:
    """Return the box of one neuron."""
    roles: dict[str, Role] = {"input": "input", "output": "output"}
    layer, bias = column.layer, column.bias(number)
    lines = [Line(name, "title")]
    if layer.activations:
        lines.append(Line(", ".join(layer.activations)))
    if bias is not None:
        lines.append(Line(f"bias {number_text(bias)}"))
    if has_values:
        lines.append(Line(f"value {number_text(float(layer.values[number]))}", "value"))
    return Vertex(roles.get(layer.title, "operation"), tuple(lines))


def shows_as_neurons(model: Module) -> bool:
    """Return whether a model is a network of fully connected layers, all narrow enough to show."""
    try:
        layers = read_neurons(model, None)
    except ChainruleError:
        return False
    return max(layer.size for layer in layers) <= MAX_SHOWN
