"""What an engine is to run."""

from dataclasses import dataclass

from chainrule.array_types import Array
from chainrule.engines.engine import LossFunction
from chainrule.nn.module import Module
from chainrule.optim.optimizer import Optimizer

SECONDS_PER_STEP = 4e-4
SECONDS_PER_PRODUCT = 2e-10
"""Of an eager training step: without any work in it, and for each parameter and sample."""


@dataclass(frozen=True, eq=False)
class Job:
    """What an engine is to run.

    Attributes:
        model: The network.
        loss: Takes outputs and targets.
        optimizer: Of the model's parameters.
        clip_norm: Largest norm of all gradients together; None leaves them as they are.
        threads: How many are to work on a step of the compiled engine; None for as many as help.
        device: Where the PyTorch engine is to compute, by PyTorch's name; None for the best there
            is.
        mixed_precision: Whether the PyTorch engine is to compute products in bfloat16.
        inputs, targets: A few samples.
        steps: How many there are to be.
        batch_size: Samples per step.
    """

    model: Module
    loss: LossFunction
    optimizer: Optimizer
    clip_norm: float | None
    threads: int | None
    inputs: Array
    targets: Array
    steps: int
    batch_size: int
    device: str | None = None
    mixed_precision: bool = False

    def eager_seconds(self) -> float:
        """Return about how long the job takes on the eager engine."""
        parameters = sum(parameter.array.size for parameter in self.model.parameters())
        step = SECONDS_PER_STEP + SECONDS_PER_PRODUCT * parameters * self.batch_size
        return self.steps * step
