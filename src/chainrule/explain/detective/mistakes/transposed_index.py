"""The number of another weight: row and column taken for each other."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.mistake import Mistake, Variant
from chainrule.explain.detective.question import Question
from chainrule.explain.detective.scenario import Scenario


def transposed(question: Question) -> Question:
    """Return the question with row and column exchanged."""
    index = question.index
    return question if index is None else replace(question, index=index[::-1])


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Yield the one form, if one number of a table off its diagonal is asked for."""
    index = scenario.question.index
    if index is not None and len(index) == 2 and index[0] != index[1]:
        yield Variant(Change(question=transposed), f"[{index[1]},{index[0]}]")


TRANSPOSED_INDEX = Mistake(
    "row and column swapped",
    "You wrote down the number of the weight whose indices are the other way round.",
    "In a layer's weight the first index is the output, the second the input.",
    variants,
)
