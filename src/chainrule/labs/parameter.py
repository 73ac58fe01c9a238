"""Parameters of labs: what may be changed, from where to where, and what it is to begin with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from chainrule.errors import InvalidArgument

Value: TypeAlias = int | float | str | bool


@dataclass(frozen=True)
class Whole:
    """A whole number.

    Attributes:
        name: As typed.
        default: To begin with.
        least: The smallest allowed.
        most: The largest allowed.
        meaning: One phrase.
    """

    name: str
    default: int
    least: int
    most: int
    meaning: str

    def read(self, text: str) -> int:
        """Return the number in a text."""
        try:
            value = int(text)
        except ValueError:
            raise self._refusal(text) from None
        self.check(value)
        return value

    def check(self, value: Value) -> None:
        """Refuse a number that is out of range.

        Raises:
            InvalidArgument: with the range.
        """
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not self.least <= value <= self.most:  # type: ignore[operator]
            raise self._refusal(value)

    def _refusal(self, value: Value) -> InvalidArgument:
        return InvalidArgument(
            f"{self.name} got {value!r}: expected a whole number {self.allowed()}."
        )

    def allowed(self) -> str:
        """Return what is allowed, as a phrase."""
        return f"from {self.least} to {self.most}"


@dataclass(frozen=True)
class Real:
    """A number.

    Attributes:
        name: As typed.
        default: To begin with.
        least: The smallest allowed.
        most: The largest allowed.
        meaning: One phrase, with the unit where there is one.
    """

    name: str
    default: float
    least: float
    most: float
    meaning: str

    def read(self, text: str) -> float:
        """Return the number in a text."""
        try:
            value = float(text)
        except ValueError:
            raise self._refusal(text) from None
        self.check(value)
        return value

    def check(self, value: Value) -> None:
        """Refuse a number that is out of range.

        Raises:
            InvalidArgument: with the range.
        """
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not self.least <= value <= self.most:  # type: ignore[operator]
            raise self._refusal(value)

    def _refusal(self, value: Value) -> InvalidArgument:
        return InvalidArgument(f"{self.name} got {value!r}: expected a number {self.allowed()}.")

    def allowed(self) -> str:
        """Return what is allowed, as a phrase."""
        return f"from {self.least:g} to {self.most:g}"


@dataclass(frozen=True)
class Choice:
    """One of several names.

    Attributes:
        name: As typed.
        default: To begin with.
        options: All there are.
        meaning: One phrase.
    """

    name: str
    default: str
    options: tuple[str, ...]
    meaning: str

    def read(self, text: str) -> str:
        """Return the option of this name."""
        self.check(text)
        return text

    def check(self, value: Value) -> None:
        """Refuse what is no option.

        Raises:
            InvalidArgument: listing the options.
        """
        if value not in self.options:
            raise InvalidArgument(f"{self.name} got {value!r}: expected {self.allowed()}.")

    def allowed(self) -> str:
        """Return what is allowed, as a phrase."""
        return f"one of {', '.join(self.options)}"


Parameter: TypeAlias = Whole | Real | Choice


class Settings:
    """The values with which a lab runs.

    Args:
        values: By name of the parameter.
        seed: Of all random choices.
    """

    def __init__(self, values: Mapping[str, Value], seed: int) -> None:
        self.values = dict(values)
        self.seed = seed

    def whole(self, name: str) -> int:
        """Return a whole number."""
        return int(self.values[name])

    def real(self, name: str) -> float:
        """Return a number."""
        return float(self.values[name])

    def text(self, name: str) -> str:
        """Return a name that was chosen."""
        return str(self.values[name])
