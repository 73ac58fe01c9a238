"""Reductions at their limits: empty axes, ties, zeros, NaN, overflow, and what they refuse."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape
from chainrule.operations import extremes, reductions
from chainrule.operations.operation import Operation


def run(operation: Operation, x: Any, *options: object) -> tuple[np.ndarray, np.ndarray]:
    """The output, and the gradient of its sum."""
    tensor = wrap(np.array(x, dtype=np.float64)).requires_grad_()
    output = apply(operation, (tensor,), options)
    output.backward(wrap(np.ones_like(output.array)))
    return output.array, tensor.grad.array


ROWS = [[1.0, 3.0, 2.0], [5.0, 5.0, 4.0]]


# Truth from PyTorch


CASES: dict[str, tuple[Operation, tuple[object, ...], Any, Any]] = {
    "amax of all, tied": (extremes.AMAX, (None, False), ROWS, lambda x: x.max()),
    "amax of rows, tied": (extremes.AMAX, (1, False), ROWS, lambda x: x.amax(1)),
    "amin of all": (extremes.AMIN, (None, False), ROWS, lambda x: x.min()),
    "amax with NaN": (extremes.AMAX, (None, False), [1.0, np.nan, 2.0], lambda x: x.max()),
    "product of all": (reductions.PRODUCT, (None, False), ROWS, lambda x: x.prod()),
    "product with a zero": (
        reductions.PRODUCT,
        (None, False),
        [2.0, 0.0, 4.0],
        lambda x: x.prod(),
    ),
    "product with two zeros": (
        reductions.PRODUCT,
        (0, False),
        [2.0, 0.0, 0.0],
        lambda x: x.prod(0),
    ),
    "product of one number": (reductions.PRODUCT, (None, False), 3.0, lambda x: x.prod()),
    "std of equal numbers": (
        reductions.DEVIATION,
        (None, 1, False),
        [2.0, 2.0],
        lambda x: x.std(),
    ),
    "norm of zeros": (reductions.NORM, (2, None, False), [0.0, 0.0], lambda x: x.norm()),
    "norm 3 with a zero": (
        reductions.NORM,
        (3, None, False),
        [0.0, -2.0],
        lambda x: x.norm(p=3),
    ),
    "norm infinity, tied": (
        reductions.NORM,
        (math.inf, None, False),
        [3.0, -3.0, 1.0],
        lambda x: x.norm(p=math.inf),
    ),
    "median of an even count": (
        extremes.MEDIAN,
        (),
        [4.0, 1.0, 3.0, 2.0],
        lambda x: x.median(),
    ),
    "median, tied": (extremes.MEDIAN, (), [2.0, 1.0, 2.0], lambda x: x.median()),
    "median with NaN": (extremes.MEDIAN, (), [2.0, np.nan, 1.0], lambda x: x.median()),
    "logsumexp of infinities": (
        reductions.LOGSUMEXP,
        (0, False),
        [1.0, -np.inf, 2.0],
        lambda x: x.logsumexp(0),
    ),
    "logsumexp of nothing finite": (
        reductions.LOGSUMEXP,
        (0, False),
        [-np.inf, -np.inf],
        lambda x: x.logsumexp(0),
    ),
    "sum of nothing": (reductions.SUM, (1, False), np.zeros((2, 0)), lambda x: x.sum(1)),
    "product of nothing": (reductions.PRODUCT, (0, False), np.zeros((0, 2)), lambda x: x.prod(0)),
    "mean of nothing": (reductions.MEAN, (0, False), np.zeros((0, 2)), lambda x: x.mean(0)),
    "logsumexp of nothing": (
        reductions.LOGSUMEXP,
        (0, False),
        np.zeros((0, 2)),
        lambda x: x.logsumexp(0),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_special_cases_agree_with_pytorch_in_value_and_gradient(name: str) -> None:
    operation, options, x, counterpart = CASES[name]
    output, gradient = run(operation, x, *options)
    theirs = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    expected = counterpart(theirs)
    expected.sum().backward()
    np.testing.assert_allclose(output, expected.detach().numpy(), rtol=1e-14)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-14)


# Truth from closed forms


def test_logsumexp_neither_overflows_nor_underflows() -> None:
    for shift in (1e4, -1e4):
        output, gradient = run(reductions.LOGSUMEXP, [shift, shift], 0, False)
        assert output == pytest.approx(shift + math.log(2), rel=1e-15)
        np.testing.assert_allclose(gradient, [0.5, 0.5])


def test_the_variance_loses_no_digits_to_a_large_mean() -> None:
    output, _ = run(reductions.VARIANCE, [1e9 + 1, 1e9 + 2, 1e9 + 3], None, 1, False)
    assert output == 1.0


def test_the_variance_of_one_number_is_undefined() -> None:
    output, gradient = run(reductions.VARIANCE, [2.0], None, 1, False)
    assert np.isnan(output)
    assert np.isnan(gradient).all()


def test_the_gradient_of_running_sums_counts_the_sums_each_number_is_in() -> None:
    output, gradient = run(reductions.CUMULATIVE_SUM, [1.0, 2.0, 3.0], 0)
    assert output.tolist() == [1.0, 3.0, 6.0]
    assert gradient.tolist() == [3.0, 2.0, 1.0]


def test_taking_a_number_twice_adds_up_its_gradient() -> None:
    x = wrap(np.array([[1.0, 2.0, 3.0]])).requires_grad_()
    indices = wrap(np.array([[2, 2, -3]]))
    taken = apply(extremes.TAKE_ALONG_DIM, (x, indices), (1,))
    assert taken.array.tolist() == [[3.0, 3.0, 1.0]]
    taken.backward(wrap(np.array([[1.0, 10.0, 100.0]])))
    assert x.grad.array.tolist() == [[100.0, 0.0, 11.0]]


def test_a_single_number_can_be_taken_along_its_one_axis() -> None:
    x = wrap(np.array(3.0)).requires_grad_()
    taken = apply(extremes.TAKE_ALONG_DIM, (x, wrap(np.array(0))), (0,))
    taken.backward()
    assert taken.array == 3.0
    assert x.grad.array == 1.0


def test_the_median_of_nothing_is_nan() -> None:
    assert np.isnan(apply(extremes.MEDIAN, (wrap(np.zeros(0)),)).array)


@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.int32])
@pytest.mark.parametrize(
    ("operation", "options"),
    [
        (reductions.SUM, (None, False)),
        (reductions.PRODUCT, (0, False)),
        (reductions.CUMULATIVE_SUM, (0,)),
    ],
    ids=["sum", "prod", "cumsum"],
)
def test_integers_are_summed_and_multiplied_in_int64(
    operation: Operation, options: tuple[object, ...], kind: type
) -> None:
    for shape in ((3,), ()):
        output = apply(operation, (wrap(np.ones(shape, kind)),), options)
        assert output.dtype == np.int64


def test_the_input_of_a_sum_may_be_changed_before_going_backwards() -> None:
    x = wrap(np.ones(3)).requires_grad_()
    y = x * 1
    total = y.sum()
    y.zero_()
    total.backward()
    assert x.grad.array.tolist() == [1.0, 1.0, 1.0]


# What is refused


REDUCTIONS_OF_ALL_KINDS = [
    ("sum", reductions.SUM, lambda dim: (dim, False)),
    ("mean", reductions.MEAN, lambda dim: (dim, False)),
    ("prod", reductions.PRODUCT, lambda dim: (dim, False)),
    ("var", reductions.VARIANCE, lambda dim: (dim, 1, False)),
    ("std", reductions.DEVIATION, lambda dim: (dim, 1, False)),
    ("logsumexp", reductions.LOGSUMEXP, lambda dim: (dim, False)),
    ("norm", reductions.NORM, lambda dim: (2, dim, False)),
    ("cumsum", reductions.CUMULATIVE_SUM, lambda dim: (dim,)),
    ("amax", extremes.AMAX, lambda dim: (dim, False)),
    ("argmin", extremes.ARGMIN, lambda dim: (dim, False)),
    ("all", extremes.ALL, lambda dim: (dim, False)),
    ("count_nonzero", extremes.COUNT_NONZERO, lambda dim: (dim,)),
]


@pytest.mark.parametrize("dim", [2, -3])
@pytest.mark.parametrize(("name", "operation", "options"), REDUCTIONS_OF_ALL_KINDS)
def test_an_axis_that_is_not_there_is_refused_by_name(
    name: str, operation: Operation, options: Any, dim: int
) -> None:
    message = rf"{name} got dim {dim} for a tensor of 2 axes.*between -2 and 1"
    with pytest.raises(InvalidIndex, match=message):
        apply(operation, (wrap(np.ones((2, 3))),), options(dim))


def test_an_axis_named_twice_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"sum got dim \(0, -2\), which names an axis twice"):
        apply(reductions.SUM, (wrap(np.ones((2, 3))),), ((0, -2), False))


@pytest.mark.parametrize(
    ("name", "operation", "options"),
    [
        ("amax", extremes.AMAX, (0, False)),
        ("amin", extremes.AMIN, (None, False)),
        ("argmax", extremes.ARGMAX, (0, False)),
        ("argmin", extremes.ARGMIN, (None, False)),
        ("norm", reductions.NORM, (math.inf, None, False)),
    ],
)
def test_an_empty_axis_has_no_extreme(
    name: str, operation: Operation, options: tuple[object, ...]
) -> None:
    with pytest.raises(InvalidShape, match=rf"{name} got shape \(0, 2\).*empty axis"):
        apply(operation, (wrap(np.ones((0, 2))),), options)


@pytest.mark.parametrize("shape", [(2, 2), (3,)])
def test_indices_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    x, indices = wrap(np.ones((3, 2))), wrap(np.zeros(shape, np.int64))
    with pytest.raises(InvalidShape, match=r"take_along_dim got indices of shape"):
        apply(extremes.TAKE_ALONG_DIM, (x, indices), (1,))
