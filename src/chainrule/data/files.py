"""Reading files that may be missing, huge or damaged: one clear error instead of a crash."""

import os
from pathlib import Path
from typing import TypeAlias

from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument

PathLike: TypeAlias = str | os.PathLike[str]
GIBIBYTE = 2**30  # bytes; nothing larger than this is read into memory


def existing_file(path: PathLike, max_bytes: int | None = GIBIBYTE) -> Path:
    """Return the path of an ordinary file.

    Args:
        path: The file.
        max_bytes: How large it may be; None for any size.

    Raises:
        DataNotFound: if there is none.
        InvalidArgument: if it is a folder or a device, or too large.
    """
    found = Path(path)
    try:
        if not found.exists():
            raise DataNotFound(f"There is no file {found}: check the path.")
        if not found.is_file():
            raise InvalidArgument(f"{found} is not an ordinary file: pass the path of one.")
        size = found.stat().st_size
    except ValueError as error:  # a NUL byte in the path, in some versions of Python
        raise InvalidArgument(f"{os.fspath(path)!r} cannot be a path: {error}.") from None
    if max_bytes is not None and size > max_bytes:
        raise InvalidArgument(f"{found} has {size} bytes: files over {max_bytes} are not read.")
    return found


def read_bytes(path: PathLike) -> bytes:
    """Return the content of a file.

    Raises:
        DataNotFound: if there is none.
        InvalidArgument: if it is a folder or a device, or larger than a gibibyte.
        CorruptFile: if it cannot be read.
    """
    found = existing_file(path)
    try:
        return found.read_bytes()
    except OSError as error:
        raise CorruptFile(f"{found} cannot be read: {error.strerror or error}.") from None
