"""Methods of Tensor that change its shape, take parts of it, or multiply matrices."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np

from chainrule.array_types import Array, Scalar, Shape
from chainrule.autograd.conversion import cast, operand, operands
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType
from chainrule.operations.axes import axis_of
from chainrule.operations.indexing import GATHER, GETITEM, INDEX_PUT, Index
from chainrule.operations.joining import CAT, STACK
from chainrule.operations.matmul import MATMUL
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

Sizes: TypeAlias = int | Sequence[int]
"""Lengths of axes: several numbers, or one sequence of them."""


def as_shape(sizes: tuple[Sizes, ...]) -> Shape:
    """Return lengths given as several arguments, or as one sequence, as a shape.

    >>> as_shape((2, 3)), as_shape(((2, 3),))
    ((2, 3), (2, 3))
    """
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        sizes = tuple(sizes[0])
    lengths = []
    for size in sizes:
        if isinstance(size, bool) or not hasattr(size, "__index__"):
            raise InvalidType(
                f"A shape is made of whole numbers, got {size!r} of type {type(size).__name__}."
            )
        lengths.append(size.__index__())  # type: ignore[union-attr]  # just checked
    return tuple(lengths)


def as_index(index: Index) -> Index:
    """Return an index in which tensors and lists have become arrays.

    Raises:
        InvalidType: if an array of the index holds anything but whole numbers or truth values.
    """
    if isinstance(index, tuple):
        return tuple(as_index(part) for part in index)
    if isinstance(index, TensorCore):
        index = index.array if index.array.ndim or index.array.dtype.kind == "b" else int(index)  # type: ignore[call-overload]  # a Tensor
    elif isinstance(index, (list, range)):
        index = np.array(index, dtype=None if len(index) else np.int64)
    if isinstance(index, np.ndarray) and index.dtype.kind not in "iub":
        raise InvalidType(
            f"A tensor cannot be indexed with numbers of {index.dtype}: use whole numbers (.long()) "
            "or truth values."
        )
    return index


class ShapingMethods(TensorCore):
    """Shapes, parts and matrix products."""

    __slots__ = ()

    # Shape

    def reshape(self, *shape: Sizes) -> "Tensor":
        """Return the numbers in another shape; one length may be -1."""
        return apply(RESHAPE, (self,), (as_shape(shape),))

    view = reshape

    def view_as(self, other: TensorCore) -> "Tensor":
        """Return the numbers in the shape of another tensor."""
        return self.reshape(other.shape)

    reshape_as = view_as

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> "Tensor":
        """Merge the axes from ``start_dim`` to ``end_dim`` into one."""
        return apply(RESHAPE, (self,), (flattened_shape(self.shape, start_dim, end_dim),))

    def unflatten(self, dim: int, sizes: Sequence[int]) -> "Tensor":
        """Split one axis into several."""
        axis = axis_of("unflatten", dim, self.ndim)
        return self.reshape(*self.shape[:axis], *sizes, *self.shape[axis + 1 :])

    def squeeze(self, dim: int | Sequence[int] | None = None) -> "Tensor":
        """Leave out axes of length 1: all of them, or those named."""
        dims = dim if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
        return apply(RESHAPE, (self,), (squeezed_shape(self.shape, dims),))

    def unsqueeze(self, dim: int) -> "Tensor":
        """Put in an axis of length 1."""
        return apply(RESHAPE, (self,), (unsqueezed_shape(self.shape, dim),))

    def transpose(self, dim0: int, dim1: int) -> "Tensor":
        """Exchange two axes."""
        return apply(TRANSPOSE, (self,), (dim0, dim1))

    swapaxes = transpose

    def t(self) -> "Tensor":
        """Transpose a matrix; a vector stays as it is."""
        if self.ndim > 2:
            raise InvalidShape(
                f"t() transposes a matrix, got shape {self.shape}: use transpose(dim0, dim1)."
            )
        return self.T

    @property
    def T(self) -> "Tensor":  # noqa: N802 - PyTorch's name
        """All axes in reverse order; of a matrix, its transpose."""
        return apply(PERMUTE, (self,), (tuple(reversed(range(self.ndim))),))

    @property
    def mT(self) -> "Tensor":  # noqa: N802 - PyTorch's name
        """The last two axes exchanged."""
        if self.ndim < 2:
            raise InvalidShape(f"mT needs at least two axes, got shape {self.shape}.")
        return self.transpose(-2, -1)

    def permute(self, *dims: Sizes) -> "Tensor":
        """Bring the axes into another order."""
        return apply(PERMUTE, (self,), (as_shape(dims),))

    def movedim(self, source: int, destination: int) -> "Tensor":
        """Move one axis to another position."""
        start = axis_of("movedim", source, self.ndim)
        order = [axis for axis in range(self.ndim) if axis != start]
        order.insert(axis_of("movedim", destination, self.ndim), start)
        return self.permute(order)

    def expand(self, *sizes: Sizes) -> "Tensor":
        """Repeat along axes of length 1 without copying; -1 leaves a length."""
        return apply(EXPAND, (self,), (as_shape(sizes),))

    def expand_as(self, other: TensorCore) -> "Tensor":
        """Repeat to the shape of another tensor."""
        return self.expand(other.shape)

    broadcast_to = expand

    def repeat(self, *sizes: Sizes) -> "Tensor":
        """Put copies side by side, so many along each axis."""
        counts = as_shape(sizes)
        if len(counts) < self.ndim or any(count < 0 for count in counts):
            raise InvalidArgument(
                f"repeat got {counts} for shape {self.shape}: give a count for each axis, 0 or more."
            )
        shape = (1,) * (len(counts) - self.ndim) + self.shape
        doubled = [length for pair in zip([1] * len(shape), shape, strict=True) for length in pair]
        spread = [length for pair in zip(counts, shape, strict=True) for length in pair]
        result = [count * length for count, length in zip(counts, shape, strict=True)]
        return self.reshape(doubled).expand(spread).reshape(result)

    def flip(self, *dims: Sizes) -> "Tensor":
        """Reverse the order along axes."""
        return apply(FLIP, (self,), (as_shape(dims),))

    # Parts

    def __getitem__(self, index: Index) -> "Tensor":
        return apply(GETITEM, (self,), (as_index(index),))

    def __setitem__(self, index: Index, value: "TensorCore | Scalar | Array") -> None:
        places = as_index(index)
        values = cast(operand(value, self), self.array.dtype)
        if values.array.ndim and values.array.shape[0] == 1 and values.array.ndim > self.ndim:
            values = apply(RESHAPE, (values,), (values.array.shape[1:],))
        if values._requires_grad or self._requires_grad:
            result = apply(INDEX_PUT, (self.before_change(), values), (places,))
            self.become(result, "x[index] = value")
            return
        try:
            self.array[places] = values.array
        except (IndexError, ValueError):
            shapes = (self.array.shape, values.array.shape)
            INDEX_PUT.infer_shape(shapes, (places,))
            raise
        self.mark_changed("x[index] = value")

    def __len__(self) -> int:
        if not self.ndim:
            raise InvalidType("A tensor of a single number has no length: use .item().")
        return self.shape[0]

    def __iter__(self) -> "Iterator[Tensor]":
        if not self.ndim:
            raise InvalidType("A tensor of a single number cannot be gone through: use .item().")
        return (self[position] for position in range(self.shape[0]))

    def __contains__(self, value: Scalar) -> bool:
        return bool(np.any(self.array == value))

    def split(self, split_size: int | Sequence[int], dim: int = 0) -> "tuple[Tensor, ...]":
        """Cut into parts along an axis: of one length each, or of the lengths given."""
        axis = axis_of("split", dim, self.ndim)
        length = self.shape[axis]
        if isinstance(split_size, int):
            if split_size < 1:
                raise InvalidArgument(f"split got split_size={split_size}: it must be at least 1.")
            starts = range(0, length, split_size) or range(1)
            lengths = [min(split_size, length - start) for start in starts]
        else:
            lengths = list(split_size)
            if sum(lengths) != length or any(part < 0 for part in lengths):
                raise InvalidArgument(
                    f"split got lengths {lengths}, which add up to {sum(lengths)}: axis {axis} is "
                    f"{length} long."
                )
        ends = np.cumsum(lengths).tolist()
        return tuple(
            self.narrow(axis, end - part, part) for end, part in zip(ends, lengths, strict=True)
        )

    def chunk(self, chunks: int, dim: int = 0) -> "tuple[Tensor, ...]":
        """Cut into at most so many parts of equal length, the last perhaps shorter."""
        if chunks < 1:
            raise InvalidArgument(f"chunk got chunks={chunks}: it must be at least 1.")
        length = self.shape[axis_of("chunk", dim, self.ndim)]
        return self.split(max(-(-length // chunks), 1), dim)

    def unbind(self, dim: int = 0) -> "tuple[Tensor, ...]":
        """Return the slices along an axis."""
        return tuple(self.movedim(dim, 0))

    def narrow(self, dim: int, start: int, length: int) -> "Tensor":
        """Return a stretch along an axis."""
        axis = axis_of("narrow", dim, self.ndim)
        if not 0 <= start <= start + length <= self.shape[axis]:
            raise InvalidIndex(
                f"narrow got start {start} and length {length}, but axis {axis} has length "
                f"{self.shape[axis]}."
            )
        return self[(slice(None),) * axis + (slice(start, start + length),)]

    def select(self, dim: int, index: int) -> "Tensor":
        """Return one slice along an axis."""
        return self[(slice(None),) * axis_of("select", dim, self.ndim) + (index,)]

    def index_select(self, dim: int, index: TensorCore) -> "Tensor":
        """Return the slices at these positions along an axis."""
        return self[(slice(None),) * axis_of("index_select", dim, self.ndim) + (index,)]

    def gather(self, dim: int, index: TensorCore) -> "Tensor":
        """Take along one axis the numbers at positions given for each place."""
        return apply(GATHER, (self, index), (dim,))

    def masked_select(self, mask: TensorCore) -> "Tensor":
        """Return the numbers where the mask is true, as a vector."""
        return self[mask]

    def masked_fill(self, mask: TensorCore, value: Scalar) -> "Tensor":
        """Return a copy with one number where the mask is true."""
        never = operand(value, self)
        return mask.where(cast(never, self.array.dtype), self)  # type: ignore[attr-defined]  # a Tensor

    def masked_fill_(self, mask: TensorCore, value: Scalar) -> Self:
        """Put one number where the mask is true."""
        return self.become(self.before_change().masked_fill(mask, value), "masked_fill_")  # type: ignore[attr-defined]  # a Tensor

    def nonzero(self) -> "Tensor":
        """Return the positions of all numbers that are not zero, one a row."""
        return operand(np.argwhere(self.array), self)  # type: ignore[return-value]  # always a Tensor

    def unique(self) -> "Tensor":
        """Return the different numbers, sorted."""
        return operand(np.unique(self.array), self)  # type: ignore[return-value]  # always a Tensor

    def diagonal(self) -> "Tensor":
        """Return the diagonal of a matrix."""
        if self.ndim != 2:
            raise InvalidShape(f"diagonal needs a matrix, got shape {self.shape}.")
        positions = np.arange(min(self.shape))
        return self[(positions, positions)]

    diag = diagonal

    def triu(self, diagonal: int = 0) -> "Tensor":
        """Return a copy with zeros below the diagonal."""
        return self * np.triu(np.ones(self.shape[-2:], self.dtype), diagonal)  # type: ignore[operator]  # a Tensor

    def tril(self, diagonal: int = 0) -> "Tensor":
        """Return a copy with zeros above the diagonal."""
        return self * np.tril(np.ones(self.shape[-2:], self.dtype), diagonal)  # type: ignore[operator]  # a Tensor

    # Products

    def matmul(self, other: "TensorCore | Array") -> "Tensor":
        """Return the matrix product; vectors count as a row on the left, a column on the right."""
        a, b = operands(self, other)
        return apply(MATMUL, (a, b))

    def __matmul__(self, other: "TensorCore | Array") -> "Tensor":
        return self.matmul(other)

    def __rmatmul__(self, other: Array) -> "Tensor":
        a, b = operands(operand(other, self), self)
        return apply(MATMUL, (a, b))

    def dot(self, other: TensorCore) -> "Tensor":
        """Return the sum of the products of two vectors."""
        return self._product("dot", other, (1, 1))

    def mv(self, vec: TensorCore) -> "Tensor":
        """Multiply a matrix by a vector."""
        return self._product("mv", vec, (2, 1))

    def mm(self, mat2: TensorCore) -> "Tensor":
        """Multiply two matrices."""
        return self._product("mm", mat2, (2, 2))

    def bmm(self, mat2: TensorCore) -> "Tensor":
        """Multiply two stacks of matrices."""
        return self._product("bmm", mat2, (3, 3))

    def outer(self, vec2: TensorCore) -> "Tensor":
        """Return all products of the numbers of two vectors."""
        if self.ndim != 1 or vec2.ndim != 1:
            raise InvalidShape(f"outer needs two vectors, got shapes {self.shape} and {vec2.shape}.")
        return self.unsqueeze(1) * vec2  # type: ignore[operator]  # a Tensor

    def _product(self, name: str, other: TensorCore, axes: tuple[int, int]) -> "Tensor":
        if (self.ndim, other.ndim) != axes:
            raise InvalidShape(
                f"{name} needs tensors of {axes[0]} and {axes[1]} axes, got shapes {self.shape} and "
                f"{other.shape}: use @ for other cases."
            )
        return self.matmul(other)


def cat(tensors: "Sequence[TensorCore]", dim: int = 0) -> "Tensor":
    """Put tensors one after the other along an axis; all other lengths must agree."""
    return apply(CAT, _of_one_dtype(tensors), (dim,))


def stack(tensors: "Sequence[TensorCore]", dim: int = 0) -> "Tensor":
    """Put tensors of one shape side by side along a new axis."""
    return apply(STACK, _of_one_dtype(tensors), (dim,))


def _of_one_dtype(tensors: Sequence[TensorCore]) -> tuple[TensorCore, ...]:
    """Return the tensors, converted to the dtype that can hold all their numbers."""
    given = tuple(tensors)
    if not given or any(not isinstance(tensor, TensorCore) for tensor in given):
        raise InvalidType("cat and stack take a list of tensors with at least one in it.")
    dtype = given[0].array.dtype
    if all(tensor.array.dtype == dtype for tensor in given):
        return given
    widest = np.result_type(*[tensor.array.dtype for tensor in given])
    floats = [tensor.array.dtype for tensor in given if tensor.array.dtype.kind == "f"]
    common = np.result_type(*floats) if floats else widest
    return tuple(cast(tensor, common) for tensor in given)
