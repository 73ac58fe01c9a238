"""The IDX format, in which MNIST and its successors are published, plain or packed with gzip.

A file is a header (two zero bytes, the kind of number, the number of axes, the length of each axis
as a big-endian uint32) and the numbers, big-endian, row after row, up to the end of the file.

Source: Y. LeCun, "The MNIST database of handwritten digits", section "the IDX file format".
"""

import math
import zlib
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Dtype, Shape
from chainrule.data.files import GIBIBYTE, PathLike, read_bytes
from chainrule.errors import CorruptFile

GZIP_MAGIC = b"\x1f\x8b"
GZIP_FORMAT = 31  # tells zlib to expect a gzip header and to check its checksum
MAX_AXES = 8
MAX_HEADER = 4 + 4 * MAX_AXES  # bytes
PIECE = 1 << 16  # bytes unpacked at once

Content: TypeAlias = bytes | bytearray
"""Of a file; an array may keep the memory of a bytearray."""

KINDS: dict[int, Dtype] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}


def read_idx(path: PathLike) -> Array:
    """Return the array in an IDX file, in the machine's byte order.

    Raises:
        DataNotFound: if there is no such file.
        CorruptFile: if anything in it is not as the format wants it, or would fill over a gibibyte.
    """
    return parse_idx(read_idx_bytes(path), str(path))


def read_idx_labels(path: PathLike, num_classes: int) -> Array:
    """Return the labels in an IDX file as int64, shape (samples,).

    Raises:
        CorruptFile: also if they are not whole numbers from 0 to num_classes - 1 along one axis.
    """
    return check_labels(read_idx(path), num_classes, str(path))


def check_labels(labels: Array, num_classes: int, name: str) -> Array:
    """Return labels as int64, or raise CorruptFile for the first that cannot be one."""
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise CorruptFile(
            f"{name} holds {labels.dtype} numbers of shape {labels.shape}: labels are whole "
            "numbers along one axis."
        )
    wrong = (labels < 0) | (labels >= num_classes)
    if wrong.any():
        position = int(wrong.argmax())
        raise CorruptFile(
            f"{name}: label number {position} is {labels[position]}, expected 0 to "
            f"{num_classes - 1}."
        )
    return labels.astype(np.int64)


def read_idx_bytes(path: PathLike) -> Content:
    """Return the content of an IDX file, unpacked, but never more than its header promises."""
    content = read_bytes(path)
    if content.startswith(GZIP_MAGIC):
        return _unpack(content, str(path))
    return content


def parse_idx(content: Content, name: str = "The file") -> Array:
    """Return the array in the bytes of an unpacked IDX file, in their memory if it is writable.

    Args:
        content: All of the file.
        name: What to call it in an error.

    Raises:
        CorruptFile: if anything is not as the format wants it.

    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 7]))
    array([5, 7], dtype=uint8)
    """
    kind, shape, start = _header(content, name)
    promised = start + math.prod(shape) * kind.itemsize
    if len(content) != promised:
        raise CorruptFile(
            f"{name} has {len(content)} bytes, but its header promises {promised} for shape "
            f"{shape}: it was cut off or something was added. Get a new copy."
        )
    array = np.frombuffer(content, dtype=kind, offset=start).reshape(shape)
    if kind.kind == "f" and not np.isfinite(array).all():
        raise CorruptFile(f"{name} holds numbers that are not finite (NaN or infinity).")
    return array.astype(kind.newbyteorder("="), copy=not array.flags.writeable)


def _header(content: Content, name: str) -> tuple[Dtype, Shape, int]:
    """Return the kind of number, the shape and where the numbers start."""
    length = _header_length(content, name)
    if len(content) < length:
        raise CorruptFile(f"{name} ends within its header, after {len(content)} bytes.")
    kind = KINDS.get(content[2])
    if kind is None:
        raise CorruptFile(
            f"{name} says its numbers are of kind 0x{content[2]:02x}, which the IDX format does "
            "not have."
        )
    shape = tuple(int(n) for n in np.frombuffer(content[4:length], dtype=">u4"))
    if 0 in shape:
        raise CorruptFile(f"{name} says its shape is {shape}: it would hold no numbers.")
    if math.prod(shape) * kind.itemsize > GIBIBYTE:
        raise CorruptFile(
            f"{name} says its shape is {shape} of {kind.name}, more than a gibibyte: it is "
            "damaged, or too large to be read."
        )
    return kind, shape, length


def _header_length(content: Content, name: str) -> int:
    """Return the length of the header in bytes, from its first four."""
    if len(content) < 4 or content[:2] != b"\x00\x00":
        raise CorruptFile(
            f"{name} is not an IDX file: it starts with {content[:4].hex(' ') or 'nothing'}, "
            "expected 00 00, the kind of number and the number of axes."
        )
    axes = content[3]
    if not 1 <= axes <= MAX_AXES:
        raise CorruptFile(f"{name} says it has {axes} axes, expected 1 to {MAX_AXES}.")
    return 4 + 4 * axes


def _unpack(packed: bytes, name: str) -> bytearray:
    """Unpack gzip up to the size the IDX header inside promises, into memory of that size."""
    stream = zlib.decompressobj(GZIP_FORMAT)
    cut_off = f"{name} was cut off: its packed data end too early. Get a new copy."
    try:
        piece, place = stream.decompress(packed[:PIECE], MAX_HEADER), PIECE
        if len(piece) < MAX_HEADER and not stream.eof:
            raise CorruptFile(cut_off)
        kind, shape, start = _header(piece, name)
        promised, filled = start + math.prod(shape) * kind.itemsize, 0
        content = bytearray(promised)
        while filled + len(piece) <= promised:
            content[filled : filled + len(piece)] = piece
            filled += len(piece)
            if stream.eof:
                break
            waiting = stream.unconsumed_tail
            if not waiting:
                waiting, place = packed[place : place + PIECE], place + PIECE
            if not waiting:
                raise CorruptFile(cut_off)
            # One byte more than promised shows that there is more, without unpacking all of it.
            piece = stream.decompress(waiting, promised + 1 - filled)
        else:
            raise CorruptFile(
                f"{name} unpacks to more than the {promised} bytes its header promises for shape "
                f"{shape}. Get a new copy."
            )
    except zlib.error as error:
        raise CorruptFile(f"{name} is damaged, gzip says: {error}. Get a new copy.") from None
    after = len(stream.unused_data) + max(len(packed) - place, 0)
    if after:
        raise CorruptFile(f"{name} has {after} bytes after its packed data.")
    return content[:filled] if filled < promised else content
