"""Methods of Tensor that take parts of it, or put other numbers in their place."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np

from chainrule.array_types import Array, Scalar
from chainrule.autograd.conversion import Operand, cast, operand
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.in_place_methods import is_recorded
from chainrule.autograd.modes import note_exit
from chainrule.autograd.shaping_methods import ShapingMethods
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType
from chainrule.operations.arithmetic import WHERE
from chainrule.operations.axes import axis_of
from chainrule.operations.extremes import TAKE_ALONG_DIM
from chainrule.operations.indexing import GATHER, GETITEM, INDEX_PUT, Index
from chainrule.operations.operation import broadcast_shape
from chainrule.operations.shaping import RESHAPE

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor

BASIC = (int, np.integer, slice, type(None), type(Ellipsis))
"""Parts of an index that choose a view; arrays choose a copy."""


def as_index(index: Index) -> tuple[Index, ...]:
    """Return an index as a tuple in which tensors and lists have become arrays.

    Raises:
        InvalidType: if it holds an array of anything but whole numbers or truth values.

    >>> as_index([2, 0])
    (array([2, 0]),)
    """
    parts = tuple([_part(part) for part in (index if isinstance(index, tuple) else (index,))])
    is_basic = all(isinstance(part, BASIC) and not isinstance(part, bool) for part in parts)
    # With "..." NumPy gives a view even of a single number, so that it can be changed in place.
    return (*parts, Ellipsis) if is_basic and Ellipsis not in parts else parts


def _part(part: Index) -> Index:
    """Return one part of an index as NumPy takes it."""
    if isinstance(part, TensorCore):
        part = part.array
    elif isinstance(part, (list, range)):
        part = np.array(part, dtype=None if len(part) else np.int64)
    if not isinstance(part, np.ndarray):
        return part
    if part.dtype.kind not in "iub":
        raise InvalidType(
            f"A tensor cannot be indexed with numbers of {part.dtype}: use whole numbers, e.g. "
            "after .long(), or truth values."
        )
    return part if part.ndim or part.dtype.kind == "b" else int(part)


def along(axis: int, part: Index) -> tuple[Index, ...]:
    """Return an index that takes all of the axes before this one, and a part of it."""
    return (*(slice(None),) * axis, part)


class IndexingMethods(ShapingMethods):
    """Square brackets, and the ways of taking parts that have names."""

    __slots__ = ()

    def __getitem__(self, index: Index) -> "Tensor":
        return apply(GETITEM, (self,), (as_index(index),))

    def __setitem__(self, index: Index, value: Operand) -> None:
        places = as_index(index)
        new = cast(operand(value, self), self.array.dtype)
        if new.array.ndim > self.ndim and new.array.shape[0] == 1:
            new = apply(RESHAPE, (new,), (new.array.shape[1:],))
        if is_recorded(self, new):
            self.become(apply(INDEX_PUT, (self.before_change(), new), (places,)), "x[...] = value")
            return
        self.check_writable("x[...] = value")
        try:
            self.array[places] = new.array
        except (IndexError, ValueError):
            INDEX_PUT.infer_shape((self.array.shape, new.array.shape), (places,))
            raise
        self.mark_changed("x[...] = value")

    def __len__(self) -> int:
        if not self.ndim:
            raise InvalidType("A tensor of a single number has no length: use .item().")
        return len(self.array)

    def __iter__(self) -> "Iterator[Tensor]":
        if not self.ndim:
            raise InvalidType("A tensor of a single number cannot be gone through: use .item().")
        return (self[position] for position in range(len(self.array)))

    def __contains__(self, value: "Scalar | TensorCore") -> bool:
        number = value.array if isinstance(value, TensorCore) else value
        note_exit("in")
        return bool(np.any(self.array == number))

    # Along one axis

    def select(self, dim: int, index: int) -> "Tensor":
        """Return one slice along an axis."""
        return self[along(axis_of("select", dim, self.ndim), index)]

    def narrow(self, dim: int, start: int, length: int) -> "Tensor":
        """Return a stretch along an axis.

        Raises:
            InvalidIndex: if it does not lie within the axis.
        """
        axis = axis_of("narrow", dim, self.ndim)
        end = self.array.shape[axis]
        if not 0 <= start <= start + length <= end:
            raise InvalidIndex(
                f"narrow got start {start} and length {length}, but axis {axis} has length {end}."
            )
        return self[along(axis, slice(start, start + length))]

    def split(self, split_size: int | Sequence[int], dim: int = 0) -> "tuple[Tensor, ...]":
        """Cut into parts along an axis: of one length, the last perhaps shorter, or of those given.

        Raises:
            InvalidArgument: if split_size is below 1, or the lengths do not add up to the axis.
        """
        axis = axis_of("split", dim, self.ndim)
        total = self.array.shape[axis]
        if isinstance(split_size, int):
            if split_size < 1:
                raise InvalidArgument(f"split got split_size={split_size}: it must be at least 1.")
            starts = range(0, total, split_size) or range(1)
            lengths = [min(split_size, total - start) for start in starts]
        else:
            lengths = list(split_size)
            if sum(lengths) != total or min(lengths, default=0) < 0:
                raise InvalidArgument(
                    f"split got lengths {lengths}, which add up to {sum(lengths)}: axis {axis} has "
                    f"length {total}."
                )
        ends = np.cumsum(lengths).tolist()
        return tuple(
            self.narrow(axis, end - length, length)
            for end, length in zip(ends, lengths, strict=True)
        )

    def chunk(self, chunks: int, dim: int = 0) -> "tuple[Tensor, ...]":
        """Cut into at most so many parts of equal length, the last perhaps shorter.

        Raises:
            InvalidArgument: if chunks is below 1.
        """
        if chunks < 1:
            raise InvalidArgument(f"chunk got chunks={chunks}: it must be at least 1.")
        length = self.array.shape[axis_of("chunk", dim, self.ndim)]
        if not length:
            return tuple(self.narrow(dim, 0, 0) for _ in range(chunks))
        return self.split(-(-length // chunks), dim)

    def unbind(self, dim: int = 0) -> "tuple[Tensor, ...]":
        """Return the slices along an axis."""
        axis = axis_of("unbind", dim, self.ndim)
        return tuple(self.select(axis, position) for position in range(self.array.shape[axis]))

    def index_select(self, dim: int, index: TensorCore) -> "Tensor":
        """Return the slices at these positions along an axis.

        Raises:
            InvalidShape: if the positions are no vector.
        """
        if index.array.ndim > 1:
            raise InvalidShape(
                f"index_select got an index of shape {index.array.shape}: pass a vector of "
                "positions, or use x[index]."
            )
        axis = axis_of("index_select", dim, self.ndim)
        return self[along(axis, index.array.reshape(-1))]

    def gather(self, dim: int, index: TensorCore) -> "Tensor":
        """Take along one axis the numbers at positions given for each place."""
        return apply(GATHER, (self, index), (dim,))

    def take_along_dim(self, indices: TensorCore, dim: int | None = None) -> "Tensor":
        """Take along one axis the numbers at positions as ``argsort`` gives them."""
        if dim is None:
            return self.flatten().take_along_dim(indices.flatten(), 0)  # type: ignore[attr-defined]  # a Tensor
        return apply(TAKE_ALONG_DIM, (self, indices), (dim,))

    # By truth values

    def masked_select(self, mask: TensorCore) -> "Tensor":
        """Return the numbers where the mask is true, as a vector."""
        shape = broadcast_shape("masked_select", (self.array.shape, mask.array.shape))
        return self.expand(shape)[np.broadcast_to(_mask("masked_select", mask), shape)]

    def masked_fill(self, mask: TensorCore, value: Scalar | TensorCore) -> "Tensor":
        """Return a copy with one number where the mask is true.

        Raises:
            InvalidType: if the mask does not hold truth values.
            InvalidShape: if the value is more than one number.
        """
        new = cast(operand(value, self), self.array.dtype)
        if new.array.ndim:
            raise InvalidShape(
                f"masked_fill got a value of shape {new.array.shape}: pass a single number."
            )
        return apply(WHERE, (wrap(_mask("masked_fill", mask)), new, self))

    def masked_fill_(self, mask: TensorCore, value: Scalar | TensorCore) -> Self:
        """Put one number where the mask is true."""
        changed: IndexingMethods = self.before_change()
        return self.become(changed.masked_fill(mask, value), "masked_fill_")

    def nonzero(self, *, as_tuple: bool = False) -> "Tensor | tuple[Tensor, ...]":
        """Return the positions of all numbers other than 0: one a row, or one tensor per axis."""
        if as_tuple:
            return tuple(wrap(positions) for positions in np.nonzero(np.atleast_1d(self.array)))
        return wrap(np.argwhere(self.array))

    def unique(
        self,
        sorted: bool = True,
        return_inverse: bool = False,
        return_counts: bool = False,
        dim: int | None = None,
    ) -> "Tensor | tuple[Tensor, ...]":
        """Return the different numbers, or slices along ``dim``, in order.

        Args:
            sorted: They always are.
            return_inverse: Return also where each number went.
            return_counts: Return also how often each occurs.
            dim: The axis whose slices are compared; without it, single numbers.
        """
        values, inverse, counts = np.unique(
            self.array, return_inverse=True, return_counts=True, axis=dim
        )
        if not return_inverse and not return_counts:
            return wrap(values)
        found = [values, *([inverse] * return_inverse), *([counts] * return_counts)]
        return tuple(wrap(part) for part in found)

    # Diagonals

    def diagonal(self, offset: int = 0, dim1: int = 0, dim2: int = 1) -> "Tensor":
        """Return the diagonal through two axes, as the last axis of the result.

        Args:
            offset: How far above the main diagonal; negative for below.
            dim1: The axis of the rows.
            dim2: The axis of the columns.

        Raises:
            InvalidArgument: if both are the same axis.
        """
        rows, columns = (axis_of("diagonal", dim, self.ndim) for dim in (dim1, dim2))
        if rows == columns:
            raise InvalidArgument(f"diagonal got axis {rows} twice: name two different ones.")
        others = [axis for axis in range(self.ndim) if axis not in (rows, columns)]
        shape = self.array.shape
        places = _diagonal(shape[rows], shape[columns], offset)
        return self.permute(*others, rows, columns)[(Ellipsis, *places)]

    def diag(self, diagonal: int = 0) -> "Tensor":
        """Return a matrix with this vector on its diagonal, or the diagonal of this matrix.

        Raises:
            InvalidShape: if this is neither a vector nor a matrix.
        """
        if self.ndim == 2:
            return self.diagonal(diagonal)
        if self.ndim != 1:
            raise InvalidShape(f"diag needs a vector or a matrix, got shape {self.array.shape}.")
        size = len(self.array) + abs(diagonal)
        empty = wrap(np.zeros((size, size), self.array.dtype))
        return apply(INDEX_PUT, (empty, self), (_diagonal(size, size, diagonal),))

    def triu(self, diagonal: int = 0) -> "Tensor":
        """Return a copy with zeros below the diagonal."""
        return self._where_triangle("triu", ~_triangle(self.array, diagonal - 1))

    def tril(self, diagonal: int = 0) -> "Tensor":
        """Return a copy with zeros above the diagonal."""
        return self._where_triangle("tril", _triangle(self.array, diagonal))

    def _where_triangle(self, name: str, mask: Array) -> "Tensor":
        if self.ndim < 2:
            raise InvalidShape(f"{name} needs at least two axes, got shape {self.array.shape}.")
        return apply(WHERE, (wrap(mask), self, wrap(np.zeros((), self.array.dtype))))


def _mask(name: str, mask: TensorCore) -> Array:
    """Return a mask's truth values.

    Raises:
        InvalidType: if it holds something else.
    """
    if mask.array.dtype.kind != "b":
        raise InvalidType(
            f"{name} got a mask of {mask.array.dtype}: it must hold truth values, e.g. x > 0."
        )
    return mask.array


def _diagonal(rows: int, columns: int, offset: int) -> tuple[Array, Array]:
    """Return the positions on a diagonal of a matrix."""
    down, right = max(-offset, 0), max(offset, 0)
    steps = np.arange(max(min(rows - down, columns - right), 0))
    return steps + down, steps + right


def _triangle(array: Array, diagonal: int) -> Array:
    """Return truth values that hold on a diagonal and below it."""
    rows, columns = array.shape[-2:] if array.ndim >= 2 else (0, 0)
    return np.tri(rows, columns, diagonal, dtype=np.bool_)
