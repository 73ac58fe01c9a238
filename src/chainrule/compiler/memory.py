"""Where computed values live: memory is used again as soon as what it holds is no longer needed."""

from dataclasses import dataclass

from chainrule.array_types import Dtype
from chainrule.compiler.extent import Extents


@dataclass(eq=False)
class Buffer:
    """A stretch of memory that holds one value after another.

    Attributes:
        shape: Of the largest value; all have as many numbers per sample.
        dtype: Of its numbers.
        free_after: Position of the last item that needs what it holds.
    """

    shape: Extents
    dtype: Dtype
    free_after: int = -1

    def size(self, samples: int) -> int:
        """Return how many numbers it holds for a batch."""
        return size_of(self.shape, samples)


def size_of(shape: Extents, samples: int) -> int:
    """Return how many numbers a value of this shape has for a batch."""
    count = 1
    for extent in shape:
        count *= extent.at(samples)
    return count
