"""Activations as functions of tensors: those made from the records, and the few written by hand."""

import inspect
import warnings
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from chainrule.array_types import Dtype
from chainrule.autograd.conversion import cast, floating, require_floating
from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleWarning, InvalidArgument
from chainrule.operations.activations import ACTIVATIONS, GELU, GELU_TANH, Activation
from chainrule.operations.gated import GLU, PRELU
from chainrule.operations.operation import Operation
from chainrule.operations.softmax import LOG_SOFTMAX, SOFTMAX, SOFTMIN

Approximate: TypeAlias = Literal["none", "tanh"]


# Made from records


def option_parameters(record: Activation) -> list[inspect.Parameter]:
    """Return the options of an activation as parameters, ``inplace`` included where it has one.

    >>> from chainrule.operations.activations import ELU
    >>> [str(parameter) for parameter in option_parameters(ELU)]
    ['alpha: float = 1.0', 'inplace: bool = False']
    """
    _, *parameters = inspect.signature(record.value).parameters.values()
    if record.has_inplace:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters.append(inspect.Parameter("inplace", kind, default=False, annotation=bool))
    return parameters


def documentation(record: Activation, input_help: str = "") -> str:
    """Return the docstring of what is made from a record.

    It is that of the record's formula, with the options in place of an example on arrays.
    """
    text = inspect.getdoc(record.value) or ""
    parts = [text.partition(">>>")[0].rstrip()]
    explained = dict(record.option_help)
    if input_help:
        explained = {"input": input_help, **explained}
    if record.has_inplace:
        explained["inplace"] = "Whether the input takes over the result."
    if explained:
        lines = [f"    {name}: {sentence}" for name, sentence in explained.items()]
        parts.append("\n".join(["Args:", *lines]))
    if record.source:
        parts.append(f"Source: {record.source}")
    return "\n\n".join(parts)


def check_options(record: Activation, options: tuple[object, ...]) -> None:
    """Refuse options an activation cannot be computed with.

    Raises:
        InvalidArgument: with the record's own words.
    """
    complaint = record.check(*options) if record.check else ""
    if complaint:
        raise InvalidArgument(f"{record.name} got an option it cannot use: {complaint}.")


def activate(
    record: Activation, input: Tensor, options: tuple[object, ...], inplace: bool = False
) -> Tensor:
    """Apply an activation; in place, the input takes over the result.

    Raises:
        InvalidType: for integers and truth values, unless the record says what to do with them.
    """
    kind = input.array.dtype.kind
    if kind != "f" and (record.integers != "kept" or kind == "b"):
        if record.integers != "converted":
            require_floating(input, record.name)
        return apply(record, (floating(input),), options)
    if not inplace:
        return apply(record, (input,), options)
    return input.become(apply(record, (input.before_change(),), options), f"{record.name}_")


def activation_function(record: Activation) -> Callable[..., Tensor]:
    """Make the function of tensors from a record: ``f(input, *options, inplace=False)``."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [inspect.Parameter("input", kind, annotation=Tensor), *option_parameters(record)],
        return_annotation=Tensor,
    )
    defaults = tuple(p.default for p in option_parameters(record)[: len(record.option_names)])
    has_defaults = inspect.Parameter.empty not in defaults

    def function(input: Tensor, *given: object, **named: object) -> Tensor:
        if has_defaults and not given and not named:
            return activate(record, input, defaults)
        try:
            bound = signature.bind(input, *given, **named)
        except TypeError as error:
            raise TypeError(f"{record.name}(): {error}") from None
        bound.apply_defaults()
        _, *options = bound.args
        inplace = bool(options.pop()) if record.has_inplace else False
        check_options(record, tuple(options))
        return activate(record, input, tuple(options), inplace)

    function.__name__ = function.__qualname__ = record.name
    function.__module__ = "chainrule.nn.functional"
    function.__doc__ = documentation(record, "Any shape.")
    function.__signature__ = signature  # type: ignore[attr-defined]  # read by inspect and help()
    return function


ACTIVATION_FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    record.name: activation_function(record)
    for record in ACTIVATIONS
    if record.module_name is not None
}
"""The functions made from records, by name."""


# Written by hand


def gelu(input: Tensor, approximate: Approximate = "none") -> Tensor:
    """Weigh a number by the probability that a standard normal number is below it.

        gelu(x) = x Phi(x), or with approximate="tanh" x (1 + tanh(u)) / 2
                  with u = sqrt(2 / pi) (x + 0.044715 x^3)

    Args:
        input: Any shape.
        approximate: "none" for the exact form, "tanh" for the approximation.

    Raises:
        InvalidArgument: if approximate is neither.

    Source: Hendrycks and Gimpel 2016.

    >>> gelu(Tensor([-1.0, 0.0, 1.0]))
    tensor([-0.1587,  0.0000,  0.8413])
    """
    return activate(gelu_record(approximate), input, ())


def gelu_record(approximate: str) -> Activation:
    """Return the operation of one of the two forms of GELU.

    Raises:
        InvalidArgument: if there is no such form.
    """
    if approximate not in ("none", "tanh"):
        raise InvalidArgument(f"gelu got approximate={approximate!r}: pass 'none' or 'tanh'.")
    return GELU if approximate == "none" else GELU_TANH


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Keep what is positive and scale the rest by learned slopes.

        prelu(x) = x where x > 0, else weight x

    Args:
        input: (batch, channels, ...), or any shape with a single slope.
        weight: (1), or (channels).

    Raises:
        InvalidShape: if the number of slopes is neither 1 nor that of the channels.

    Source: He et al. 2015.

    >>> prelu(Tensor([-2.0, 3.0]), Tensor([0.25]))
    tensor([-0.5000,  3.0000])
    """
    require_floating(input, "prelu")
    return apply(PRELU, (input, weight))


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Weigh the first half along an axis by the sigmoid of the second.

        glu(a, b) = a sigmoid(b)

    Args:
        input: Both halves, one after the other.
        dim: The axis to split; its length is even.

    Raises:
        InvalidShape: if the length is odd.
        InvalidIndex: if there is no such axis.

    Source: Dauphin et al. 2016.

    >>> glu(Tensor([3.0, 0.0]))
    tensor([1.5000])
    """
    require_floating(input, "glu")
    return apply(GLU, (input,), (dim,))


def softmax(input: Tensor, dim: int | None = None, dtype: Dtype | type | None = None) -> Tensor:
    """Turn scores into probabilities that sum to 1 along an axis.

        softmax(x)_i = exp(x_i) / sum_j exp(x_j)

    Args:
        input: Scores of any size: nothing overflows.
        dim: The axis that holds the classes. Without it one is chosen, with a warning.
        dtype: Convert the scores to this first.

    Raises:
        InvalidIndex: if there is no such axis.
        InvalidType: for integers.

    Source: Bridle 1990.

    >>> softmax(Tensor([2.0, 1.0, 0.1]), dim=0)
    tensor([0.6590, 0.2424, 0.0986])
    """
    return along_axis(SOFTMAX, input, dim, dtype)


def log_softmax(input: Tensor, dim: int | None = None, dtype: Dtype | type | None = None) -> Tensor:
    """Return the logarithm of softmax, right also where the probability rounds to 0.

    Args:
        input: Scores of any size: nothing overflows.
        dim: The axis that holds the classes. Without it one is chosen, with a warning.
        dtype: Convert the scores to this first.

    Raises:
        InvalidIndex: if there is no such axis.
        InvalidType: for integers.

    >>> log_softmax(Tensor([0.0, 1000.0]), dim=0)
    tensor([-1000.,     0.])
    """
    return along_axis(LOG_SOFTMAX, input, dim, dtype)


def softmin(input: Tensor, dim: int | None = None, dtype: Dtype | type | None = None) -> Tensor:
    """Turn scores into probabilities, the smallest score getting the largest.

    Args:
        input: Scores of any size: nothing overflows.
        dim: The axis that holds the classes. Without it one is chosen, with a warning.
        dtype: Convert the scores to this first.

    Raises:
        InvalidIndex: if there is no such axis.
        InvalidType: for integers.

    >>> softmin(Tensor([1.0, 1.0]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return along_axis(SOFTMIN, input, dim, dtype)


def along_axis(
    operation: Operation, input: Tensor, dim: int | None, dtype: Dtype | type | None
) -> Tensor:
    """Apply softmax or a relative of it; without an axis, along the one that PyTorch chooses."""
    name = operation.name
    scores = input if dtype is None else cast(input, np.dtype(dtype))
    require_floating(scores, name)
    if dim is None:
        dim = 0 if input.ndim in (0, 1, 3) else 1
        warnings.warn(
            f"{name} was called without dim on shape {input.array.shape} and takes dim={dim}: say "
            "which axis holds the classes, e.g. dim=1.",
            ChainruleWarning,
            stacklevel=3,
        )
    return apply(operation, (scores,), (dim,))
