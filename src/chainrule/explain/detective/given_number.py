"""A number as somebody wrote it down: its value, and how many digits of it are known."""

import math
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument, InvalidType

MOST_DIGITS = 12
"""More are not compared: the roundings of two correct float64 programs may differ there."""

SINGLE_DIGITS = 6
"""The most that are compared where the network is float32."""

SLACK = 1e-3
"""Of a unit of the last digit: what this program's own rounding may add to a difference."""

FLOOR = 1e-14
"""Least unit of an array's numbers, relative to the largest: differences of large ones cancel."""


@dataclass(frozen=True, eq=False)
class GivenNumber:
    """One number or an array of them.

    Attributes:
        values: As given.
        units: What 1 in the last digit given is worth, for each.
        text: As it was written, arrays shortened.
    """

    values: Array
    units: Array
    text: str

    @property
    def digits(self) -> int:
        """How many significant digits the best known number has."""
        sizes = np.abs(self.values) / self.units
        return max(1, math.floor(math.log10(max(float(np.max(sizes)), 1.0) * (1 + 1e-9))) + 1)

    def error(self, value: Array) -> float:
        """Return how far a value is off: the largest difference, in units of the last digit."""
        return float((np.abs(value - self.values) / self.units).max())

    def is_rounded_from(self, value: Array) -> bool:
        """Return whether a value, rounded or cut off to the digits given, is this number."""
        error = (value - self.values) / self.units
        cut_off = (np.abs(value) - np.abs(self.values)) / self.units
        is_cut_off = (cut_off >= 0) & (cut_off < 1) & (value * self.values >= 0)
        return bool(((np.abs(error) <= 0.5 + SLACK) | is_cut_off).all())

    def agreeing_digits(self, value: Array) -> float:
        """Return -log10 of the relative error, at most the digits given, at least 0."""
        scale = max(float(np.max(np.abs(self.values))), float(np.min(self.units)))
        error = float(np.max(np.abs(value - self.values))) / scale
        if error == 0:
            return float(self.digits)
        return float(min(max(-math.log10(error), 0.0), self.digits))


def read_number(
    observed: object, digits: int | None = None, most: int = MOST_DIGITS
) -> GivenNumber:
    """Return a number, or nested lists or an array of numbers, with the digits they are given to.

    Args:
        observed: Texts, whose digits count, trailing zeros included: "0.250" has three. Of floats
            the shortest text that stands for them counts.
        digits: Significant digits, if not those.
        most: The most significant digits to compare.

    Raises:
        InvalidType, InvalidArgument: if it is no number.

    >>> read_number("0.291027924").digits
    9
    """
    if digits is not None and digits < 1:
        raise InvalidArgument(f"digits={digits} must be 1 or more.")
    array = np.asarray(getattr(observed, "array", observed), dtype=object)
    if array.size == 0:
        raise InvalidArgument("The number to explain is empty: give a number or an array of them.")
    decimals = [_decimal(entry) for entry in array.reshape(-1)]
    values = np.array([float(number) for number in decimals]).reshape(array.shape)
    units = np.array([_unit(number, digits, most) for number in decimals]).reshape(array.shape)
    units = np.maximum(units, FLOOR * np.max(np.abs(values)))
    text = str(observed) if array.size == 1 else f"an array of shape {array.shape}"
    return GivenNumber(values, units, text.strip("[]' "))


def _decimal(entry: object) -> Decimal:
    """Return one number with the digits it is written with."""
    if isinstance(entry, bool) or not isinstance(entry, (str, int, float, np.number)):
        raise InvalidType(
            f"The number to explain holds a {type(entry).__name__}: pass a text such as '0.0123', "
            "a float, or lists or an array of them."
        )
    try:
        number = Decimal(str(entry).strip())
    except InvalidOperation:
        raise InvalidArgument(
            f"{entry!r} is not a number: write it with a point, such as 0.0123 or 1.23e-2."
        ) from None
    if not number.is_finite():
        raise InvalidArgument(
            f"The number to explain is {entry}, which any of many mistakes may have made: look for "
            "the first result that is not finite."
        )
    return number


def _unit(number: Decimal, digits: int | None, most: int) -> float:
    """Return what 1 in the last digit that counts is worth."""
    exponent = int(number.as_tuple().exponent)
    if number == 0:
        return 10.0**exponent
    leading = number.adjusted()
    written = leading - exponent + 1 if digits is None else digits
    return 10.0 ** (leading - min(written, most) + 1)
