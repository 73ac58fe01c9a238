"""How many digits of a number are known, and how many agree."""

import numpy as np
import pytest

from chainrule.errors import InvalidArgument, InvalidType
from chainrule.explain.detective.given_number import read_number


@pytest.mark.parametrize(
    ("text", "digits", "unit"),
    [
        ("0.291027924", 9, 1e-9),
        ("0.250", 3, 1e-3),
        ("-1.20e-3", 3, 1e-5),
        ("12", 2, 1.0),
        ("3e8", 1, 1e8),
        ("0.00", 1, 1e-2),
    ],
)
def test_digits_are_those_written(text: str, digits: int, unit: float) -> None:
    number = read_number(text)
    assert number.digits == digits
    assert number.units == pytest.approx(unit)
    assert number.values == float(text)


@pytest.mark.parametrize("value", [0.0123, np.float64(0.0123), np.float32(0.0123)])
def test_of_a_float_its_shortest_text_counts(value: float) -> None:
    assert read_number(value).digits == 3


def test_digits_can_be_said_beside_a_number() -> None:
    assert read_number(0.123456789, digits=4).units == pytest.approx(1e-4)


def test_no_more_digits_count_than_correct_programs_agree_in() -> None:
    assert read_number("0.12345678901234567").digits == 12
    assert read_number("0.12345678901234567", most=6).digits == 6


def test_every_number_of_an_array_has_its_own_digits() -> None:
    number = read_number([["0.5", "12.25"], ["1e-3", "7"]])
    np.testing.assert_allclose(number.units, [[0.1, 0.01], [1e-3, 1.0]])
    assert number.error(np.array([[0.5, 12.25], [0.0035, 7.0]])) == pytest.approx(2.5)


def test_small_numbers_beside_large_ones_are_known_less_well() -> None:
    number = read_number([1.0, 1.2345678901e-16])
    assert number.units[1] == pytest.approx(1e-14)


def test_agreeing_digits_are_the_logarithm_of_the_relative_error() -> None:
    number = read_number("0.291027924")
    assert number.agreeing_digits(np.array(0.291027924)) == 9
    assert number.agreeing_digits(np.array(0.291027924 * (1 + 1e-5))) == pytest.approx(5, abs=1e-3)
    assert number.agreeing_digits(np.array(-5.0)) == 0


@pytest.mark.parametrize(
    ("observed", "error", "words"),
    [
        ("0,25", InvalidArgument, "with a point"),
        ("nan", InvalidArgument, "not finite"),
        (True, InvalidType, "bool"),
        ([None], InvalidType, "NoneType"),
        ([], InvalidArgument, "empty"),
    ],
)
def test_what_is_no_number_is_refused(observed: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_number(observed)


def test_no_digits_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="digits=0"):
        read_number(1.5, digits=0)
