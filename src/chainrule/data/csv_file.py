"""Tables of numbers in text files: one sample per line, one of the columns the label."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.data.files import PathLike, read_bytes
from chainrule.errors import CorruptFile, InvalidArgument

Task: TypeAlias = Literal["classification", "regression"]
DELIMITERS = ("\t", ";", ",")
SNIFFED_ROWS = 5  # rows that must agree on the number of columns for a delimiter to be believed
MAX_CLASSES = 100  # more different whole numbers than this are quantities, not classes
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
WHOLE = re.compile(r"[+-]?\d+(\.0*)?", re.ASCII)


@dataclass(frozen=True, eq=False)
class Table:
    """What a CSV file holds.

    Attributes:
        features: float32, shape (samples, columns).
        labels: int64 class numbers, shape (samples,), or float32 targets, shape (samples, 1); None
            without a label column.
        task: What the labels ask for; None without a label column.
        class_names: What the class numbers stand for; empty for regression.
        feature_names: From the header, or column 1, column 2, ...
        label_name: The same for the label.
    """

    features: Array
    labels: Array | None
    task: Task | None
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    label_name: str | None


@dataclass(frozen=True)
class _Rows:
    """The fields of a file, with what is needed to say where one is."""

    path: str
    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]

    def where(self, row: int, column: int) -> str:
        """Say where a field is."""
        return f"{self.path}, line {self.lines[row]}, column {column + 1} ({self.names[column]})"


def read_csv(
    path: PathLike,
    *,
    label: int | str | None = -1,
    delimiter: str | None = None,
    has_header: bool | None = None,
    task: Task | None = None,
) -> Table:
    """Read a text file of numbers, with or without a header line, in UTF-8.

    Args:
        path: The file.
        label: Number or name of the label column, the last by default; None if there is none.
        delimiter: What separates the columns; by default comma, semicolon or tab, whichever fits.
        has_header: Whether the first line names the columns. By default it does if it holds no
            number among the features, or a word as label where all other labels are numbers.
        task: By default classification if the labels are words, or at most a hundred different
            whole numbers; else regression.

    Raises:
        DataNotFound: if there is no such file.
        CorruptFile: if a field is missing, no number or not finite, or a line has too many or too
            few; it says where.
        InvalidArgument: if the label column does not exist, or an argument cannot be used.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise InvalidArgument(f"read_csv got delimiter={delimiter!r}: expected one character.")
    if task not in (None, "classification", "regression"):
        raise InvalidArgument(f"read_csv got task={task!r}: expected classification or regression.")
    text = _decode(read_bytes(path), str(path))
    rows, lines = _split(text, delimiter or _sniff(text), str(path))
    column = _label_position(rows[0], label, str(path), has_header)
    first = rows[0]
    headed = has_header
    if headed is None:
        headed = isinstance(label, str) or _looks_like_header(rows, column)
    if headed:
        rows, lines = rows[1:], lines[1:]
        if not rows:
            raise CorruptFile(f"{path} has a header line and no samples below it.")
    names = tuple(
        (first[i].strip() if headed else "") or f"column {i + 1}" for i in range(len(first))
    )
    table = _Rows(str(path), names, rows, lines)
    kept = [i for i in range(len(names)) if i != column]
    if not kept:
        raise CorruptFile(f"{path} has one column only, the label: there is nothing to learn from.")
    features = _numbers(table, kept, is_plain=text.isascii() and "_" not in text)
    feature_names = tuple(names[i] for i in kept)
    if column is None:
        return Table(features, None, None, (), feature_names, None)
    labels, found, class_names = _labels(table, column, task)
    return Table(features, labels, found, class_names, feature_names, names[column])


def _decode(content: bytes, path: str) -> str:
    """Return the text of a file."""
    if b"\x00" in content:
        raise CorruptFile(f"{path} holds NUL bytes: it is no text file in UTF-8. Save it as one.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CorruptFile(
            f"{path}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8. Save the file "
            "in that encoding."
        ) from None
    if not text.strip():
        raise CorruptFile(f"{path} is empty.")
    return text


def _sniff(text: str) -> str:
    """Return the delimiter with which the first rows have equally many columns, and the most."""
    best, most = ",", 1
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            counts = {len(row) for row in islice((row for row in reader if row), SNIFFED_ROWS)}
        except csv.Error:
            continue
        if len(counts) == 1 and max(counts) > most:
            best, most = delimiter, max(counts)
    return best


def _split(text: str, delimiter: str, path: str) -> tuple[list[list[str]], list[int]]:
    """Return the fields of each row that is not blank, and the rows' line numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if rows and len(row) != len(rows[0]):
                raise CorruptFile(
                    f"{path}, line {reader.line_num}: {len(row)} columns, but line {lines[0]} has "
                    f"{len(rows[0])}. Each line needs as many; columns are separated by "
                    f"{delimiter!r}."
                )
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise CorruptFile(f"{path}, line {reader.line_num}: {error}.") from None
    if not rows:
        raise CorruptFile(f"{path} holds no samples.")
    return rows, lines


def _label_position(
    first: Sequence[str], label: int | str | None, path: str, has_header: bool | None
) -> int | None:
    """Return the number of the label column, counted from 0."""
    if label is None:
        return None
    if isinstance(label, str):
        places = [i for i, name in enumerate(first) if name.strip() == label]
        if len(places) != 1 or has_header is False:
            raise InvalidArgument(
                f"{path} has {len(places)} columns named {label!r}: its first line is "
                f"{', '.join(first[:10])}. Pass the name of one of them, or its number."
            )
        return places[0]
    if not -len(first) <= label < len(first):
        raise InvalidArgument(
            f"{path} has {len(first)} columns, so there is no column {label} to be the label: pass "
            f"a number from 0 to {len(first) - 1}, or None."
        )
    return label % len(first)


def _looks_like_header(rows: list[list[str]], label: int | None) -> bool:
    """Return whether the first row names the columns."""
    first = rows[0]
    features = [field for i, field in enumerate(first) if i != label]
    if any(field.strip() for field in features) and not any(map(_is_number, features)):
        return True
    if label is None or len(rows) == 1 or _is_number(first[label]):
        return False
    return all(_is_number(row[label]) for row in rows[1:])


def _is_number(field: str) -> bool:
    """Return whether a field reads as a number, be it NaN or infinite."""
    return bool(NUMBER.fullmatch(field)) or field.strip().lower().lstrip("+-") in (
        "nan",
        "inf",
        "infinity",
    )


def _numbers(table: _Rows, columns: list[int], is_plain: bool) -> Array:
    """Return the fields of these columns as float32.

    ``is_plain`` says that no field can hold what Python reads as a number and people do not, such
    as 1_000 and digits of other scripts.
    """
    result = np.empty((len(table.rows), len(columns)), dtype=np.float64)
    for position, row in enumerate(table.rows):
        fields = [row[i] for i in columns]
        try:
            result[position] = [float(field) for field in fields]
        except ValueError:
            _refuse(table, position, columns)
        if not is_plain and not all(_is_number(field) for field in fields):
            _refuse(table, position, columns)
    with np.errstate(over="ignore"):
        single = result.astype(np.float32)
    if not np.isfinite(single).all():
        at, column = (int(i) for i in np.argwhere(~np.isfinite(single))[0])
        raise CorruptFile(
            f"{table.where(at, columns[column])}: {table.rows[at][columns[column]].strip()!r} is "
            "not a finite number of single precision. Remove the sample or fill in the value."
        )
    return single


def _refuse(table: _Rows, row: int, columns: list[int]) -> None:
    """Raise CorruptFile for the first field of a row that is no number."""
    for column in columns:
        field = table.rows[row][column]
        if not field.strip():
            raise CorruptFile(
                f"{table.where(row, column)}: the value is missing. Fill it in or remove "
                "the sample."
            )
        if not _is_number(field):
            shown = field if len(field) <= 40 else field[:40] + "..."
            raise CorruptFile(
                f"{table.where(row, column)}: {shown!r} is not a number. Features must be numbers "
                "with a decimal point."
            )


def _labels(table: _Rows, column: int, task: Task | None) -> tuple[Array, Task, tuple[str, ...]]:
    """Return labels, task and class names."""
    fields = [row[column].strip() for row in table.rows]
    for position, field in enumerate(fields):
        if not field or field.lower() == "nan":
            raise CorruptFile(f"{table.where(position, column)}: the label is missing.")
    numeric = [_is_number(field) for field in fields]
    if task is None and any(numeric) and not all(numeric):
        position = numeric.index(not numeric[0])
        raise CorruptFile(
            f"{table.where(position, column)}: the label is {fields[position]!r}, but the first "
            f"one is {fields[0]!r}. Labels must be all numbers or all words; pass "
            'task="classification" to take them all for words.'
        )
    if task == "regression" or (task is None and all(numeric) and not _are_classes(fields)):
        targets = _numbers(table, [column], is_plain=False)
        return targets, "regression", ()
    if all(WHOLE.fullmatch(field) for field in fields):
        fields = [str(int(field.partition(".")[0])) for field in fields]
        names = tuple(sorted(set(fields), key=int))
    else:
        names = tuple(sorted(set(fields)))
    numbers = {name: number for number, name in enumerate(names)}
    return np.array([numbers[field] for field in fields]), "classification", names


def _are_classes(fields: list[str]) -> bool:
    """Return whether numbers are few and whole, as class numbers are."""
    return all(map(WHOLE.fullmatch, fields)) and len(set(fields)) <= MAX_CLASSES
