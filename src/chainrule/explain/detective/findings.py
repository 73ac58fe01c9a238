"""What the detective found: a verdict, and the mistakes that reproduce the number."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from chainrule.array_types import Array

Verdict: TypeAlias = Literal[
    "correct", "nearly correct", "explained", "too few digits", "none of these"
]

SHOWN = 5
"""Explanations that a text lists."""

OFTEN = 1e-4
"""A chance that is written as a number; smaller ones are less than this."""


@dataclass(frozen=True)
class Named:
    """One mistake, as it is told.

    Attributes:
        name: A few words.
        where: The layer, the factor or the like; may be empty.
        sentence: What was done.
        remedy: What to do instead.
    """

    name: str
    where: str
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name} ({self.where})" if self.where else self.name


@dataclass(frozen=True, eq=False)
class Explanation:
    """One or two mistakes that together reproduce the number.

    Attributes:
        mistakes: One, or a pair.
        value: What comes out with them.
        digits: Significant digits in which that agrees with the number given, at most those given.
        is_same_as_first: Whether it is the very value of the first explanation, so that no number
            of digits could tell the two apart.
    """

    mistakes: tuple[Named, ...]
    value: Array
    digits: float
    is_same_as_first: bool

    def __str__(self) -> str:
        return " + ".join(map(str, self.mistakes))

    def to_dict(self) -> dict[str, object]:
        """Return all that is known, in plain Python."""
        return {
            "mistakes": [vars(mistake) for mistake in self.mistakes],
            "value": self.value.tolist(),
            "digits": round(self.digits, 2),
            "is_same_as_first": self.is_same_as_first,
        }


@dataclass(frozen=True, eq=False)
class Findings:
    """The outcome of a search; prints as a report.

    Attributes:
        asked: What the number is said to be.
        given: The number, as it was given.
        given_digits: Its significant digits.
        correct: What is right.
        correct_digits: Significant digits in which that agrees with the number.
        verdict: In a few words.
        explanations: The likeliest first.
        num_fitting: How many hypotheses fit, those not listed included.
        num_singles: Forms of mistakes that were tried and change the number.
        num_pairs: Pairs of them that were tried and give a number of their own.
        chance: How many hypotheses would fit as well by chance.
        remark: What else should be known; may be empty.
    """

    asked: str
    given: str
    given_digits: int
    correct: Array
    correct_digits: float
    verdict: Verdict
    explanations: tuple[Explanation, ...]
    num_fitting: int
    num_singles: int
    num_pairs: int
    chance: float
    remark: str = ""

    @property
    def text(self) -> str:
        """The report."""
        return str(self)

    def __str__(self) -> str:
        lines = [self._given(), "", self._conclusion()]
        for number, explanation in enumerate(self.explanations[:SHOWN], start=1):
            lines += ["", *self._explained(number, explanation)]
        return "\n".join([*lines, "", self._tried()])

    def _repr_markdown_(self) -> str:
        """Return the report for a notebook."""
        lines = [self._given(), "", f"**{self._conclusion()}**", ""]
        for number, explanation in enumerate(self.explanations[:SHOWN], start=1):
            head, *rest = self._explained(number, explanation)
            lines.append(f"{number}. **{head.partition('. ')[2]}**  ")
            lines += [f"   {line.strip()}  " for line in rest]
        return "\n".join([*lines, "", f"*{self._tried()}*"])

    def to_dict(self) -> dict[str, object]:
        """Return all that was found, in plain Python."""
        fields = {name: value for name, value in vars(self).items() if name != "explanations"}
        return fields | {
            "correct": self.correct.tolist(),
            "correct_digits": round(self.correct_digits, 2),
            "explanations": [explanation.to_dict() for explanation in self.explanations],
        }

    def _given(self) -> str:
        return (
            f"Your {self.asked}: {self.given} ({self._digits()}). Correct: "
            f"{show(self.correct, self.given_digits)}."
        )

    def _digits(self) -> str:
        return f"{self.given_digits} digit{'' if self.given_digits == 1 else 's'}"

    def _conclusion(self) -> str:
        if self.verdict == "correct":
            return "Your number is correct."
        if self.verdict == "nearly correct":
            return "Your number is correct but for the last digit: keep more digits on the way."
        if self.verdict == "none of these":
            return "None of the mistakes known here gives your number."
        if self.verdict == "too few digits":
            return (
                f"Too few digits to tell: {self.num_fitting} of the hypotheses tried fit "
                f"{self._digits()}, and may do so by chance. Possible are:"
            )
        first = self.explanations[0]
        cause = "One mistake explains" if len(first.mistakes) == 1 else "Two mistakes explain"
        if first.digits < self.given_digits - 0.5:
            return f"{cause} your number to {first.digits:.1f} of {self.given_digits} digits."
        return f"{cause} your number to all {self.given_digits} digits."

    def _explained(self, number: int, explanation: Explanation) -> list[str]:
        value = show(explanation.value, self.given_digits + 2)
        lines = [f"{number}. {explanation}: {value}"]
        for mistake in explanation.mistakes:
            lines += [f"   {mistake.sentence}", f"   Instead: {mistake.remedy}"]
        if number > 1 and explanation.is_same_as_first:
            lines.append("   It comes to the very same number here as 1: only you can tell which.")
        return lines

    def _tried(self) -> str:
        tried = f"Tried {self.num_singles} forms of mistakes that change this number"
        tried += f" and {self.num_pairs:,} pairs of them." if self.num_pairs else "."
        if self.verdict in ("explained", "too few digits", "nearly correct"):
            chance = f"less than {OFTEN:g}" if self.chance < OFTEN else f"about {self.chance:.2g}"
            tried += f" By chance {chance} of them would come as near."
        return f"{tried} {self.remark}".strip()


def show(value: Array, digits: int) -> str:
    """Return a number with so many significant digits; of an array its beginning.

    >>> show(np.array(0.29102777369), 9)
    '0.291027774'
    """
    if value.size == 1:
        return f"{float(value.reshape(())):#.{digits}g}".rstrip(".")
    with np.printoptions(precision=digits, threshold=8, floatmode="maxprec"):
        return np.array2string(value, separator=", ").replace("\n", "")
