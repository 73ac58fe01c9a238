"""The processes that ``torchrun`` started, or a program of one's own with torch.distributed."""

import atexit
import os
from collections.abc import Iterable

import numpy as np
import torch
import torch.distributed as distributed
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous

from chainrule.array_types import Array
from chainrule.engines.processes import ALONE, Processes, launched_processes, starts_before


def join_processes(device: torch.device) -> Processes:
    """Return the processes of this run, connected with each other.

    Args:
        device: Where this process computes: GPUs are connected by NCCL, other devices by gloo.
    """
    if not distributed.is_available():
        return ALONE
    if not distributed.is_initialized():
        if launched_processes() < 2:
            return ALONE
        on_gpu = device.type == "cuda"
        if on_gpu:
            torch.cuda.set_device(device)
        store, rank, count = next(rendezvous("env://"))
        # PyTorch 2.13 keeps the addresses of processes that have ended where new ones look for
        # theirs, and these then wait for the dead: each start gets a place of its own.
        attempt = PrefixStore(f"start {starts_before()}", store)
        distributed.init_process_group(
            "nccl" if on_gpu else "gloo", store=attempt, rank=rank, world_size=count
        )
        atexit.register(leave_processes)
    return TorchProcesses(device) if distributed.get_world_size() > 1 else ALONE


def local_rank() -> int:
    """Return the number of this process among those on this machine."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def leave_processes() -> None:
    """Let go of the other processes, if they are still there."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


class TorchProcesses(Processes):
    """Several processes connected by torch.distributed.

    Args:
        device: Where messages between them lie.
    """

    def __init__(self, device: torch.device) -> None:
        self.rank = distributed.get_rank()
        self.count = distributed.get_world_size()
        self.device = device

    def least(self, number: int) -> int:
        """Return the least of the numbers that the processes pass."""
        return self._reduced(number, distributed.ReduceOp.MIN)

    def any(self, claim: bool) -> bool:
        """Return whether any process claims so."""
        return bool(self._reduced(int(claim), distributed.ReduceOp.MAX))

    def of_first(self, array: Array) -> Array:
        """Return the array that the first process passes; all pass one of the same size."""
        message = torch.from_numpy(np.array(array)).to(self.device)
        distributed.broadcast(message, 0)
        result: Array = message.cpu().numpy()
        return result

    def wait(self) -> None:
        """Wait until every process is here."""
        self.least(0)

    def _reduced(self, number: int, operation: distributed.ReduceOp.RedOpType) -> int:
        message = torch.tensor(number, device=self.device)
        distributed.all_reduce(message, operation)
        return int(message)

    def sum_of(self, numbers: torch.Tensor) -> torch.Tensor:
        """Return the sum of the tensors that the processes pass."""
        distributed.all_reduce(numbers)
        return numbers

    def give_first(self, tensors: Iterable[torch.Tensor]) -> None:
        """Give every process the numbers of the first, in place."""
        for tensor in tensors:
            distributed.broadcast(tensor, 0)

    def joined(self, parts: torch.Tensor, sizes: list[int]) -> list[torch.Tensor]:
        """Return what each process passes, in order of their ranks.

        Args:
            parts: Of this process, its rows first.
            sizes: How many rows each process passes.
        """
        most = max(sizes)
        message = parts.new_zeros((most, *parts.shape[1:]))
        message[: len(parts)] = parts
        received = [torch.empty_like(message) for _ in sizes]
        distributed.all_gather(received, message)
        return [part[:size] for part, size in zip(received, sizes, strict=True)]
