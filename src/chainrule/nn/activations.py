"""Activations as modules: those made from the records, and the few written by hand."""

from typing import Any, ClassVar

from chainrule.array_types import Dtype
from chainrule.autograd.tensor import Tensor
from chainrule.device import Device
from chainrule.errors import InvalidArgument
from chainrule.nn import functional_activations as functional
from chainrule.nn import init
from chainrule.nn.layer_arguments import empty_parameter
from chainrule.nn.module import Module
from chainrule.operations.activations import ACTIVATIONS, Activation


class ActivationModule(Module):
    """A module that applies one activation. Its subclasses are made from the records."""

    record: ClassVar[Activation]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__()
        bound = self.__signature__.bind(*given, **named)  # type: ignore[attr-defined]  # set below
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            setattr(self, name, value)
        functional.check_options(self.record, self._options())

    def _options(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.record.option_names])

    def forward(self, input: Tensor) -> Tensor:
        """Return the activation of every number."""
        inplace = self.record.has_inplace and self.inplace
        return functional.activate(self.record, input, self._options(), inplace)

    def extra_repr(self) -> str:
        """Return the options."""
        shown = [
            f"{name}={getattr(self, name)}" for name in type(self).__signature__.parameters  # type: ignore[attr-defined]  # set below
            if name != "inplace"
        ]  # fmt: skip
        if self.record.has_inplace and self.inplace:
            shown.append("inplace=True" if shown else "inplace=True")
        return ", ".join(shown)


def activation_module_class(record: Activation) -> type[ActivationModule]:
    """Make the module class of a record: its options become the constructor's."""
    parameters = functional.option_parameters(record)
    signature = functional.inspect.Signature(parameters)
    return type(
        str(record.module_name),
        (ActivationModule,),
        {
            "record": record,
            "__signature__": signature,
            "__doc__": record.value.__doc__,
            "__module__": "chainrule.nn",
        },
    )


class GELU(Module):
    """Weigh a number by the probability that a standard normal number is below it.

    Args:
        approximate: "none" for the exact form, "tanh" for an approximation.
    """

    def __init__(self, approximate: functional.Approximate = "none") -> None:
        super().__init__()
        functional.gelu_record(approximate)
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Return the activation of every number."""
        return functional.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        """Return the option."""
        return f"approximate={self.approximate!r}"


class PReLU(Module):
    """Keep what is positive and scale the rest by a learned slope.

    Args:
        num_parameters: 1 slope for all, or one for each channel (axis 1).
        init: First value of the slopes.
    """

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: Device | str | None = None,
        dtype: Dtype | None = None,
    ) -> None:
        super().__init__()
        if num_parameters < 1:
            raise InvalidArgument(
                f"PReLU got num_parameters={num_parameters}: pass 1, or the number of channels."
            )
        self.num_parameters = num_parameters
        self.init = init
        self.weight = empty_parameter((num_parameters,), device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set all slopes to their first value."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        """Return the activation of every number."""
        return functional.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Return the number of slopes."""
        return f"num_parameters={self.num_parameters}"


class GLU(Module):
    """Weigh the first half along an axis by the sigmoid of the second.

    Args:
        dim: The axis to split.
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the weighed half."""
        return functional.glu(input, self.dim)

    def extra_repr(self) -> str:
        """Return the axis."""
        return f"dim={self.dim}"


MADE_FROM_RECORDS: dict[str, type[Module]] = {
    record.module_name: activation_module_class(record)
    for record in ACTIVATIONS
    if record.module_name is not None
}
ACTIVATION_MODULES: dict[str, type[Module]] = {**MADE_FROM_RECORDS, "GELU": GELU, "PReLU": PReLU}
"""Every activation that can stand between two layers, by name."""
