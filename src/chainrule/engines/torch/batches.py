"""The rows of a batch on the device that computes with them."""

import weakref
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from chainrule.array_types import Array

SHARE_OF_MEMORY = 0.5  # of what is free on a GPU, for data that stay there


@dataclass(frozen=True, eq=False)
class Batch:
    """What one process works on in one step.

    Attributes:
        inputs, targets: Its rows of the batch, on the device.
        weight: Their share of the whole batch. A process without a row works on one with weight 0.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    weight: float


def share_of(rows: Array, rank: int, count: int) -> Array:
    """Return the rows of a batch that one of several processes works on: equal parts, in order.

    >>> [share_of(np.arange(5), rank, 2).tolist() for rank in range(2)]
    [[0, 1, 2], [3, 4]]
    """
    share: Array = np.array_split(rows, count)[rank]
    return share


class Batches:
    """Takes rows out of arrays, and keeps on a GPU the arrays that fit there.

    Args:
        device: Where the rows are wanted.
        rank: Number of this process.
        count: How many processes share each batch.
    """

    def __init__(self, device: torch.device, rank: int, count: int) -> None:
        self.device, self.rank, self.count = device, rank, count
        self._resident: list[tuple[weakref.ref[Array], torch.Tensor]] = []

    def of(self, inputs: Array, targets: Array, rows: Array, batch_size: int) -> Iterator[Batch]:
        """Yield this process's part of each batch.

        Args:
            inputs: All samples.
            targets: All targets.
            rows: Numbers of the samples, in order.
            batch_size: Samples per batch; the last batch takes what is left.
        """
        features, labels = self._taker(inputs), self._taker(targets)
        for start in range(0, len(rows), batch_size):
            batch = rows[start : start + batch_size]
            share = share_of(batch, self.rank, self.count)
            chosen = share if len(share) else batch[:1]
            yield Batch(features.take(chosen), labels.take(chosen), len(share) / len(batch))

    def _taker(self, array: Array) -> "HostRows | DeviceRows":
        """Return what takes rows out of an array, wherever it is best kept."""
        if self.device.type != "cuda" or isinstance(array, np.memmap):
            return HostRows(array, self.device)
        # Single batches, and slices of what is larger than memory, go as they came.
        self._resident = [pair for pair in self._resident if pair[0]() is not None]
        for known, tensor in self._resident:
            if known() is array:
                return DeviceRows(tensor)
        free, _ = torch.cuda.mem_get_info(self.device)
        if array.nbytes > SHARE_OF_MEMORY * free:
            return HostRows(array, self.device)
        tensor = torch.from_numpy(np.require(array, requirements="W")).to(self.device)
        self._resident.append((weakref.ref(array), tensor))
        return DeviceRows(tensor)


@dataclass(frozen=True, eq=False)
class HostRows:
    """An array in this computer's memory, or in a file.

    Attributes:
        array: All rows.
        device: Where rows are wanted.
    """

    array: Array
    device: torch.device

    def take(self, rows: Array) -> torch.Tensor:
        """Return rows as a tensor on the device."""
        taken = torch.from_numpy(np.ascontiguousarray(self.array[rows]))
        if self.device.type == "cuda":
            return taken.pin_memory().to(self.device, non_blocking=True)
        return taken.to(self.device)


@dataclass(frozen=True, eq=False)
class DeviceRows:
    """An array on the device.

    Attributes:
        tensor: All rows.
    """

    tensor: torch.Tensor

    def take(self, rows: Array) -> torch.Tensor:
        """Return rows as a tensor on the device."""
        places = torch.from_numpy(np.ascontiguousarray(rows)).to(self.tensor.device)
        return self.tensor.index_select(0, places)
