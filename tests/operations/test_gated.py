"""GLU and PReLU: shapes that fit, and those that NumPy would let through."""

import numpy as np
import pytest

from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidIndex, InvalidShape
from chainrule.operations.gated import GLU, PRELU, glu, prelu


def test_glu_passes_half_at_gate_zero_and_all_at_a_wide_open_one() -> None:
    y, gate = glu(np.array([[3.0, 3.0, 3.0, 0.0, 1e4, -1e4]]), 1)
    assert y.tolist() == [[1.5, 3.0, 0.0]]
    assert gate.tolist() == [[0.5, 1.0, 0.0]]


@pytest.mark.parametrize(
    ("shape", "dim", "error", "message"),
    [
        ((4, 3), 1, InvalidShape, r"glu got input of shape \(4, 3\).*axis 1 has length 3.*even"),
        ((5, 2), -2, InvalidShape, r"axis 0 has length 5"),
        ((), -1, InvalidShape, r"glu got input of shape \(\).*it has no axis"),
        ((4, 2), 2, InvalidIndex, r"glu got dim 2 for a tensor of 2 axes"),
    ],
)
def test_glu_refuses_what_has_no_halves(
    shape: tuple[int, ...], dim: int, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        apply(GLU, (wrap(np.ones(shape)),), (dim,))


def test_prelu_has_one_slope_for_each_channel() -> None:
    x = np.full((2, 3, 2), -1.0)
    y = prelu(x, np.array([0.1, 0.2, 0.3]))
    np.testing.assert_array_equal(y, -np.broadcast_to([[0.1], [0.2], [0.3]], (2, 3, 2)))


def test_prelu_learns_from_what_is_not_positive() -> None:
    x = np.array([[-2.0, 5.0], [-3.0, -7.0]])
    gradient = np.array([[1.0, 10.0], [2.0, 3.0]])
    one, two = np.array([0.25]), np.array([0.25, 0.5])
    assert PRELU.differentiate(1, gradient, (x, one), x, (), ()).tolist() == [-29.0]
    assert PRELU.differentiate(1, gradient, (x, two), x, (), ()).tolist() == [-8.0, -21.0]


@pytest.mark.parametrize(
    ("x", "weight", "expected"),
    [
        ((4, 3), (2,), r"expected \(1,\) or, for 3 channels, \(3,\)"),
        ((4, 1), (3,), r"expected \(1,\)\. Axis 1"),  # NumPy would broadcast to (4, 3)
        ((5,), (5,), r"expected \(1,\)\. Axis 1"),  # one axis is the batch, not the channels
        ((4, 3), (1, 3), r"weight of shape \(1, 3\) for input of shape \(4, 3\)"),
    ],
)
def test_prelu_refuses_slopes_that_do_not_fit(
    x: tuple[int, ...], weight: tuple[int, ...], expected: str
) -> None:
    with pytest.raises(InvalidShape, match=expected):
        apply(PRELU, (wrap(np.ones(x)), wrap(np.ones(weight))))
