"""PyTorch's optimiser in place of ours: the same formula, options and names of states."""

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from chainrule.array_types import Array
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidType
from chainrule.optim import OPTIMIZERS, SGD
from chainrule.optim.bundle import STEP
from chainrule.optim.optimizer import Group, Optimizer

FUSED_ON = ("cpu", "cuda")  # where PyTorch has all of them as one kernel


class OptimizerTwin:
    """A PyTorch optimiser that takes the steps of one of ours.

    Args:
        optimizer: Ours.
        parameters: PyTorch's parameter for each of ours, by id.
        device: Where they are.

    Attributes:
        ours, theirs: The two optimisers.
        is_recordable: Whether all that changes from step to step is on a GPU.

    Raises:
        InvalidType: if PyTorch has no such optimiser.
    """

    def __init__(
        self, optimizer: Optimizer, parameters: Mapping[int, torch.Tensor], device: torch.device
    ) -> None:
        kind = type(optimizer)
        if kind not in OPTIMIZERS:
            known = ", ".join(one.__name__ for one in OPTIMIZERS)
            raise InvalidType(
                f"The torch engine got an optimiser of the class {kind.__name__}, which PyTorch "
                f"does not have: it takes the steps of {known}. Choose one of them, or another "
                "engine."
            )
        self.ours = optimizer
        self._pairs = [
            [(parameter, parameters[id(parameter)]) for parameter in group["params"]]
            for group in optimizer.param_groups
        ]
        made: Any = getattr(torch.optim, kind.__name__)
        arguments = inspect.signature(made).parameters
        on_gpu = device.type == "cuda"
        settings = {
            name: True
            for name, is_wanted in (("fused", device.type in FUSED_ON), ("capturable", on_gpu))
            if is_wanted and name in arguments
        }
        groups = [
            {**options_of(group), "params": [theirs for _, theirs in pairs]}
            for group, pairs in zip(optimizer.param_groups, self._pairs, strict=True)
        ]
        self.theirs: torch.optim.Optimizer = made(groups, **settings)
        self._first = {
            copy: {name: value.clone() for name, value in state.items()}
            for copy, state in self.theirs.state.items()
        }
        self._counts_on_device = on_gpu and bool(settings)
        is_plain = all(copy.dtype == torch.float32 for pairs in self._pairs for _, copy in pairs)
        self.is_recordable = on_gpu and is_plain and (kind is SGD or "capturable" in settings)
        if self.is_recordable:  # what is recorded once must follow a schedule
            for group in self.theirs.param_groups:
                group["lr"] = torch.zeros((), device=device)

    def fits(self) -> bool:
        """Return whether our optimiser still has the same groups of parameters."""
        ours = [[id(parameter) for parameter in g["params"]] for g in self.ours.param_groups]
        return ours == [[id(parameter) for parameter, _ in pairs] for pairs in self._pairs]

    def options(self) -> str:
        """Return all options but the rate, as a text that differs when one of them does."""
        every = [options_of(group) for group in self.ours.param_groups]
        return repr([{**options, "lr": None} for options in every])

    def push(self) -> None:
        """Give PyTorch's optimiser our options and states."""
        for group, pairs, theirs in zip(
            self.ours.param_groups, self._pairs, self.theirs.param_groups, strict=True
        ):
            for name, value in options_of(group).items():
                if name == "lr" and self.is_recordable:
                    theirs[name].fill_(float(value))
                else:
                    theirs[name] = value
            for parameter, copy in pairs:
                self._push_state(self.ours.state.get(parameter, {}), copy)

    def _push_state(self, entry: Mapping[str, Tensor], parameter: torch.Tensor) -> None:
        """Give PyTorch's optimiser the states of one parameter: ours, or those to begin with."""
        state: dict[str, Any] = self.theirs.state[parameter]
        if not entry:
            state.clear()
            first = self._first.get(parameter, {})
            state.update({name: value.clone() for name, value in first.items()})
            return
        for name in [name for name in state if name not in entry]:
            del state[name]
        for name, ours in entry.items():
            numbers = torch.from_numpy(ours.array)
            if isinstance(state.get(name), torch.Tensor):
                state[name].copy_(numbers)
            elif name == STEP and not self._counts_on_device:
                state[name] = numbers.clone()
            else:
                state[name] = torch.empty_like(numbers, device=parameter.device).copy_(numbers)

    def pull(self, steps: int) -> None:
        """Take over the states after so many steps."""
        states: dict[Tensor, dict[str, Array]] = {}
        for position, pairs in enumerate(self._pairs):
            names = self.ours.state_names(self.ours.param_groups[position])
            kept = (STEP, *names) if self.ours.rule.counts_steps else names
            for parameter, copy in pairs:
                if copy.grad is not None:
                    state = self.theirs.state[copy]
                    states[parameter] = {name: as_array(state[name]) for name in kept}
        self.ours.take_over(states, steps)


def options_of(group: Group) -> Group:
    """Return the options of a group of parameters."""
    return {name: v for name, v in group.items() if name not in ("params", "param_names")}


def as_array(tensor: torch.Tensor) -> Array:
    """Return a tensor's numbers, a count of steps as float32."""
    array: Array = tensor.detach().cpu().numpy()
    return array.astype(np.float32) if tensor.ndim == 0 and array.dtype.kind == "f" else array
