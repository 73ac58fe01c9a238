"""Who else trains the same network: other processes, on this machine or on others, or nobody.

Those that ``torchrun`` starts find in their environment how many they are, which of them each is,
and how often they were started.
"""

import os

from chainrule.array_types import Array


class Processes:
    """All processes of a run, seen from one of them. This one is alone; others inherit from it.

    Every process runs the same loop over the same batches and comes to the same result; the engine
    shares the work of each batch. So only what they may disagree on has to be settled: what was
    drawn at random, when to stop, and how many steps to take before looking at that.

    Attributes:
        rank: Number of this process, from 0.
        count: How many there are.
    """

    rank = 0
    count = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the one that writes files and shows progress."""
        return self.rank == 0

    def least(self, number: int) -> int:
        """Return the least of the numbers that the processes pass."""
        return number

    def any(self, claim: bool) -> bool:
        """Return whether any process claims so."""
        return claim

    def of_first(self, array: Array) -> Array:
        """Return the array that the first process passes; all pass one of the same size."""
        return array

    def wait(self) -> None:
        """Wait until every process is here."""


ALONE = Processes()


def launched_processes() -> int:
    """Return how many processes were started for this run."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first_process() -> bool:
    """Return whether this process is the only one, or the one that writes files."""
    return launched_processes() == 1 or os.environ.get("RANK", "0") == "0"


def starts_before() -> int:
    """Return how often the processes were started before, and ended because one of them did."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def was_restarted() -> bool:
    """Return whether the processes were started anew because one of them had ended."""
    return starts_before() > 0
