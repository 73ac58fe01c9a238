"""NumPy's .npy files, opened without being read."""

import numpy as np

from chainrule.array_types import Array
from chainrule.data.files import PathLike, existing_file
from chainrule.errors import CorruptFile, InvalidShape

NUMPY_MAGIC = b"\x93NUMPY"
ARCHIVE_MAGIC = b"PK"


def map_npy(path: PathLike, max_bytes: int | None = None) -> Array:
    """Return the numbers in a .npy file as a memory map that cannot be written; never a pickle.

    A header that promises more than the file holds is refused, and nothing is allocated for it.

    Args:
        path: The file.
        max_bytes: Refuse larger files; by default none.

    Raises:
        DataNotFound: if there is no such file.
        CorruptFile: if it is damaged or cut off, or holds anything but numbers.
        InvalidShape: if it holds a single number.
        InvalidArgument: if it is larger than allowed.
    """
    found = existing_file(path, max_bytes)
    try:
        with found.open("rb") as file:
            start = file.read(len(NUMPY_MAGIC))
        if start.startswith(ARCHIVE_MAGIC):
            raise CorruptFile(
                f"{found} is not a .npy file but an archive, as numpy.savez writes it: save each "
                "array with numpy.save."
            )
        if start != NUMPY_MAGIC:
            raise CorruptFile(f"{found} is not a .npy file: it does not start like one.")
        array: Array = np.load(found, mmap_mode="r", allow_pickle=False)
    except CorruptFile:
        raise
    except Exception as error:  # the header is parsed as Python text, which may fail in any way
        reason = str(error).rstrip(".")
        raise CorruptFile(
            f"{found} cannot be read as .npy: {reason}. It is damaged, was cut off, or holds "
            "Python objects, which are never loaded: write it anew with numpy.save."
        ) from None
    if array.dtype.kind not in "fiub":
        raise CorruptFile(f"{found} holds values of {array.dtype}: expected numbers.")
    if array.ndim == 0:
        raise InvalidShape(f"{found} holds a single number: expected an array, samples first.")
    return array
