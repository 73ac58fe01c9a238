"""One step of a recorded run, with everything that happened in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.array_types import Array
from chainrule.engines import Observation
from chainrule.explain.time_travel.walk import Walk


@dataclass(frozen=True, eq=False)
class Moment:
    """One training step, computed again.

    Attributes:
        step: Its number, from 0.
        epoch: Number of its epoch, from 0.
        batch: Number of its batch in the epoch, from 0.
        inputs: The samples it learned from.
        targets: Their labels or values.
        rows: Which samples of the data set they are.
        weights: Parameters and buffers before the step, by path.
        optimizer: The optimiser's state dict before the step.
        observation: All that happened in the step.
        memory: The numbers before the step, by the id of the array that the network keeps them in.
    """

    step: int
    epoch: int
    batch: int
    inputs: Array
    targets: Array
    rows: Array
    weights: Mapping[str, Array]
    optimizer: Mapping[str, Any]
    observation: Observation
    memory: Mapping[int, Array]

    @property
    def loss(self) -> float:
        """The batch's loss."""
        return self.observation.loss

    @property
    def gradients(self) -> Mapping[str, Array]:
        """The gradient of each parameter, by path."""
        return self.observation.parameter_gradients

    @property
    def updates(self) -> Mapping[str, Array]:
        """What the optimiser added to each parameter, by path."""
        return self.observation.updates

    def activations(self) -> dict[str, Array]:
        """Return the output of every module, by path."""
        return self.observation.activations()

    def walk(self) -> Walk:
        """Return the step's operations, to be gone through one by one in both directions."""
        return Walk(self.observation, self.memory)

    def __repr__(self) -> str:
        return (
            f"Moment(step={self.step}, epoch={self.epoch}, batch={self.batch}, "
            f"loss={self.loss:.6g}, {len(self.observation.nodes)} operations)"
        )
