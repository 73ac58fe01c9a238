"""Dropout's factors: how many are zero, which ones, and that key and position alone decide."""

import numpy as np
import pytest

from chainrule.operations.dropout import DROPOUT, dropout, dropout_factors, keep_threshold

COUNT = 100_000
SIGMAS = 5  # a right generator fails one such check in two million
FLOAT = np.dtype(np.float64)


def naive_factors(count: int, p: float, key: int, offset: int) -> list[float]:
    """The factors by SplitMix64 in Python's integers, one at a time."""
    mask = 2**64 - 1
    factors = []
    for position in range(offset, offset + count):
        z = (key + position * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        z ^= z >> 31
        factors.append(0.0 if z / 2**64 < p else 1 / (1 - p))
    return factors


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_factors_are_those_of_the_naive_twin(p: float) -> None:
    key, offset = 2**64 - 59, 10**12
    factors = dropout_factors((200,), p, key, offset, FLOAT)
    assert factors.tolist() == naive_factors(200, p, key, offset)


@pytest.mark.parametrize("p", [0.01, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("key", [0, 1, 2**63])
def test_share_of_zeros_is_the_probability(p: float, key: int) -> None:
    zeros = np.count_nonzero(dropout_factors((COUNT,), p, key, 0, FLOAT) == 0)
    assert abs(zeros - COUNT * p) <= SIGMAS * np.sqrt(COUNT * p * (1 - p))


@pytest.mark.parametrize("p", [0.01, 0.2, 0.5, 0.9])
def test_expected_value_is_kept(p: float) -> None:
    factors = dropout_factors((COUNT,), p, 7, 0, FLOAT)
    sigma = np.sqrt(p / (1 - p) / COUNT)  # of a mean of factors with variance p / (1 - p)
    assert abs(factors.mean() - 1) <= SIGMAS * sigma


def test_probability_zero_keeps_all_and_one_keeps_nothing() -> None:
    x = np.random.default_rng(0).normal(size=(10, 10))
    with np.errstate(divide="raise", invalid="raise"):
        assert (dropout(x, 0.0, 1, 0)[0] == x).all()
        assert (dropout(x, 1.0, 1, 0)[0] == 0).all()


def test_an_element_depends_on_its_position_in_the_stream_alone() -> None:
    whole = dropout_factors((100,), 0.5, 3, 50, FLOAT)
    np.testing.assert_array_equal(dropout_factors((5, 6), 0.5, 3, 70, FLOAT).ravel(), whole[20:50])


@pytest.mark.parametrize(("key", "offset"), [(4, 0), (3, 1), (3, COUNT)])
def test_other_keys_and_positions_give_unrelated_masks(key: int, offset: int) -> None:
    one = dropout_factors((COUNT,), 0.5, 3, 0, FLOAT) - 1  # -1 or 1
    other = dropout_factors((COUNT,), 0.5, key, offset, FLOAT) - 1
    assert abs((one * other).sum()) <= SIGMAS * np.sqrt(COUNT)


def test_mask_is_the_same_in_every_dtype() -> None:
    single = dropout_factors((1000,), 0.3, 5, 0, np.dtype(np.float32))
    double = dropout_factors((1000,), 0.3, 5, 0, FLOAT)
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single == 0, double == 0)


@pytest.mark.parametrize("p", [0.0, 0.25, 1 / 3, 0.1, np.nextafter(1, 0)])
def test_threshold_is_exact(p: float) -> None:
    assert float(keep_threshold(p)) / 2.0**64 == pytest.approx(p, abs=2.0**-53)


def test_a_smaller_mask_drops_whole_channels() -> None:
    y, factors = dropout(np.ones((4, 50, 6)), 0.5, 1, 0, (4, 50, 1))
    assert factors.shape == (4, 50, 1)
    assert (y == y[:, :, :1]).all()
    assert set(np.unique(y)) == {0, 2}


def test_gradient_goes_through_the_same_mask() -> None:
    x = np.ones((20, 30))
    y, factors = DROPOUT.evaluate((x,), (0.4, 1, 0, None))
    gradient = DROPOUT.differentiate(0, np.ones_like(x), (x,), y, factors, (0.4, 1, 0, None))
    np.testing.assert_array_equal(gradient, y)
