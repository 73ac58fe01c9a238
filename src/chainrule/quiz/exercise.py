"""An exercise for pencil and paper, and what is said of an answer to it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from chainrule.explain.detective import Findings

Detective: TypeAlias = Callable[[str], Findings]
"""Takes an answer as it was written and says which mistake may have led to it."""

DECIMALS = 4
"""Asked for where an answer is no whole number."""


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise.

    Attributes:
        section: Of the chapter.
        kind: What it practises, in a word or two.
        text: The exercise, with all numbers that are needed.
        answer: The right number.
        is_whole: Whether it is a whole number, to be given exactly.
        solution: The way to it, in a line or a few.
        detective: Finds the mistake behind a wrong answer; None where there is none to ask.
    """

    section: str
    kind: str
    text: str
    answer: float
    is_whole: bool
    solution: str
    detective: Detective | None = None

    def mark(self, given: str) -> "Mark":
        """Return whether an answer is right, and what to say of it.

        Args:
            given: As it was typed. Right is every number that is the answer rounded or cut off to
                the decimals given, at least as many as asked for.
        """
        try:
            value = float(given.replace(",", "."))
        except ValueError:
            return Mark(False, f"{given!r} is no number.", self)
        if self.is_right(value, decimals_of(given)):
            return Mark(True, "Right.", self)
        return Mark(False, self._comment(given, value), self)

    def is_right(self, value: float, decimals: int) -> bool:
        """Return whether a number is the answer, to the decimals asked for."""
        if self.is_whole:
            return value == self.answer
        unit = 10.0 ** -min(max(decimals, DECIMALS), 12)
        return abs(value - self.answer) < unit * (1 + 1e-9)

    def _comment(self, given: str, value: float) -> str:
        """Return what may have gone wrong."""
        if not math.isfinite(value):
            return f"{given} is no number that could be computed here."
        if not self.is_whole and decimals_of(given) < DECIMALS:
            near = abs(value - self.answer) < 10.0 ** -decimals_of(given)
            if near:
                return f"Close: give {DECIMALS} decimals."
        if self.detective is not None:
            findings = self.detective(given)
            if findings.explanations:
                told = [f"{m.sentence} {m.remedy}" for m in findings.explanations[0].mistakes]
                doubt = "" if findings.verdict == "explained" else "Wrong. Perhaps this: "
                return doubt + " ".join(told)
        return "Wrong, and by none of the usual mistakes."


@dataclass(frozen=True, eq=False)
class Mark:
    """What is said of an answer.

    Attributes:
        is_right: Whether it is.
        comment: One or two sentences.
        exercise: That it is an answer to.
    """

    is_right: bool
    comment: str
    exercise: Exercise


@dataclass(frozen=True)
class Topic:
    """A kind of exercise, of which there is no end.

    Attributes:
        section: Of the chapter.
        make: Returns an exercise with numbers of its own.
    """

    section: str
    make: Callable[[np.random.Generator], Exercise]


def decimals_of(text: str) -> int:
    """Return how many decimals a number was given with.

    >>> decimals_of("0.250"), decimals_of("3"), decimals_of("1e-3")
    (3, 0, 3)
    """
    mantissa, _, exponent = text.lower().replace(",", ".").strip().partition("e")
    shift = int(exponent) if exponent.lstrip("+-").isdigit() else 0
    return max(len(mantissa.partition(".")[2]) - shift, 0)


def round_numbers(draw: np.random.Generator, count: int, step: float = 0.1) -> list[float]:
    """Return numbers between -1 and 1 that are easy to compute with, none of them zero."""
    steps = round(1 / step)
    chosen = draw.integers(1, steps + 1, count) * draw.choice([-1, 1], count)
    return [round(float(number) * step, 10) for number in chosen]
