"""The file format: named tensors, a description in JSON, and a checksum over both.

A file is a safetensors file. Its only metadata entry, ``chainrule``, is a JSON text with the
version of this layout, the description and the SHA-256 of description and tensors. Files of other
programs, without that entry, are read, too.
"""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument, InvalidType
from chainrule.files import PathLike
from chainrule.storage.checked_json import Json, compact_json, parse_json

MAX_FILE_BYTES = 4 * 2**30
MAX_HEADER_BYTES = 16 * 2**20  # room for 100,000 tensors
LENGTH_BYTES = 8  # the header's length, at the start of the file
VERSION = 1
PICKLE_STARTS = (b"PK", b"\x80\x02", b"\x80\x04")  # zipped or bare
MAX_REASON = 300  # characters of an error that may come from the file itself
METADATA, ENTRY = "__metadata__", "chainrule"
DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
BFLOAT16 = "BF16"
KNOWN_DTYPES = {np.dtype(code) for code in DTYPES.values()}


@dataclass(frozen=True, eq=False)
class Content:
    """What a file holds.

    Attributes:
        tensors: Arrays of their own memory, by name.
        description: What ``pack`` was given; None in files of other programs.
    """

    tensors: dict[str, Array]
    description: dict[str, Json] | None


def pack(tensors: Mapping[str, Array], description: dict[str, Json]) -> bytes:
    """Return the bytes of a file: the same ones for the same content.

    Raises:
        InvalidType: if an array is of a kind the format does not have.
    """
    from safetensors.numpy import save

    plain = {name: storable(name, array) for name, array in tensors.items()}
    entry: dict[str, Json] = {
        "version": VERSION,
        "content": description,
        "sha256": checksum(plain, description),
    }
    packed = save(plain, {ENTRY: compact_json(entry)})
    header_bytes = int.from_bytes(packed[:LENGTH_BYTES], "little")
    if header_bytes > MAX_HEADER_BYTES:
        raise InvalidArgument(
            f"The description takes {header_bytes} bytes, and no more than {MAX_HEADER_BYTES} "
            "would be read again: save less beside the tensors, or several files."
        )
    return packed


def storable(name: str, array: Array) -> Array:
    """Return an array whose memory can be written as it is."""
    if array.dtype.newbyteorder("=") not in KNOWN_DTYPES:
        raise InvalidType(
            f"{name!r} holds {array.dtype}, which a file cannot: convert it to a floating-point, "
            "integer or bool tensor."
        )
    return np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")


def checksum(tensors: Mapping[str, Array], description: Json) -> str:
    """Return the SHA-256 of all names, dtypes, shapes and numbers, and of the description."""
    digest = hashlib.sha256()
    names: list[Json] = [*sorted(tensors)]
    digest.update(compact_json([VERSION, description, names]).encode())
    for name in sorted(tensors):
        array = tensors[name]
        digest.update(compact_json([array.dtype.name, *array.shape]).encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def read_content(path: PathLike) -> Content:
    """Read a file and check it.

    Raises:
        DataNotFound: if there is none.
        InvalidArgument: if it is not an ordinary file, or too large.
        CorruptFile: if it is damaged, truncated or of another format.
    """
    return unpack(read_file(path), os.fspath(path))


def read_file(path: PathLike) -> bytes:
    """Return the bytes of a file, after a look at its size and its beginning."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise DataNotFound(f"There is no file {os.fspath(path)}: check the path.") from None
    except ValueError as error:  # a NUL byte
        raise InvalidArgument(f"{os.fspath(path)!r} cannot be a path: {error}.") from None
    if not stat.S_ISREG(status.st_mode):
        raise InvalidArgument(f"{os.fspath(path)} is not an ordinary file: pass the path of one.")
    if status.st_size > MAX_FILE_BYTES:
        raise InvalidArgument(
            f"{os.fspath(path)} has {status.st_size} bytes: no file of more than {MAX_FILE_BYTES} "
            "is read."
        )
    with Path(path).open("rb") as file:
        start = file.read(LENGTH_BYTES + 1)
        check_start(start, status.st_size, os.fspath(path))
        return start + file.read(status.st_size - len(start))


def unpack(content: bytes, source: str) -> Content:
    """Return what the bytes of a file hold, once everything in it is known to fit together.

    Args:
        content: The whole file.
        source: What to call it in errors.

    Raises:
        CorruptFile: if anything does not.
    """
    from safetensors import SafetensorError, deserialize

    header = read_header(content, source)
    try:
        entries = deserialize(content)  # type: ignore[no-untyped-call]  # compiled, has no types
    except SafetensorError as error:
        raise damaged(source, f"the safetensors format is violated ({error})") from None
    tensors: dict[str, Array] = {}
    for name, entry in entries:
        tensors[name] = as_array(name, entry["dtype"], entry["shape"], entry.pop("data"), source)
    description = own_description(header.get(METADATA), source)
    if description is None:
        return Content(tensors, None)
    if description.get("sha256") != checksum(tensors, description["content"]):
        raise damaged(source, "its content does not match its checksum")
    content_description = description["content"]
    if not isinstance(content_description, dict):
        raise damaged(source, "its description is not an object")
    return Content(tensors, content_description)


def read_header(content: bytes, source: str) -> dict[str, Json]:
    """Return the header of a file: for each tensor its dtype, shape and place."""
    check_start(content[: LENGTH_BYTES + 1], len(content), source)
    end = LENGTH_BYTES + int.from_bytes(content[:LENGTH_BYTES], "little")
    try:
        header = parse_json(content[LENGTH_BYTES:end])
    except ValueError as error:
        raise damaged(source, f"its header is not valid JSON ({error})") from None
    if not isinstance(header, dict) or not isinstance(header.get(METADATA, {}), dict):
        raise damaged(source, "its metadata is not an object")
    return header


def check_start(start: bytes, size: int, source: str) -> None:
    """Refuse what cannot be a safetensors file, by its first bytes and its size."""
    header_bytes = int.from_bytes(start[:LENGTH_BYTES], "little")
    if start[LENGTH_BYTES:] != b"{":
        if start[:2] in PICKLE_STARTS:
            raise CorruptFile(
                f"{source} is a pickle file of PyTorch, which may hold code and is not read: open "
                "it there and write it with safetensors.torch.save_file(state_dict, path)."
            )
        raise CorruptFile(f"{source} is not a safetensors file.")
    if header_bytes > size - LENGTH_BYTES:
        raise damaged(source, f"its header should have {header_bytes} bytes, but it has {size}")
    if header_bytes > MAX_HEADER_BYTES:
        raise damaged(source, f"its header has {header_bytes} bytes, over {MAX_HEADER_BYTES}")


def own_description(metadata: Json, source: str) -> dict[str, Json] | None:
    """Return the entry that ``pack`` wrote, or None if the file is another program's."""
    if not isinstance(metadata, dict):
        return None
    text = metadata.get(ENTRY)
    if text is None and not any('"sha256"' in str(value) for value in metadata.values()):
        return None
    try:
        entry = parse_json(text) if isinstance(text, str) else None
    except ValueError as error:
        raise damaged(source, f"its description is not valid JSON ({error})") from None
    if not isinstance(entry, dict) or set(entry) != {"version", "sha256", "content"}:
        raise damaged(source, "its description is incomplete")
    if entry["version"] != VERSION:
        raise CorruptFile(
            f"{source} has version {str(entry['version'])[:20]} of the format, this is version "
            f"{VERSION}: read it with the version of chainrule that wrote it."
        )
    return entry


def as_array(name: str, dtype: str, shape: list[int], data: bytearray, source: str) -> Array:
    """Return the numbers of one tensor in memory of their own; bfloat16 becomes float32."""
    if dtype == BFLOAT16:
        # The upper half of a float32.
        bits = np.frombuffer(data, "<u2").astype("<u4") << 16
        return shaped(name, bits, shape, source).view("<f4")
    if dtype not in DTYPES:
        raise CorruptFile(
            f"{source} holds {name!r} as {dtype}, which NumPy does not have: convert it to float32."
        )
    if dtype == "BOOL" and any(data.translate(None, b"\x00\x01")):
        raise damaged(source, f"{name!r} has truth values that are neither 0 nor 1")
    return shaped(name, np.frombuffer(data, DTYPES[dtype]), shape, source)


def shaped(name: str, numbers: Array, shape: list[int], source: str) -> Array:
    """Return a copy of the numbers in their shape."""
    try:
        return numbers.reshape(shape).copy()
    except ValueError as error:
        raise damaged(source, f"{name!r} cannot have shape {tuple(shape)} ({error})") from None


def damaged(source: str, reason: str) -> CorruptFile:
    """Return the error for a file in which something is wrong."""
    reason = reason if len(reason) <= MAX_REASON else f"{reason[:MAX_REASON]}..."
    return CorruptFile(
        f"{source} is damaged: {reason.rstrip('.')}. Restore it from a copy, or save it anew."
    )
