"""Softmax and its relatives: what makes them probabilities, and scores that would overflow."""

import numpy as np
import pytest

from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidIndex
from chainrule.operations.operation import Operation
from chainrule.operations.softmax import (
    LOG_SOFTMAX,
    SOFTMAX,
    SOFTMAX_OPERATIONS,
    SOFTMIN,
    log_softmax,
    softmax,
    softmin,
)

SCORES = np.random.default_rng(0).normal(size=(5, 4)) * 3


def naive_softmax(x: np.ndarray) -> np.ndarray:
    """Softmax of a list of scores by its definition, one number at a time."""
    exponentials = [np.exp(score) for score in x]
    return np.array([exponential / sum(exponentials) for exponential in exponentials])


@pytest.mark.parametrize("dim", [0, 1, -1, -2])
def test_softmax_is_its_definition_along_the_axis(dim: int) -> None:
    expected = np.apply_along_axis(naive_softmax, dim, SCORES)
    np.testing.assert_allclose(softmax(SCORES, dim), expected, rtol=1e-13)
    np.testing.assert_allclose(log_softmax(SCORES, dim), np.log(expected), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(softmin(-SCORES, dim), expected, rtol=1e-13)


def test_results_are_probabilities_in_the_order_of_the_scores() -> None:
    y = softmax(SCORES, 1)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_array_equal(y.argsort(axis=1), SCORES.argsort(axis=1))
    np.testing.assert_array_equal(softmin(SCORES, 1).argsort(axis=1), (-SCORES).argsort(axis=1))


def test_adding_a_number_to_all_scores_changes_nothing() -> None:
    np.testing.assert_allclose(softmax(SCORES + 1e3, 1), softmax(SCORES, 1), rtol=1e-11)


@pytest.mark.parametrize("operation", SOFTMAX_OPERATIONS, ids=repr)
@pytest.mark.parametrize(
    "scores",
    [(1e4, -1e4, 0.0), (3e38, 3e38, 1.0), (-3e38, -3e38, -3e38), (1000.0, 1001.0, 1002.0)],
    ids=str,
)
def test_nothing_overflows_in_float32(operation: Operation, scores: tuple[float, ...]) -> None:
    x = np.array(scores, np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = operation.value(x, 0)
        gradient = operation.differentiate(0, np.ones_like(x), (x,), y, (), (0,))
    assert y.dtype == gradient.dtype == np.float32
    assert np.isfinite(y).all()
    assert np.isfinite(gradient).all()


def test_impossible_classes_get_probability_zero() -> None:
    assert softmax(np.array([-np.inf, 0.0, 0.0]), 0).tolist() == [0, 0.5, 0.5]


def test_log_softmax_knows_probabilities_too_small_to_write() -> None:
    assert softmax(np.array([0.0, 2000.0]), 0)[0] == 0
    assert log_softmax(np.array([0.0, 2000.0]), 0).tolist() == [-2000, 0]


def test_the_input_is_left_alone() -> None:
    x = SCORES.copy()
    softmax(x, 1)
    log_softmax(x, 1)
    np.testing.assert_array_equal(x, SCORES)


@pytest.mark.parametrize("operation", SOFTMAX_OPERATIONS, ids=repr)
def test_derivative_reads_the_output_alone(operation: Operation) -> None:
    assert operation.reads == (("gradient", "y", "dim"),)


def test_jacobian_is_that_of_the_textbook() -> None:
    y = softmax(SCORES[0], 0)
    jacobian = np.diag(y) - np.outer(y, y)
    for i, row in enumerate(np.eye(4)):
        gradient = SOFTMAX.differentiate(0, row, (SCORES[0],), y, (), (0,))
        np.testing.assert_allclose(gradient, jacobian[i], atol=1e-15)


@pytest.mark.parametrize("operation", [SOFTMAX, LOG_SOFTMAX, SOFTMIN], ids=repr)
def test_a_missing_axis_is_an_error_that_names_the_operation(operation: Operation) -> None:
    message = rf"^{operation.name} got dim 2 for a tensor of 2 axes: it must lie between -2 and 1"
    with pytest.raises(InvalidIndex, match=message):
        apply(operation, (wrap(SCORES),), (2,))
