"""The record of a mistake: what a pupil is told about it, and the forms in which it can occur."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from chainrule.explain.detective.change import Change
from chainrule.explain.detective.graph import Call
from chainrule.explain.detective.scenario import Scenario


@dataclass(frozen=True)
class Variant:
    """One form of a mistake.

    Attributes:
        change: Of the computation.
        where: The layer, the factor or the like that tells it from the mistake's other forms.
    """

    change: Change
    where: str = ""


Variants: TypeAlias = Iterable[Variant]


@dataclass(frozen=True)
class Mistake:
    """A classic mistake.

    Attributes:
        name: A few words.
        sentence: What was done, said to the person who did it.
        remedy: What to do instead.
        variants: The forms in which it can occur in a scenario; none where it cannot.
    """

    name: str
    sentence: str
    remedy: str
    variants: Callable[[Scenario], Variants]


def each_and_all(
    calls: Sequence[Call], change: Callable[[frozenset[str]], Change]
) -> Iterator[Variant]:
    """Yield a mistake made in all of these calls, and in each of them alone.

    Args:
        calls: Where it can be made.
        change: What it changes, given the names of the calls it is made in.
    """
    if len(calls) > 1:
        yield Variant(change(frozenset(call.name for call in calls)), "in all layers")
    for call in calls:
        yield Variant(change(frozenset([call.name])), f"in {call}")
