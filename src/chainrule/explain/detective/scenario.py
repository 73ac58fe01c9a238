"""What was to be computed: a network, its loss, batches, an optimiser, and the number asked for."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.explain.detective.graph import Graph, LossFunction, Numbers, record
from chainrule.explain.detective.question import Question
from chainrule.nn.module import Module
from chainrule.optim.bundle import steps_taken
from chainrule.optim.optimizer import Group, Optimizer
from chainrule.randomness import default_generator

Batch: TypeAlias = tuple[object, object]
"""Inputs and target: tensors, arrays or nested lists."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """A training step, or several, that a number came out of; everything in float64.

    Attributes:
        graphs: Of the batches, in the order in which the steps see them.
        parameters: Before the first step, by path.
        states: Of the optimiser before the first step, by path of the parameter.
        groups: The optimiser's options, by path of the parameter; without those it leaves fixed.
        optimizer: Whose rule moves the parameters; None if there is none.
        first_step: Number of the first step, 1 for an optimiser that is new.
        num_steps: How many steps are taken.
        question: What is asked.
        is_single: Whether the network came in float32 or less, which has few digits to compare.
    """

    graphs: tuple[Graph, ...]
    parameters: Numbers
    states: dict[str, Numbers]
    groups: dict[str, Group]
    optimizer: Optimizer | None
    first_step: int
    num_steps: int
    question: Question
    is_single: bool

    @property
    def graph(self) -> Graph:
        """Of the first batch; those of the others have the same calls."""
        return self.graphs[0]

    @property
    def group(self) -> Group:
        """The options of the optimiser's first group; none without an optimiser."""
        return {} if self.optimizer is None else self.optimizer.param_groups[0]

    def group_of(self, path: str) -> Group:
        """Return the options for a parameter; the first group's for one that is to stay fixed."""
        return self.groups.get(path, self.group)


def make_scenario(
    model: Module,
    loss: LossFunction,
    optimizer: Optimizer | None,
    batches: Sequence[Batch],
    question: Question,
    num_steps: int | None = None,
) -> Scenario:
    """Record the batches of a training run and what it starts with; model and optimiser stay.

    Args:
        model: The network, with the weights before the first step.
        loss: Takes outputs and target and returns one number.
        optimizer: As it is before the first step; what it does not hold is fixed.
        batches: One for each step; when there are more steps, they come round again.
        question: What is asked.
        num_steps: By default one for each batch.

    Raises:
        InvalidArgument: if the question does not fit the network, or steps need what is missing.
        GradientError: if the loss cannot be differentiated.
    """
    steps = len(batches) if num_steps is None else num_steps
    _check(optimizer, batches, question, steps)
    paths = {id(parameter): path for path, parameter in model.named_parameters()}
    twin = _in_double(model).requires_grad_()
    twin_paths = {id(parameter): path for path, parameter in twin.named_parameters()}
    twin_loss = _in_double(loss) if isinstance(loss, Module) else loss
    counter = default_generator.counter
    graphs = tuple(
        record(twin, twin_loss, _tensor(x), _tensor(y), paths | twin_paths) for x, y in batches
    )
    default_generator.counter = counter  # the masks of dropout that come next are still to come
    parameters = {path: parameter.array for path, parameter in twin.named_parameters()}
    output = graphs[0].shapes[graphs[0].output]
    question.check({path: array.shape for path, array in parameters.items()}, output)
    scenario = Scenario(
        graphs=graphs,
        parameters=parameters,
        states={},
        groups={},
        optimizer=optimizer,
        first_step=1,
        num_steps=steps,
        question=question,
        is_single=any(p.array.dtype.itemsize < np.float64().itemsize for p in model.parameters()),
    )
    return scenario if optimizer is None else _with_optimizer(scenario, optimizer, paths)


def _check(
    optimizer: Optimizer | None, batches: Sequence[Batch], question: Question, steps: int
) -> None:
    if not batches:
        raise InvalidArgument("The detective needs at least one batch: (inputs, target).")
    if steps < 0 or (steps == 0 and question.kind == "gradient"):
        raise InvalidArgument(
            f"steps={steps}: give the number of steps taken; a gradient belongs to the last of "
            "them, so it needs at least 1."
        )
    needs = steps > (1 if question.kind == "gradient" else 0)
    if optimizer is None and needs:
        raise InvalidArgument(
            f"'{question}' after {steps} steps needs an optimizer: pass the one that took them."
        )
    if optimizer is not None and not hasattr(type(optimizer), "rule"):
        raise InvalidType(
            f"{type(optimizer).__name__} has no update rule the detective could change: it knows "
            "those of chainrule.optim."
        )


def _with_optimizer(scenario: Scenario, optimizer: Optimizer, paths: dict[int, str]) -> Scenario:
    """Return the scenario with the optimiser's options and states.

    Raises:
        InvalidArgument: if it holds none of the model's parameters.
    """
    groups: dict[str, Group] = {}
    states: dict[str, Numbers] = {}
    taken = 0
    for group in optimizer.param_groups:
        options = {name: option for name, option in group.items() if name != "params"}
        for parameter in group["params"]:
            path = paths.get(id(parameter))
            if path is None or not parameter.requires_grad:
                continue
            entry = optimizer.state.get(parameter, {})
            taken = max(taken, steps_taken(entry, optimizer.rule, optimizer.state_names(group)))
            groups[path] = options
            states[path] = {
                name: tensor.array.astype(np.float64)
                for name, tensor in entry.items()
                if name in optimizer.rule.states
            }
    if not groups:
        raise InvalidArgument(
            f"{type(optimizer).__name__} holds none of the model's parameters: make it with "
            "model.parameters() of this very model."
        )
    return replace(scenario, groups=groups, states=states, first_step=taken + 1)


def _in_double(module: Module) -> Module:
    """Return a copy in float64."""
    return copy.deepcopy(module).double()


def _tensor(numbers: object) -> Tensor:
    """Return numbers as a tensor, those of floating point in float64."""
    array: Array = numbers.array if isinstance(numbers, TensorCore) else np.asarray(numbers)
    if array.dtype.kind not in "fiub":
        raise InvalidType(
            f"A batch holds {array.dtype} numbers: pass tensors, arrays or lists of numbers."
        )
    return wrap(array.astype(np.float64) if array.dtype.kind == "f" else array)
