"""Sizes that may depend on how many samples a batch has.

One program serves batches of any size, so the shape of a value is not numbers but extents: 784, n,
or 4 n. They are found by comparing two recordings with different batch sizes.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from chainrule.compiler.refusal import NotCompilable


@dataclass(frozen=True)
class Extent:
    """A size: a plain number, or a multiple of the number of samples n.

    Args:
        count: The number, or what n is multiplied with.
        per_sample: Whether it is multiplied.

    >>> str(Extent(784)), str(Extent(1, per_sample=True)), str(Extent(4, per_sample=True))
    ('784', 'n', '4 * n')
    """

    count: int
    per_sample: bool = False

    def __str__(self) -> str:
        if not self.per_sample:
            return str(self.count)
        return "n" if self.count == 1 else f"{self.count} * n"

    def at(self, samples: int) -> int:
        """Return the size for a batch of so many samples."""
        return self.count * samples if self.per_sample else self.count


Extents: TypeAlias = tuple[Extent, ...]

BATCH_SIZES = (2, 3)
"""How many samples the two recordings have."""


def extent_of(first: int, second: int, what: str) -> Extent:
    """Return the extent that has these sizes in the two recordings.

    Raises:
        NotCompilable: if there is none.

    >>> extent_of(8, 12, "shape")
    Extent(count=4, per_sample=True)
    """
    if first == second:
        return Extent(first)
    few, many = BATCH_SIZES
    if first % few == 0 and first // few * many == second:
        return Extent(first // few, per_sample=True)
    raise NotCompilable(
        f"{what} is {first} for {few} samples and {second} for {many}: only sizes that are fixed "
        "or a multiple of the number of samples can be compiled."
    )


def generalize(first: Any, second: Any, what: str) -> Any:
    """Return an option of an operation with extents in place of integers that differ.

    Raises:
        NotCompilable: if other things than integers differ.

    >>> generalize((2, -1), (3, -1), "shape")
    (Extent(count=1, per_sample=True), -1)
    """
    if isinstance(first, (tuple, list)) and isinstance(second, (tuple, list)):
        if len(first) == len(second):
            parts = [generalize(a, b, what) for a, b in zip(first, second, strict=True)]
            return tuple(parts)
    elif isinstance(first, slice) and isinstance(second, slice):
        ends = [
            generalize(getattr(first, end), getattr(second, end), what)
            for end in ("start", "stop", "step")
        ]
        return slice(*ends)
    elif type(first) is int and type(second) is int:
        return first if first == second else extent_of(first, second, what)
    elif isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        if first.dtype == second.dtype and np.array_equal(first, second):
            return first
    elif type(first) is type(second) and (first is second or first == second):
        return first
    raise NotCompilable(f"{what} changes from batch to batch: {first!r} and {second!r}.")
