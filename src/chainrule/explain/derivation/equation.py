"""One step of a derivation: the gradient of one number as a sum of products."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A local factor times the gradient of the number it leads to.

    Attributes:
        target: Name of that number, such as ``1.linear[0, 2]``; ``L`` is the loss.
        factor: How much the target grows with the number looked at.
        symbol: What the factor is: a number multiplied by, such as ``3.weight[5, 2]``, or a
            derivative, such as ``relu'(0.53)``.
        gradient: How much the loss grows with the target.
        equation: Number of the equation that derives this gradient; None where it is taken as the
            backward pass computed it, and for the loss, whose gradient is 1.
    """

    target: str
    factor: float
    symbol: str
    gradient: float
    equation: int | None

    @property
    def product(self) -> float:
        """What this way contributes."""
        return self.factor * self.gradient


@dataclass(frozen=True)
class Rest:
    """All terms that are not shown, as one.

    Attributes:
        count: How many they are; 0 where it is not known.
        total: Their exact sum.
    """

    count: int
    total: float

    def __str__(self) -> str:
        if self.count == 1:
            return "1 other term"
        return f"{self.count:,} other terms" if self.count else "all other terms"


@dataclass(frozen=True)
class Equation:
    """dL/dname = sum of factor × dL/dtarget.

    Attributes:
        number: From 1.
        name: What is differentiated by, such as ``1.weight[2, 1]``.
        value: The number this has.
        gradient: How much the loss grows with it, as the backward pass has it.
        terms: The largest, in descending order of their size.
        rest: The others.
    """

    number: int
    name: str
    value: float
    gradient: float
    terms: tuple[Term, ...]
    rest: Rest | None = None

    @property
    def is_single(self) -> bool:
        """Whether there is but one way on."""
        return len(self.terms) == 1 and self.rest is None

    @property
    def total(self) -> float:
        """The right-hand side."""
        products = [term.product for term in self.terms]
        return add([*products, self.rest.total] if self.rest else products)

    @property
    def size(self) -> float:
        """The size of what is added, against which rounding is to be seen."""
        products = [abs(term.product) for term in self.terms]
        return max(abs(self.gradient), add([*products, abs(self.rest.total) if self.rest else 0.0]))

    @property
    def relative_difference(self) -> float:
        """The difference between both sides, in proportion to the size of what is added."""
        return relative(self.total - self.gradient, self.size)


def relative(difference: float, size: float) -> float:
    """Return a difference in proportion to a size; 0 if there is none.

    >>> relative(-0.5, 2.0), relative(0.0, 0.0)
    (0.25, 0.0)
    """
    return abs(difference) / size if difference else 0.0


def add(numbers: list[float]) -> float:
    """Return a sum without rounding on the way; not finite if a number is not."""
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else sum(numbers)
