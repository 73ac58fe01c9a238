"""Programs: a network in machine code, its training step or its forward pass."""

import time
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.compiler.build import build
from chainrule.compiler.callback import Callback
from chainrule.compiler.capture import LossFunction
from chainrule.compiler.glue import HEADER
from chainrule.compiler.graph import Value
from chainrule.compiler.object_code import ObjectCode, blas_addresses, one_blas_thread
from chainrule.compiler.program_memory import ProgramMemory
from chainrule.compiler.team import run_team, team_size
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.nn.module import Module
from chainrule.optim.optimizer import Optimizer
from chainrule.randomness import default_generator

SLICE_SECONDS = 0.1
"""About how long machine code runs before Python has a chance to see that it is to stop."""

FIRST_SLICE = 4  # steps, while it is not known how long one takes
GROWTH = 8  # a slice is at most so many times longer than the one it was estimated from
FORWARD_BATCH = 1024
SIGN = 1 << 63


class Program:
    """A network, compiled.

    Args:
        model: The network, in the mode it is to run in. Its parameters are shared, not copied.
        loss: Takes outputs and targets and returns one number; None for outputs alone.
        optimizer: Of the model's parameters, its states shared too; None where nothing is learned.
        inputs: A few samples like those to come.
        targets: Their targets, where there is a loss.
        threads: How many work on a step together; None for as many as help.
        clip_norm: Largest norm of all gradients together.

    Attributes:
        source: The step as Python: forward, backward, update, in order.

    Raises:
        NotCompilable: naming what in the network cannot be compiled.
    """

    def __init__(
        self,
        model: Module,
        loss: LossFunction | None,
        optimizer: Optimizer | None,
        inputs: Array,
        targets: Array | None,
        *,
        threads: int | None = None,
        clip_norm: float | None = None,
    ) -> None:
        if threads is not None and threads < 1:
            raise InvalidArgument(f"compile got threads={threads}: at least 1 is needed.")
        if optimizer is not None and (loss is None or targets is None):
            raise InvalidArgument("compile got an optimiser without a loss and targets to learn.")
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.threads, self.clip_norm = threads, clip_norm
        self._samples = inputs[:2].copy(), None if targets is None else targets[:2].copy()
        self._seconds: dict[int, float] = {}
        self._make()

    def _make(self) -> None:
        self._build = build(
            self.model, self.loss, self.optimizer, *self._samples, clip_norm=self.clip_norm
        )
        self._code = ObjectCode(self._build.compiled)
        self._memory = ProgramMemory(self._build)
        self._callback = Callback(self._build.numpy_calls, self._memory)
        self._mode = mode_of(self.model)

    @property
    def source(self) -> str:
        """The step as Python source."""
        return self._build.source

    def step(self, inputs: Array, targets: Array) -> float:
        """Learn from one batch and return its loss."""
        losses, _ = self.epoch(inputs, targets, np.arange(len(inputs)), len(inputs))
        return float(losses[0])

    def epoch(
        self, inputs: Array, targets: Array, order: Array, batch_size: int
    ) -> tuple[Array, Array]:
        """Learn from samples in the given order.

        Args:
            inputs: All samples, of the dtype and shape the program was made for.
            targets: All targets.
            order: Numbers of the samples to learn from, int64.
            batch_size: Samples per step; the last step takes what is left.

        Returns:
            The loss of every step, and the outputs for every sample, in this order.

        Raises:
            InvalidArgument: if the program was made without an optimiser, or the order names a
                sample that is not there.
        """
        if self.optimizer is None:
            raise InvalidArgument("This program only computes outputs: compile with an optimiser.")
        return self._run(inputs, targets, order, batch_size)

    def forward(
        self, inputs: Array, targets: Array | None = None, batch_size: int = FORWARD_BATCH
    ) -> tuple[Array, Array]:
        """Compute the outputs of samples, and the losses of their batches.

        Args:
            inputs: All samples.
            targets: All targets, if the program was made with a loss.
            batch_size: Samples per batch; the last one takes what is left.

        Returns:
            The loss of every batch (zeros without a loss), and the outputs for every sample.

        Raises:
            InvalidArgument: if the program was made to learn, or with a loss and there are no
                targets.
        """
        if self.optimizer is not None:
            raise InvalidArgument("This program learns: compile one without an optimiser.")
        return self._run(inputs, targets, np.arange(len(inputs)), batch_size)

    def steps_at_once(self, batch_size: int) -> int:
        """Return how many steps fit between two looks at whether to stop."""
        seconds = self._seconds.get(batch_size)
        return FIRST_SLICE if seconds is None else max(int(SLICE_SECONDS / seconds), 1)

    def _run(
        self, inputs: Array, targets: Array | None, order: Array, batch_size: int
    ) -> tuple[Array, Array]:
        """Take a step for every batch, in slices."""
        self.refresh()
        made = self._build
        x = fitting(inputs, made.graph.inputs, "inputs")
        y = None
        if made.graph.target is not None:
            if targets is None or len(targets) != len(inputs):
                raise InvalidArgument(
                    f"The program needs a target for each of the {len(inputs)} samples."
                )
            y = fitting(targets, made.graph.target, "targets")
        order = np.ascontiguousarray(order, dtype=np.int64)
        count = len(order)
        if count and not 0 <= order.min() <= order.max() < len(x):
            raise InvalidArgument(
                f"The order names sample {order.max()} or {order.min()} of {len(x)}: numbers go "
                "from 0 to one less."
            )
        steps = -(-count // batch_size)
        losses = np.zeros(steps, made.dtype)
        outputs = np.zeros(
            (count, *(extent.count for extent in made.graph.outputs.shape[1:])), made.dtype
        )
        numbers = self._numbers(steps)
        sync = np.zeros(8, np.int64)
        key = int(default_generator.key)
        sgemm, dgemm = blas_addresses()
        threads = team_size(self.threads, made.work * batch_size)
        head: dict[str, int] = {
            "threads": threads,
            "sync": sync.ctypes.data,
            "sgemm": sgemm,
            "dgemm": dgemm,
            "batch": batch_size,
            "samples": count,
            "inputs": x.ctypes.data,
            "targets": 0 if y is None else y.ctypes.data,
            "order": order.ctypes.data,
            "numbers": numbers.ctypes.data,
            "losses": losses.ctypes.data,
            "outputs": outputs.ctypes.data,
            "key": key - 2 * SIGN if key >= SIGN else key,
            "counter": default_generator.counter,
            "caller": self._callback.address,
        }
        table = np.zeros(len(HEADER) + len(made.arguments), dtype=np.int64)
        table[len(HEADER) :] = self._memory.addresses(min(batch_size, max(count, 1)))
        address, code = table.ctypes.data, self._code
        first = 0
        with one_blas_thread():
            while first < steps:
                last = min(first + self.steps_at_once(batch_size), steps)
                head |= {"first": first, "last": last}
                table[: len(HEADER)] = [head[name] for name in HEADER]
                started = time.perf_counter()
                run_team(lambda thread: code.run(address, thread), threads)
                self._callback.check()
                seconds = (time.perf_counter() - started) / (last - first)
                self._seconds[batch_size] = max(seconds, SLICE_SECONDS / GROWTH / (last - first))
                self._count(first, last, batch_size, count)
                first = last
        return losses, outputs

    def refresh(self) -> None:
        """Make the program anew if model or optimiser work otherwise, or in other memory, now."""
        if not self._is_current():
            self._make()

    def _is_current(self) -> bool:
        """Return whether model and optimiser are still those that the program was made for."""
        if self._mode != mode_of(self.model):
            return False
        optimizer = self.optimizer
        return optimizer is None or all(n.are_current(optimizer) for n in self._build.numbers)

    def _numbers(self, steps: int) -> Array:
        """Return the optimiser's numbers for the next steps, shape (steps, numbers)."""
        table = np.zeros((max(steps, 1), self._build.width), self._build.dtype)
        for source in self._build.numbers:
            if self.optimizer is None or steps == 0:
                break
            given = self.optimizer.numbers_of_steps(source.group, source.bundle.taken + 1, steps)
            for position, which in enumerate(source.present):
                table[:, source.start + position] = given[which]
        return table

    def _count(self, first: int, last: int, batch_size: int, count: int) -> None:
        """Note in optimiser and generator what the steps have used."""
        for source in self._build.numbers:
            source.bundle.count_steps(last - first)
        for buffer in self._build.counted:
            buffer.array[...] += last - first
        if self.optimizer is not None:
            self.optimizer.steps_taken += last - first
        drawn, samples = self._build.drawn, min(last * batch_size, count) - first * batch_size
        default_generator.counter += drawn.count * (samples if drawn.per_sample else last - first)


def mode_of(model: Module) -> tuple[object, ...]:
    """Return what decides on the operations of a model: modes, what is learned, and hooks."""
    modules = tuple(
        (module.training, bool(module._forward_hooks), bool(module._forward_pre_hooks))
        for module in model.modules()
    )
    return modules, tuple((p.requires_grad, bool(p._hooks)) for p in model.parameters())


def fitting(array: Array, value: Value, what: str) -> Array:
    """Return a data set as the program reads it.

    Raises:
        InvalidShape: if its samples have another shape.
    """
    expected = tuple(extent.count for extent in value.shape[1:])
    if array.shape[1:] != expected:
        raise InvalidShape(
            f"The program was compiled for {what} of shape {expected} per sample, got "
            f"{array.shape[1:]}: compile another one for them."
        )
    return np.ascontiguousarray(array, dtype=value.dtype)


def compile(
    model: Module,
    loss: LossFunction | None,
    optimizer: Optimizer | None,
    inputs: Any,
    targets: Any = None,
    *,
    threads: int | None = None,
    clip_norm: float | None = None,
) -> Program:
    """Return a network's training step, or without optimiser its forward pass, as a program.

    Args:
        model: The network, in training mode; in evaluation mode for its forward pass.
        loss: A loss module, or a function of outputs and targets; None for outputs alone.
        optimizer: Of the model's parameters; None where nothing is to be learned.
        inputs: A few samples like those to come, as a tensor or an array.
        targets: Their targets, where there is a loss.
        threads: How many work on a step together; None for as many as help.
        clip_norm: Largest norm of all gradients together.

    Raises:
        InvalidArgument: if there is an optimiser without loss and targets.
        NotCompilable: naming what in the network cannot be compiled.
    """
    x, y = (
        t.array if isinstance(t, TensorCore) else None if t is None else np.asarray(t)
        for t in (inputs, targets)
    )
    if x is None or x.ndim == 0 or len(x) == 0:
        raise InvalidArgument("compile got no samples: pass a few like those to come.")
    return Program(model, loss, optimizer, x, y, threads=threads, clip_norm=clip_norm)
