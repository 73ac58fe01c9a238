"""Samples from files for a finished model: pictures, tables and NumPy arrays."""

from pathlib import Path

import numpy as np

from chainrule.array_types import Array
from chainrule.data.array_file import map_npy
from chainrule.data.csv_file import read_csv
from chainrule.data.files import GIBIBYTE, PathLike
from chainrule.data.images import read_image
from chainrule.data.preprocessing import Preprocessing
from chainrule.errors import CorruptFile, InvalidArgument

TABLES = (".csv", ".tsv", ".txt")
PICTURES = (".png", ".jpg", ".jpeg")


def read_samples(path: PathLike, preprocessing: Preprocessing) -> Array:
    """Return what is in a file as the model takes it, float32 of shape (samples, *feature_shape).

    Args:
        path: A PNG or JPEG picture (one sample), or a .csv, .tsv, .txt or .npy file without labels,
            one sample per line or row.
        preprocessing: Of the model.

    Raises:
        DataNotFound: if there is no such file.
        CorruptFile: if it is damaged.
        InvalidArgument: if its kind is unknown, or its samples are not what the model takes.
    """
    suffix = Path(path).suffix.lower()
    if suffix in PICTURES:
        return read_image(path, preprocessing)
    if suffix in TABLES:
        return preprocessing.apply(read_csv(path, label=None).features)
    if suffix == ".npy":
        return preprocessing.apply(read_npy(path))
    raise InvalidArgument(
        f"{path} is of an unknown kind: expected one of {', '.join(PICTURES + TABLES)}, .npy."
    )


def read_npy(path: PathLike) -> Array:
    """Return the numbers in a .npy file, float32 of shape (samples, ...); pickles are never read.

    Raises:
        DataNotFound: if there is no such file.
        CorruptFile: if the file is damaged, or holds anything but finite numbers.
        InvalidShape: if it holds a single number.
    """
    # Mapped rather than read, so that a header promising too much is refused, not allocated.
    array = map_npy(path, GIBIBYTE)
    with np.errstate(over="ignore"):
        single = array.astype(np.float32)
    if not np.isfinite(single).all():
        row = int(np.argwhere(~np.isfinite(single))[0][0])
        raise CorruptFile(f"{path}, row {row}: a value is not a finite number.")
    return single
