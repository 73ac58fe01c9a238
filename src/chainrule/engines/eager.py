"""The eager engine: every operation runs in NumPy as it is called; the one to step through."""

import math

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.gradient import BackwardPass, accumulate, initial_gradient, run_hooks
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import no_grad
from chainrule.autograd.tensor import Tensor
from chainrule.engines.engine import LossFunction, StepResult, Steps
from chainrule.engines.not_finite import all_finite, gradient_error, loss_error, module_paths
from chainrule.engines.observation import Observation
from chainrule.engines.processes import ALONE
from chainrule.errors import NotFinite
from chainrule.nn.clipping import clip_grad_norm_
from chainrule.nn.module import Module
from chainrule.optim.optimizer import Optimizer
from chainrule.randomness import default_generator


class EagerEngine:
    """Runs the textbook's five lines: zero_grad, forward, loss, backward, step.

    Args:
        model: The network.
        loss: Takes outputs and targets.
        optimizer: Updates the model's parameters.
        clip_norm: Largest norm of all gradients together; None leaves them as they are.
    """

    name = "eager"
    takes_many_steps = False
    mixed_precision = False
    processes = ALONE

    def __init__(
        self,
        model: Module,
        loss: LossFunction,
        optimizer: Optimizer,
        clip_norm: float | None = None,
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.clip_norm = clip_norm
        self.reason = ""
        self._buffers = list(model.buffers())

    def train_step(self, inputs: Tensor, targets: Tensor, observe: bool = False) -> StepResult:
        """Learn from one batch; see ``Engine``."""
        value, outputs, walk = self._differentiate(inputs, targets, observe)
        if self.clip_norm is not None:
            clip_grad_norm_(self.model.parameters(), self.clip_norm)
        if walk is None:
            self.optimizer.step()
            return StepResult(value, outputs)
        return StepResult(value, outputs, self._observed_update(walk, value))

    def find_not_finite(self, inputs: Tensor, targets: Tensor) -> NotFinite | None:
        """Return the error that a step on this batch would end in, if any, and take no step."""
        counter = default_generator.counter
        buffers = [buffer.array.copy() for buffer in self._buffers]
        try:
            self._differentiate(inputs, targets, observe=False)
        except NotFinite as error:
            return error
        finally:
            self.optimizer.zero_grad()
            self._undo_forward(counter, buffers)
        return None

    def _differentiate(
        self, inputs: Tensor, targets: Tensor, observe: bool
    ) -> tuple[float, Array, BackwardPass | None]:
        """Compute a batch's loss and outputs, and the gradients of all parameters.

        Raises:
            NotFinite: with everything as it was before, but no gradients.
        """
        counter = default_generator.counter
        buffers = [buffer.array.copy() for buffer in self._buffers]
        self.optimizer.zero_grad()
        outputs = self.model(inputs)
        loss = self.loss(outputs, targets)
        value = float(loss.item())
        if not math.isfinite(value):
            self._undo_forward(counter, buffers)
            raise loss_error(loss, inputs, self.model)
        walk = None
        if observe:
            walk = self._observed_backward(loss)
        else:
            loss.backward()
        if not all_finite(p.grad.array for p in self.model.parameters() if p.grad is not None):
            self.optimizer.zero_grad()
            self._undo_forward(counter, buffers)
            again = self.loss(self.model(inputs), targets)  # with the same dropout masks
            self._undo_forward(counter, buffers)
            raise gradient_error(again, inputs, self.model)
        return value, outputs.array, walk

    def steps_at_once(self, inputs: Array, targets: Array, batch_size: int) -> int:
        """Return 1: every step is told of."""
        del inputs, targets, batch_size
        return 1

    def train_steps(self, inputs: Array, targets: Array, rows: Array, batch_size: int) -> Steps:
        """Learn from several batches; see ``Engine``."""
        results: list[StepResult] = []
        for start in range(0, len(rows), batch_size):
            batch = rows[start : start + batch_size]
            try:
                results.append(self.train_step(wrap(inputs[batch]), wrap(targets[batch])))
            except NotFinite:
                if not results:
                    raise
                break
        losses = np.array([result.loss for result in results])
        outputs = np.concatenate([result.outputs for result in results])
        return Steps(losses, outputs, len(results[-1].outputs))

    def evaluate_step(self, inputs: Tensor, targets: Tensor) -> StepResult:
        """Compute outputs and loss of one batch; see ``Engine``."""
        with no_grad():
            outputs = self.model(inputs)
            loss = self.loss(outputs, targets)
        return StepResult(float(loss.item()), outputs.array)

    def _undo_forward(self, counter: int, buffers: list[Array]) -> None:
        """Bring back what a forward pass changed: running statistics, and the place in the masks.

        Args:
            counter: Where the stream of dropout masks stood before.
            buffers: The numbers that the model's buffers held.
        """
        default_generator.counter = counter
        for buffer, numbers in zip(self._buffers, buffers, strict=True):
            buffer.array[...] = numbers

    def _observed_backward(self, loss: Tensor) -> BackwardPass:
        """Do what ``loss.backward()`` does, and keep the gradients of all intermediate values."""
        walk = BackwardPass([loss], [initial_gradient(loss, None)])
        walk.run(retain_graph=True, keep_all=True)
        for leaf, total in walk.of_leaf.values():
            # As in backward(): what a hook has seen may be in other hands.
            accumulate(leaf, run_hooks(leaf._hooks, total).view() if leaf._hooks else total)
        return walk

    def _observed_update(self, walk: BackwardPass, loss: float) -> Observation:
        """Take the optimiser's step and note by how much it moved each parameter."""
        parameters = dict(self.model.named_parameters())
        before: dict[str, Array] = {path: p.array.copy() for path, p in parameters.items()}
        self.optimizer.step()
        paths = module_paths(self.model)
        nodes = walk.nodes[::-1]
        return Observation(
            nodes=nodes,
            module_paths=[paths.get(id(node.scope)) for node in nodes],
            node_gradients=walk.of_node,
            parameter_gradients={
                path: p.grad.array for path, p in parameters.items() if p.grad is not None
            },
            updates={path: p.array - before[path] for path, p in parameters.items()},
            loss=loss,
        )
