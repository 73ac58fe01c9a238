"""Reproducible random numbers: one generator, from which every random choice comes.

Two kinds of numbers are drawn from it. Initial weights, shuffles and samples come from NumPy's own
generator. Dropout masks come from *counter-based* bits: the bits of element ``i`` are a function of
a key and the number ``i`` alone, written once in NumPy's operators, so that an array at a time and
one scalar at a time, in any order and on any number of threads, give the same mask.

Source: the mixing function is SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom
number generators"); counters instead of state are due to Salmon et al. 2011, "Parallel random
numbers: as easy as 1, 2, 3".
"""

import copy
import os
from typing import Any

import numpy as np

from chainrule.array_types import Number
from chainrule.errors import InvalidArgument

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, as SplitMix64 uses it
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
SHIFT_30, SHIFT_27, SHIFT_31 = np.uint64(30), np.uint64(27), np.uint64(31)
MAX_SEED = 2**63 - 1


def random_bits(key: Number | np.uint64, counter: Number) -> Number:
    """Return 64 random bits for each counter: the same ones whenever key and counter are the same.

    Args:
        key: uint64; different keys give unrelated streams.
        counter: uint64 array of positions in the stream.

    >>> bits = random_bits(np.uint64(1), np.arange(3, dtype=np.uint64))
    >>> bool((bits == random_bits(np.uint64(1), np.arange(3, dtype=np.uint64))).all())
    True
    """
    z = key + counter * GOLDEN
    z = (z ^ (z >> SHIFT_30)) * MIX_1
    z = (z ^ (z >> SHIFT_27)) * MIX_2
    return z ^ (z >> SHIFT_31)


class Generator:
    """The source of all random choices: a NumPy generator and a counter-based stream, one seed.

    Args:
        seed: 0 to 2^63 - 1. Without it, one is drawn from the operating system.

    >>> Generator(0).numpy.integers(100) == Generator(0).numpy.integers(100)
    np.True_
    """

    def __init__(self, seed: int | None = None) -> None:
        self._numpy: np.random.Generator | None = None
        self.manual_seed(int.from_bytes(os.urandom(4), "little") if seed is None else seed)

    @property
    def numpy(self) -> "np.random.Generator":
        """NumPy's generator, made when first needed: NumPy loads that part of itself only then."""
        if self._numpy is None:
            self._numpy = np.random.Generator(np.random.PCG64(self.seed))
        return self._numpy

    def manual_seed(self, seed: int) -> "Generator":
        """Start again from a seed, and return this generator.

        Raises:
            InvalidArgument: if seed is not an integer from 0 to 2^63 - 1.
        """
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
            raise InvalidArgument(f"A seed must be an integer, got {seed!r}: pass one such as 0.")
        if not 0 <= seed <= MAX_SEED:
            raise InvalidArgument(f"A seed must lie between 0 and 2^63 - 1, got {seed}.")
        self.seed = int(seed)
        self.counter = 0
        self._numpy = None
        self.key = int(random_bits(GOLDEN, np.array([self.seed], dtype=np.uint64))[0])
        return self

    def initial_seed(self) -> int:
        """Return the seed this generator was last started from."""
        return self.seed

    def reserve(self, count: int) -> int:
        """Take the next ``count`` positions of the counter-based stream; return the first."""
        first = self.counter
        self.counter += count
        return first

    def state_dict(self) -> dict[str, Any]:
        """Return all that determines the numbers to come, as plain values that fit into JSON."""
        return {
            "seed": self.seed,
            "counter": self.counter,
            "numpy": copy.deepcopy(self.numpy.bit_generator.state),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue exactly where the generator that gave this state stood."""
        self.manual_seed(int(state["seed"]))
        self.counter = int(state["counter"])
        self.numpy.bit_generator.state = state["numpy"]


default_generator = Generator()


def manual_seed(seed: int) -> Generator:
    """Make every random choice from here on reproducible.

    >>> manual_seed(0).initial_seed()
    0
    """
    return default_generator.manual_seed(seed)
