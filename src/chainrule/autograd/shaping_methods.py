"""Methods of Tensor that give the same numbers another shape or order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias

import numpy as np

from chainrule.array_types import Shape
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.operations.axes import axis_of
from chainrule.operations.shaping import (
    EXPAND,
    FLIP,
    PERMUTE,
    RESHAPE,
    TRANSPOSE,
    flattened_shape,
    squeezed_shape,
    unsqueezed_shape,
)

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor

Sizes: TypeAlias = SupportsIndex | Sequence[SupportsIndex]
"""Lengths of axes: several numbers, or one sequence of them."""


def as_shape(sizes: tuple[Sizes, ...]) -> Shape:
    """Return lengths given as several arguments, or as one sequence, as a shape.

    Raises:
        InvalidType: if one of them is not a whole number.

    >>> as_shape((2, 3)), as_shape(((2, 3),))
    ((2, 3), (2, 3))
    """
    given = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    lengths = []
    for size in given:
        if isinstance(size, bool) or not isinstance(size, SupportsIndex):
            raise InvalidType(
                f"A shape is made of whole numbers, got {size!r} of type {type(size).__name__}."
            )
        lengths.append(size.__index__())
    return tuple(lengths)


class ShapingMethods(TensorCore):
    """Other shapes, other orders of axes, repetitions."""

    __slots__ = ()

    def reshape(self, *shape: Sizes) -> "Tensor":
        """Return the numbers in another shape; one length may be -1 and is worked out."""
        return apply(RESHAPE, (self,), (as_shape(shape),))

    view = reshape

    def view_as(self, other: TensorCore) -> "Tensor":
        """Return the numbers in the shape of another tensor."""
        return self.reshape(other.array.shape)

    reshape_as = view_as

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> "Tensor":
        """Merge the axes from ``start_dim`` to ``end_dim`` into one."""
        return apply(RESHAPE, (self,), (flattened_shape(self.array.shape, start_dim, end_dim),))

    def ravel(self) -> "Tensor":
        """Merge all axes into one."""
        return self.reshape(-1)

    def unflatten(self, dim: int, sizes: Sequence[int]) -> "Tensor":
        """Split one axis into several; one length may be -1."""
        shape = self.array.shape
        axis = axis_of("unflatten", dim, len(shape))
        return self.reshape(*shape[:axis], *sizes, *shape[axis + 1 :])

    def squeeze(self, dim: int | Sequence[int] | None = None) -> "Tensor":
        """Leave out axes of length 1: all of them, or those named."""
        dims = dim if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
        return apply(RESHAPE, (self,), (squeezed_shape(self.array.shape, dims),))

    def unsqueeze(self, dim: int) -> "Tensor":
        """Put in an axis of length 1."""
        return apply(RESHAPE, (self,), (unsqueezed_shape(self.array.shape, dim),))

    # Order of axes

    def transpose(self, dim0: int, dim1: int) -> "Tensor":
        """Exchange two axes."""
        return apply(TRANSPOSE, (self,), (dim0, dim1))

    swapdims = transpose

    def swapaxes(self, axis0: int, axis1: int) -> "Tensor":
        """Exchange two axes, under NumPy's name."""
        return self.transpose(axis0, axis1)

    def t(self) -> "Tensor":
        """Transpose a matrix; a vector stays as it is.

        Raises:
            InvalidShape: if there are more than two axes.
        """
        if self.ndim > 2:
            raise InvalidShape(
                f"t() transposes a matrix, got shape {self.array.shape}: use transpose(dim0, dim1)."
            )
        return self.T

    @property
    def T(self) -> "Tensor":  # noqa: N802 - PyTorch's name
        """All axes in reverse order; of a matrix, its transpose."""
        return apply(PERMUTE, (self,), (tuple(range(self.ndim))[::-1],))

    @property
    def mT(self) -> "Tensor":  # noqa: N802 - PyTorch's name
        """The last two axes exchanged.

        Raises:
            InvalidShape: if there are fewer.
        """
        if self.ndim < 2:
            raise InvalidShape(f"mT needs at least two axes, got shape {self.array.shape}.")
        return self.transpose(-2, -1)

    def permute(self, *dims: Sizes) -> "Tensor":
        """Bring the axes into another order."""
        return apply(PERMUTE, (self,), (as_shape(dims),))

    def movedim(self, source: int, destination: int) -> "Tensor":
        """Move one axis to another position."""
        start = axis_of("movedim", source, self.ndim)
        order = [axis for axis in range(self.ndim) if axis != start]
        order.insert(axis_of("movedim", destination, self.ndim), start)
        return self.permute(order[: self.ndim])

    # Repetition and order along an axis

    def expand(self, *size: Sizes) -> "Tensor":
        """Repeat along axes of length 1 without copying; -1 leaves a length."""
        return apply(EXPAND, (self,), (as_shape(size),))

    def broadcast_to(self, size: Sequence[int]) -> "Tensor":
        """Repeat along axes of length 1 without copying, to a shape."""
        return self.expand(size)

    def expand_as(self, other: TensorCore) -> "Tensor":
        """Repeat to the shape of another tensor."""
        return self.expand(other.array.shape)

    def repeat(self, *size: Sizes) -> "Tensor":
        """Put copies side by side, so many along each axis.

        Raises:
            InvalidArgument: if there are fewer counts than axes, or one below 0.
        """
        counts, shape = as_shape(size), self.array.shape
        if len(counts) < len(shape) or any(count < 0 for count in counts):
            raise InvalidArgument(
                f"repeat got {counts} for shape {shape}: give a count for each axis, 0 or more."
            )
        shape = (1,) * (len(counts) - len(shape)) + shape
        doubled, spread = [], []
        for count, length in zip(counts, shape, strict=True):
            doubled += [1, length]
            spread += [count, length]
        result = [count * length for count, length in zip(counts, shape, strict=True)]
        repeated = self.reshape(doubled).expand(spread).reshape(result)
        # What is repeated once could be a view, but repeat() promises memory of its own.
        is_view = np.may_share_memory(repeated.array, self.array)
        return repeated.clone() if is_view else repeated

    def tile(self, *dims: Sizes) -> "Tensor":
        """Put copies side by side, so many along each of the last axes."""
        counts = as_shape(dims)
        return self.repeat((1,) * (self.ndim - len(counts)) + counts)

    def flip(self, *dims: Sizes) -> "Tensor":
        """Reverse the order along axes."""
        return apply(FLIP, (self,), (as_shape(dims),))

    def roll(
        self, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None
    ) -> "Tensor":
        """Shift the numbers along axes; those pushed out come back at the other end.

        Args:
            shifts: How far, for each axis.
            dims: The axes; without them the tensor is rolled as one long row.

        Raises:
            InvalidArgument: if there is not one shift per axis.
        """
        if dims is None:
            return self.flatten().roll(shifts, 0).reshape(self.array.shape)
        amounts = [shifts] if isinstance(shifts, int) else list(shifts)
        axes = [dims] if isinstance(dims, int) else list(dims)
        if len(amounts) != len(axes):
            raise InvalidArgument(
                f"roll got shifts {shifts} and dims {dims}: give one shift for each axis."
            )
        rolled = self[...]  # type: ignore[index]  # a Tensor
        for amount, dim in zip(amounts, axes, strict=True):
            axis = axis_of("roll", dim, self.ndim)
            length = self.array.shape[axis] if self.ndim else 1
            if length and self.ndim:
                places = (np.arange(length) - amount) % length
                rolled = rolled[(slice(None),) * axis + (places,)]
        return rolled
