"""Arithmetic where formulas meet their limits: powers of zero, ties, tiny divisors, NaN."""

from typing import Any

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import apply, wrap
from chainrule.operations.arithmetic import (
    ADD,
    DIVIDE,
    MAXIMUM,
    MINIMUM,
    POWER,
    REMAINDER,
    WHERE,
)
from chainrule.operations.operation import Operation

COUNTERPARTS: dict[Operation, Any] = {
    DIVIDE: torch.div,
    MAXIMUM: torch.maximum,
    MINIMUM: torch.minimum,
    POWER: torch.pow,
    REMAINDER: torch.remainder,
}


def gradients(operation: Operation, *arrays: np.ndarray) -> list[np.ndarray]:
    """The gradients of the sum of the outputs."""
    inputs = [wrap(array.copy()).requires_grad_() for array in arrays]
    output = apply(operation, tuple(inputs))
    output.backward(wrap(np.ones_like(output.array)))
    return [tensor.grad.array for tensor in inputs]


def torch_gradients(operation: Operation, *arrays: np.ndarray) -> list[np.ndarray]:
    """The same by PyTorch."""
    inputs = [torch.tensor(array, requires_grad=True) for array in arrays]
    COUNTERPARTS[operation](*inputs).sum().backward()
    return [tensor.grad.numpy() for tensor in inputs]


SPECIAL = np.array([0.0, -0.0, 1.0, 2.0, 0.5, -1.0, -2.0, 3.0, np.inf, np.nan])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("operation", [MAXIMUM, MINIMUM, POWER], ids=repr)
def test_gradients_of_all_pairs_of_special_numbers_are_pytorchs(
    operation: Operation, dtype: type
) -> None:
    a, b = (grid.reshape(-1).astype(dtype) for grid in np.meshgrid(SPECIAL, SPECIAL))
    for mine, theirs in zip(
        gradients(operation, a, b), torch_gradients(operation, a, b), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)
        assert mine.dtype == dtype


def test_any_number_to_the_power_zero_has_slope_zero() -> None:
    by_x, _ = gradients(POWER, np.array([0.0, 2.0]), np.array([0.0, 0.0]))
    assert by_x.tolist() == [0.0, 0.0]


def test_zero_to_a_positive_power_has_slope_zero_in_the_exponent() -> None:
    _, by_exponent = gradients(POWER, np.array([0.0]), np.array([2.0]))
    assert by_exponent.tolist() == [0.0]


@pytest.mark.parametrize("operation", [MAXIMUM, MINIMUM], ids=repr)
def test_ties_share_the_gradient_evenly(operation: Operation) -> None:
    by_a, by_b = gradients(operation, np.array([2.0]), np.array([2.0]))
    assert by_a.tolist() == by_b.tolist() == [0.5]


def test_division_by_a_tiny_number_does_not_underflow_in_its_derivative() -> None:
    # The square of 1e-30 is 0 in float32, although a / b / b is a number.
    a, b = np.array([1e-35], np.float32), np.array([1e-30], np.float32)
    _, by_b = gradients(DIVIDE, a, b)
    np.testing.assert_allclose(by_b, [-1e25], rtol=1e-6)


@pytest.mark.parametrize("b", [3.0, -3.0, 0.7])
def test_remainders_have_the_sign_of_the_divisor_and_pytorchs_gradient(b: float) -> None:
    a, divisor = np.array([5.0, -5.0, 0.1, 7.3]), np.full(4, b)
    for mine, theirs in zip(
        gradients(REMAINDER, a, divisor), torch_gradients(REMAINDER, a, divisor), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_a_gradient_not_chosen_is_zero_even_where_it_is_not_finite() -> None:
    condition = wrap(np.array([True, False]))
    x = wrap(np.array([1.0, 1.0])).requires_grad_()
    other = wrap(np.array([1.0, 1.0])).requires_grad_()
    apply(WHERE, (condition, x, other)).backward(wrap(np.array([np.inf, np.nan])))
    assert x.grad.array.tolist() == [np.inf, 0.0]
    assert other.grad.array[0] == 0.0


def test_shapes_that_do_not_broadcast_are_named() -> None:
    with pytest.raises(ValueError, match=r"add got shapes \(2,\) and \(3,\).*unsqueeze"):
        apply(ADD, (wrap(np.ones(2)), wrap(np.ones(3))))
