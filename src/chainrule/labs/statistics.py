"""How sure a measurement over several seeds is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean over independent runs, with an interval.

    Attributes:
        mean: Of the runs.
        low, high: Ends of the interval that holds the true mean with 95 % confidence, by Student's
            distribution. With a single run it is everything.
        count: How many runs.
    """

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.4g} (95 %: {self.low:.4g} to {self.high:.4g}, {self.count} runs)"


def estimate(values: Sequence[float]) -> Estimate:
    """Return mean and interval of values from independent runs.

        mean ± t · s / √n

    Args:
        values: At least one.

    >>> print(estimate([1.0, 2.0, 3.0]))
    2 (95 %: -0.4841 to 4.484, 3 runs)
    """
    from scipy import stats

    count, mean = len(values), float(np.mean(values))
    if count < 2:
        return Estimate(mean, -math.inf, math.inf, count)
    spread = float(np.std(values, ddof=1)) / math.sqrt(count)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)) * spread
    return Estimate(mean, mean - half, mean + half, count)


def difference(one: Sequence[float], other: Sequence[float]) -> Estimate:
    """Return how much larger one figure is than the other, in paired runs (the same seeds).

    Args:
        one: A figure of each run.
        other: The other figure of the same runs.
    """
    return estimate([a - b for a, b in zip(one, other, strict=True)])
