"""All data sets by name. To add one: write its file, and its line in DATA_SETS."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path

from chainrule.data.csv_file import Task, read_csv
from chainrule.data.digits import DIGITS
from chainrule.data.fashion_mnist import FASHION_MNIST
from chainrule.data.files import PathLike
from chainrule.data.folder import load_folder
from chainrule.data.mnist import MNIST
from chainrule.data.preprocessing import standardize
from chainrule.data.source import DataSource
from chainrule.data.split import Split, split_indices
from chainrule.data.toy_sources import BLOBS, MOONS, RING, SINE, SPIRALS, XOR
from chainrule.errors import InvalidArgument

DATA_SETS: tuple[DataSource, ...] = (
    DIGITS,
    MNIST,
    FASHION_MNIST,
    XOR,
    RING,
    MOONS,
    SPIRALS,
    BLOBS,
    SINE,
)

TABLE_SUFFIXES = (".csv", ".tsv", ".txt")


def find_source(name: str) -> DataSource:
    """Return the record of the data set of this name.

    Raises:
        InvalidArgument: if there is none; it lists those there are.

    >>> find_source("digits").task
    'classification'
    """
    for source in DATA_SETS:
        if source.name == name:
            return source
    known = ", ".join(source.name for source in DATA_SETS)
    raise InvalidArgument(
        f"There is no data set {name!r}: choose one of {known}, or pass the path of a .csv file or "
        "of a folder with .npy files."
    )


def load(name: str, *, data_dir: PathLike | None = None, seed: int = 0, **options: object) -> Split:
    """Return a data set by its name, from a table in a text file, or from a folder of arrays.

    Args:
        name: One of DATA_SETS; the path of a .csv, .tsv or .txt file; or that of a folder with
            x_train.npy, y_train.npy, x_test.npy and y_test.npy.
        data_dir: Folder to look in first for data sets that are files.
        seed: Of the split into train and test, where it is not published, and of made-up samples.
        options: What else this data set takes, such as ``flatten=False`` for pictures.

    Raises:
        InvalidArgument: if there is no such data set or option.
        DataNotFound: if its files are not there and cannot be downloaded.
        CorruptFile: if a file is damaged.

    >>> load("moons", num_samples=50).x_train.shape
    (40, 2)
    """
    if Path(name).suffix.lower() in TABLE_SUFFIXES:
        return _call("the table", load_table, {"path": name, "seed": seed, **options})
    if Path(name).is_dir() and all(source.name != name for source in DATA_SETS):
        return _call("the folder", load_folder, {"path": name, "seed": seed, **options})
    source = find_source(name)
    arguments = {"data_dir": data_dir, "seed": seed, **options}
    return _call(f"the data set {name}", source.load, arguments)


def load_table(
    path: PathLike,
    *,
    seed: int = 0,
    label: int | str = -1,
    delimiter: str | None = None,
    has_header: bool | None = None,
    task: Task | None = None,
) -> Split:
    """Return the samples of a text file, a fifth set aside for testing, features standardised.

    Mean and standard deviation are those of the samples to learn from. The options are those of
    ``read_csv``.

    Raises:
        CorruptFile: if anything in the file cannot be used; it says where.
    """
    table = read_csv(path, label=label, delimiter=delimiter, has_header=has_header, task=task)
    if table.labels is None or table.task is None:
        raise InvalidArgument(
            f"{path} was read without labels: pass label, the column they are in."
        )
    train, test = split_indices(table.labels, table.task, seed=seed)
    preprocessing = standardize(table.features[train], table.feature_names)
    return Split(
        name=Path(path).stem,
        task=table.task,
        x_train=preprocessing.apply(table.features[train]),
        y_train=table.labels[train],
        x_test=preprocessing.apply(table.features[test]),
        y_test=table.labels[test],
        class_names=table.class_names,
        preprocessing=preprocessing,
    )


def _call(what: str, function: Callable[..., Split], arguments: Mapping[str, object]) -> Split:
    """Call a loading function, refusing options it does not take."""
    parameters = inspect.signature(function).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    for option in arguments:
        if option not in parameters and not takes_any:
            raise InvalidArgument(
                f"{what} has no option {option!r}: it has {', '.join(parameters)}."
            )
    return function(**arguments)
