"""Numbers as text: aligned, short, honest about what is not finite."""

import numpy as np
import pytest

from chainrule.explain.drawing.number_text import array_rows, number_text, rounded_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (3.0, "3"),
        (0.5, "0.500"),
        (-12.345, "-12.3"),
        (4999.5, "5000"),
        (123456.7, "1.23e+05"),
        (0.000123, "1.23e-04"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (True, "True"),
    ],
)
def test_one_number(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.126, "0.13"), (-0.001, "0"), (2.0, "2"), (100.4, "100"), (-7.5, "-7.5"), (np.nan, "nan")],
)
def test_one_number_in_little_room(value: float, text: str) -> None:
    assert rounded_text(value) == text


@pytest.mark.parametrize(
    ("array", "rows"),
    [
        ([1.0, -0.25], [" 1.00 -0.25"]),
        ([[1.0, 2.0], [3.0, -4.0]], [" 1  2", " 3 -4"]),
        ([[0.001, 0.5]], ["0.001 0.500"]),
        ([1e-7, 2e-7], ["1.00e-07 2.00e-07"]),
        ([np.nan, 1.5, np.inf], [" nan 1.50  inf"]),
        ([np.nan, np.inf], ["nan inf"]),
        ([True, False], ["1 0"]),
        ([[[[5.0, 6.0], [7.0, 8.0]]]], ["5 6", "7 8"]),
        (np.zeros((0, 3)), ["no numbers"]),
    ],
    ids=str,
)
def test_small_arrays_are_written_out(array: object, rows: list[str]) -> None:
    assert array_rows(np.array(array)) == rows


def test_large_arrays_are_described() -> None:
    array = np.linspace(-1, 3, 100)
    assert array_rows(array) == ["-1 … 3", "mean 1"]
    assert array_rows(np.zeros((2, 3, 4))) == ["0 … 0", "mean 0"]


def test_numbers_that_are_not_finite_are_counted() -> None:
    array = np.ones(100)
    array[[3, 5]] = np.nan
    assert array_rows(array) == ["2 of 100 not finite", "1 … 1", "mean 1"]
    assert array_rows(np.full(100, np.nan)) == ["100 of 100 not finite"]
