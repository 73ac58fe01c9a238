"""Columns: which neurons of each layer a picture shows, and what they are called."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chainrule.explain.drawing.neurons import NeuronLayer

MAX_SHOWN = 12
"""Neurons of a layer that are all shown; of a wider one the first and last few."""
SHOWN_AT_ENDS = 4


@dataclass(frozen=True, eq=False)
class Column:
    """The neurons of one layer that are shown.

    Attributes:
        layer: Whose they are.
        shown: Numbers of the neurons, None for the gap where some are left out.
        names: Of the shown neurons, empty for the gap.
    """

    layer: NeuronLayer
    shown: tuple[int | None, ...]
    names: tuple[str, ...]

    @property
    def num_left_out(self) -> int:
        """How many neurons are not shown."""
        return self.layer.size - sum(number is not None for number in self.shown)

    @property
    def detail(self) -> str:
        """Size and activation in words."""
        kind = "feature" if self.layer.title == "input" else "neuron"
        count = f"{self.layer.size:,} {kind}" + ("" if self.layer.size == 1 else "s")
        return " · ".join([count, *self.layer.activations])

    def neurons(self) -> Iterator[tuple[int, int, str]]:
        """Yield position, number and name of the shown neurons."""
        for position, (number, name) in enumerate(zip(self.shown, self.names, strict=True)):
            if number is not None:
                yield position, number, name

    def bias(self, number: int) -> float | None:
        """Return the bias of a neuron, None where the layer has none."""
        return None if self.layer.bias is None else float(self.layer.bias[number])


@dataclass(frozen=True)
class Connection:
    """One weight that is shown.

    Attributes:
        source, target: Positions of the neurons in their columns.
        weight: Its value.
    """

    source: int
    target: int
    weight: float


def column_of(layer: NeuronLayer, names: Sequence[str]) -> Column:
    """Return the neurons of a layer that are shown, with a gap in the middle of a wide one."""
    if layer.size <= MAX_SHOWN:
        shown: tuple[int | None, ...] = tuple(range(layer.size))
    else:
        last = range(layer.size - SHOWN_AT_ENDS, layer.size)
        shown = (*range(SHOWN_AT_ENDS), None, *last)
    return Column(layer, shown, tuple("" if i is None else names[i] for i in shown))


def connections(before: Column, after: Column) -> list[Connection]:
    """Return the weights between the shown neurons of two columns."""
    weight = after.layer.weight
    assert weight is not None  # noqa: S101 - only the input has none
    return [
        Connection(source, target, float(weight[target_number, source_number]))
        for source, source_number, _ in before.neurons()
        for target, target_number, _ in after.neurons()
    ]
