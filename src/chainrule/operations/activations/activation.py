"""The record of an activation: an elementwise operation of one input that is also a module."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from chainrule.array_types import Number
from chainrule.operations.operation import REAL, Elementwise, Example, Interval, default_examples

Integers: TypeAlias = Literal["refused", "kept", "converted"]
"""What happens to integers: an error, an integer result, or first a conversion to real numbers."""


class Activation(Elementwise):
    """An activation function: its formula, its derivative and the name of its module.

    Its options are the parameters of ``value`` after ``x``, with the same names and defaults; the
    function in ``nn.functional`` and the module in ``nn`` are made from this record.

    Args:
        name: Name in ``nn.functional``.
        module_name: Name in ``nn``; None if function and module are written by hand.
        value: ``value(x, *options)``.
        derivative: ``derivative(gradient, ...)``; None for one that is flat wherever it is smooth.
        source: Where the formula comes from.
        kinks: Points where the derivative jumps, or a function of the options giving them.
        has_inplace: Whether PyTorch's counterpart takes ``inplace``.
        integers: What the function does with integers, as PyTorch's.
        option_help: For each option what it means, in a sentence.
        check: ``check(*options)`` -> what is wrong with them, or an empty text.
        domain: The inputs allowed.
        examples: Options to check beside the defaults. Needed where an option has no default.
    """

    module_name: str | None
    has_inplace: bool
    integers: Integers
    option_help: Mapping[str, str]
    check: Callable[..., str] | None

    def __init__(
        self,
        name: str,
        module_name: str | None,
        value: Callable[..., Number],
        derivative: Callable[..., Number] | None,
        *,
        source: str = "",
        kinks: tuple[float, ...] | Callable[..., tuple[float, ...]] = (),
        has_inplace: bool = False,
        integers: Integers = "refused",
        option_help: Mapping[str, str] | None = None,
        check: Callable[..., str] | None = None,
        domain: tuple[Interval, ...] = (REAL,),
        examples: tuple[dict[str, float], ...] = ({},),
    ) -> None:
        super().__init__(
            name,
            value,
            (derivative,),
            source=source,
            kinks=kinks,
            domain=domain,
            examples=tuple(
                Example(example.inputs, options)
                for options in examples
                for example in default_examples(1)
            ),
        )
        explained = option_help or {}
        for option in explained:
            if option not in self.option_names:
                raise TypeError(
                    f"{name}: option_help explains {option!r}, which is none of the options "
                    f"{self.option_names}."
                )
        set_field = object.__setattr__  # the record is frozen
        set_field(self, "module_name", module_name)
        set_field(self, "has_inplace", has_inplace)
        set_field(self, "integers", integers)
        set_field(self, "option_help", explained)
        set_field(self, "check", check)
