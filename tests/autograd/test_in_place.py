"""Changes in place: what they write, what they refuse, and that no gradient comes out wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import no_grad, state
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InPlaceError, InvalidArgument, InvalidShape, InvalidType
from chainrule.randomness import Generator, manual_seed


def constant(numbers: object, dtype: type = np.float64) -> Tensor:
    """A tensor outside any graph."""
    return wrap(np.array(numbers, dtype=dtype))


def leaf(numbers: object, dtype: type = np.float64) -> Tensor:
    """A tensor that collects a gradient."""
    return constant(numbers, dtype).requires_grad_()


START = [[0.5, 1.5, 2.5], [3.0, 0.25, 1.0]]
OTHER = [[2.0, 0.5, 1.0], [1.5, 3.0, 0.75]]

CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "add_": lambda x, y: x.add_(y),
    "add_ scaled": lambda x, y: x.add_(y, alpha=2),
    "sub_": lambda x, y: x.sub_(y),
    "sub_ scaled": lambda x, y: x.sub_(y, alpha=0.5),
    "mul_": lambda x, y: x.mul_(y),
    "mul_ number": lambda x, _: x.mul_(3),
    "div_": lambda x, y: x.div_(y),
    "div_ number": lambda x, _: x.div_(4.0),
    "pow_": lambda x, _: x.pow_(3),
    "addcmul_": lambda x, y: x.addcmul_(y, y, value=0.1),
    "addcdiv_": lambda x, y: x.addcdiv_(y, y, value=0.1),
    "lerp_": lambda x, y: x.lerp_(y, 0.25),
    "neg_": lambda x, _: x.neg_(),
    "abs_": lambda x, _: x.abs_(),
    "exp_": lambda x, _: x.exp_(),
    "log_": lambda x, _: x.log_(),
    "sqrt_": lambda x, _: x.sqrt_(),
    "reciprocal_": lambda x, _: x.reciprocal_(),
    "round_": lambda x, _: x.round_(),
    "clamp_": lambda x, _: x.clamp_(1.0, 2.0),
    "clip_": lambda x, _: x.clip_(max=2.0),
    "zero_": lambda x, _: x.zero_(),
    "fill_": lambda x, _: x.fill_(7.5),
    "copy_": lambda x, y: x.copy_(y),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_write_into_the_same_memory_what_pytorch_does(name: str) -> None:
    mine, theirs = constant(START), torch.tensor(START, dtype=torch.float64)
    memory = mine.array
    result = CHANGES[name](mine, constant(OTHER))
    CHANGES[name](theirs, torch.tensor(OTHER, dtype=torch.float64))
    assert result is mine
    assert mine.array is memory
    np.testing.assert_allclose(memory, theirs.numpy(), rtol=1e-14)


@pytest.mark.parametrize("name", CHANGES)
def test_changes_under_no_grad_write_the_same(name: str) -> None:
    recorded, direct = constant(START), leaf(START)
    CHANGES[name](recorded, constant(OTHER))
    with no_grad():
        CHANGES[name](direct, constant(OTHER))
    np.testing.assert_array_equal(direct.array, recorded.array)
    assert direct.is_leaf


@pytest.mark.parametrize("name", CHANGES)
def test_gradients_through_a_changed_intermediate_value_agree_with_pytorch(name: str) -> None:
    mine, my_other = leaf(START), leaf(OTHER)
    theirs = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    their_other = torch.tensor(OTHER, dtype=torch.float64, requires_grad=True)
    for start, other in ((mine, my_other), (theirs, their_other)):
        middle = start * 2
        CHANGES[name](middle, other)
        weights = middle.detach() * 1
        (middle * weights + other * 0).sum().backward()
    np.testing.assert_allclose(mine.grad.array, theirs.grad.numpy(), rtol=1e-12)
    # The two halves of y / y cancel: what is left is round-off near 1e-16.
    np.testing.assert_allclose(
        my_other.grad.array, their_other.grad.numpy(), rtol=1e-12, atol=1e-14
    )


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+=": lambda x, y: x.__iadd__(y),
    "-=": lambda x, y: x.__isub__(y),
    "*=": lambda x, y: x.__imul__(y),
    "/=": lambda x, y: x.__itruediv__(y),
    "**=": lambda x, y: x.__ipow__(y),
}


@pytest.mark.parametrize("sign", OPERATORS)
def test_augmented_operators_change_in_place(sign: str) -> None:
    x, expected = constant(START), torch.tensor(START, dtype=torch.float64)
    memory = x.array
    assert OPERATORS[sign](x, 2) is x
    OPERATORS[sign](expected, 2)
    np.testing.assert_allclose(memory, expected.numpy(), rtol=1e-14)


# Like an optimiser


def test_a_step_of_gradient_descent_changes_the_weight_in_place() -> None:
    w = leaf([1.0, 2.0], np.float32)
    memory = w.array
    (w * w).sum().backward()
    with no_grad():
        w -= 0.1 * w.grad
    assert w.array is memory
    assert w.requires_grad
    assert w.is_leaf
    np.testing.assert_allclose(memory, [0.8, 1.6], rtol=1e-6)


def test_many_steps_keep_no_graph() -> None:
    w = leaf([4.0])
    for _ in range(60):
        w.grad = None
        (w * w).sum().backward()
        with no_grad():
            w -= 0.25 * w.grad
    assert w.array[0] == pytest.approx(4.0 * 0.5**60)


def test_gradients_can_be_zeroed_in_place() -> None:
    w = leaf([1.0, 2.0])
    (w * w).sum().backward()
    gradient = w.grad
    gradient.zero_()
    assert w.grad is gradient
    (w * w).sum().backward()
    assert w.grad.array.tolist() == [2.0, 4.0]


# What is refused


@pytest.mark.parametrize("name", CHANGES)
def test_a_leaf_that_requires_a_gradient_is_refused_while_recording(name: str) -> None:
    x = leaf(START)
    method = name.split()[0].replace("clip_", "clamp_")
    with pytest.raises(InPlaceError, match=rf"{method} would change a leaf.*no_grad"):
        CHANGES[name](x, constant(OTHER))
    assert x.array.tolist() == START


def test_a_changed_input_is_found_and_named_in_the_backward_pass() -> None:
    x, w = leaf([1.0, 2.0]), constant([3.0, 4.0])
    y = (x * w).sum()
    w.add_(1)
    with pytest.raises(
        InPlaceError, match=r"gradient of mul needs its input 'b'.*add_ has changed"
    ):
        y.backward()


def test_a_changed_output_is_found_and_named_in_the_backward_pass() -> None:
    y = leaf([1.0, 2.0]).exp()
    y.mul_(2)
    with pytest.raises(InPlaceError, match=r"gradient of exp needs its output.*mul_ has changed"):
        y.sum().backward()


def test_an_input_changed_while_recording_is_found_although_it_moves_on_in_the_graph() -> None:
    y = leaf([1.0, 2.0]) * 1
    square = y * y
    y.mul_(3)
    with pytest.raises(InPlaceError, match="gradient of mul needs its input"):
        (square + y).sum().backward()


def test_a_weight_changed_under_no_grad_between_forward_and_backward_is_found() -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    loss = (x * w).sum()
    with no_grad():
        w -= 1.0
    with pytest.raises(InPlaceError, match="sub_ has changed"):
        loss.backward()


def test_a_change_of_a_detached_tensor_is_found() -> None:
    x = leaf([1.0, 2.0])
    y = x.exp()
    y.detach().zero_()
    with pytest.raises(InPlaceError, match="zero_ has changed"):
        y.sum().backward()


def test_a_change_after_the_backward_pass_harms_nobody() -> None:
    x, w = leaf([1.0, 2.0]), constant([3.0, 4.0])
    (x * w).sum().backward()
    w.add_(1)
    assert x.grad.array.tolist() == [3.0, 4.0]


def test_a_change_of_numbers_no_derivative_needs_is_allowed() -> None:
    x = leaf([1.0, 2.0])
    y = x + 1
    total = y.sum()
    y.mul_(2)
    total.backward()
    assert x.grad.array.tolist() == [1.0, 1.0]


def test_uses_before_and_after_a_change_both_count() -> None:
    x = leaf([1.0, 2.0])
    y = x * 1
    before = y * 2
    y.mul_(3)
    (before + y).sum().backward()
    assert x.grad.array.tolist() == [5.0, 5.0]


def test_a_buffer_that_joins_a_graph_later_gets_no_gradient_for_its_earlier_uses() -> None:
    x, source, buffer = leaf([1.0]), leaf([5.0]), constant([0.0])
    early = x + buffer
    buffer.copy_(source)
    early.sum().backward()
    assert source.grad is None
    assert buffer.requires_grad


def test_a_change_would_not_keep_the_shape() -> None:
    with pytest.raises(InvalidArgument, match=r"add_ would change the shape.*\(2,\) to \(3, 2\)"):
        constant([1.0, 2.0]).add_(constant(np.ones((3, 2))))


def test_a_change_would_not_keep_the_shape_under_no_grad_either() -> None:
    with no_grad(), pytest.raises(InvalidArgument, match="add_ would change the shape"):
        constant([1.0, 2.0]).add_(constant(np.ones((3, 2))))


@pytest.mark.parametrize("recording", [True, False])
@pytest.mark.parametrize("name", ["div_", "exp_", "mul_"])
def test_integers_cannot_hold_the_result(name: str, recording: bool) -> None:
    x = constant([1, 2], np.int64)
    changes = {"div_": lambda: x.div_(2), "exp_": x.exp_, "mul_": lambda: x.mul_(0.5)}
    before = state.grad_enabled
    state.grad_enabled = recording
    try:
        with pytest.raises(InvalidType, match=rf"{name} cannot store float32.*int64"):
            changes[name]()
    finally:
        state.grad_enabled = before
    assert x.array.tolist() == [1, 2]


def test_a_view_is_not_changed_while_recording() -> None:
    x = leaf(START) * 1
    view = wrap(x.array[0])
    view._node, view._requires_grad = x._node, True
    with pytest.raises(InPlaceError, match="view of another tensor"):
        view.mul_(2)


def test_integers_take_integers_of_any_size_as_pytorch_does() -> None:
    for recording in (True, False):
        x = constant([250, 1], np.uint8)
        with no_grad() if not recording else np.errstate():
            x.add_(300)
        assert x.array.tolist() == torch.tensor([250, 1], dtype=torch.uint8).add_(300).tolist()


def test_a_wider_operand_leaves_the_dtype_as_it_is() -> None:
    x = constant([1.0, 2.0], np.float32)
    x += constant([1.0, 1.0], np.float64)
    assert x.dtype == np.float32
    with no_grad():
        x += constant([1.0, 1.0], np.float64)
    assert x.array.tolist() == [3.0, 4.0]


def test_overflow_under_no_grad_is_silent_and_infinite() -> None:
    x = constant([3e38], np.float32)
    with no_grad():
        x.mul_(10)
    assert x.array.tolist() == [np.inf]


# Filling and copying


@pytest.mark.parametrize("change", ["zero_", "fill_", "copy_", "normal_", "uniform_"])
def test_an_overwritten_intermediate_value_passes_the_gradient_zero(change: str) -> None:
    x = leaf([1.0, 2.0])
    y = x * 5
    arguments = {"fill_": (3.0,), "copy_": (constant([1.0, 2.0]),)}.get(change, ())
    getattr(y, change)(*arguments)
    (y + x).sum().backward()
    assert x.grad.array.tolist() == [1.0, 1.0]


def test_copy_passes_the_gradient_to_its_source() -> None:
    source, target = leaf([1.0, 2.0], np.float32), constant(np.zeros((3, 2)))
    target.copy_(source)
    (target * constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])).sum().backward()
    assert source.grad.array.tolist() == [9.0, 12.0]
    assert source.grad.dtype == np.float32


def test_copy_converts_to_the_targets_dtype() -> None:
    x = constant([0, 0], np.int64)
    x.copy_(constant([1.7, -1.7]))
    assert (
        x.array.tolist()
        == torch.zeros(2, dtype=torch.long).copy_(torch.tensor([1.7, -1.7])).tolist()
    )


def test_copy_takes_numpy_arrays() -> None:
    x = constant([0.0, 0.0])
    assert x.copy_(np.array([1.0, 2.0])).array.tolist() == [1.0, 2.0]


def test_copy_refuses_a_shape_that_does_not_fit() -> None:
    with pytest.raises(InvalidShape, match=r"copy_ got shape \(3,\) for a tensor of shape \(2,\)"):
        constant([0.0, 0.0]).copy_(constant([1.0, 2.0, 3.0]))


def test_fill_refuses_more_than_one_number() -> None:
    with pytest.raises(InvalidShape, match=r"fill_ got a value of shape \(2,\)"):
        constant([0.0, 0.0]).fill_(constant([1.0, 2.0]))


# Random numbers


def test_random_fills_have_the_moments_asked_for() -> None:
    manual_seed(0)
    x = constant(np.zeros(40_000), np.float32)
    # Five standard errors of the mean at this count: 5 / sqrt(40000) = 0.025.
    assert x.normal_(3.0, 2.0).array.mean() == pytest.approx(3.0, abs=0.05)
    assert x.array.std() == pytest.approx(2.0, abs=0.05)
    assert x.uniform_(-2.0, 4.0).array.mean() == pytest.approx(1.0, abs=0.05)
    assert x.array.min() >= -2.0
    assert x.array.max() < 4.0
    assert x.dtype == np.float32


@pytest.mark.parametrize("change", ["normal_", "uniform_"])
def test_random_fills_are_reproducible(change: str) -> None:
    manual_seed(1)
    first = getattr(constant(np.zeros(5)), change)()
    manual_seed(1)
    second = getattr(constant(np.zeros(5)), change)()
    third = getattr(constant(np.zeros(5)), change)(generator=Generator(1))
    assert first.array.tolist() == second.array.tolist() == third.array.tolist()


@pytest.mark.parametrize("change", ["normal_", "uniform_"])
def test_random_fills_draw_a_single_number(change: str) -> None:
    x = constant(0.0)
    getattr(x, change)()
    assert x.array != 0.0


def test_random_fills_refuse_impossible_ranges() -> None:
    x = constant([0.0])
    with pytest.raises(InvalidArgument, match="std -1"):
        x.normal_(0, -1)
    with pytest.raises(InvalidArgument, match=r"range 1\.0 to 0\.0"):
        x.uniform_(1.0, 0.0)


@pytest.mark.parametrize("change", ["normal_", "uniform_"])
def test_random_fills_refuse_integers(change: str) -> None:
    with pytest.raises(InvalidType, match=rf"{change} needs floating-point numbers, got int64"):
        getattr(constant([1], np.int64), change)()


def test_changes_are_traced_while_a_program_is_captured() -> None:
    x = constant([1.0, 2.0])
    state.tracer = []
    try:
        with no_grad():
            x.add_(1)
            x.zero_()
        names = [node.operation.name for node in state.tracer]
    finally:
        state.tracer = None
    assert names == ["add", "where"]
    assert x.array.tolist() == [0.0, 0.0]
