"""Dropout as functions and modules; the masks come from the library's generator."""

from chainrule.array_types import Shape
from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.nn.module import Module
from chainrule.operations.dropout import DROPOUT
from chainrule.randomness import default_generator


def check_probability(name: str, p: float) -> None:
    """Refuse what is not a probability.

    Raises:
        InvalidArgument: naming the function.
    """
    if not 0 <= p <= 1:
        raise InvalidArgument(f"{name} got p={p}: a probability lies between 0 and 1.")


def drop(
    name: str, input: Tensor, p: float, training: bool, inplace: bool, mask_shape: Shape | None
) -> Tensor:
    """Apply dropout with the next random bits, or nothing outside training."""
    check_probability(name, p)
    if not training or p == 0:
        return input
    shape = input.array.shape if mask_shape is None else mask_shape
    count = 1
    for length in shape:
        count *= length
    options = (p, default_generator.key, default_generator.reserve(count), mask_shape)
    if not inplace:
        return apply(DROPOUT, (input,), options)
    result = apply(DROPOUT, (input.before_change(),), options)
    return input.become(result, f"{name}_")


def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Set each number to zero with probability p while training, and scale the others up."""
    return drop("dropout", input, p, training, inplace, None)


def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Drop whole channels of signals (batch, channels, length)."""
    return drop("dropout1d", input, p, training, inplace, channel_mask("dropout1d", input, 1))


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Drop whole channels of images (batch, channels, height, width)."""
    return drop("dropout2d", input, p, training, inplace, channel_mask("dropout2d", input, 2))


def channel_mask(name: str, input: Tensor, ndim: int) -> Shape:
    """Return the shape of a mask with one number per channel."""
    if input.ndim not in (ndim + 1, ndim + 2):
        raise InvalidShape(
            f"{name} got shape {input.shape}: expected {ndim + 1} axes, or {ndim + 2} with the batch."
        )
    return (*input.shape[:-ndim], *[1] * ndim)


class Dropout(Module):
    """Set each number to zero with probability p while training, and scale the others up.

    Args:
        p: Probability of a zero.
        inplace: Whether the input takes over the result.
    """

    function = staticmethod(dropout)

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_probability(type(self).__name__, p)
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some numbers dropped; in evaluation the input itself."""
        return self.function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout1d(Dropout):
    """Drop whole channels of signals (batch, channels, length) while training."""

    function = staticmethod(dropout1d)


class Dropout2d(Dropout):
    """Drop whole channels of images (batch, channels, height, width) while training."""

    function = staticmethod(dropout2d)
