"""What the reasons of a failed check are read from: both gradients of each tensor, in its shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.numeric_check import Comparison, GradientCheck, Variable


@dataclass(frozen=True, eq=False)
class Slopes:
    """The gradient of one tensor in both ways.

    Attributes:
        variable: The tensor.
        analytic: What ``backward()`` gives: of the tensor's shape, or in a row for random
            directions.
        numeric: What nudging gives.
        allowed: The differences that rounding explains.
        kinks: Where nudging cannot tell.
    """

    variable: Variable
    analytic: Array
    numeric: Array
    allowed: Array
    kinks: Array

    @property
    def name(self) -> str:
        """Of the tensor."""
        return self.variable.name

    @property
    def is_complete(self) -> bool:
        """Whether every number was nudged, rather than the tensor in random directions."""
        return self.analytic.shape == self.variable.tensor.array.shape

    @property
    def wrong(self) -> Array:
        """Where the two differ."""
        return ~self.agrees_with(self.analytic)

    @property
    def is_wrong(self) -> bool:
        """Whether the two differ anywhere."""
        return bool(self.wrong.any())

    def agrees_with(self, gradient: Array) -> Array:
        """Return where the numeric gradient is the same as another one."""
        with np.errstate(invalid="ignore"):
            return self.kinks | (np.abs(gradient - self.numeric) <= self.allowed)

    def fits(self, gradient: Array) -> bool:
        """Return whether another gradient is right everywhere, and says something."""
        if gradient.shape != self.numeric.shape or not np.any(np.abs(self.numeric) > self.allowed):
            return False
        return bool(self.agrees_with(gradient).all())


@dataclass(frozen=True, eq=False)
class Evidence:
    """One failed check.

    Attributes:
        check: The function, to be asked again.
        slopes: The gradients of all tensors.
        worst: The derivative that differs most.
    """

    check: GradientCheck
    slopes: Sequence[Slopes]
    worst: Comparison

    @property
    def wrong(self) -> list[Slopes]:
        """Those that differ."""
        return [slopes for slopes in self.slopes if slopes.is_wrong]


def evidence(
    check: GradientCheck, comparisons: Sequence[Comparison], worst: Comparison
) -> Evidence:
    """Return the derivatives of a check, gathered by tensor."""
    gathered = []
    for variable in check.variables:
        own = [comparison for comparison in comparisons if comparison.name == variable.name]
        shape = variable.tensor.array.shape
        is_complete = all(comparison.index is not None for comparison in own)

        def column(name: str, own: list[Comparison] = own) -> Array:
            return np.array([getattr(comparison, name) for comparison in own])

        analytic, numeric, allowed, kinks = (
            column(name).reshape(shape if is_complete else -1)
            for name in ("analytic", "numeric", "allowed", "is_kink")
        )
        gathered.append(Slopes(variable, analytic, numeric, allowed, kinks.astype(bool)))
    return Evidence(check, gathered, worst)
