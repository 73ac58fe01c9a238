"""The state of an optimiser as it is saved: numbers stand for parameters, in the groups' order."""

from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import StateMismatch
from chainrule.optim.bundle import STEP, State

Groups = list[dict[str, Any]]


def save_states(state: dict[Tensor, State], groups: Groups) -> dict[int, State]:
    """Return the states by the number of their parameter."""
    parameters = [parameter for group in groups for parameter in group["params"]]
    return {
        number: dict(state[parameter])
        for number, parameter in enumerate(parameters)
        if parameter in state
    }


def save_groups(groups: Groups) -> Groups:
    """Return the groups with their options first, and the numbers of their parameters last."""
    saved, count = [], 0
    for group in groups:
        options = {name: value for name, value in group.items() if name != "params"}
        options["params"] = list(range(count, count + len(group["params"])))
        count += len(group["params"])
        saved.append(options)
    return saved


def load_groups(saved: Groups, groups: Groups) -> Groups:
    """Return groups of our parameters with the saved options.

    Raises:
        StateMismatch: if the saved groups have other sizes than ours.
    """
    expected = [len(group["params"]) for group in groups]
    sizes = [len(group["params"]) for group in saved]
    if sizes != expected:
        raise StateMismatch(
            f"The saved optimizer state has groups of {sizes} parameters, this optimizer has "
            f"{expected}: make it with the same groups before loading."
        )
    return [
        {**group, **options, "params": group["params"]}
        for group, options in zip(groups, saved, strict=True)
    ]


def load_states(saved: dict[str, Any], groups: Groups) -> dict[Tensor, State]:
    """Return copies of the saved states by parameter, in each parameter's dtype.

    Raises:
        StateMismatch: if a state belongs to no parameter or has another shape than its parameter.
    """
    owner: dict[Any, Tensor] = {}
    for group, options in zip(groups, saved["param_groups"], strict=True):
        owner.update(zip(options["params"], group["params"], strict=True))
    states: dict[Tensor, State] = {}
    for number, entry in saved["state"].items():
        if number not in owner:
            raise StateMismatch(
                f"The saved optimizer state holds states for parameter {number}, which is in none "
                f"of its groups: they hold {list(owner)}."
            )
        parameter = owner[number]
        states[parameter] = {
            name: wrap(_load_array(number, name, value, parameter))
            for name, value in entry.items()
            if value is not None
        }
    return states


def _load_array(number: object, name: str, value: object, parameter: Tensor) -> Array:
    # np.asarray also reads PyTorch's tensors, so a state saved there can go on here.
    numbers = value.array if isinstance(value, TensorCore) else np.asarray(value)
    if name == STEP:
        return np.array(numbers, dtype=np.float32)
    loaded: Array = np.array(numbers, dtype=parameter.dtype)
    if loaded.shape != parameter.array.shape:
        raise StateMismatch(
            f"The saved {name} of parameter {number} has shape {loaded.shape}, the parameter "
            f"has {parameter.array.shape}: make the optimizer for the model it was saved with."
        )
    return loaded
