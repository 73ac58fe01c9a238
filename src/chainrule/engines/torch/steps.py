"""One training step in PyTorch: forward, loss, backward, update."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch

from chainrule.engines.torch.optimizers import OptimizerTwin


@dataclass(frozen=True, eq=False)
class Work:
    """What a step consists of.

    Attributes:
        module: The network, or what runs it in several processes.
        loss: Takes outputs and targets.
        optimizer: Of the network's parameters.
        clip_norm: Largest norm of all gradients together, or None.
        mixed_precision: Whether products are computed in bfloat16.
        device: Where.
    """

    module: torch.nn.Module
    loss: Any
    optimizer: OptimizerTwin
    clip_norm: float | None
    mixed_precision: bool
    device: torch.device

    def forward(self, module: torch.nn.Module, inputs: torch.Tensor) -> torch.Tensor:
        """Return the outputs of the network, whichever way it is run, in full precision."""
        if not self.mixed_precision:
            outputs: torch.Tensor = module(inputs)
            return outputs
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            outputs = module(inputs)
        return outputs.float()

    def step(
        self, inputs: torch.Tensor, targets: torch.Tensor, scale: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Learn from one batch, and return its loss and outputs.

        Args:
            inputs: Of the batch, or of this process's part of it.
            targets: Theirs.
            scale: What the loss is multiplied with before it is differentiated.
        """
        optimizer = self.optimizer.theirs
        optimizer.zero_grad(set_to_none=True)
        outputs = self.forward(self.module, inputs)
        loss: torch.Tensor = self.loss(outputs, targets)
        (loss if scale == 1 else loss * scale).backward()  # type: ignore[no-untyped-call]
        if self.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(moved(optimizer), self.clip_norm)
        optimizer.step()
        return loss.detach(), outputs.detach()


def moved(optimizer: torch.optim.Optimizer) -> Iterable[torch.Tensor]:
    """Return the parameters that have a gradient."""
    every = (parameter for group in optimizer.param_groups for parameter in group["params"])
    return [parameter for parameter in every if parameter.grad is not None]


class RecordedSteps:
    """Steps on a GPU that are recorded once as a CUDA graph and then only replayed.

    A small network's step is hundreds of short kernels; starting each from Python takes longer than
    running it. Replaying starts all of them at once. What cannot be recorded, such as a module that
    looks at a value, is run as usual.

    Args:
        work: What a step consists of.
    """

    WARM_UP = 3
    """Steps before one is recorded, in which PyTorch allocates what it needs."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.is_possible = work.optimizer.is_recordable
        self._taken: dict[tuple[object, ...], int] = {}
        self._recorded: dict[tuple[object, ...], Recording] = {}

    def step(
        self, inputs: torch.Tensor, targets: torch.Tensor, scale: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Learn from one batch; see ``Work.step``."""
        if not self.is_possible:
            return self.work.step(inputs, targets, scale)
        kind = (inputs.shape, targets.shape, scale, self._settings())
        recording = self._recorded.get(kind)
        if recording is not None:
            return recording.replay(inputs, targets)
        count = self._taken.get(kind, 0)
        self._taken[kind] = count + 1
        if count < self.WARM_UP:
            return self._aside(inputs, targets, scale)
        try:
            recording = Recording(self.work, inputs, targets, scale)
        except RuntimeError:
            self.is_possible = False
            return self.work.step(inputs, targets, scale)
        self._recorded[kind] = recording
        return recording.replay(inputs, targets)

    def _settings(self) -> tuple[object, ...]:
        """Return what a recording holds fast: modes, which parameters learn, and how."""
        module = self.work.module
        modes = tuple(part.training for part in module.modules())
        learning = tuple(parameter.requires_grad for parameter in module.parameters())
        return modes, learning, self.work.optimizer.options()

    def _aside(
        self, inputs: torch.Tensor, targets: torch.Tensor, scale: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Take a step on another stream, as PyTorch asks for before a recording."""
        stream = torch.cuda.Stream(self.work.device)  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream(self.work.device))
        with torch.cuda.stream(stream):
            result = self.work.step(inputs, targets, scale)
        torch.cuda.current_stream(self.work.device).wait_stream(stream)
        return result


class Recording:
    """A step as a CUDA graph.

    Args:
        work: What a step consists of.
        inputs, targets: A batch of the size that it is for.
        scale: What the loss is multiplied with before it is differentiated.
    """

    def __init__(
        self, work: Work, inputs: torch.Tensor, targets: torch.Tensor, scale: float
    ) -> None:
        self.inputs, self.targets = inputs.clone(), targets.clone()
        self.graph = torch.cuda.CUDAGraph()
        work.optimizer.theirs.zero_grad(set_to_none=True)
        with torch.cuda.graph(self.graph):
            self.loss, self.outputs = work.step(self.inputs, self.targets, scale)

    def replay(
        self, inputs: torch.Tensor, targets: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Learn from one batch, and return its loss and outputs."""
        self.inputs.copy_(inputs)
        self.targets.copy_(targets)
        self.graph.replay()
        return self.loss.clone(), self.outputs.clone()
