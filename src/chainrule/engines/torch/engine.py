"""The engine whose steps PyTorch takes: on a GPU, or on one of several processes' CPUs."""

import time

import numpy as np
import torch

from chainrule.array_types import Array
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.engines.eager import EagerEngine
from chainrule.engines.engine import StepResult, Steps
from chainrule.engines.job import Job
from chainrule.engines.torch.batches import Batches
from chainrule.engines.torch.devices import choose_device
from chainrule.engines.torch.network import NetworkTwin, in_evaluation
from chainrule.engines.torch.not_finite import report
from chainrule.engines.torch.optimizers import OptimizerTwin
from chainrule.engines.torch.processes import TorchProcesses, join_processes, local_rank
from chainrule.engines.torch.random_numbers import own_random_numbers, seed_step
from chainrule.engines.torch.sharing import OwnParts, Sharing, share_beginning
from chainrule.engines.torch.steps import RecordedSteps, Work
from chainrule.randomness import default_generator

SECONDS_PER_SLICE = 0.1
"""Of steps before callbacks and Ctrl-C are looked at."""
FIRST_STEPS = 10


class TorchEngine:
    """Runs training steps in PyTorch.

    Each slice of steps begins with this library's numbers and ends with its results copied back, so
    model, optimiser and generator are always those of the last finished slice. With several
    processes, each computes its part of every batch, and DistributedDataParallel adds the gradients
    up; all of them have the same numbers afterwards.

    Every step draws its dropout masks from a seed of its own, which follows from the library's
    generator and the number of the step: resuming anywhere gives the same masks.

    Args:
        job: What to run.

    Raises:
        InvalidArgument: if there is no such device.
        InvalidType: naming what in the network, the loss or the optimiser PyTorch does not have.
    """

    name = "torch"
    takes_many_steps = True

    def __init__(self, job: Job) -> None:
        self.model, self.loss, self.optimizer = job.model, job.loss, job.optimizer
        self.clip_norm, self.mixed_precision = job.clip_norm, job.mixed_precision
        self._sample = job.inputs, job.targets
        self.eager = EagerEngine(job.model, job.loss, job.optimizer, job.clip_norm)
        self.device = choose_device(job.device, local_rank())
        self.processes = join_processes(self.device)
        self.network = NetworkTwin(job.model, job.loss, self.device)
        self.batches = Batches(self.device, self.processes.rank, self.processes.count)
        self.sharing = Sharing(self.network, self.processes, self.device)
        self.reason = self._describe()
        self._steps = self._make_steps()
        self._seconds_per_step: float | None = None
        if isinstance(self.processes, TorchProcesses):
            share_beginning(self.network, self.processes)

    @property
    def _work(self) -> Work:
        return self._steps.work

    def _describe(self) -> str:
        name = torch.cuda.get_device_name(self.device) if self._is_on_gpu() else str(self.device)
        with_others = f" in {self.processes.count} processes" if self.processes.count > 1 else ""
        return f"PyTorch on {name}{with_others}{', bfloat16' if self.mixed_precision else ''}"

    def _is_on_gpu(self) -> bool:
        return self.device.type == "cuda"

    def _make_steps(self) -> RecordedSteps:
        optimizer = OptimizerTwin(self.optimizer, self.network.parameters(), self.device)
        module: torch.nn.Module = self.network.theirs
        if self.processes.count > 1:
            optimizer.is_recordable = False  # messages to other processes cannot be
            module = torch.nn.parallel.DistributedDataParallel(
                module,
                device_ids=[self.device.index] if self._is_on_gpu() else None,
                find_unused_parameters=self._leaves_parameters_out(),
            )
        loss, clip_norm = self.network.loss, self.clip_norm
        return RecordedSteps(
            Work(module, loss, optimizer, clip_norm, self.mixed_precision, self.device)
        )

    def _leaves_parameters_out(self) -> bool:
        """Return whether there are parameters that get no gradient, tried on a sample."""
        rows = np.arange(len(self._sample[0]))
        [batch] = Batches(self.device, 0, 1).of(*self._sample, rows, len(rows))
        module = self.network.theirs
        with own_random_numbers(self.device), in_evaluation(module), torch.enable_grad():
            self.network.loss(module(batch.inputs), batch.targets).backward()
        left_out = any(p.grad is None for p in module.parameters() if p.requires_grad)
        module.zero_grad(set_to_none=True)
        return left_out

    # Training

    def train_step(self, inputs: Tensor, targets: Tensor, observe: bool = False) -> StepResult:
        """Learn from one batch; see ``Engine``."""
        if observe:
            return self.eager.train_step(inputs, targets, observe=True)
        rows = np.arange(len(inputs.array))
        return self.train_steps(inputs.array, targets.array, rows, len(rows)).last

    def steps_at_once(self, inputs: Array, targets: Array, batch_size: int) -> int:
        """Return how many steps to take before looking at whether to stop."""
        del inputs, targets, batch_size
        if self._seconds_per_step is None:
            return FIRST_STEPS
        return max(1, int(SECONDS_PER_SLICE / self._seconds_per_step))

    def train_steps(self, inputs: Array, targets: Array, rows: Array, batch_size: int) -> Steps:
        """Learn from several batches; see ``Engine``."""
        began, counter = time.perf_counter(), default_generator.counter
        try:
            taken = self._try_steps(inputs, targets, rows, batch_size)
        except (RuntimeError, IndexError, ValueError):
            default_generator.counter = counter
            self._say_what_is_wrong(inputs, targets, rows, batch_size)
            raise
        if taken is None:
            return self._until_not_finite(inputs, targets, rows, batch_size)
        self._seconds_per_step = (time.perf_counter() - began) / len(taken.losses)
        return taken

    def _try_steps(
        self, inputs: Array, targets: Array, rows: Array, batch_size: int
    ) -> Steps | None:
        """Take the steps; or none of them, if one meets something that is not finite."""
        counter = default_generator.counter
        self._push()
        self.sharing.settle(inputs, targets)
        parts = OwnParts()
        with own_random_numbers(self.device):
            for batch in self.batches.of(inputs, targets, rows, batch_size):
                seed_step(self.device, self.processes.rank)
                scale = self.sharing.scale(batch)
                loss, outputs = self._steps.step(batch.inputs, batch.targets, scale)
                parts.add(loss, outputs, batch.weight)
        result = self.sharing.gather(parts, len(rows), batch_size)
        if not np.isfinite(result.losses).all() or not self.network.is_finite():
            default_generator.counter = counter
            return None
        if isinstance(self.processes, TorchProcesses):
            self.processes.give_first(self.network.theirs.buffers())
        self.network.pull()
        self._work.optimizer.pull(len(result.losses))
        return result

    def _push(self) -> None:
        """Give PyTorch our numbers."""
        if not self._work.optimizer.fits():
            self._steps = self._make_steps()
        self.network.push()
        self._work.optimizer.push()

    def _until_not_finite(
        self, inputs: Array, targets: Array, rows: Array, batch_size: int
    ) -> Steps:
        """Take one step after the other, up to the one that meets something not finite.

        Raises:
            NotFinite: if that is the first one.
        """
        results: list[StepResult] = []
        for start in range(0, len(rows), batch_size):
            batch = rows[start : start + batch_size]
            taken = self._try_steps(inputs, targets, batch, batch_size)
            if taken is None:
                if results:
                    break
                self._push()
                samples = wrap(inputs[batch]), wrap(targets[batch])
                raise report(self.eager, self.network, *samples)
            results.append(taken.last)
        losses = np.array([result.loss for result in results])
        outputs = np.concatenate([result.outputs for result in results])
        return Steps(losses, outputs, len(results[-1].outputs))

    def _say_what_is_wrong(
        self, inputs: Array, targets: Array, rows: Array, batch_size: int
    ) -> None:
        """Run the samples that PyTorch refused through the eager engine, whose errors say why.

        Raises:
            ChainruleError: unless that finds nothing wrong with them.
        """
        for start in range(0, len(rows), batch_size):
            batch = rows[start : start + batch_size]
            self.eager.find_not_finite(wrap(inputs[batch]), wrap(targets[batch]))

    # Evaluation

    def evaluate_step(self, inputs: Tensor, targets: Tensor) -> StepResult:
        """Compute outputs and loss of one batch; see ``Engine``."""
        self.network.push()
        self.sharing.settle(inputs.array, targets.array)
        rows = np.arange(len(inputs.array))
        [batch] = self.batches.of(inputs.array, targets.array, rows, len(rows))
        parts = OwnParts()
        with torch.no_grad(), own_random_numbers(self.device):
            outputs = self._work.forward(self.network.theirs, batch.inputs)
            parts.add(self.network.loss(outputs, batch.targets), outputs, batch.weight)
        return self.sharing.gather(parts, len(rows), len(rows)).last
