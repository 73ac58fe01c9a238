"""Activations as modules: those made from the records, and the few written by hand."""

import inspect
from typing import Any, ClassVar

from chainrule.array_types import Dtype
from chainrule.autograd.tensor import Tensor
from chainrule.device import Device
from chainrule.nn import functional_activations as functional
from chainrule.nn import init
from chainrule.nn.layer_arguments import empty_parameter, positive_integer
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter
from chainrule.operations.activations import ACTIVATIONS, Activation

# Made from records


class ActivationModule(Module):
    """A module that applies one activation. Its subclasses are made from the records.

    Attributes:
        record: The activation. Its options are attributes of the module, by their names, and so
            is ``inplace`` where the activation has it.
    """

    record: ClassVar[Activation]

    def forward(self, input: Tensor) -> Tensor:
        """Return the activation of every number."""
        record = self.record
        options = tuple([getattr(self, name) for name in record.option_names])
        return functional.activate(record, input, options, record.has_inplace and self.inplace)

    def extra_repr(self) -> str:
        """Return the options, and ``inplace`` if it is on."""
        names = self.record.option_names
        if names == ("lambd",):
            return str(self.lambd)  # the two shrinking functions, as PyTorch prints them
        shown = [f"{name}={getattr(self, name)}" for name in names]
        if self.record.has_inplace and self.inplace:
            shown.append("inplace=True")
        return ", ".join(shown)


def activation_module_class(record: Activation) -> type[ActivationModule]:
    """Make the module class of a record: its options become the constructor's."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [inspect.Parameter("self", kind), *functional.option_parameters(record)]
    )
    name = str(record.module_name)

    def __init__(self: ActivationModule, *given: object, **named: object) -> None:  # noqa: N807 - it becomes a method
        Module.__init__(self)
        try:
            bound = signature.bind(self, *given, **named)
        except TypeError as error:
            raise TypeError(f"{name}(): {error}") from None
        bound.apply_defaults()
        _, *arguments = bound.arguments.items()
        functional.check_options(record, tuple(bound.args[1 : 1 + len(record.option_names)]))
        for argument, value in arguments:
            setattr(self, argument, value)

    __init__.__signature__ = signature  # type: ignore[attr-defined]  # read by inspect and help()
    __init__.__qualname__ = f"{name}.__init__"
    members: dict[str, Any] = {
        "record": record,
        "__init__": __init__,
        "__doc__": functional.documentation(record),
        "__module__": "chainrule.nn",
    }
    return type(name, (ActivationModule,), members)


MADE_FROM_RECORDS: dict[str, type[ActivationModule]] = {
    record.module_name: activation_module_class(record)
    for record in ACTIVATIONS
    if record.module_name is not None
}


# Written by hand


class GELU(Module):
    """Weigh a number by the probability that a standard normal number is below it.

        gelu(x) = x Phi(x), or with approximate="tanh" x (1 + tanh(u)) / 2
                  with u = sqrt(2 / pi) (x + 0.044715 x^3)

    Args:
        approximate: "none" for the exact form, "tanh" for the approximation.

    Raises: InvalidArgument if approximate is neither.
    Source: Hendrycks and Gimpel 2016.

    >>> GELU()(Tensor([-1.0, 0.0, 1.0]))
    tensor([-0.1587,  0.0000,  0.8413])
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

        prelu(x) = x where x > 0, else weight x

    Args:
        num_parameters: 1 slope for all, or one for each channel (axis 1).
        init: First value of the slopes.
        device: "cpu" or None.
        dtype: Of the slopes; the default dtype if None.

    Attributes:
        weight: The slopes, (num_parameters).

    Shape:
        input: (batch, channels, ...), or any with a single slope  ->  the same.

    Raises: InvalidArgument if num_parameters is not positive.
    Source: He et al. 2015. Weight decay pulls the slopes to 0, that is, to ReLU.

    >>> PReLU()(Tensor([-2.0, 3.0])).tolist()
    [-0.5, 3.0]
    """

    weight: Parameter

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: Device | str | None = None,
        dtype: Dtype | type | None = None,
    ) -> None:
        super().__init__()
        self.num_parameters = positive_integer("PReLU", "num_parameters", num_parameters)
        self.init = init
        self.weight = empty_parameter((self.num_parameters,), device, dtype)
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

        glu(a, b) = a sigmoid(b)

    Args:
        dim: The axis to split; its length is even.

    Shape:
        input: (..., 2 n, ...)  ->  (..., n, ...).

    Source: Dauphin et al. 2016.

    >>> GLU()(Tensor([3.0, 0.0]))
    tensor([1.5000])
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


ACTIVATION_MODULES: dict[str, type[Module]] = {**MADE_FROM_RECORDS, "GELU": GELU, "PReLU": PReLU}
"""Every activation that can stand between two layers, by name."""
