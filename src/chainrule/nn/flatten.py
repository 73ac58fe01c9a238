"""Modules that only change the shape, or nothing at all."""

from collections.abc import Sequence
from typing import Any

from chainrule.autograd.tensor import Tensor
from chainrule.nn.module import Module


class Identity(Module):
    """Return the input as it is; whatever arguments it is made with are ignored.

    >>> Identity()(Tensor([1.0])).tolist()
    [1.0]
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """Return the input."""
        return input


class Flatten(Module):
    """Merge several axes into one; by default all but the first, the batch.

    Args:
        start_dim: First axis to merge.
        end_dim: Last axis to merge.

    Shape:
        (batch, a, b, ...)  ->  (batch, a b ...).
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with the axes merged."""
        # By way of the class: a NumPy array has a flatten() of its own.
        return Tensor.flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Split one axis into several.

    Args:
        dim: The axis to split.
        unflattened_size: Lengths of the axes it becomes.

    Shape:
        (batch, a b)  ->  (batch, a, b) for dim=1 and unflattened_size=(a, b).
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim = dim
        self.unflattened_size = tuple(unflattened_size)

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with the axis split."""
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
