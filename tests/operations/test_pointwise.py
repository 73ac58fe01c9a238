"""Functions of one number at their limits: near zero, at kinks and bounds, for NaN and infinity."""

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import apply, wrap
from chainrule.operations import pointwise
from chainrule.operations.operation import Operation


def value(operation: Operation, x: object, *options: object) -> np.ndarray:
    """The output of an operation."""
    return apply(operation, (wrap(np.array(x)),), options).array


def slope(operation: Operation, x: object, *options: object) -> np.ndarray:
    """The derivative of an operation at each number."""
    tensor = wrap(np.array(x)).requires_grad_()
    output = apply(operation, (tensor,), options)
    output.backward(wrap(np.ones_like(output.array)))
    return tensor.grad.array


KNOWN = [
    (pointwise.EXP, 1.0, np.e, np.e),
    (pointwise.LOG, np.e, 1.0, 1 / np.e),
    (pointwise.LOG2, 8.0, 3.0, 1 / (8 * np.log(2))),
    (pointwise.LOG10, 1000.0, 3.0, 1 / (1000 * np.log(10))),
    (pointwise.SQRT, 9.0, 3.0, 1 / 6),
    (pointwise.RSQRT, 4.0, 0.5, -1 / 16),
    (pointwise.RECIPROCAL, 4.0, 0.25, -1 / 16),
    (pointwise.SQUARE, 3.0, 9.0, 6.0),
    (pointwise.SIN, np.pi / 6, 0.5, np.sqrt(3) / 2),
    (pointwise.COS, np.pi / 3, 0.5, -np.sqrt(3) / 2),
    (pointwise.TAN, np.pi / 4, 1.0, 2.0),
    (pointwise.SINH, 0.0, 0.0, 1.0),
    (pointwise.COSH, 0.0, 1.0, 0.0),
    (pointwise.ATAN, 1.0, np.pi / 4, 0.5),
    (pointwise.ERF, 0.0, 0.0, 2 / np.sqrt(np.pi)),
    (pointwise.ABSOLUTE, -2.0, 2.0, -1.0),
    (pointwise.NEGATE, 2.0, -2.0, -1.0),
]


@pytest.mark.parametrize(("operation", "x", "y", "derivative"), KNOWN)
def test_values_and_slopes_at_known_points(
    operation: Operation, x: float, y: float, derivative: float
) -> None:
    assert value(operation, x) == pytest.approx(y, rel=1e-14, abs=1e-15)
    assert slope(operation, x) == pytest.approx(derivative, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("operation", [pointwise.EXPM1, pointwise.LOG1P], ids=repr)
def test_no_digit_is_lost_near_zero(operation: Operation) -> None:
    # exp(x) - 1 and log(1 + x) are x to within x^2 / 2.
    assert value(operation, 1e-12) == pytest.approx(1e-12, rel=1e-11)


@pytest.mark.parametrize(
    "operation", [pointwise.SIGN, pointwise.FLOOR, pointwise.CEIL, pointwise.ROUND], ids=repr
)
def test_functions_with_jumps_have_slope_zero_whatever_the_gradient(operation: Operation) -> None:
    x = wrap(np.array([0.4, -1.6], np.float32)).requires_grad_()
    apply(operation, (x,)).backward(wrap(np.array([np.inf, 3.0], np.float32)))
    assert x.grad.array.tolist() == [0.0, 0.0]
    assert x.grad.dtype == np.float32


def test_halves_are_rounded_to_the_even_neighbour() -> None:
    assert value(pointwise.ROUND, [0.5, 1.5, 2.5, -0.5]).tolist() == [0.0, 2.0, 2.0, 0.0]


def test_the_sign_of_nan_is_zero_as_in_pytorch() -> None:
    assert value(pointwise.SIGN, np.nan) == torch.sign(torch.tensor(np.nan)).item() == 0.0


@pytest.mark.parametrize("operation", [pointwise.SIGN, pointwise.ABSOLUTE], ids=repr)
def test_integers_stay_integers(operation: Operation) -> None:
    assert value(operation, [-2, 0, 5]).dtype == np.int64


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((-1.0, 1.0), [-1.0, -1.0, 0.5, 1.0, 1.0]),
        ((None, 1.0), [-2.0, -1.0, 0.5, 1.0, 1.0]),
        ((-1.0, None), [-1.0, -1.0, 0.5, 1.0, 2.0]),
        ((1.0, -1.0), [-1.0] * 5),
    ],
)
def test_clamp_keeps_numbers_within_its_bounds(
    bounds: tuple[float | None, float | None], expected: list[float]
) -> None:
    assert value(pointwise.CLAMP, [-2.0, -1.0, 0.5, 1.0, 2.0], *bounds).tolist() == expected


def test_clamp_passes_the_gradient_on_its_bounds() -> None:
    assert slope(pointwise.CLAMP, [-2.0, -1.0, 0.0, 1.0, 2.0], -1.0, 1.0).tolist() == [
        0.0,
        1.0,
        1.0,
        1.0,
        0.0,
    ]


def test_clamp_keeps_nan() -> None:
    assert np.isnan(value(pointwise.CLAMP, np.nan, 0.0, 1.0))


def test_a_cast_passes_the_gradient_in_the_dtype_it_came_from() -> None:
    derivative = slope(pointwise.CAST, np.array([1.0, 2.0], np.float32), np.dtype(np.float64))
    assert derivative.dtype == np.float32
    assert derivative.tolist() == [1.0, 1.0]
