"""Optimizer: what all optimisers share; groups of parameters, their states, and the step."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import enable_grad
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.optim.bundle import Bundle, State, bundle_parameters
from chainrule.optim.options import require_real
from chainrule.optim.rule import UpdateRule
from chainrule.optim.saved_state import load_groups, load_states, save_groups, save_states

Group: TypeAlias = dict[str, Any]
"""A parameter group: ``params``, a list of tensors, and one entry per option."""

Parameters: TypeAlias = Iterable[Tensor] | Iterable[Group] | Iterable[tuple[str, Tensor]]
"""What an optimiser can be made for: tensors, groups of them, or (name, tensor) pairs."""


class Optimizer:
    """Base of all optimisers.

    A subclass names its ``rule`` and, unless they are simply the options of the same names, says
    which states and numbers a group's options mean. Or it defines ``step()`` itself.

    Args:
        params: Tensors, usually ``model.parameters()``; or groups, each a dictionary with
            ``params`` and the options that differ from the defaults.
        defaults: Options of groups that do not state their own.

    Attributes:
        param_groups: The groups, each with all its options; change ``lr`` here between steps.
        state: For each parameter that has taken a step, its states by name.

    Raises:
        InvalidArgument: if there are no parameters, one appears twice, one was computed from
            others, or an option is out of range.
        InvalidType: if a parameter is not a floating-point tensor.
    """

    rule: ClassVar[UpdateRule]

    def __init__(self, params: Parameters, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: dict[Tensor, State] = defaultdict(dict)
        self.param_groups: list[Group] = []
        self.steps_taken = 0
        self._bundles: dict[int, list[Bundle]] = {}
        self._check_parameters_given(params)
        given: list[Any] = list(params)
        if not given:
            raise InvalidArgument(
                f"{type(self).__name__} got an empty list of parameters: pass model.parameters() "
                "of a model that has some. A generator can be used only once."
            )
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def _check_parameters_given(self, params: object) -> None:
        name = type(self).__name__
        if isinstance(params, (TensorCore, set, dict)) or not isinstance(params, Iterable):
            hint = "model.parameters()" if callable(params) else "a list, e.g. [weight, bias]"
            raise InvalidType(
                f"{name} got {type(params).__name__} for its parameters, expected an ordered "
                f"collection of tensors: pass {hint}."
            )

    # What a subclass says

    def check_options(self, group: Group) -> None:
        """Raise InvalidArgument if an option of this group is out of range."""

    def state_names(self, group: Group) -> tuple[str, ...]:
        """Return which of the rule's states the options of this group need: all, if not said."""
        return self.rule.states

    def numbers(self, group: Group, step: int) -> tuple[float | None, ...]:
        """Return the rule's numbers for the step of this count, the first being 1.

        If not said, they are the options of the same names. Written so that ``step`` may be an
        array of counts, they are quick to get for many steps at once.
        """
        return tuple(float(group[name]) for name in self.rule.numbers)

    def numbers_of_steps(
        self, group: Group, first: int, count: int
    ) -> Sequence[float | Array | None]:
        """Return the rule's numbers for ``count`` steps from that of count ``first`` on.

        Each is one number for all steps, or an array with one per step.
        """
        last = self.numbers(group, first + count - 1)
        steps: Any = np.arange(first, first + count, dtype=float)
        try:
            numbers = self.numbers(group, steps)
            if all(_ends_with(many, one) for many, one in zip(numbers, last, strict=True)):
                return numbers
        except (TypeError, ValueError):
            pass  # written for one step at a time
        rows = [self.numbers(group, step) for step in range(first, first + count)]
        return [None if None in column else np.array(column) for column in zip(*rows, strict=True)]

    def flags(self, group: Group) -> tuple[bool, ...]:
        """Return the rule's flags."""
        return tuple(bool(group[name]) for name in self.rule.flags)

    # Groups

    def add_param_group(self, param_group: Group) -> None:
        """Add a group of parameters, e.g. of layers that begin to learn later.

        Args:
            param_group: ``params``, a tensor or several, and options that differ from the defaults.
        """
        if not isinstance(param_group, dict) or "params" not in param_group:
            raise InvalidType(
                f"{type(self).__name__}: a parameter group must be a dictionary with 'params', "
                f"e.g. {{'params': model.parameters(), 'lr': 0.01}}; got {param_group!r:.80}."
            )
        params = param_group["params"]
        given = [params] if isinstance(params, TensorCore) else params
        self._check_parameters_given(given)
        entries = list(given)
        named = [isinstance(entry, tuple) for entry in entries]
        if any(named) and not all(named):
            raise InvalidArgument(
                "Parameters must be all named, as (name, tensor), or none of them."
            )
        tensors = [entry[1] for entry in entries] if any(named) else entries
        self._check_tensors(tensors)
        group = {**param_group, "params": tensors}
        if any(named):
            group["param_names"] = [entry[0] for entry in entries]
        for name, default in self.defaults.items():
            group.setdefault(name, default)
        self.check_options(group)
        self.param_groups.append(group)

    def _check_tensors(self, tensors: list[Any]) -> None:
        seen = {id(tensor) for group in self.param_groups for tensor in group["params"]}
        for position, tensor in enumerate(tensors):
            what = f"{type(self).__name__}: parameter {position}"
            if not isinstance(tensor, TensorCore):
                raise InvalidType(
                    f"{what} is a {type(tensor).__name__}, expected a tensor: pass "
                    "model.parameters(), or a list of tensors."
                )
            if tensor.dtype.kind != "f":
                raise InvalidType(
                    f"{what} holds {tensor.dtype} numbers, which cannot take small steps: convert "
                    "it with .float()."
                )
            if not tensor.is_leaf:
                raise InvalidArgument(
                    f"{what} was computed from other tensors, so a step would not change what it "
                    "is made of: pass the leaves, or make it one with .detach().requires_grad_()."
                )
            if id(tensor) in seen:
                raise InvalidArgument(
                    f"{what} appears more than once, so it would take several steps at a time: "
                    "pass every parameter once."
                )
            seen.add(id(tensor))

    # Steps

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    if set_to_none:
                        parameter.grad = None
                    else:
                        parameter.grad.array = np.zeros_like(parameter.grad.array)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient, and return what ``closure`` returned.

        Args:
            closure: Called first, to compute loss and gradients anew.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        self.steps_taken += 1
        # A gradient that is not finite is the training loop's business, not a warning per block.
        with np.errstate(all="ignore"):
            for position, group in enumerate(self.param_groups):
                flags = self.flags(group)
                active = [p for p in group["params"] if p.grad is not None]
                for bundle in self.bundles_of(position, active):
                    bundle.update(self.numbers(group, bundle.taken + 1), flags)
        return loss

    def bundles_of(self, position: int, active: list[Tensor]) -> list[Bundle]:
        """Return the bundles of those of a group's parameters that move, made anew if need be."""
        names = self.state_names(self.param_groups[position])
        bundles = self._bundles.get(position, [])
        held = {id(parameter) for bundle in bundles for parameter in bundle.parameters}
        if held != {*map(id, active)} or not all(
            bundle.names == names and bundle.is_current(self.state) for bundle in bundles
        ):
            bundles = bundle_parameters(active, self.rule, names, self.state)
            self._bundles[position] = bundles
        return bundles

    def bundles(self) -> list[Bundle]:
        """Return all bundles there are."""
        return [bundle for bundles in self._bundles.values() for bundle in bundles]

    def take_over(self, states: Mapping[Tensor, Mapping[str, Array]], steps: int) -> None:
        """Count steps that were taken elsewhere, and take over the states that they have left.

        Args:
            states: By parameter, each under its name; only of those that moved.
            steps: How many were taken.
        """
        for parameter, entry in states.items():
            kept = self.state[parameter]
            for name, numbers in entry.items():
                if name in kept:
                    kept[name].array[...] = numbers
                else:
                    kept[name] = wrap(np.array(numbers))
            parameter.mark_changed("optimizer.step()")
        self.steps_taken += steps
        self._bundles.clear()

    # Saving

    def __getstate__(self) -> dict[str, Any]:
        # A copy makes bundles of its own: memory that states share would come apart.
        return {**vars(self), "_bundles": {}}

    def state_dict(self) -> dict[str, Any]:
        """Return the states and options, with numbers in place of the parameters.

        The tensors share memory with the optimiser and change with its next step.
        """
        return {
            "state": save_states(self.state, self.param_groups),
            "param_groups": save_groups(self.param_groups),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what ``state_dict()`` saved, so that training goes on the same.

        Raises:
            StateMismatch: if the groups or the states do not fit this optimiser's parameters.
        """
        groups = load_groups(state_dict["param_groups"], self.param_groups)
        states = load_states(state_dict, self.param_groups)
        self.param_groups = groups
        self.state.clear()
        self.state.update(states)
        self._bundles.clear()

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for position, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {position}")
            lines.extend(f"    {key}: {group[key]}" for key in sorted(group) if key != "params")
        return "\n".join([*lines, ")"])


def _ends_with(numbers: float | Array | None, last: float | None) -> bool:
    """Return whether the last of the numbers of several steps is this one."""
    if numbers is None or last is None:
        return numbers is last
    return math.isclose(np.ravel(numbers)[-1], last, rel_tol=1e-12)


def read_lr(group: Group) -> float:
    """Return a group's learning rate as a plain float: a NumPy scalar would widen float32."""
    return float(require_real("lr", group["lr"]))
