"""Softmax and its relatives as modules."""

from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidShape
from chainrule.nn import functional_activations as functional
from chainrule.nn.module import Module


class AlongAxis(Module):
    """What modules whose one argument is ``dim`` have in common."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """Return the axis."""
        return f"dim={self.dim}"


class Softmax(AlongAxis):
    """Turn scores into probabilities that sum to 1 along an axis.

        softmax(x)_i = exp(x_i) / sum_j exp(x_j)

    Not to be put before ``CrossEntropyLoss``, which takes raw scores.

    Args:
        dim: The axis that holds the classes. Without it one is chosen at each call, with a warning.

    >>> Softmax(dim=0)(Tensor([2.0, 1.0, 0.1]))
    tensor([0.6590, 0.2424, 0.0986])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the probabilities."""
        return functional.softmax(input, self.dim)


class LogSoftmax(AlongAxis):
    """Return the logarithm of softmax along an axis, as ``NLLLoss`` takes it.

    Args:
        dim: The axis that holds the classes. Without it one is chosen at each call, with a warning.

    >>> LogSoftmax(dim=0)(Tensor([0.0, 1000.0]))
    tensor([-1000.,     0.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the logarithms of the probabilities."""
        return functional.log_softmax(input, self.dim)


class Softmin(AlongAxis):
    """Turn scores into probabilities, the smallest score getting the largest.

    Args:
        dim: The axis that holds the classes. Without it one is chosen at each call, with a warning.

    >>> Softmin(dim=0)(Tensor([1.0, 1.0]))
    tensor([0.5000, 0.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the probabilities."""
        return functional.softmin(input, self.dim)


class Softmax2d(Module):
    """Turn the channels at every place of an image into probabilities.

    Shape:
        input: (batch, channels, height, width) or (channels, height, width)  ->  the same.

    Raises: InvalidShape for any other number of axes.

    >>> Softmax2d()(Tensor([[[1.0]], [[1.0]]])).tolist()
    [[[0.5]], [[0.5]]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the probabilities."""
        if input.ndim not in (3, 4):
            raise InvalidShape(
                f"Softmax2d got input of shape {input.array.shape}: expected "
                "(channels, height, width), with or without a batch axis before."
            )
        return functional.softmax(input, -3)
