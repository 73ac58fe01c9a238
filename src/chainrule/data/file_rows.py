"""Rows of arrays that lie in files larger than memory, read when they are wanted.

``numpy.load(path, mmap_mode="r")`` gives an array whose pages come from the file when they are
touched, and count as the process's own until the system takes them back; scattered rows cost a page
fault each, with fifteen neighbouring pages brought along. So rows are read from the file itself,
past the mapping: they become ordinary memory of the batch that asked for them, and nothing else
stays.
"""

import mmap
import os
import weakref
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.lib.array_utils import byte_bounds

from chainrule.array_types import Array, Dtype, Shape
from chainrule.errors import CorruptFile, InvalidArgument

BLOCK_BYTES = 1 << 22  # looked at at once, where all rows are gone through


class FileRows:
    """The rows of a memory-mapped array, read from its file.

    Args:
        array: The array; ``mapped_from`` says whether it is one.
        dtype: What rows are converted to; by default what they are.

    Attributes:
        shape: Of the array.
        dtype: Of the rows as they are given.

    Raises:
        InvalidArgument: if the numbers of one row are scattered over the file.
        CorruptFile: if the file has become shorter.
    """

    def __init__(self, array: Array, dtype: Dtype | None = None) -> None:
        root = mapped_from(array)
        if root is None or root.filename is None:
            raise InvalidArgument("FileRows got an array that is not mapped from a file.")
        self.shape: Shape = array.shape
        self.dtype = array.dtype if dtype is None else np.dtype(dtype)
        self._stored, self._strides = array.dtype, array.strides
        low, high = byte_bounds(array[:1])
        self._row_bytes = high - low
        self._skip = array.ctypes.data - low  # to the first number; axes may run backwards
        packed = np.empty((1, *self.shape[1:]), self.dtype)
        self._is_ready = self._stored == self.dtype and packed.strides[1:] == self._strides[1:]
        self._start = root.offset + low - root.ctypes.data
        self._path = os.fspath(root.filename)
        self._check_order(array[:1].nbytes)
        self._descriptor = os.open(self._path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)
        self._check_length()

    def _check_order(self, packed_bytes: int) -> None:
        """Refuse an array whose columns, not rows, lie together."""
        is_interleaved = len(self) > 1 and self._row_bytes > abs(self._strides[0])
        if is_interleaved and self._row_bytes > packed_bytes:
            raise InvalidArgument(
                f"The array of shape {self.shape} in {self._path} is stored column by column "
                "(Fortran order): reading one sample would mean reading the whole file. Write it "
                "row by row, e.g. into numpy.lib.format.open_memmap(path, mode='w+', ...)."
            )

    def _check_length(self) -> None:
        """Refuse a file that ends before the last row does."""
        ends = [self._position(0), self._position(len(self) - 1)]
        needed, size = max(ends) + self._row_bytes, os.fstat(self._descriptor).st_size
        if size < needed:
            raise CorruptFile(
                f"{self._path} has {size} bytes, but the array in it needs {needed}: it was cut "
                "short after it had been opened. Write it anew."
            )

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: int | slice) -> Array:
        """Return one row, or the rows of a slice."""
        chosen = np.arange(len(self))[index] if isinstance(index, slice) else np.array([index])
        rows = self.take(chosen)
        return rows if isinstance(index, slice) else rows[0]

    def take(self, indices: Array, axis: int = 0) -> Array:
        """Return rows as an array in memory, like ``numpy.take`` along the first axis.

        Args:
            indices: Their numbers, from -len to len - 1, shape (rows,).
            axis: 0.

        Raises:
            CorruptFile: if the file has become shorter.
        """
        del axis
        raw = np.empty((len(indices), self._row_bytes), np.uint8)
        memory, filled = raw.reshape(-1).data, 0
        for position, size in self._pieces(indices):
            self._read(memory[filled : filled + size], position)
            filled += size
        rows: Array = np.ndarray(
            (len(raw), *self.shape[1:]),
            self._stored,
            buffer=raw,
            offset=self._skip,
            strides=(self._row_bytes, *self._strides[1:]),
        )
        if self._is_ready:
            return rows
        with np.errstate(over="ignore"):  # becomes infinity, which is looked for
            return rows.astype(self.dtype, order="C")

    def announce(self, indices: Array) -> None:
        """Have the system fetch rows that will be wanted soon, without waiting for them."""
        if hasattr(os, "posix_fadvise"):
            for position, size in self._pieces(indices):
                os.posix_fadvise(self._descriptor, position, size, os.POSIX_FADV_WILLNEED)

    def _position(self, row: int) -> int:
        """Return where in the file a row begins."""
        return self._start + row * self._strides[0]

    def _pieces(self, indices: Array) -> Iterator[tuple[int, int]]:
        """Yield position and size of each piece of the file that holds the rows, in their order."""
        rows = np.asarray(indices) % max(len(self), 1)
        if self._strides[0] == self._row_bytes:  # neighbours make one piece
            first = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        else:
            first = np.arange(len(rows))
        counts = np.diff(first, append=len(rows))
        for row, count in zip(rows[first].tolist(), counts.tolist(), strict=True):
            yield self._position(row), count * self._row_bytes

    def _read(self, memory: memoryview, position: int) -> None:
        """Fill memory from the file."""
        done = 0
        while done < len(memory):
            count = os.preadv(self._descriptor, [memory[done:]], position + done)
            if count == 0:
                raise CorruptFile(
                    f"{self._path} ends at byte {position + done}, within its data: it was cut "
                    "short while it was in use. Write it anew."
                )
            done += count


Rows: TypeAlias = Array | FileRows
"""What rows are read from: an array in memory, or the file of one that is not."""


def mapped_from(array: Array) -> "np.memmap[tuple[int, ...], Dtype] | None":
    """Return the mapping of a file that an array is, or is a part of; None if it is in memory.

    Private copies (mode "c") do not count: what was changed in them is in memory only.
    """
    root: object = array
    while root is not None and not isinstance(getattr(root, "base", None), mmap.mmap):
        root = getattr(root, "base", None)  # strided views hang on something that is no array
    if not isinstance(root, np.memmap) or root.mode == "c" or root.filename is None:
        return None
    return root if array.size and hasattr(os, "preadv") else None


def open_rows(array: Array, dtype: Dtype | None = None) -> FileRows | None:
    """Return the rows of an array that is mapped from a file; None if it is in memory.

    Args:
        array: Any array.
        dtype: What rows are to be converted to when they are read.
    """
    if mapped_from(array) is None:
        return None
    try:
        rows = FileRows(array, dtype)
    except OSError:  # removed, or no longer to be read; the mapping still holds it
        return None
    ends = np.array([0, len(array) - 1])
    is_same_file = rows.take(ends).tobytes() == array[ends].astype(rows.dtype).tobytes()
    return rows if is_same_file else None


def blocks(rows: Rows) -> Iterator[tuple[int, Array]]:
    """Yield all rows, a few megabytes at a time, each block with the number of its first row."""
    row_bytes = int(np.prod(rows.shape[1:], dtype=np.int64)) * rows.dtype.itemsize
    count = max(BLOCK_BYTES // max(row_bytes, 1), 1)
    for first in range(0, len(rows), count):
        yield first, rows[first : first + count]


def find_not_finite(rows: Rows) -> list[int] | None:
    """Return the place of the first number that is NaN or infinite, or None.

    >>> find_not_finite(np.array([[0.0, 1.0], [2.0, np.nan]]))
    [1, 1]
    """
    if rows.dtype.kind != "f":
        return None
    for first, block in blocks(rows):
        if not np.isfinite(block).all():
            row, *rest = np.argwhere(~np.isfinite(block))[0].tolist()
            return [first + row, *rest]
    return None
