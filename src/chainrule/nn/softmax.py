"""Softmax and its relatives as modules."""

from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidShape
from chainrule.nn import functional_activations as functional
from chainrule.nn.module import Module


class AlongAxis(Module):
    """What modules with one argument ``dim`` have in common."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """Return the axis."""
        return f"dim={self.dim}"


class Softmax(AlongAxis):
    """Turn scores into probabilities that sum to 1 along ``dim``.

    Not before ``CrossEntropyLoss``, which takes raw scores.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the probabilities."""
        return functional.softmax(input, self.dim)


class LogSoftmax(AlongAxis):
    """Logarithm of softmax along ``dim``; what ``NLLLoss`` takes."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the logarithms of the probabilities."""
        return functional.log_softmax(input, self.dim)


class Softmin(AlongAxis):
    """Turn scores into probabilities, the smallest getting the largest, along ``dim``."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the probabilities."""
        return functional.softmin(input, self.dim)


class Softmax2d(Module):
    """Softmax over the channels at every place of an image (batch, channels, height, width)."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the probabilities."""
        if input.ndim not in (3, 4):
            raise InvalidShape(
                f"Softmax2d got shape {input.shape}: expected (channels, height, width), with or "
                "without a batch axis before."
            )
        return functional.softmax(input, -3)
