"""Writing a file so that whoever opens it finds the old content or the new, never half of it."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TypeAlias

PathLike: TypeAlias = str | os.PathLike[str]
DEFAULT_PERMISSIONS = 0o666  # readable and writable for all, less what the user's mask takes away


def atomic_write(path: PathLike, content: bytes) -> None:
    """Write a whole file at once; after a crash at any moment the old file or the new one is there.

    The content goes to a temporary file in the same folder, is flushed to the disk and then takes
    the name. A file that was there keeps its permissions; a link keeps pointing where it did.

    Args:
        path: The file to make or replace.
        content: All its bytes.

    Raises:
        OSError: if the folder does not exist or cannot be written to. Nothing is left behind.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder: pass the path of a file in it.")
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
    except FileNotFoundError:
        raise FileNotFoundError(
            f"There is no folder {target.parent} to write {target.name} into: make it first."
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, permissions_for(target))
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    flush_folder(target.parent)


def permissions_for(target: Path) -> int:
    """Return the permissions of the file that is there, or those a new file usually gets."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return DEFAULT_PERMISSIONS & ~mask


def flush_folder(folder: Path) -> None:
    """Have the disk keep the new name, too, where the system can do that."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        with contextlib.suppress(OSError):  # nor do some network file systems flush them
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
