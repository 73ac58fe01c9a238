"""What a network consists of: layers, shapes, parameters and what they cost, as a table."""

from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Shape
from chainrule.autograd.graph import wrap
from chainrule.errors import InvalidArgument
from chainrule.nn.costs import Cost
from chainrule.nn.embedding import Embedding
from chainrule.nn.linear import Linear
from chainrule.nn.measurement import measure
from chainrule.nn.module import Module
from chainrule.nn.short_form import short_form

COLUMNS = (
    "layer", "kind", "output shape", "weights", "biases", "parameters", "multiply-adds",
    "forward", "backward",
)  # fmt: skip
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
STEP = 1024  # bytes in a KiB, KiB in a MiB


@dataclass(frozen=True)
class LayerSummary:
    """One layer of a network.

    Attributes:
        path: Its name in the model, as in ``state_dict``.
        kind: The module as it prints itself.
        short_kind: The same without arguments that have their defaults.
        output_shape: Shape for one sample, the batch axis left out; None where unknown.
        num_weights: Learned numbers that are not biases, shared ones counted at their first use.
        num_biases: Learned numbers of parameters named bias.
        parameter_bytes: Memory of both.
        cost: Multiply-adds, and bytes of results and gradients, of one sample in evaluation mode,
            over all calls of the layer; None where unknown.
    """

    path: str
    kind: str
    short_kind: str
    output_shape: Shape | None
    num_weights: int
    num_biases: int
    parameter_bytes: int
    cost: Cost | None

    @property
    def num_parameters(self) -> int:
        """Weights and biases together."""
        return self.num_weights + self.num_biases

    def cells(self) -> tuple[str, ...]:
        """Return the texts of one row of the table."""
        counts = (self.num_weights, self.num_biases, self.num_parameters)
        shape = "?" if self.output_shape is None else str(self.output_shape)
        numbers = [f"{count:,}" for count in counts]
        return (self.path, self.short_kind, shape, *numbers, *_cost_cells(self.cost))


@dataclass(frozen=True)
class Summary:
    """The layers of a network and their totals; prints as a table.

    Attributes:
        layers: One entry for each module without children, and for those that compute or learn
            something beside their children, in the order of the model.
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

    @property
    def parameter_bytes(self) -> int:
        """Memory of all learned numbers."""
        return sum(layer.parameter_bytes for layer in self.layers)

    @property
    def cost(self) -> Cost | None:
        """What one sample costs in all layers together; None where that is unknown."""
        costs = [layer.cost for layer in self.layers if layer.cost is not None]
        return sum(costs, Cost()) if costs else None

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table's rows as texts, the totals last."""
        totals = (self.num_weights, self.num_biases, self.num_parameters)
        numbers = [f"{count:,}" for count in totals]
        total_row = ("total", "", "", *numbers, *_cost_cells(self.cost))
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
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1], "", *self._memory_lines()])

    def _memory_lines(self) -> list[str]:
        """Return what memory training takes, in words."""
        parameters = bytes_text(self.parameter_bytes)
        lines = [f"parameters: {parameters}, and as much for their gradients"]
        cost = self.cost
        if cost is not None:
            lines.append(
                f"each sample: {bytes_text(cost.forward_bytes)} of results forward, "
                f"{bytes_text(cost.backward_bytes)} of gradients backward"
            )
        return lines


def _cost_cells(cost: Cost | None) -> tuple[str, str, str]:
    """Return multiply-adds and memory as texts."""
    if cost is None:
        return "?", "?", "?"
    memory = bytes_text(cost.forward_bytes), bytes_text(cost.backward_bytes)
    return f"{cost.multiply_adds:,}", *memory


def bytes_text(count: int) -> str:
    """Return a number of bytes in the unit that suits it: 1 KiB is 1024 B, 1 MiB 1024 KiB.

    >>> bytes_text(0), bytes_text(640), bytes_text(940584)
    ('0 B', '640 B', '918.5 KiB')
    """
    value = float(count)
    for unit in UNITS[:-1]:
        if value < STEP:
            return f"{count:,} B" if unit == "B" else f"{value:,.1f} {unit}"
        value /= STEP
    return f"{value:,.1f} {UNITS[-1]}"


def count_parameters(model: Module) -> int:
    """Return the number of learned numbers in a model, shared ones counted once.

    >>> count_parameters(Linear(784, 256))
    200960
    """
    return sum(parameter.array.size for parameter in model.parameters())


def summarize(model: Module, input_shape: Shape | None = None) -> Summary:
    """Describe a network layer by layer.

    Args:
        model: Any module. It is run once on zeros, in evaluation mode, to learn shapes and costs:
            those of the operations it really applies, also in modules of your own.
        input_shape: Shape of one sample, without the batch axis. May be left out where the first
            layer is Linear or Embedding; for others shapes and costs are then unknown.

    Raises:
        InvalidShape: if the network cannot take samples of this shape.

    >>> from chainrule.nn.feedforward import feedforward
    >>> summary = summarize(feedforward([10, 20, 10, 1]))
    >>> summary.num_parameters, summary.cost.multiply_adds
    (441, 410)
    """
    sample = example_input(model, input_shape)
    run = None if sample is None else measure(model, wrap(sample))
    seen: set[int] = set()
    layers = []
    for path, module in model.named_modules():
        own = [
            (name, parameter)
            for name, parameter in module.named_parameters(recurse=False)
            if id(parameter) not in seen
        ]
        seen.update(id(parameter) for _, parameter in own)
        has_parts = any(True for _ in module.children())
        cost = run.costs.get(path, Cost()) if run is not None else None
        if has_parts and not own and cost in (None, Cost()):
            continue
        biases = sum(parameter.array.size for name, parameter in own if name.startswith("bias"))
        total = sum(parameter.array.size for _, parameter in own)
        layers.append(
            LayerSummary(
                path=path,
                kind=type(module).__name__ if has_parts else repr(module),
                short_kind=short_form(module),
                output_shape=None if run is None else run.output_shapes.get(path),
                num_weights=total - biases,
                num_biases=biases,
                parameter_bytes=sum(parameter.array.nbytes for _, parameter in own),
                cost=cost,
            )
        )
    return Summary(tuple(layers))


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
