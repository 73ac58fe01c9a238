"""The record of an activation: an elementwise operation of one input that is also a module."""

from collections.abc import Callable

from chainrule.array_types import Number
from chainrule.operations.operation import REAL, Elementwise, Example, Interval


class Activation(Elementwise):
    """An activation function: its formula, its derivative and the name of its module.

    Its options are the parameters of ``value`` after ``x``, with the same names and defaults; the
    function in ``nn.functional`` and the module in ``nn`` are made from this record.

    Args:
        name: Name in ``nn.functional``.
        module_name: Name in ``nn``.
        value: ``value(x, *options)``.
        derivative: ``derivative(gradient, ...)``; None for one that is flat wherever it is smooth.
        kinks: Points where the derivative jumps, or a function of the options giving them.
        has_inplace: Whether PyTorch's counterpart takes ``inplace``.
        examples: Inputs and options to check beside the usual shapes.
    """

    def __init__(
        self,
        name: str,
        module_name: str,
        value: Callable[..., Number],
        derivative: Callable[..., Number] | None,
        *,
        kinks: tuple[float, ...] | Callable[..., tuple[float, ...]] = (),
        has_inplace: bool = False,
        domain: tuple[Interval, ...] = (REAL,),
        examples: tuple[Example, ...] = (),
    ) -> None:
        super().__init__(name, value, (derivative,), kinks=kinks, domain=domain, examples=examples)
        object.__setattr__(self, "module_name", module_name)
        object.__setattr__(self, "has_inplace", has_inplace)

    module_name: str
    has_inplace: bool
