"""Gradient clipping and parameter vectors, against PyTorch's functions of the same names."""

from typing import Any

import numpy as np
import pytest
import torch

from chainrule import nn
from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleWarning, InvalidArgument, InvalidShape, InvalidType, NotFinite

SHAPES = [(3, 4), (), (5,), (2, 1, 3)]
# Sums of a few float32 numbers, taken in another order than PyTorch's.
TOLERANCE = {np.float32: 2e-6, np.float64: 1e-13}
NORMS = [2.0, 1.0, 3.0, 0.5, 0.0, float("inf"), float("-inf"), "inf", 2]


def arrays(dtype: type = np.float32) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [np.asarray(generator.standard_normal(shape)).astype(dtype) for shape in SHAPES]


def ours(array: np.ndarray) -> Tensor:
    tensor = Tensor([])
    tensor.array = array.copy()
    return tensor


def pair(gradients: list[np.ndarray | None]) -> tuple[list[Tensor], list[torch.Tensor]]:
    """The same parameters with the same gradients in both libraries."""
    mine, theirs = [], []
    for gradient in gradients:
        values = np.zeros(3) if gradient is None else gradient
        mine.append(ours(values))
        theirs.append(torch.tensor(values))
        if gradient is not None:
            mine[-1].grad = ours(gradient)
            theirs[-1].grad = torch.tensor(gradient)
    return mine, theirs


def assert_equal_gradients(mine: list[Tensor], theirs: list[torch.Tensor], dtype: type) -> None:
    for parameter, other in zip(mine, theirs, strict=True):
        if other.grad is None:
            assert parameter.grad is None
        else:
            assert parameter.grad.dtype == dtype
            np.testing.assert_allclose(
                parameter.grad.array, other.grad.numpy(), rtol=TOLERANCE[dtype], equal_nan=True
            )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("max_norm", [0.01, 1, 100.0])
@pytest.mark.parametrize("norm_type", NORMS)
def test_clip_grad_norm_equals_pytorchs(norm_type: Any, max_norm: float, dtype: type) -> None:
    mine, theirs = pair([*arrays(dtype), None])
    norm = nn.utils.clip_grad_norm_(mine, max_norm, norm_type)
    expected = torch.nn.utils.clip_grad_norm_(theirs, max_norm, float(norm_type))
    assert norm.shape == ()
    assert norm.dtype == dtype
    np.testing.assert_allclose(norm.array, expected.numpy(), rtol=TOLERANCE[dtype])
    assert_equal_gradients(mine, theirs, dtype)


def test_exploding_gradient_of_1024_is_clipped_to_10() -> None:
    weight = Tensor([1.0], requires_grad=True)
    activation = weight
    for _ in range(10):
        activation = activation * 2.0
    activation.sum().backward()
    assert nn.utils.clip_grad_norm_(weight, max_norm=10.0).item() == 1024
    assert weight.grad.array[0] == pytest.approx(10, rel=1e-6)


@pytest.mark.parametrize("clip_value", [0.5, 10, 0.0])
def test_clip_grad_value_equals_pytorchs(clip_value: float) -> None:
    mine, theirs = pair([*arrays(), None, np.float32([np.inf, -np.inf, np.nan])])
    nn.utils.clip_grad_value_(mine, clip_value)
    torch.nn.utils.clip_grad_value_(theirs, clip_value)
    assert_equal_gradients(mine, theirs, np.float32)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradients_that_are_not_finite_are_scaled_as_pytorch_does(bad: float) -> None:
    mine, theirs = pair([*arrays(), np.float32([bad, 1.0])])
    nn.utils.clip_grad_norm_(mine, 1.0)
    torch.nn.utils.clip_grad_norm_(theirs, 1.0)
    assert_equal_gradients(mine, theirs, np.float32)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradients_that_are_not_finite_are_refused_if_asked(bad: float) -> None:
    mine, _ = pair([np.float32([bad, 1.0])])
    with pytest.raises(NotFinite, match=r"of order 2.0, is (nan|inf)"):
        nn.utils.clip_grad_norm_(mine, 1.0, error_if_nonfinite=True)
    assert mine[0].grad.array[1] == 1.0


def test_large_float32_gradients_have_a_finite_norm() -> None:
    mine, _ = pair([np.float32([3e30, 4e30])])
    assert nn.utils.clip_grad_norm_(mine, 5.0).item() == pytest.approx(5e30, rel=1e-6)
    assert mine[0].grad.array.tolist() == pytest.approx([3.0, 4.0], rel=1e-6)


def test_parameters_without_gradients_have_norm_zero() -> None:
    mine, theirs = pair([None])
    assert nn.utils.clip_grad_norm_(mine, 1.0).array == 0
    assert torch.nn.utils.clip_grad_norm_(theirs, 1.0) == 0


def test_empty_gradients_count_nothing() -> None:
    mine, _ = pair([np.zeros((0, 3), np.float32), np.float32([3.0, 4.0])])
    assert nn.utils.clip_grad_norm_(mine, 1.0, float("inf")).item() == 4.0


def test_an_empty_generator_is_warned_about() -> None:
    with pytest.warns(ChainruleWarning, match="empty generator"):
        nn.utils.clip_grad_norm_((parameter for parameter in ()), 1.0)


def test_clipping_marks_the_gradients_as_changed() -> None:
    mine, _ = pair([np.float32([3.0, 4.0])])
    before = mine[0].grad.shared_version().count
    nn.utils.clip_grad_norm_(mine, 1.0)
    nn.utils.clip_grad_value_(mine, 1.0)
    assert mine[0].grad.shared_version().count == before + 2


def test_total_norm_of_tensors_equals_pytorchs() -> None:
    mine = nn.utils.get_total_norm([ours(array) for array in arrays()])
    theirs = torch.nn.utils.get_total_norm([torch.tensor(array) for array in arrays()])
    np.testing.assert_allclose(mine.array, theirs.numpy(), rtol=TOLERANCE[np.float32])


# Vectors


def test_parameters_make_one_vector_and_come_back() -> None:
    parameters = [ours(array) for array in arrays()]
    vector = nn.utils.parameters_to_vector(iter(parameters))
    expected = torch.nn.utils.parameters_to_vector([torch.tensor(array) for array in arrays()])
    assert np.array_equal(vector.array, expected.numpy())
    memory = [parameter.array for parameter in parameters]
    nn.utils.vector_to_parameters(ours(2 * vector.array), parameters)
    for parameter, array, start in zip(parameters, memory, arrays(), strict=True):
        assert parameter.array is array
        assert np.array_equal(parameter.array, 2 * start)


def test_gradients_flow_through_the_vector() -> None:
    weight = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    vector = nn.utils.parameters_to_vector([weight])
    (vector * vector).sum().backward()
    assert np.array_equal(weight.grad.array, 2 * weight.array)


def test_no_parameters_make_no_vector() -> None:
    with pytest.raises(InvalidArgument, match="got no parameters"):
        nn.utils.parameters_to_vector([])


def test_a_vector_that_does_not_fit_is_refused() -> None:
    parameter = ours(np.zeros((2, 2)))
    with pytest.raises(InvalidShape, match=r"vector of shape \(3,\) for 4 numbers"):
        nn.utils.vector_to_parameters(ours(np.zeros(3)), [parameter])
    with pytest.raises(InvalidType, match="got ndarray for vec"):
        nn.utils.vector_to_parameters(np.zeros(4), [parameter])
