"""What a network consists of: its layers, their output shapes and their parameters, as a table."""

from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Shape
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import no_grad
from chainrule.errors import InvalidArgument
from chainrule.nn.embedding import Embedding
from chainrule.nn.linear import Linear
from chainrule.nn.module import Module

COLUMNS = ("layer", "kind", "output shape", "weights", "biases", "parameters")


@dataclass(frozen=True)
class LayerSummary:
    """One layer of a network.

    Attributes:
        path: Its name in the model, as in ``state_dict``.
        kind: The module as it prints itself.
        output_shape: Shape for one sample, the batch axis left out; None where unknown.
        num_weights: Learned numbers that are not biases, shared ones counted at their first use.
        num_biases: Learned numbers of parameters named bias.
    """

    path: str
    kind: str
    output_shape: Shape | None
    num_weights: int
    num_biases: int

    @property
    def num_parameters(self) -> int:
        """Weights and biases together."""
        return self.num_weights + self.num_biases

    def cells(self) -> tuple[str, ...]:
        """Return the texts of one row of the table."""
        counts = (self.num_weights, self.num_biases, self.num_parameters)
        shape = "?" if self.output_shape is None else str(self.output_shape)
        return (self.path, self.kind, shape, *(f"{count:,}" for count in counts))


@dataclass(frozen=True)
class Summary:
    """The layers of a network and their totals; prints as a table.

    Attributes:
        layers: One entry for each module without children, in the order of the model.
    """

    layers: tuple[LayerSummary, ...]

    @property
    def num_weights(self) -> int:
        """All weights."""
        return sum(layer.num_weights for layer in self.layers)

    @property
    def num_biases(self) -> int:
        """All biases."""
        return sum(layer.num_biases for layer in self.layers)

    @property
    def num_parameters(self) -> int:
        """All learned numbers."""
        return self.num_weights + self.num_biases

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table's rows as texts, the totals last."""
        totals = (self.num_weights, self.num_biases, self.num_parameters)
        total_row = ("total", "", "", *(f"{count:,}" for count in totals))
        return [*(layer.cells() for layer in self.layers), total_row]

    def __str__(self) -> str:
        rows = [COLUMNS, *self.rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
        is_number = [column >= COLUMNS.index("weights") for column in range(len(COLUMNS))]
        lines = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, is_number, strict=True)
            ).rstrip()
            for row in rows
        ]
        rule = "-" * max(len(line) for line in lines)
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def count_parameters(model: Module) -> int:
    """Return the number of learned numbers in a model, shared ones counted once.

    >>> count_parameters(Linear(784, 256))
    200960
    """
    return sum(parameter.array.size for parameter in model.parameters())


def summarize(model: Module, input_shape: Shape | None = None) -> Summary:
    """Describe a network layer by layer.

    Args:
        model: Any module. It is run once on zeros, in evaluation mode and without recording, to
            learn the shapes.
        input_shape: Shape of one sample, without the batch axis. May be left out where the first
            layer is Linear or Embedding; for others the shapes are then unknown.

    Raises:
        InvalidShape: if the network cannot take samples of this shape.

    >>> from chainrule.nn.feedforward import feedforward
    >>> print(summarize(feedforward([10, 20, 10, 1])).num_parameters)
    441
    """
    shapes = output_shapes(model, input_shape)
    seen: set[int] = set()
    layers = []
    for path, module in model.named_modules():
        own = [
            (name, parameter)
            for name, parameter in module.named_parameters(recurse=False)
            if id(parameter) not in seen
        ]
        seen.update(id(parameter) for _, parameter in own)
        if any(True for _ in module.children()) and not own:
            continue
        biases = sum(parameter.array.size for name, parameter in own if name.startswith("bias"))
        total = sum(parameter.array.size for _, parameter in own)
        kind = repr(module) if not any(True for _ in module.children()) else type(module).__name__
        layers.append(LayerSummary(path, kind, shapes.get(path), total - biases, biases))
    return Summary(tuple(layers))


def output_shapes(model: Module, input_shape: Shape | None) -> dict[str, Shape]:
    """Return the output shape for one sample of every module that ran, by path."""
    sample = example_input(model, input_shape)
    if sample is None:
        return {}
    shapes: dict[str, Shape] = {}
    handles = []
    for path, module in model.named_modules():

        def note(module: Module, inputs: object, output: object, path: str = path) -> None:
            del module, inputs
            shape = getattr(output, "shape", None)
            if shape is not None:
                shapes[path] = tuple(shape[1:])

        handles.append(module.register_forward_hook(note))
    was_training = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with no_grad():
            model(wrap(sample))
    finally:
        for handle in handles:
            handle.remove()
        for module, training in was_training:
            module.training = training
    return shapes


def example_input(model: Module, input_shape: Shape | None) -> np.ndarray | None:
    """Return one sample of zeros the model can take, or None where its shape is unknown."""
    first = next(
        (m for m in model.modules() if any(True for _ in m.parameters(recurse=False))), None
    )
    if isinstance(first, Embedding):
        return np.zeros((1, *(input_shape or (1,))), dtype=np.int64)
    dtype = next((parameter.array.dtype for parameter in model.parameters()), np.dtype(np.float32))
    if input_shape is not None:
        if any(length < 1 for length in input_shape):
            raise InvalidArgument(f"input_shape must have positive lengths, got {input_shape}.")
        return np.zeros((1, *input_shape), dtype=dtype)
    if isinstance(first, Linear):
        return np.zeros((1, first.in_features), dtype=dtype)
    return None
