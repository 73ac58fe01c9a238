"""What a training loop needs of an engine, and what a step hands back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from chainrule.array_types import Array
from chainrule.autograd.tensor import Tensor
from chainrule.engines.observation import Observation

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


class Engine(Protocol):
    """Runs the steps of a training run, for one model, loss and optimiser.

    Attributes:
        name: As chosen with ``engine=``.
        loss: Takes outputs and targets.
        clip_norm: Largest norm of all gradients together; None leaves them as they are.
    """

    name: str
    loss: LossFunction
    clip_norm: float | None

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
