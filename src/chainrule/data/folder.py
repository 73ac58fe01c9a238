"""A data set of one's own: four .npy files in a folder, which may be larger than memory.

x_train.npy  y_train.npy    samples to learn from, and their targets
x_test.npy   y_test.npy     samples to be tested on, and their targets
classes.txt                 optional: the names of the classes, one a line, from class 0 on
"""

from pathlib import Path

import numpy as np

from chainrule.array_types import Array
from chainrule.data.array_file import map_npy
from chainrule.data.csv_file import Task
from chainrule.data.file_rows import blocks, open_rows
from chainrule.data.files import PathLike, read_bytes
from chainrule.data.preprocessing import Preprocessing
from chainrule.data.split import Split
from chainrule.errors import CorruptFile, DataNotFound, InvalidShape

ARRAY_FILES = ("x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy")
CLASS_FILE = "classes.txt"
MOST_CLASSES = 100_000  # larger numbers are quantities


def load_folder(path: PathLike, *, seed: int = 0) -> Split:
    """Return the samples in a folder of .npy files, mapped rather than read, and taken as they are.

    Args:
        path: The folder. Samples are numbers of any kind, shape (samples, ...), best float32, which
            is what they are converted to. Targets are whole numbers, shape (samples,), the classes
            counted from 0; or for a regression floats, shape (samples,) or (samples, outputs).
        seed: Without effect: the split is that of the files.

    Raises:
        DataNotFound: if one of the files is missing.
        CorruptFile: if one is damaged, cut off, or holds something else.
        InvalidShape: if samples and targets do not fit each other.
        InvalidArgument: if a file is stored column by column.
    """
    del seed
    folder = Path(path)
    missing = [name for name in ARRAY_FILES if not (folder / name).is_file()]
    if missing:
        raise DataNotFound(
            f"{folder} has no {', '.join(missing)}: a data set in a folder needs "
            f"{', '.join(ARRAY_FILES)}."
        )
    x_train, y_train, x_test, y_test = (_as_columns(map_npy(folder / n)) for n in ARRAY_FILES)
    _check_shapes(folder, x_train, y_train, x_test, y_test)
    task: Task = "regression" if y_train.dtype.kind == "f" else "classification"
    names: tuple[str, ...] = ()
    if task == "classification":
        y_train, y_test = y_train.reshape(len(y_train)), y_test.reshape(len(y_test))
        largest = max(
            _largest_label(folder, "y_train", y_train), _largest_label(folder, "y_test", y_test)
        )
        names = _class_names(folder / CLASS_FILE, largest + 1)
    for array in (x_train, x_test):
        open_rows(array)  # refuses what is not stored row by row
    return Split(
        name=folder.resolve().name,
        task=task,
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=names,
        preprocessing=Preprocessing(x_train.shape[1:]),
    )


def _as_columns(array: Array) -> Array:
    """Return single numbers as rows of one number."""
    return array.reshape(len(array), 1) if array.ndim == 1 else array


def _check_shapes(
    folder: Path, x_train: Array, y_train: Array, x_test: Array, y_test: Array
) -> None:
    """Refuse samples and targets that do not fit each other."""
    for part, x, y in (("train", x_train, y_train), ("test", x_test, y_test)):
        if x.size == 0:
            raise InvalidShape(
                f"x_{part}.npy in {folder} has shape {x.shape}: no samples are in it."
            )
        if len(x) != len(y):
            raise InvalidShape(
                f"x_{part}.npy in {folder} has {len(x)} samples, but y_{part}.npy has {len(y)} "
                "targets: each sample needs one."
            )
        if y.ndim > 2 or (y.dtype.kind != "f" and y.shape[1] != 1):
            raise InvalidShape(
                f"y_{part}.npy in {folder} has shape {y.shape} of {y.dtype}: expected class "
                "numbers of shape (samples,), or floats of shape (samples, outputs)."
            )
    for name, train, test in (("x", x_train, x_test), ("y", y_train, y_test)):
        is_same_kind = name == "x" or (train.dtype.kind == "f") == (test.dtype.kind == "f")
        if train.shape[1:] != test.shape[1:] or not is_same_kind:
            raise InvalidShape(
                f"{name}_train.npy in {folder} has rows of shape {train.shape[1:]}, {train.dtype}, "
                f"but {name}_test.npy has {test.shape[1:]}, {test.dtype}: they must be alike."
            )


def _largest_label(folder: Path, name: str, labels: Array) -> int:
    """Return the largest class number, having looked at each."""
    largest = 0
    for first, block in blocks(open_rows(labels) or labels):
        low, high = int(block.min()), int(block.max())
        if low < 0 or high >= MOST_CLASSES:
            wrong = low if low < 0 else high
            row = first + int(np.flatnonzero(block == wrong)[0])
            raise CorruptFile(
                f"{name}.npy in {folder}, row {row}: {wrong} is no class number, which go from 0 "
                f"to {MOST_CLASSES - 1}. Write quantities as floats."
            )
        largest = max(largest, high)
    return largest


def _class_names(path: Path, count: int) -> tuple[str, ...]:
    """Return the names of at least so many classes, from a file if there is one."""
    if not path.is_file():
        return tuple(str(number) for number in range(count))
    try:
        lines = read_bytes(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CorruptFile(f"{path} is not in UTF-8: save it in that encoding.") from None
    names = tuple(line.strip() for line in lines if line.strip())
    if len(names) < count or len(set(names)) < len(names):
        raise CorruptFile(
            f"{path} has {len(names)} names, {len(set(names))} of them different, for {count} "
            "classes: write one name a line, no name twice."
        )
    return names
