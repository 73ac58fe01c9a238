"""The operations of one training step, one by one: forward, backward, and the update."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.engines import Observation
from chainrule.explain.drawing.number_text import array_rows, shape_text

Direction: TypeAlias = Literal["forward", "backward", "update"]


@dataclass(frozen=True, eq=False)
class Event:
    """One thing that happened in a step.

    Attributes:
        direction: Whether a value was computed, a gradient, or a new weight.
        name: Of the operation, or path of the parameter that was updated.
        module: Path of the module it ran in; "" for the model itself, None outside it.
        values: The operation's output, the gradient of that output, or what was added to the
            parameter.
        inputs: What it was computed from: the operation's inputs, or the gradient.
    """

    direction: Direction
    name: str
    module: str | None
    values: Array
    inputs: tuple[Array, ...]

    def __str__(self) -> str:
        where = "outside the model" if self.module is None else f"in {self.module or 'the model'}"
        what = {
            "forward": f"{self.name} {where}",
            "backward": f"gradient of the output of {self.name} {where}",
            "update": f"update of {self.name}",
        }[self.direction]
        shapes = ", ".join(shape_text(array.shape) for array in self.inputs)
        return f"{what}: {shapes} → {shape_text(self.values.shape)}"

    def rows(self) -> list[str]:
        """Return the values as lines: all of them if they are few, else their range and mean."""
        return array_rows(self.values)


class Walk:
    """Goes through the events of a step, in both directions.

    Args:
        observation: All that happened in the step.
        before: Parameters and buffers before the step, by the id of the array that has since
            changed.

    Attributes:
        events: All events: operations in the order they ran, their gradients in reverse order, and
            the updates.
        position: Number of the current event, from 0.
    """

    def __init__(self, observation: Observation, before: Mapping[int, Array]) -> None:
        self.events = [*forward_events(observation, before)]
        self.events += backward_events(observation)
        self.events += update_events(observation)
        self.position = 0

    @property
    def current(self) -> Event:
        """The event at the current position."""
        return self.events[self.position]

    def forward(self) -> Event:
        """Go to the next event, and return it; at the last one, stay."""
        return self.go(self.position + 1)

    def back(self) -> Event:
        """Go to the event before, and return it; at the first one, stay."""
        return self.go(self.position - 1)

    def go(self, position: int) -> Event:
        """Go to an event by its number, or to the nearest there is, and return it."""
        self.position = min(max(position, 0), len(self.events) - 1)
        return self.current

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)


def forward_events(observation: Observation, before: Mapping[int, Array]) -> Iterator[Event]:
    """Yield the operations in the order they ran, with parameters as they were then."""
    for node, module in zip(observation.nodes, observation.module_paths, strict=True):
        inputs = tuple(
            before.get(id(tensor.array), tensor.array)
            for tensor in node.inputs
            if tensor is not None
        )
        yield Event("forward", node.operation.name, module, node.output, inputs)


def backward_events(observation: Observation) -> Iterator[Event]:
    """Yield the gradients of the operations' outputs, from the loss to the inputs."""
    pairs = zip(observation.nodes, observation.module_paths, strict=True)
    for node, module in reversed([*pairs]):
        gradient = observation.node_gradients.get(node.number)
        if gradient is not None:
            yield Event("backward", node.operation.name, module, gradient, (node.output,))


def update_events(observation: Observation) -> Iterator[Event]:
    """Yield what was added to each parameter, and the gradient that it followed from."""
    for path, update in observation.updates.items():
        gradient = observation.parameter_gradients.get(path)
        module = path.rpartition(".")[0]
        inputs = (np.zeros_like(update) if gradient is None else gradient,)
        yield Event("update", path, module, update, inputs)
