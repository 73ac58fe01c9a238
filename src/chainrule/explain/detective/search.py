"""The search: every mistake, then every pair, against the number that was given."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Changes
from chainrule.explain.detective.given_number import SLACK, GivenNumber
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.recomputation import Recomputation
from chainrule.explain.detective.scenario import Scenario

ROUNDING = 1e-12
"""Numbers that differ relatively by less are the same: only the order of their sums differs."""

FEWEST, NEIGHBOURS = 2, 8
"""How many of the nearest hypotheses tell how densely they lie around a number."""


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """What comes out if somebody makes these mistakes.

    Attributes:
        parts: Each mistake with the form it takes; none for the right computation.
        rank: Position among all hypotheses of as many mistakes, the more common first.
        value: What comes out.
        error: How far that is from the number given, in units of its last digit.
        reproduces: Whether the number given is this one, rounded or cut off.
    """

    parts: tuple[tuple[Mistake, Variant], ...]
    rank: tuple[int, ...]
    value: Array
    error: float
    reproduces: bool

    @property
    def order(self) -> tuple[object, ...]:
        """What hypotheses are sorted by: simple, rightly rounded, common."""
        return len(self.parts), self.error > 0.5 + SLACK, self.rank


class Search:
    """Tries hypotheses against a number.

    Attributes:
        correct: The right computation.
        singles: The mistakes that change the number, each form of them once.
    """

    def __init__(
        self, scenario: Scenario, number: GivenNumber, mistakes: Iterable[Mistake]
    ) -> None:
        self.number = number
        self.recomputation = Recomputation(scenario)
        self.forms = [(m, v) for m in mistakes for v in m.variants(scenario)]
        correct = self.recomputation.answer()
        if correct is None:
            raise AssertionError("the right computation has a result")
        self.correct = self._hypothesis((), (), correct)
        self.singles = list(self._try((i,) for i in range(len(self.forms))))

    def pairs(self) -> list[Hypothesis]:
        """Return the pairs that give another number than either of their mistakes alone."""
        alone = {h.rank[0]: h.value for h in self.singles}
        tried = self._try(
            (i, j)
            for i, j in combinations(range(len(self.forms)), 2)
            if self.forms[i][0] is not self.forms[j][0]
        )
        return [
            pair
            for pair in tried
            if not any(are_same(pair.value, alone.get(i, self.correct.value)) for i in pair.rank)
        ]

    def _try(self, choices: Iterable[tuple[int, ...]]) -> Iterator[Hypothesis]:
        """Yield what comes out under each choice of forms, if it differs from the right number."""
        for rank in choices:
            parts = tuple(self.forms[i] for i in rank)
            changes: Changes = tuple(variant.change for _, variant in parts)
            value = self.recomputation.answer(changes)
            if value is None or value.shape != self.number.values.shape:
                continue
            if np.isfinite(value).all() and not are_same(value, self.correct.value):
                yield self._hypothesis(parts, rank, value)

    def _hypothesis(
        self, parts: tuple[tuple[Mistake, Variant], ...], rank: tuple[int, ...], value: Array
    ) -> Hypothesis:
        number = self.number
        return Hypothesis(parts, rank, value, number.error(value), number.is_rounded_from(value))


def are_same(one: Array, other: Array) -> bool:
    """Return whether two results are equal but for rounding."""
    return bool(np.abs(one - other).max() <= ROUNDING * np.abs(other).max())


def coincidences(hypotheses: Iterable[Hypothesis], width: float = 1.0) -> float:
    """Return how many hypotheses would lie as near to the number by chance.

    It is judged by how densely hypotheses lie around the number, the best one left out: where the
    next k lie within d units of the last digit, there are k in d of them to each unit. Of the few
    nearest, the k that gives most counts: they lie in clusters.

    Args:
        hypotheses: All that were tried.
        width: What counts as near, in units of the last digit.
    """
    distances = sorted({float(f"{hypothesis.error:.9g}") for hypothesis in hypotheses})
    nearest = [max(distance, SLACK) for distance in distances[1 : NEIGHBOURS + 1]]
    counts = range(min(FEWEST, len(nearest)), len(nearest) + 1)
    return max((width * k / nearest[k - 1] for k in counts if k), default=0.0)
