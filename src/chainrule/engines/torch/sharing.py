"""Several processes share each batch: what they begin with, and how their parts make the whole."""

import json
from dataclasses import dataclass, field

import numpy as np
import torch

from chainrule.array_types import Array
from chainrule.engines.engine import Steps
from chainrule.engines.processes import Processes
from chainrule.engines.torch.batches import Batch, Batches, share_of
from chainrule.engines.torch.network import NetworkTwin, in_evaluation
from chainrule.engines.torch.processes import TorchProcesses
from chainrule.engines.torch.reduction import Reduction, reduction_of
from chainrule.randomness import default_generator

SAMPLES_TO_TRY = 60
"""On which is found out whether a loss is a mean or a sum."""
GENERATOR_BYTES = 1024
"""Enough for the state of the library's generator as text."""


@dataclass(eq=False)
class OwnParts:
    """What one process has computed of some batches.

    Attributes:
        losses: Of its part of each batch.
        outputs: Of the samples in its parts.
        weights: Its share of each batch.
    """

    losses: list[torch.Tensor] = field(default_factory=list)
    outputs: list[torch.Tensor] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, loss: torch.Tensor, outputs: torch.Tensor, weight: float) -> None:
        """Add what was computed of a batch; without a share of it, the outputs are nobody's."""
        self.losses.append(loss)
        self.outputs.append(outputs if weight else outputs[:0])
        self.weights.append(weight)


class Sharing:
    """How the parts that the processes compute make the result of a whole batch.

    Args:
        network: The network and its copy.
        processes: Who shares; one process alone has the whole.
        device: Where they compute.
    """

    def __init__(self, network: NetworkTwin, processes: Processes, device: torch.device) -> None:
        self._network, self._processes, self._device = network, processes, device
        self._reduction: Reduction | None = None

    def settle(self, inputs: Array, targets: Array) -> None:
        """Find out how the losses of a batch's parts make its loss, where they are to be added."""
        if self._reduction is not None:
            return
        if self._processes.count == 1:
            self._reduction = "mean"
            return
        rows = np.unique(np.linspace(0, len(targets) - 1, SAMPLES_TO_TRY).astype(np.int64))
        if len(rows) < 2:
            rows = np.array([0, 0])
        whole = Batches(self._device, 0, 1)
        [batch] = whole.of(inputs, targets, rows, len(rows))
        with in_evaluation(self._network.theirs):
            outputs = self._network.theirs(batch.inputs)
        self._reduction = reduction_of(self._network.loss, outputs, batch.targets)

    def scale(self, batch: Batch) -> float:
        """Return what makes the mean of all processes' gradients that of the whole batch."""
        if self._processes.count == 1:
            return 1.0
        share = batch.weight if self._reduction == "mean" else float(batch.weight > 0)
        return share * self._processes.count

    def gather(self, parts: OwnParts, count: int, batch_size: int) -> Steps:
        """Return what the steps computed, in all processes together.

        Args:
            parts: What this process computed.
            count: Samples in all batches together.
            batch_size: Samples per batch; the last batch has what is left.
        """
        losses, outputs = torch.stack(parts.losses).double(), torch.cat(parts.outputs)
        if isinstance(self._processes, TorchProcesses):
            weights = torch.tensor(parts.weights, device=self._device, dtype=torch.float64)
            losses *= weights if self._reduction == "mean" else (weights > 0)
            losses = self._processes.sum_of(losses)
            outputs = self._joined(outputs, self._processes, count, batch_size)
        last_size = (count - 1) % batch_size + 1
        return Steps(losses.cpu().numpy(), outputs.cpu().numpy(), last_size)

    def _joined(
        self, own: torch.Tensor, processes: TorchProcesses, count: int, batch_size: int
    ) -> torch.Tensor:
        """Return the outputs for all samples, in their order."""
        starts = range(0, count, batch_size)
        batches = [np.arange(start, min(start + batch_size, count)) for start in starts]
        places = [
            np.concatenate([share_of(batch, rank, processes.count) for batch in batches])
            for rank in range(processes.count)
        ]
        whole = own.new_empty((count, *own.shape[1:]))
        for place, part in zip(
            places, processes.joined(own, [len(place) for place in places]), strict=True
        ):
            whole[torch.from_numpy(place).to(self._device)] = part
        return whole


def share_beginning(network: NetworkTwin, processes: TorchProcesses) -> None:
    """Have all processes begin with the weights and the generator of the first."""
    for tensor in (*network.ours.parameters(), *network.ours.buffers()):
        tensor.array[...] = processes.of_first(tensor.array)
    state = json.dumps(default_generator.state_dict()).encode().ljust(GENERATOR_BYTES)
    first = processes.of_first(np.frombuffer(state, np.uint8))
    default_generator.load_state_dict(json.loads(first.tobytes()))
