"""What all losses share: how they are reduced, and the checks that find mistakes at once."""

import sys
import warnings
from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.autograd.conversion import cast, floating_operands
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleWarning, InvalidArgument, InvalidShape, InvalidType
from chainrule.nn.module import Module
from chainrule.operations.arithmetic import MULTIPLY
from chainrule.operations.operation import Operation
from chainrule.operations.reductions import MEAN, SUM

Reduction: TypeAlias = Literal["mean", "sum", "none"]
REDUCTIONS = ("mean", "sum", "none")


class Loss(Module):
    """A loss as a module: called with the network's output and the target.

    Attributes:
        reduction: "mean" or "sum" of the losses of all numbers or samples, or "none" to keep them.
    """

    reduction: Reduction

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__()
        check_reduction(type(self).__name__, reduction)
        self.reduction = reduction


class WeightedLoss(Loss):
    """A loss with weights that are kept as a buffer and so move and are saved with the module."""

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        check_weight(type(self).__name__, "weight", weight)
        self.register_buffer("weight", weight)


def check_reduction(name: str, reduction: str, allowed: Sequence[str] = REDUCTIONS) -> None:
    """Refuse a reduction that is not known."""
    if reduction not in allowed:
        listed = ", ".join(repr(known) for known in allowed)
        raise InvalidArgument(f"{name} got reduction={reduction!r}: choose one of {listed}.")


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """Return the mean or the sum of the losses, or themselves."""
    if reduction == "none":
        return losses
    return apply(MEAN if reduction == "mean" else SUM, (losses,), (None, False))


def check_tensors(name: str, input: object, target: object) -> None:
    """Refuse lists and NumPy arrays.

    Raises:
        InvalidType: saying which argument it is and how to convert it.
    """
    if isinstance(input, TensorCore) and isinstance(target, TensorCore):
        return
    which, value = ("input", input) if not isinstance(input, TensorCore) else ("target", target)
    raise InvalidType(
        f"{name} got a {type(value).__name__} as its {which}: convert it to a tensor first, with "
        "chainrule.tensor(x) or chainrule.from_numpy(x)."
    )


def check_weight(name: str, what: str, weight: object) -> None:
    """Refuse weights that are lists or NumPy arrays.

    Raises:
        InvalidType: saying how to convert them.
    """
    if weight is not None and not isinstance(weight, TensorCore):
        raise InvalidType(
            f"{name} got a {type(weight).__name__} as its {what}: convert it to a tensor first, "
            "with chainrule.tensor(x) or chainrule.from_numpy(x)."
        )


def matched(name: str, input: Tensor, target: Tensor) -> tuple[TensorCore, TensorCore]:
    """Return input and target in a common floating-point dtype, if they have the same shape.

    Raises:
        InvalidType: if they are not tensors.
        InvalidShape: if their shapes differ. PyTorch would broadcast them, and compare every
            output with every target.
    """
    check_tensors(name, input, target)
    if input.array.shape != target.array.shape:
        raise InvalidShape(_mismatch(name, input.array.shape, target.array.shape))
    return floating_operands(input, target)


def weighted(name: str, losses: Tensor, weight: Tensor | None) -> Tensor:
    """Return the losses times weights, which may be repeated to their shape."""
    if weight is None:
        return losses
    check_repeats(name, "weight", weight, losses.array.shape)
    return apply(MULTIPLY, (losses, cast(weight, losses.array.dtype)))


def check_repeats(name: str, what: str, weight: Tensor, shape: Shape) -> None:
    """Refuse weights that cannot be repeated to this very shape."""
    check_weight(name, what, weight)
    try:
        fits = np.broadcast_shapes(weight.array.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise InvalidShape(
            f"{name} got a {what} of shape {weight.array.shape} for losses of shape {shape}: it "
            "must have that shape or one that repeats to it."
        )


def warn_of_origin(
    name: str, input: TensorCore, origins: tuple[Operation, ...], advice: str
) -> None:
    """Warn if the graph shows that the input was made by one of these operations."""
    node = input._node
    if node is not None and node.operation in origins:
        warn_caller(f"{name} got the output of {node.operation.name}. {advice}")


def warn_caller(message: str) -> None:
    """Warn, pointing at the line outside this library; Python shows it once for each such line."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("chainrule."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, ChainruleWarning, stacklevel=level)


def first_outside_unit(numbers: Array) -> tuple[int, ...] | None:
    """Return where the first number below 0 or above 1 is; None if there is none. NaN is neither.

    >>> first_outside_unit(np.array([0.5, 1.5]))
    (1,)
    """
    if not numbers.size or (numbers.min() >= 0 and numbers.max() <= 1):
        return None
    outside = (numbers < 0) | (numbers > 1)
    if not outside.any():
        return None
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(outside)), numbers.shape))


def _mismatch(name: str, input: Shape, target: Shape) -> str:
    """Return the message about an input and a target of different shapes."""
    message = f"{name} got input of shape {input} and target of shape {target}: they must be equal."
    try:
        pairs = np.broadcast_shapes(input, target)
    except ValueError:
        pairs = ()
    if pairs not in (input, target, ()):
        message += f" Broadcast, they would be compared as {pairs}, every one with every other."
    if input == (*target, 1):
        last = len(target)
        return f"{message} Use input.squeeze({last}), or target.unsqueeze({last})."
    if target == (*input, 1):
        last = len(input)
        return f"{message} Use target.squeeze({last}), or input.unsqueeze({last})."
    if input[:1] == target and len(input) == 2:
        return f"{message} If the target holds class labels, use cross_entropy."
    return f"{message} Bring one to the other's shape, e.g. with reshape."
