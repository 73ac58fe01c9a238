"""Programs: a network's training step in machine code."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.compiler.build import Build, build
from chainrule.compiler.capture import LossFunction
from chainrule.compiler.glue import HEADER, row_size
from chainrule.compiler.memory import size_of
from chainrule.compiler.object_code import ObjectCode, blas_addresses, one_blas_thread
from chainrule.errors import InvalidShape
from chainrule.nn.module import Module
from chainrule.optim.optimizer import Optimizer
from chainrule.randomness import default_generator

STEPS_PER_CALL = 256
"""At most; between calls Python has a chance to see that it is to stop."""

SIGN = 1 << 63


class Program:
    """A network's training step, compiled.

    Args:
        model: The network, in training mode. Its parameters are shared, not copied.
        loss: Takes outputs and targets and returns one number.
        optimizer: Of the model's parameters. Its states are shared too.
        inputs: A few samples like those to come.
        targets: Their targets.
        threads: How many work on a step together.

    Attributes:
        source: The step as Python: forward, backward, update, in order.

    Raises:
        NotCompilable: naming what in the network cannot be compiled.
    """

    def __init__(
        self,
        model: Module,
        loss: LossFunction,
        optimizer: Optimizer,
        inputs: Array,
        targets: Array,
        threads: int = 1,
    ) -> None:
        self.model, self.optimizer, self.threads = model, optimizer, threads
        self._build = build(model, loss, optimizer, inputs, targets)
        self._code = ObjectCode(self._build.compiled)
        self._memory = _Memory(self._build)

    @property
    def source(self) -> str:
        """The step as Python source."""
        return self._build.source

    def step(self, inputs: Array, targets: Array) -> float:
        """Learn from one batch and return its loss."""
        order = np.arange(len(inputs))
        losses, _ = self.epoch(inputs, targets, order, len(inputs))
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
        """
        made = self._build
        x = fitting(inputs, made.graph.inputs, "inputs")
        y = fitting(targets, made.target, "targets")
        count = len(order)
        steps = -(-count // batch_size)
        losses = np.zeros(steps, made.dtype)
        outputs = np.zeros((count, row_size(made.graph.outputs)), made.dtype)
        numbers = self._numbers(steps)
        sync, order = np.zeros(8, np.int64), np.ascontiguousarray(order, dtype=np.int64)
        key = int(default_generator.key)
        sgemm, dgemm = blas_addresses()
        head: dict[str, int] = {
            "threads": self.threads,
            "sync": sync.ctypes.data,
            "sgemm": sgemm,
            "dgemm": dgemm,
            "batch": batch_size,
            "samples": count,
            "inputs": x.ctypes.data,
            "targets": y.ctypes.data,
            "order": order.ctypes.data,
            "numbers": numbers.ctypes.data,
            "losses": losses.ctypes.data,
            "outputs": outputs.ctypes.data,
            "key": key - 2 * SIGN if key >= SIGN else key,
            "counter": default_generator.counter,
        }
        table = np.zeros(len(HEADER) + len(made.arguments), dtype=np.int64)
        table[len(HEADER) :] = self._memory.addresses(min(batch_size, count))
        with one_blas_thread():
            for first in range(0, steps, STEPS_PER_CALL):
                last = min(first + STEPS_PER_CALL, steps)
                head |= {"first": first, "last": last}
                table[: len(HEADER)] = [head[name] for name in HEADER]
                self._run(table)
                self._count(first, last, batch_size, count)
        return losses, outputs

    def _run(self, table: Array) -> None:
        """Have the team run on a table."""
        address = table.ctypes.data
        others = [
            helpers(self.threads).submit(self._code.run, address, thread)
            for thread in range(1, self.threads)
        ]
        self._code.run(address, 0)
        for other in others:
            other.result()

    def _numbers(self, steps: int) -> Array:
        """Return the optimiser's numbers for the next steps, shape (steps, numbers)."""
        table = np.zeros((steps, self._build.width), self._build.dtype)
        for source in self._build.numbers:
            for step in range(steps):
                given = self.optimizer.numbers(source.group, source.bundle.taken + 1 + step)
                for position, which in enumerate(source.present):
                    table[step, source.start + position] = given[which]
        return table

    def _count(self, first: int, last: int, batch_size: int, count: int) -> None:
        """Note in optimiser and generator what the steps have used."""
        for source in self._build.numbers:
            source.bundle.count_steps(last - first)
        self.optimizer.steps_taken += last - first
        drawn, samples = self._build.drawn, min(last * batch_size, count) - first * batch_size
        default_generator.counter += drawn.count * (samples if drawn.per_sample else last - first)


class _Memory:
    """The arrays a program works on: the model's and the optimiser's own, and buffers."""

    def __init__(self, made: Build) -> None:
        self.made = made
        self.batch_size = 0
        self.buffers: dict[object, Array] = {}

    def addresses(self, batch_size: int) -> list[int]:
        """Return the addresses of all arrays, with buffers for batches of this size."""
        if batch_size > self.batch_size:
            self.batch_size, self.buffers = batch_size, {}
        return [self._array(value).ctypes.data for value in self.made.arguments]

    def _array(self, value: Any) -> Array:
        tensor: TensorCore | None = self.made.tensors.get(value)
        if tensor is not None:
            return tensor.array
        if value.array is not None:
            array: Array = value.array
            return array
        place = self.made.buffers.get(value, value)
        if place not in self.buffers:
            self.buffers[place] = np.zeros(size_of(value.shape, self.batch_size), value.dtype)
        return self.buffers[place]


def fitting(array: Array, value: Any, what: str) -> Array:
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


@cache
def helpers(threads: int) -> ThreadPoolExecutor:
    """Return the threads that help the calling one; they sleep while nothing runs."""
    return ThreadPoolExecutor(max(threads - 1, 1), thread_name_prefix="chainrule")


def compile(
    model: Module,
    loss: LossFunction,
    optimizer: Optimizer,
    inputs: Any,
    targets: Any,
    *,
    threads: int = 1,
) -> Program:
    """Return a network's training step as a program.

    Args:
        model: The network, in training mode.
        loss: A loss module, or a function of outputs and targets.
        optimizer: Of the model's parameters.
        inputs: A few samples like those to come, as a tensor or an array.
        targets: Their targets.
        threads: How many work on a step together.

    Raises:
        NotCompilable: naming what in the network cannot be compiled.
    """
    x, y = (t.array if isinstance(t, TensorCore) else np.asarray(t) for t in (inputs, targets))
    return Program(model, loss, optimizer, x, y, threads=threads)
