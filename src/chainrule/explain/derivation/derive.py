"""From one number to the loss: which equations to write down, and in what order."""

import heapq
import itertools
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.explain.derivation.equation import Equation, Rest, Term
from chainrule.explain.derivation.factors import Factor, local_factors, rest
from chainrule.explain.derivation.names import Names
from chainrule.explain.derivation.recording import Recording, Value, numbers
from chainrule.explain.derivation.symbols import symbol
from chainrule.operations.operation import Operation

Key: TypeAlias = tuple[int, Shape]


@dataclass(frozen=True)
class Draft:
    """An equation whose terms do not know yet which of their gradients are derived, too."""

    value: Value
    index: Shape
    gradient: float
    factors: tuple[Factor, ...]
    rest: Rest | None


class Deriver:
    """Writes down the equations between one number and the loss.

    The chain of largest terms is followed to its end first; then, while there is room, the largest
    of the terms left aside, and so on. What two chains share is derived once.

    Args:
        recording: The graph.
        names: Of its values.
        terms: How many terms an equation shows beside the rest.
        equations: How many equations there may be, beyond the chain of largest terms.

    Attributes:
        chain: The values along the largest terms, the loss last.
    """

    def __init__(self, recording: Recording, names: Names, terms: int, equations: int) -> None:
        self.recording = recording
        self.names = names
        self.num_terms = terms
        self.num_equations = equations
        self.drafts: dict[Key, Draft] = {}
        self.chain: list[Value] = []
        self._aside: list[tuple[float, int, Value, Shape, float]] = []
        self._count = itertools.count()

    def derive(self, value: Value, index: Shape) -> tuple[Equation, ...]:
        """Return the equations, that of the number asked for first."""
        self._follow(value, index, 1.0, is_first=True)
        while self._aside and len(self.drafts) < self.num_equations:
            _, _, value, index, weight = heapq.heappop(self._aside)
            self._follow(value, index, weight)
        order = {key: number for number, key in enumerate(self.drafts, start=1)}
        return tuple(self._equation(draft, order) for draft in self.drafts.values())

    def operations(self) -> list[Operation]:
        """Return the operations that the equations differentiate, in the order they ran."""
        nodes = {
            factor.use.node.number: factor.use.node
            for draft in self.drafts.values()
            for factor in draft.factors
        }
        return list(dict.fromkeys(nodes[number].operation for number in sorted(nodes)))

    def _follow(self, value: Value, index: Shape, weight: float, is_first: bool = False) -> None:
        """Derive a number, then the one its largest term leads to, up to the loss.

        Args:
            value: What has the number.
            index: Of the number in it.
            weight: How much the number asked for first moves this one, along the chain so far.
            is_first: Whether this is the chain to be followed whatever its length.
        """
        while True:
            if is_first:
                self.chain.append(value)
            if value is self.recording.root or (id(value), index) in self.drafts:
                return
            if not is_first and len(self.drafts) >= self.num_equations:
                return
            draft = self.drafts[id(value), index] = self._draft(value, index)
            if not draft.factors:
                return
            for factor in draft.factors[1:]:
                self._set_aside(factor, weight)
            value, index = draft.factors[0].use.node, draft.factors[0].index
            weight *= draft.factors[0].number

    def _set_aside(self, factor: Factor, weight: float) -> None:
        share = abs(weight * factor.term)
        if share > 0:
            place = (factor.use.node, factor.index, weight * factor.number)
            heapq.heappush(self._aside, (-share, next(self._count), *place))

    def _draft(self, value: Value, index: Shape) -> Draft:
        """Return the largest terms of one number's gradient, and the rest."""
        candidates: list[Factor] = []
        count = 0
        for use in self.recording.uses(value):
            found = local_factors(use, index, self._gradient(use.node), self.num_terms)
            candidates += found.largest
            count += len(found.largest) + found.count
        candidates.sort(key=lambda factor: -abs(factor.term))
        shown = candidates[: self.num_terms]
        count -= len(shown)
        total = sum(
            rest(use, index, self._gradient(use.node), [f for f in shown if f.use is use])
            for use in self.recording.uses(value)
        )
        remaining = Rest(count, total) if count or total else None
        return Draft(value, index, float(self._gradient(value)[index]), tuple(shown), remaining)

    def _gradient(self, value: Value) -> Array:
        gradient = self.recording.gradient(value)
        return np.zeros(numbers(value).shape) if gradient is None else gradient

    def _equation(self, draft: Draft, order: dict[Key, int]) -> Equation:
        value, index = draft.value, draft.index
        terms = [
            Term(
                self.names.at(factor.use.node, factor.index),
                factor.number,
                symbol(factor, index, self.names),
                factor.gradient,
                order.get((id(factor.use.node), factor.index)),
            )
            for factor in draft.factors
        ]
        return Equation(
            order[id(value), index],
            self.names.at(value, index),
            float(numbers(value)[index]),
            draft.gradient,
            tuple(terms),
            draft.rest,
        )
