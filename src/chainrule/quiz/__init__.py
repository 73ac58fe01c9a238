"""Practice: exercises without end, small enough for pencil and paper, with marks that explain."""

from collections.abc import Iterator

import numpy as np

from chainrule.errors import InvalidArgument
from chainrule.quiz.exercise import Exercise as Exercise
from chainrule.quiz.exercise import Mark as Mark
from chainrule.quiz.exercise import Topic as Topic
from chainrule.quiz.exercises import TOPICS as TOPICS


def exercises(section: str | None = None, seed: int = 0) -> Iterator[Exercise]:
    """Yield exercises without end, topic by topic, the same ones for the same seed.

    Args:
        section: Of the chapter, such as "9.4"; None for all of them.
        seed: Of the numbers.

    Raises:
        InvalidArgument: if there are none of this section; it lists those that have some.

    >>> next(exercises("9.3", seed=1)).kind
    'counting parameters'
    """
    topics = [topic for topic in TOPICS if section in (None, topic.section)]
    if not topics:
        known = ", ".join(sorted({topic.section for topic in TOPICS}))
        raise InvalidArgument(f"There are no exercises of section {section}: choose of {known}.")
    return _endless(topics, seed)


def _endless(topics: list[Topic], seed: int) -> Iterator[Exercise]:
    draw = np.random.default_rng(seed)
    while True:
        for topic in topics:
            yield topic.make(draw)
