"""What a training loop needs of an engine, and what a step hands back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from chainrule.array_types import Array
from chainrule.autograd.tensor import Tensor
from chainrule.engines.observation import Observation
from chainrule.engines.processes import Processes

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Takes outputs and targets."""


@dataclass(frozen=True)
class StepResult:
    """What one step computed.

    Attributes:
        loss: The batch's loss, in the loss function's unit.
        outputs: What the model returned for the batch.
        observation: All that happened in the step, where it was asked for.
    """

    loss: float
    outputs: Array
    observation: Observation | None = None


@dataclass(frozen=True)
class Steps:
    """What several steps computed.

    Attributes:
        losses: Of every step, in the loss function's unit.
        outputs: What the model returned for all their samples.
        last_size: Samples of the last step.
    """

    losses: Array
    outputs: Array
    last_size: int

    @property
    def last(self) -> StepResult:
        """What the last step computed."""
        first = len(self.outputs) - self.last_size
        return StepResult(float(self.losses[-1]), self.outputs[first:])


class Engine(Protocol):
    """Runs the steps of a training run, for one model, loss and optimiser.

    Attributes:
        name: As chosen with ``engine=``.
        reason: Why it was chosen, if there is something to say.
        takes_many_steps: Whether it has ``steps_at_once`` and ``train_steps``.
        loss: Takes outputs and targets.
        clip_norm: Largest norm of all gradients together; None leaves them as they are.
        mixed_precision: Whether products are computed in lower precision.
        processes: Who trains the same network.
    """

    name: str
    reason: str
    takes_many_steps: bool
    loss: LossFunction
    clip_norm: float | None
    mixed_precision: bool
    processes: Processes

    def train_step(self, inputs: Tensor, targets: Tensor, observe: bool = False) -> StepResult:
        """Learn from one batch.

        Args:
            inputs: The samples of the batch.
            targets: Their labels or values.
            observe: Whether to hand back everything that happened. The result is the same.

        Raises:
            NotFinite: before anything is changed, if the loss or a gradient is not finite.
        """
        ...

    def evaluate_step(self, inputs: Tensor, targets: Tensor) -> StepResult:
        """Compute outputs and loss of one batch, in evaluation mode, and learn nothing."""
        ...

    def steps_at_once(self, inputs: Array, targets: Array, batch_size: int) -> int:
        """Return how many steps to take at most before looking at whether to stop.

        Args:
            inputs: Samples like those to come.
            targets: Their targets.
            batch_size: Samples per step.
        """
        ...

    def train_steps(self, inputs: Array, targets: Array, rows: Array, batch_size: int) -> Steps:
        """Learn from several batches.

        Args:
            inputs: All samples.
            targets: All targets.
            rows: Numbers of the samples to learn from, in order.
            batch_size: Samples per step; the last step takes what is left.

        Returns:
            What the steps computed. There are fewer than asked for if the next one would meet
            something that is not finite.

        Raises:
            NotFinite: before anything is changed, if that is the first one.
        """
        ...
