"""Dropout as functions and modules; the masks come from the library's generator."""

import math
import warnings

from chainrule.array_types import Shape
from chainrule.autograd.conversion import require_floating
from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleWarning, InvalidArgument, InvalidShape
from chainrule.nn.module import Module
from chainrule.operations.dropout import DROPOUT
from chainrule.randomness import default_generator

# Functions


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set each number to zero with probability p while training, and scale the others up.

        y = m x, with m = 0 with probability p, else 1 / (1 - p)

    So the expected value stays what it is, and nothing is to be done when training is over.

    Args:
        input: Any shape.
        p: Probability of a zero, from 0 to 1.
        training: Whether anything is dropped; otherwise the input itself is returned.
        inplace: Whether the input takes over the result.

    Raises:
        InvalidArgument: if p is not a probability.
        InvalidType: for integers.

    Source: Srivastava et al. 2014.

    >>> dropout(Tensor([1.0, 2.0]), p=1.0)
    tensor([0., 0.])
    """
    return drop("dropout", input, p, training, inplace, None)


def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Drop whole channels of signals while training.

    Args:
        input: (batch, channels, length) or (channels, length).
        p: Probability with which a channel is dropped, from 0 to 1.
        training: Whether anything is dropped; otherwise the input itself is returned.
        inplace: Whether the input takes over the result.

    Raises:
        InvalidArgument: if p is not a probability.
        InvalidShape: for any other number of axes.

    Source: Tompson et al. 2015, Efficient object localization using convolutional networks.
    """
    shape = input.array.shape
    if len(shape) not in (2, 3):
        raise InvalidShape(
            f"dropout1d got input of shape {shape}: expected (batch, channels, length) or "
            "(channels, length)."
        )
    return drop("dropout1d", input, p, training, inplace, (*shape[:-1], 1))


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Drop whole channels of images while training.

    Args:
        input: (batch, channels, height, width). Three axes are taken for (batch, channels, length)
            as by PyTorch, with a warning.
        p: Probability with which a channel is dropped, from 0 to 1.
        training: Whether anything is dropped; otherwise the input itself is returned.
        inplace: Whether the input takes over the result.

    Raises:
        InvalidArgument: if p is not a probability.
        InvalidShape: for any other number of axes.

    Source: Tompson et al. 2015, Efficient object localization using convolutional networks.
    """
    shape = input.array.shape
    if len(shape) not in (3, 4):
        raise InvalidShape(
            f"dropout2d got input of shape {shape}: expected (batch, channels, height, width)."
        )
    if len(shape) == 3:
        warnings.warn(
            f"dropout2d got input of shape {shape} and takes it for (batch, channels, length). Use "
            "dropout1d for signals; give a single image a batch axis, e.g. with x.unsqueeze(0).",
            ChainruleWarning,
            stacklevel=2,
        )
    return drop("dropout2d", input, p, training, inplace, (*shape[:2], *[1] * (len(shape) - 2)))


def drop(
    name: str, input: Tensor, p: float, training: bool, inplace: bool, mask_shape: Shape | None
) -> Tensor:
    """Apply dropout with the generator's next random bits, one for each element of the mask.

    Without anything to drop, no random bits are used up.
    """
    check_probability(name, p)
    require_floating(input, name)
    if not training or p == 0:
        return input
    count = math.prod(input.array.shape if mask_shape is None else mask_shape)
    options = (p, default_generator.key, default_generator.reserve(count), mask_shape)
    if not inplace:
        return apply(DROPOUT, (input,), options)
    return input.become(apply(DROPOUT, (input.before_change(),), options), f"{name}_")


def check_probability(name: str, p: float) -> None:
    """Refuse what is not a probability.

    Raises:
        InvalidArgument: naming the function or module.
    """
    if not 0 <= p <= 1:
        raise InvalidArgument(f"{name} got p={p}: a probability lies between 0 and 1.")


# Modules


class _DropoutModule(Module):
    """What the modules have in common: the arguments, and how they are printed."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_probability(type(self).__name__, p)
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutModule):
    """Set each number to zero with probability p while training, and scale the others up.

    Args:
        p: Probability of a zero, from 0 to 1.
        inplace: Whether the input takes over the result.

    Shape:
        input: (...), any shape  ->  the same.

    Raises: InvalidArgument if p is not a probability.
    Source: Srivastava et al. 2014.

    >>> Dropout(p=0.2).eval()(Tensor([1.0, 2.0]))
    tensor([1., 2.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some numbers dropped; in evaluation the input itself."""
        return dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutModule):
    """Drop whole channels of signals while training.

    Args:
        p: Probability with which a channel is dropped, from 0 to 1.
        inplace: Whether the input takes over the result.

    Shape:
        input: (batch, channels, length) or (channels, length)  ->  the same.

    Raises: InvalidArgument if p is not a probability.
    Source: Tompson et al. 2015.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some channels dropped; in evaluation the input itself."""
        return dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutModule):
    """Drop whole channels of images while training.

    Args:
        p: Probability with which a channel is dropped, from 0 to 1.
        inplace: Whether the input takes over the result.

    Shape:
        input: (batch, channels, height, width)  ->  the same.

    Raises: InvalidArgument if p is not a probability.
    Source: Tompson et al. 2015.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some channels dropped; in evaluation the input itself."""
        return dropout2d(input, self.p, self.training, self.inplace)
