"""The compiled engine: every training step is one program in machine code."""

from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.tensor import Tensor
from chainrule.compiler.program import Program
from chainrule.compiler.refusal import NotCompilable
from chainrule.engines.eager import EagerEngine
from chainrule.engines.engine import LossFunction, StepResult, Steps
from chainrule.engines.not_finite import all_finite
from chainrule.engines.processes import ALONE
from chainrule.nn.module import Module
from chainrule.optim.bundle import Bundle
from chainrule.optim.optimizer import Optimizer
from chainrule.randomness import default_generator


class CompiledEngine:
    """Runs training steps in machine code, many at a time.

    Steps that are to be observed run on the eager engine; so do those of a slice in which something
    went wrong, or a loss or a gradient stopped being finite: from its beginning, to find out where.

    Args:
        model: The network.
        loss: Takes outputs and targets.
        optimizer: Updates the model's parameters.
        clip_norm: Largest norm of all gradients together; None leaves them as they are.
        threads: How many work on a step together; None for as many as help.
    """

    name = "compiled"
    takes_many_steps = True
    mixed_precision = False
    processes = ALONE
    reason = ""

    def __init__(
        self,
        model: Module,
        loss: LossFunction,
        optimizer: Optimizer,
        clip_norm: float | None = None,
        threads: int | None = None,
    ) -> None:
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.clip_norm, self.threads = clip_norm, threads
        self.eager = EagerEngine(model, loss, optimizer, clip_norm)
        self._programs: dict[tuple[object, ...], Program] = {}
        self._evaluations: dict[tuple[object, ...], Program | None] = {}
        self._snapshot = Snapshot(model, optimizer)

    def prepare(self, inputs: Array, targets: Array) -> Program:
        """Return the program for samples like these, compiled if need be.

        Raises:
            NotCompilable: naming what in the network cannot be compiled.
        """
        kind = kind_of(inputs, targets)
        if kind not in self._programs:
            self._programs[kind] = Program(
                self.model,
                self.loss,
                self.optimizer,
                inputs,
                targets,
                threads=self.threads,
                clip_norm=self.clip_norm,
            )
        return self._programs[kind]

    def train_step(self, inputs: Tensor, targets: Tensor, observe: bool = False) -> StepResult:
        """Learn from one batch; see ``Engine``."""
        if observe:
            return self.eager.train_step(inputs, targets, observe=True)
        rows = np.arange(len(inputs.array))
        taken = self.train_steps(inputs.array, targets.array, rows, len(rows))
        return taken.last

    def steps_at_once(self, inputs: Array, targets: Array, batch_size: int) -> int:
        """Return how many steps to take before looking at whether to stop."""
        return self.prepare(inputs, targets).steps_at_once(batch_size)

    def train_steps(self, inputs: Array, targets: Array, rows: Array, batch_size: int) -> Steps:
        """Learn from several batches; see ``Engine``."""
        program = self.prepare(inputs, targets)
        program.refresh()
        self.optimizer.zero_grad()
        self._snapshot.take()
        try:
            losses, outputs = program.epoch(inputs, targets, rows, batch_size)
        except BaseException as error:
            self._snapshot.restore()
            if not isinstance(error, Exception):
                raise
        else:
            parameters = (parameter.array for parameter in self.model.parameters())
            if np.isfinite(losses).all() and all_finite(parameters):
                return Steps(losses, outputs, (len(rows) - 1) % batch_size + 1)
            self._snapshot.restore()
        return self.eager.train_steps(inputs, targets, rows, batch_size)

    def evaluate_step(self, inputs: Tensor, targets: Tensor) -> StepResult:
        """Compute outputs and loss of one batch; see ``Engine``."""
        kind = kind_of(inputs.array, targets.array)
        if kind not in self._evaluations:
            try:
                self._evaluations[kind] = Program(
                    self.model, self.loss, None, inputs.array, targets.array, threads=self.threads
                )
            except NotCompilable:  # what only evaluation does; the eager engine does it as well
                self._evaluations[kind] = None
        program = self._evaluations[kind]
        if program is None:
            return self.eager.evaluate_step(inputs, targets)
        losses, outputs = program.forward(inputs.array, targets.array, len(inputs.array))
        return StepResult(float(losses[0]), outputs)


def kind_of(inputs: Array, targets: Array) -> tuple[object, ...]:
    """Return what a program for samples like these depends on."""
    return inputs.shape[1:], inputs.dtype, targets.shape[1:], targets.dtype


@dataclass(eq=False)
class _Saved:
    """An array and the numbers it held."""

    array: Array
    numbers: Array


class Snapshot:
    """All that training steps change, as it was before them.

    Args:
        model: The network.
        optimizer: Of its parameters.
    """

    def __init__(self, model: Module, optimizer: Optimizer) -> None:
        self._model, self._optimizer = model, optimizer
        self._saved: list[_Saved] = []
        self._taken: list[tuple[Bundle, int]] = []
        self._counts = (0, 0)

    def take(self) -> None:
        """Note everything as it is."""
        self._taken = [(bundle, bundle.taken) for bundle in self._optimizer.bundles()]
        arrays = [tensor.array for tensor in (*self._model.parameters(), *self._model.buffers())]
        for bundle, _ in self._taken:
            arrays += [memory for memory in bundle.memory if memory is not None]
        if [id(saved.array) for saved in self._saved] != [id(array) for array in arrays]:
            self._saved = [_Saved(array, np.empty_like(array)) for array in arrays]
        for saved in self._saved:
            np.copyto(saved.numbers, saved.array)
        self._counts = self._optimizer.steps_taken, default_generator.counter

    def restore(self) -> None:
        """Make everything as it was."""
        for saved in self._saved:
            np.copyto(saved.array, saved.numbers)
        for bundle, taken in self._taken:
            bundle.count_steps(taken - bundle.taken)
        self._optimizer.steps_taken, default_generator.counter = self._counts
