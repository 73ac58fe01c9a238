"""Every operation is held to its shape rule, to finite differences and to PyTorch.

The cases come from the records, so a new operation is covered without a line here.
"""

from typing import Any

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import apply, wrap
from chainrule.operations import OPERATIONS
from chainrule.operations.operation import Elementwise
from conformance.operation_cases import Case, all_cases
from conformance.torch_calls import NO_COUNTERPART, PYTORCH_ROUNDS, torch_call

CASES = all_cases()
DIFFERENTIABLE = [case for case in CASES if case.operation.is_differentiable]
WITH_COUNTERPART = [case for case in CASES if case.operation.name not in NO_COUNTERPART]
KINKS = [
    case
    for case in WITH_COUNTERPART
    if case.operation.kinks and case.operation.is_differentiable and case.number == 0
]
STEP = 1e-6  # central differences in float64: error near 1e-10 relative
DIRECTIONS = 3


def tensors(arrays: list[Any], case: Case, requires_grad: bool = True) -> tuple[Any, ...]:
    """Wrap arrays, asking for a gradient wherever the operation has a derivative."""
    result = []
    for position, array in enumerate(arrays):
        tensor = None if array is None else wrap(array.copy())
        if tensor is not None and array.dtype.kind == "f" and requires_grad:
            tensor._requires_grad = case.operation.has_derivative(position)
        result.append(tensor)
    return tuple(result)


def run(case: Case, arrays: list[Any]) -> np.ndarray:
    """The operation's output as an array."""
    return apply(case.operation, tensors(arrays, case, requires_grad=False), case.options).array


@pytest.mark.parametrize("case", CASES, ids=str)
def test_shape_rule_gives_the_real_shape(case: Case) -> None:
    arrays = case.inputs()
    shapes = [None if array is None else array.shape for array in arrays]
    assert case.operation.infer_shape(shapes, case.options) == run(case, arrays).shape


@pytest.mark.parametrize("case", DIFFERENTIABLE, ids=str)
def test_gradient_agrees_with_finite_differences(case: Case) -> None:
    arrays = case.inputs()
    inputs = tensors(arrays, case)
    output = apply(case.operation, inputs, case.options)
    random = np.random.default_rng(1)
    weights = random.normal(size=output.shape)
    output.backward(wrap(weights.copy()))
    checked = 0
    for position, tensor in enumerate(inputs):
        if tensor is None or not tensor._requires_grad:
            continue
        assert tensor.grad.shape == tensor.shape
        for _ in range(DIRECTIONS):
            direction = np.asarray(random.normal(size=arrays[position].shape))
            ahead, behind = list(arrays), list(arrays)
            ahead[position] = np.asarray(arrays[position] + STEP * direction)
            behind[position] = np.asarray(arrays[position] - STEP * direction)
            difference = (run(case, ahead) - run(case, behind)) / (2 * STEP)
            numeric = np.sum(weights * difference)
            analytic = np.sum(tensor.grad.array * direction)
            scale = np.sum(np.abs(tensor.grad.array * direction)) + 1e-3
            # Round-off of the difference, 1e-16 / STEP, and truncation, STEP^2, stay far below.
            assert abs(numeric - analytic) <= 1e-6 * scale + 1e-8, (
                f"{case}: input {position}: analytic {analytic}, numeric {numeric}"
            )
            checked += 1
    assert checked


@pytest.mark.parametrize("case", DIFFERENTIABLE, ids=str)
def test_float32_stays_float32(case: Case) -> None:
    inputs = tensors(case.inputs(np.float32), case)
    output = apply(case.operation, inputs, case.options)
    if case.operation.name != "cast":
        assert output.dtype == np.float32
    output.backward(wrap(np.ones_like(output.array)))
    for tensor in inputs:
        if tensor is not None and tensor._requires_grad:
            assert tensor.grad.dtype == np.float32


def torch_inputs(arrays: list[Any], case: Case) -> list[Any]:
    """The same inputs for PyTorch."""
    result = []
    for position, array in enumerate(arrays):
        tensor = None if array is None else torch.from_numpy(np.array(array))
        if tensor is not None and tensor.is_floating_point():
            tensor.requires_grad_(case.operation.has_derivative(position))
        result.append(tensor)
    return result


def compare_with_torch(case: Case, arrays: list[Any], tolerance: float) -> None:
    """Assert equal values and gradients for these inputs."""
    ours, theirs = tensors(arrays, case), torch_inputs(arrays, case)
    output = apply(case.operation, ours, case.options)
    expected = torch_call(case, theirs)
    tolerance = max(tolerance, PYTORCH_ROUNDS.get(case.operation.name, 0.0))
    close = {"rtol": tolerance, "atol": tolerance, "equal_nan": True}
    np.testing.assert_allclose(output.array, expected.detach().numpy(), **close)
    assert output.shape == tuple(expected.shape)
    if not (output.requires_grad and expected.requires_grad):
        assert (
            not output.requires_grad
            or not case.operation.is_differentiable
            or (output.array.dtype.kind != "f")
        )
        return
    weights = np.random.default_rng(2).normal(size=output.shape).astype(output.array.dtype)
    output.backward(wrap(np.asarray(weights).copy()))
    expected.backward(torch.from_numpy(np.array(weights)))
    for position, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        if mine is not None and mine.requires_grad and other.grad is not None:
            np.testing.assert_allclose(
                mine.grad.array,
                other.grad.numpy(),
                err_msg=f"gradient of input {position}",
                **close,
            )


@pytest.mark.parametrize("case", WITH_COUNTERPART, ids=str)
def test_value_and_gradient_agree_with_pytorch(case: Case) -> None:
    # Both sum in different orders: float64 leaves 12 digits at these sizes.
    compare_with_torch(case, case.inputs(seed=3), tolerance=1e-10)
    assert case.operation.source is not None


@pytest.mark.parametrize("case", KINKS, ids=str)
def test_kinks_follow_pytorch(case: Case) -> None:
    for kink in case.operation.kinks_for(case.options):
        arrays = case.inputs(seed=4)
        arrays[0] = np.full(arrays[0].shape, kink)
        compare_with_torch(case, arrays, tolerance=1e-12)


ELEMENTWISE_UNARY = [
    case
    for case in WITH_COUNTERPART
    if isinstance(case.operation, Elementwise)
    and len(case.operation.derivatives) == 1
    and case.number == 0
]


EXTREMES = [0.0, -0.0, 1e-30, -1e-30, 50.0, -50.0, 1e4, -1e4]
TOLERANCE = {np.float32: 2e-6, np.float64: 1e-12}  # a few roundings of the dtype


@pytest.mark.parametrize("case", ELEMENTWISE_UNARY, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes_follow_pytorch(case: Case, dtype: type) -> None:
    numbers = [x for x in EXTREMES if x in case.operation.domain[0]]
    compare_with_torch(case, [np.array(numbers, dtype=dtype)], TOLERANCE[dtype])


@pytest.mark.parametrize("case", ELEMENTWISE_UNARY, ids=str)
def test_infinities_and_nan_follow_pytorch_in_value(case: Case) -> None:
    array = np.array([np.inf, -np.inf, np.nan], dtype=np.float32)
    expected = torch_call(case, [torch.from_numpy(array)]).numpy()
    # PyTorch's vectorised GELU makes NaN of infinity; where it has a value, so have we.
    known = ~np.isnan(expected)
    np.testing.assert_allclose(run(case, [array])[known], expected[known], rtol=2e-6)
    assert np.isnan(run(case, [array])[2]) == np.isnan(expected[2])


def test_every_operation_has_a_name_of_its_own_and_examples() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
    assert all(operation.examples for operation in OPERATIONS)
