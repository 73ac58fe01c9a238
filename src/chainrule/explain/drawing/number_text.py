"""Numbers as text: small arrays in full, in aligned rows; large ones by their range and mean."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from chainrule.array_types import Array, Shape

MAX_ROWS = 6
MAX_COLUMNS = 6
SIGNIFICANT_DIGITS = 3  # of the largest number of an array
MIN_DECIMALS, MAX_DECIMALS = 2, 5
LARGE, SMALL = 1e5, 1e-3
"""Numbers from LARGE on, and arrays in which all are below SMALL, are written with an exponent."""


def array_rows(array: Array) -> list[str]:
    """Return an array as rows of text.

    Up to 6 rows of 6 numbers are written out, their columns aligned. Of more numbers, one row says
    the smallest and largest and one the mean; what is not finite is counted.

    >>> array_rows(np.array([[1.0, -2.5], [10.0, 0.25]]))
    [' 1.00 -2.50', '10.00  0.25']
    >>> array_rows(np.arange(10_000.0).reshape(100, 100))
    ['0 … 9999', 'mean 5000']
    """
    if array.size == 0:
        return ["no numbers"]
    table = _as_table(array)
    if table is not None:
        return _aligned(table)
    return _statistics(array)


def shape_text(shape: Shape) -> str:
    """Return a shape as Python writes it.

    >>> shape_text((3,)), shape_text((4, 1))
    ('(3,)', '(4, 1)')
    """
    return str(tuple(int(length) for length in shape))


def number_text(value: float) -> str:
    """Return one number with three significant digits, short.

    >>> [number_text(v) for v in (0.123456, -2.0, 1234.6, 0.00001, True)]
    ['0.123', '-2', '1235', '1.00e-05', 'True']
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if value == round(value, 0) and abs(value) < LARGE:
        return str(int(value))
    if math.isfinite(value) and not SMALL <= abs(value) < LARGE:
        return f"{value:.2e}"
    return f"{value:.{_decimals([value], at_least=0)}f}" if math.isfinite(value) else str(value)


def rounded_text(value: float) -> str:
    """Return one number with two decimals at most, for a place with little room.

    >>> [rounded_text(v) for v in (0.123456, -0.5, 12.0, 123.4)]
    ['0.12', '-0.5', '12', '123']
    """
    if not math.isfinite(value):
        return str(value)
    decimals = 2 if abs(value) < 100 else 0
    text = f"{round(value, decimals) + 0.0:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def _as_table(array: Array) -> Array | None:
    """Return an array as a table that is small enough to be written out, or None."""
    if array.ndim <= 1:
        table = array.reshape(1, -1)
    elif array.ndim == 2:
        table = array
    else:
        # Axes of length 1 do not count: one picture of one channel is a table of its rows.
        lengths = [length for length in array.shape if length != 1]
        table = array.reshape(1, -1) if len(lengths) <= 1 else array.reshape(-1, lengths[-1])
        if len(lengths) > 2:
            return None
    return table if table.shape[0] <= MAX_ROWS and table.shape[1] <= MAX_COLUMNS else None


def _aligned(table: Array) -> list[str]:
    """Return the rows of a table with all numbers right-aligned at one width."""
    numbers = table.ravel().tolist()
    cells = _cells(numbers)
    width = max(len(cell) for cell in cells)
    columns = table.shape[1]
    return [
        " ".join(cell.rjust(width) for cell in cells[start : start + columns])
        for start in range(0, len(cells), columns)
    ]


def _cells(numbers: Sequence[float]) -> list[str]:
    """Return numbers as texts with equally many decimals."""
    finite = [abs(number) for number in numbers if math.isfinite(number)]
    if all(number == int(number) and number < LARGE for number in finite):
        return [str(int(n)) if math.isfinite(n) else str(n) for n in _signless_zeros(numbers)]
    if max(finite) >= LARGE or max(finite) < SMALL:
        return [f"{number:.2e}" for number in numbers]
    decimals = _decimals(finite)
    return [f"{number:.{decimals}f}" for number in numbers]


def _signless_zeros(numbers: Iterable[float]) -> list[float]:
    """Return the numbers with +0 in place of -0."""
    return [number + 0.0 if math.isfinite(number) else number for number in numbers]


def _decimals(numbers: Sequence[float], at_least: int = MIN_DECIMALS) -> int:
    """Return how many decimals show enough digits of the largest number."""
    largest = max(abs(number) for number in numbers)
    digits_before = math.floor(math.log10(largest)) + 1 if largest else 1
    return min(max(SIGNIFICANT_DIGITS - digits_before, at_least), MAX_DECIMALS)


def _statistics(array: Array) -> list[str]:
    """Return the range and the mean of the finite numbers, and how many are not finite."""
    finite = array[np.isfinite(array)].astype(np.float64)
    lost = array.size - finite.size
    rows = [f"{lost} of {array.size} not finite"] if lost else []
    if finite.size:
        rows.append(f"{number_text(float(finite.min()))} … {number_text(float(finite.max()))}")
        rows.append(f"mean {number_text(float(finite.mean()))}")
    return rows
