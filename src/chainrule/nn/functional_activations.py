"""Activations as functions of tensors: those of the records, and the few written by hand."""

import inspect
import warnings
from collections.abc import Callable
from typing import Literal

from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleWarning, InvalidArgument
from chainrule.operations.activations import ACTIVATIONS, GELU, GELU_TANH, Activation
from chainrule.operations.gated import GLU, PRELU
from chainrule.operations.softmax import LOG_SOFTMAX, SOFTMAX, SOFTMIN

Approximate = Literal["none", "tanh"]


def option_parameters(record: Activation) -> list[inspect.Parameter]:
    """Return the options of an activation as parameters, with their defaults and ``inplace``."""
    given = list(inspect.signature(record.value).parameters.values())[1:]
    options = [
        parameter.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD) for parameter in given
    ]
    if record.has_inplace:
        options.append(
            inspect.Parameter(
                "inplace",
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=False,
                annotation=bool,
            )
        )
    return options


def check_options(record: Activation, options: tuple[object, ...]) -> None:
    """Refuse options an activation cannot be computed with.

    Raises:
        InvalidArgument: with the record's own words.
    """
    complaint = record.check(*options) if record.check else ""
    if complaint:
        raise InvalidArgument(f"{record.name} got options it cannot use: {complaint}.")


def activate(
    record: Activation, input: TensorCore, options: tuple[object, ...], inplace: bool = False
) -> Tensor:
    """Apply an activation; in place, the input takes over the result."""
    if not inplace:
        return apply(record, (input,), options)
    result = apply(record, (input.before_change(),), options)
    return input.become(result, f"{record.name}_")  # type: ignore[return-value]  # a Tensor, as given


def activation_function(record: Activation) -> Callable[..., Tensor]:
    """Make the function of tensors from a record: ``f(input, *options, inplace=False)``."""
    parameters = option_parameters(record)
    input_parameter = inspect.Parameter(
        "input", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Tensor
    )
    signature = inspect.Signature([input_parameter, *parameters], return_annotation=Tensor)
    has_options = bool(parameters)

    def function(input: Tensor, *given: object, **named: object) -> Tensor:
        if not has_options and not given and not named:
            return apply(record, (input,))
        bound = signature.bind(input, *given, **named)
        bound.apply_defaults()
        _, *options = bound.args
        inplace = bool(options.pop()) if record.has_inplace else False
        check_options(record, tuple(options))
        return activate(record, input, tuple(options), inplace)

    function.__name__ = function.__qualname__ = record.name
    function.__module__ = "chainrule.nn.functional"
    function.__doc__ = record.value.__doc__
    function.__signature__ = signature  # type: ignore[attr-defined]  # read by inspect and help()
    return function


ACTIVATION_FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    record.name: activation_function(record)
    for record in ACTIVATIONS
    if record.module_name is not None
}


def gelu(input: Tensor, approximate: Approximate = "none") -> Tensor:
    """Weigh a number by the probability that a standard normal number is below it.

        gelu(x) = x Phi(x), or with approximate="tanh" x (1 + tanh(u)) / 2

    Args:
        input: Any shape.
        approximate: "none" for the exact form, "tanh" for the approximation.

    Raises:
        InvalidArgument: if approximate is neither.
    """
    return apply(gelu_record(approximate), (input,))


def gelu_record(approximate: str) -> Activation:
    """Return the operation of one of the two forms of GELU."""
    if approximate not in ("none", "tanh"):
        raise InvalidArgument(f"gelu got approximate={approximate!r}: pass 'none' or 'tanh'.")
    return GELU if approximate == "none" else GELU_TANH


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Keep what is positive and scale the rest by learned slopes, one or one per channel."""
    return apply(PRELU, (input, weight))


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Weigh the first half along an axis by the sigmoid of the second."""
    return apply(GLU, (input,), (dim,))


def softmax(input: Tensor, dim: int | None = None) -> Tensor:
    """Turn scores into probabilities that sum to 1 along an axis."""
    return apply(SOFTMAX, (input,), (chosen_dim("softmax", input, dim),))


def log_softmax(input: Tensor, dim: int | None = None) -> Tensor:
    """Return the logarithm of softmax, right also where the probability rounds to 0."""
    return apply(LOG_SOFTMAX, (input,), (chosen_dim("log_softmax", input, dim),))


def softmin(input: Tensor, dim: int | None = None) -> Tensor:
    """Turn scores into probabilities, the smallest score getting the largest."""
    return apply(SOFTMIN, (input,), (chosen_dim("softmin", input, dim),))


def chosen_dim(name: str, input: TensorCore, dim: int | None) -> int:
    """Return the axis asked for; where none is, PyTorch's choice, with a warning."""
    if dim is not None:
        return dim
    chosen = 0 if input.ndim in (0, 1, 3) else 1
    warnings.warn(
        f"{name} was called without dim on shape {input.shape} and takes dim={chosen}: say which axis "
        "holds the classes, e.g. dim=1.",
        ChainruleWarning,
        stacklevel=3,
    )
    return chosen
