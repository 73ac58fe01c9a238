"""What an optimiser is at heart: one formula that moves one number.

An update rule is a plain function of numbers, written with NumPy's functions:

    new parameter, new states = rule(parameter, gradient, states, numbers, flags)

NumPy applies it to whole arrays; a compiler inlines the same text on scalars.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chainrule.operations.operation import parameter_names


@dataclass(frozen=True)
class UpdateRule:
    """The record of an optimiser's formula.

    Args:
        function: ``function(parameter, gradient, *states, *numbers, *flags)`` -> a tuple of the new
            parameter and the new states. A state that the options leave out is None, and so is a
            number (no weight decay); both come in and go out as None.
        states: Names under which the optimiser keeps the states, PyTorch's names.
        flags: Names of the last arguments, each True or False for the whole run.
        counts_steps: Whether the state of a parameter also holds the number of its steps.

    Attributes:
        numbers: Names of the numbers, in order; they may change from step to step.

    Raises:
        TypeError: if the function's parameters do not fit the names.
    """

    function: Callable[..., tuple[Any, ...]]
    states: tuple[str, ...]
    flags: tuple[str, ...] = ()
    counts_steps: bool = True
    numbers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = parameter_names(self.function)
        first, last = 2 + len(self.states), len(names) - len(self.flags)
        if names[:2] != ("parameter", "gradient") or names[last:] != self.flags or first > last:
            raise TypeError(
                f"{self.function.__name__}{names} must take parameter, gradient, "
                f"{len(self.states)} states, numbers and at last the flags {self.flags}."
            )
        object.__setattr__(self, "numbers", names[first:last])
