"""How often the detective is right: numbers with a known cause, right numbers, and foreign ones."""

import pytest

from chainrule.explain.detective import MISTAKES
from explain.detective.planted_cases import (
    correct_numbers,
    foreign_numbers,
    measure,
    planted_pairs,
    planted_singles,
)


def test_each_mistake_planted_once_is_named_first() -> None:
    measured = measure(planted_singles(seed=5, count=len(MISTAKES)))
    assert measured.total["first"] + measured.total["tied"] >= 0.95 * len(MISTAKES), measured


def test_right_numbers_are_called_correct() -> None:
    measured = measure(correct_numbers(seed=5, count=20))
    assert measured.verdicts == {"correct": 20}


def test_foreign_numbers_are_explained_by_nothing() -> None:
    measured = measure(foreign_numbers(seed=5, count=6))
    assert measured.verdicts["explained"] == 0


@pytest.mark.slow
def test_planted_mistakes_are_named_first_in_95_of_100_cases() -> None:
    measured = measure(planted_singles())
    print(f"\n{measured}")
    total = measured.total
    assert len(measured.outcomes) == len(MISTAKES)
    # Tied: another mistake gives the very same number, and both are named.
    assert total["first"] + total["tied"] >= 0.95 * total.total()
    assert total["first"] >= 0.95 * (total.total() - total["tied"])


@pytest.mark.slow
def test_planted_pairs_are_named_first_in_90_of_100_cases() -> None:
    measured = measure(planted_pairs())
    print(f"\n{measured}")
    total = measured.total
    assert total["first"] + total["tied"] >= 0.9 * total.total()


@pytest.mark.slow
def test_a_hundred_right_numbers_are_called_correct() -> None:
    assert measure(correct_numbers()).verdicts == {"correct": 100}


@pytest.mark.slow
def test_foreign_numbers_are_hardly_ever_explained() -> None:
    measured = measure(foreign_numbers())
    print(f"\n{measured.verdicts}")
    assert measured.verdicts["none of these"] >= 0.95 * measured.verdicts.total()
