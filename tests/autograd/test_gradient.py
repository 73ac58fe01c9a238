"""The graph and the backward pass: what arrives where, what is refused, what is kept apart."""

import gc
import threading
import weakref

import numpy as np
import pytest
import torch

from chainrule.autograd.core import TensorCore
from chainrule.autograd.gradient import grad
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import (
    enable_grad,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
from chainrule.autograd.tensor import Tensor
from chainrule.errors import GradientError, InvalidShape, InvalidType


def leaf(numbers: object, dtype: type = np.float64) -> Tensor:
    """A tensor that collects a gradient."""
    return wrap(np.array(numbers, dtype=dtype)).requires_grad_()


def numbers(tensor: TensorCore | None) -> list[float]:
    """The numbers of a gradient that must be there."""
    assert tensor is not None
    return tensor.array.tolist()


# Sums over paths


def test_square_at_three_has_slope_six() -> None:
    x = leaf(3.0)
    (x**2).backward()
    assert numbers(x.grad) == 6.0


def test_two_backward_calls_accumulate() -> None:
    x = leaf([1.0, 2.0])
    (x * 3).sum().backward()
    (x * x).sum().backward()
    assert numbers(x.grad) == [5.0, 7.0]


def test_accumulating_keeps_the_gradient_tensor_the_same_object() -> None:
    x = leaf([1.0])
    x.sum().backward()
    first = x.grad
    x.sum().backward()
    assert x.grad is first


def test_every_use_of_a_tensor_counts() -> None:
    x = leaf(2.0)
    (x * x * x + x).backward()
    assert numbers(x.grad) == 3 * 2.0**2 + 1


def test_paths_that_part_and_meet_are_summed() -> None:
    x = leaf(2.0)
    y = x * x
    (y * 3 + y.exp()).backward()
    assert numbers(x.grad) == pytest.approx((3 + np.exp(4.0)) * 4.0)


def test_a_long_way_and_a_short_way_are_both_complete_before_going_on() -> None:
    x = leaf(1.5)
    y = x * 2
    z = y
    for _ in range(5):
        z = z * 2
    (z + y).backward()
    assert numbers(x.grad) == 2 * (2**5 + 1)


def test_gradients_agree_with_pytorch_on_a_tangled_graph() -> None:
    start = np.random.default_rng(0).normal(size=(3, 4))
    mine, theirs = leaf(start), torch.tensor(start, requires_grad=True)
    for x in (mine, theirs):
        a = x.exp() / (1 + x * x)
        b = (a - x) * a.sum(0)
        c = (b * b + 1).log() + a.mean(1, True)
        (c * x).sum().backward()
    np.testing.assert_allclose(mine.grad.array, theirs.grad.numpy(), rtol=1e-12)


def test_tensors_that_need_no_gradient_get_none() -> None:
    x, w = leaf([1.0, 2.0]), wrap(np.array([3.0, 4.0]))
    (x * w).sum().backward()
    assert w.grad is None
    assert numbers(x.grad) == [3.0, 4.0]


def test_a_broadcast_operand_gets_the_sum_of_its_copies() -> None:
    row, column = leaf([[1.0, 2.0, 3.0]]), leaf([[1.0], [2.0]])
    (row * column).sum().backward()
    assert numbers(row.grad) == [[3.0, 3.0, 3.0]]
    assert numbers(column.grad) == [[6.0], [6.0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_have_the_dtype_of_their_tensor(dtype: type) -> None:
    x = leaf([1.0, 2.0], dtype)
    other = wrap(np.array([1.0, 2.0], np.float64))
    (x * other).sum().backward()
    assert x.grad.dtype == dtype


def test_the_gradient_of_a_leaf_with_respect_to_itself_is_one() -> None:
    x = leaf(3.0)
    x.backward()
    assert numbers(x.grad) == 1.0


# Memory of gradients


def test_gradients_of_a_sum_do_not_share_memory() -> None:
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (a + b).sum().backward()
    a.grad.mul_(0)
    assert numbers(b.grad) == [1.0, 1.0]


def test_a_gradient_does_not_share_the_memory_of_the_gradient_argument() -> None:
    x, start = leaf([1.0, 2.0]), wrap(np.array([3.0, 4.0]))
    x.backward(start)
    x.grad.zero_()
    assert numbers(start) == [3.0, 4.0]


def test_gradient_argument_is_not_changed_by_the_pass() -> None:
    x, start = leaf([1.0, 2.0]), wrap(np.array([3.0, 4.0]))
    (x + x).backward(start)
    assert numbers(start) == [3.0, 4.0]
    assert numbers(x.grad) == [6.0, 8.0]


@pytest.mark.parametrize("times", [1, 2])
def test_the_gradient_of_a_single_number_can_be_changed_in_place(times: int) -> None:
    x = leaf(3.0)
    for _ in range(times):
        (x**2).backward()
    assert numbers(x.grad) == 6.0 * times
    x.grad.zero_()
    assert numbers(x.grad) == 0.0


def test_what_grad_returns_for_a_single_number_can_be_changed_in_place() -> None:
    x = leaf(3.0)
    (slope,) = grad(x**2, x)
    assert slope is not None
    assert numbers(slope.mul_(2)) == 12.0


def test_a_gradient_seen_by_a_hook_does_not_share_memory_with_the_leafs() -> None:
    x = leaf([1.0, 2.0])
    seen: list[TensorCore] = []
    x.register_hook(lambda g: seen.append(g))
    (x * 2).sum().backward()
    x.grad.zero_()
    assert numbers(seen[0]) == [2.0, 2.0]


# Depth and lifetime


def test_a_graph_of_fifty_thousand_steps_is_walked_and_freed() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(50_000):
        y = y + 0.001
    y.backward()
    assert numbers(x.grad) == 1.0
    assert y.array == pytest.approx(51.0)


def test_a_deep_graph_that_was_never_walked_is_freed_without_recursion() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(50_000):
        y = y * 1.0
    alive = weakref.ref(y)
    del y
    assert alive() is None


def test_a_graph_lives_no_longer_than_its_end() -> None:
    gc.disable()
    try:
        x = leaf([1.0])
        middle = x * 2
        alive = weakref.ref(middle)
        end = middle.exp()
        del middle
        assert alive() is not None
        del end
        assert alive() is None
    finally:
        gc.enable()


def test_backward_lets_go_of_intermediate_values() -> None:
    x = leaf([1.0])
    middle = x * 2
    alive = weakref.ref(middle)
    end = middle.exp().sum()
    del middle
    end.backward()
    assert alive() is None


# What is refused


def test_backward_of_several_numbers_asks_for_a_gradient() -> None:
    with pytest.raises(GradientError, match=r"single number, got shape \(2,\)"):
        (leaf([1.0, 2.0]) * 2).backward()


def test_backward_takes_a_gradient_argument() -> None:
    x = leaf([1.0, 2.0])
    (x * x).backward(wrap(np.array([1.0, 10.0])))
    assert numbers(x.grad) == [2.0, 40.0]


def test_a_gradient_argument_of_another_shape_is_refused() -> None:
    with pytest.raises(InvalidShape, match=r"shape \(3,\) for a tensor of shape \(2,\)"):
        (leaf([1.0, 2.0]) * 2).backward(wrap(np.ones(3)))


def test_a_gradient_argument_is_converted_to_the_tensors_dtype() -> None:
    x = leaf([1.0], np.float32)
    (x * 2).backward(wrap(np.array([1.0])))
    assert x.grad.dtype == np.float32


def test_backward_without_any_gradient_to_compute_is_refused() -> None:
    with pytest.raises(GradientError, match="does not require a gradient"):
        wrap(np.array(1.0)).backward()


def test_a_second_backward_is_refused_by_name() -> None:
    y = (leaf([1.0, 2.0]) ** 2).sum()
    y.backward()
    with pytest.raises(GradientError, match=r"second time to sum.*retain_graph=True"):
        y.backward()


def test_a_second_backward_through_a_freed_part_is_refused_by_name() -> None:
    shared = leaf([1.0, 2.0]).exp()
    shared.sum().backward()
    with pytest.raises(GradientError, match="second time to exp"):
        (shared * 2).sum().backward()


def test_a_refused_second_backward_changes_no_gradient() -> None:
    x, other = leaf([1.0]), leaf([1.0])
    shared = x.exp()
    shared.sum().backward()
    before = numbers(x.grad)
    with pytest.raises(GradientError):
        (shared * other).sum().backward()
    assert numbers(x.grad) == before
    assert other.grad is None


def test_retain_graph_allows_a_second_backward() -> None:
    x = leaf([1.0, 2.0])
    y = (x**2).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert numbers(x.grad) == [4.0, 8.0]


def test_integers_cannot_require_a_gradient() -> None:
    with pytest.raises(InvalidType, match=r"this one is int64.*\.float\(\)"):
        wrap(np.array([1, 2])).requires_grad_()


def test_requires_grad_cannot_be_switched_off_within_a_graph() -> None:
    y = leaf([1.0]) * 2
    with pytest.raises(GradientError, match=r"\.detach\(\)"):
        y.requires_grad = False


# Leaves and intermediate values


def test_leaves_are_what_the_user_made() -> None:
    x, w = leaf([1.0]), wrap(np.array([1.0]))
    assert x.is_leaf
    assert w.is_leaf
    assert (w * 2).is_leaf
    assert not (x * 2).is_leaf


def test_grad_fn_names_the_operation() -> None:
    x = leaf([1.0])
    assert x.grad_fn is None
    assert x.exp().grad_fn.operation.name == "exp"
    assert repr(x.exp().grad_fn) == "<exp (1,)>"


def test_options_of_a_node_go_by_name() -> None:
    node = leaf([[1.0]]).sum(0, keepdim=True).grad_fn
    assert node.named_options() == {"dim": 0, "keepdim": True}


def test_a_flag_set_after_use_does_not_change_the_graph() -> None:
    x, w = leaf([2.0]), wrap(np.array([3.0]))
    y = (x * w).sum()
    w.requires_grad_()
    y.backward()
    assert w.grad is None


def test_intermediate_values_keep_no_gradient_by_default() -> None:
    x = leaf([1.0])
    y = x * 2
    y.sum().backward()
    assert y.grad is None


def test_retain_grad_fills_in_the_gradient_of_an_intermediate_value() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward()
    assert numbers(y.grad) == [4.0, 8.0]


def test_retain_grad_on_a_leaf_changes_nothing() -> None:
    x = leaf([1.0])
    x.retain_grad()
    (x * 2).sum().backward()
    assert numbers(x.grad) == [2.0]


def test_detach_shares_the_numbers_but_not_the_graph() -> None:
    x = leaf([1.0, 2.0])
    constant = (x * 2).detach()
    assert not constant.requires_grad
    (x * constant).sum().backward()
    assert numbers(x.grad) == [2.0, 4.0]


# Hooks


def test_a_hook_on_a_leaf_sees_the_whole_gradient_once() -> None:
    x = leaf(2.0)
    seen: list[float] = []
    x.register_hook(lambda g: seen.append(float(g)))
    (x * x + x).backward()
    assert seen == [5.0]


def test_a_hook_on_an_intermediate_value_sees_the_whole_gradient() -> None:
    x = leaf(2.0)
    y = x * 3
    seen: list[float] = []
    y.register_hook(lambda g: seen.append(float(g)))
    (y * y + y).backward()
    assert seen == [13.0]


def test_what_a_hook_returns_replaces_the_gradient() -> None:
    x = leaf(2.0)
    y = x * 3
    y.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    y.backward()
    assert numbers(x.grad) == 31.0


def test_hooks_run_in_the_order_they_were_registered() -> None:
    x = leaf(1.0)
    x.register_hook(lambda g: g + 1)
    x.register_hook(lambda g: g * 10)
    (x * 1).backward()
    assert numbers(x.grad) == 20.0


def test_a_removed_hook_is_called_no_more() -> None:
    x = leaf(1.0)
    handle = x.register_hook(lambda g: g * 10)
    handle.remove()
    handle.remove()
    (x * 1).backward()
    assert numbers(x.grad) == 1.0


def test_a_hook_needs_a_gradient_to_see() -> None:
    with pytest.raises(GradientError, match="register_hook"):
        wrap(np.array(1.0)).register_hook(lambda g: g)


# Recording modes


def test_nothing_is_recorded_under_no_grad() -> None:
    x = leaf([1.0])
    with no_grad():
        y = x * 2
    assert not y.requires_grad
    assert y.grad_fn is None


def test_enable_grad_records_within_no_grad() -> None:
    x = leaf([1.0])
    with no_grad(), enable_grad():
        assert (x * 2).requires_grad
    assert is_grad_enabled()


def test_no_grad_decorates_functions() -> None:
    @no_grad()
    def double(x: Tensor) -> Tensor:
        """Twice as much."""
        return x * 2

    assert not double(leaf([1.0])).requires_grad
    assert double.__doc__ == "Twice as much."
    assert is_grad_enabled()


def test_one_no_grad_object_can_be_nested_in_itself() -> None:
    mode = no_grad()
    with mode:
        with mode:
            assert not is_grad_enabled()
        assert not is_grad_enabled()
    assert is_grad_enabled()


def test_an_exception_inside_no_grad_switches_recording_back_on() -> None:
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert is_grad_enabled()


def test_set_grad_enabled_acts_at_once_and_ends_with_its_block() -> None:
    try:
        set_grad_enabled(False)
        assert not is_grad_enabled()
    finally:
        set_grad_enabled(True)
    with set_grad_enabled(False):
        assert not is_grad_enabled()
    assert is_grad_enabled()


def test_no_grad_holds_for_its_own_thread_alone() -> None:
    seen: list[bool] = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append(is_grad_enabled()))
        thread.start()
        thread.join()
        assert not is_grad_enabled()
    assert seen == [True]


# grad()


def test_grad_returns_gradients_and_leaves_grad_alone() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    by_x, by_y = grad((x * y).sum(), [x, y])
    assert numbers(by_x) == [3.0, 4.0]
    assert numbers(by_y) == [1.0, 2.0]
    assert x.grad is None
    assert y.grad is None


def test_grad_differentiates_with_respect_to_intermediate_values() -> None:
    x = leaf([1.0, 2.0])
    y = x * 3
    (by_y,) = grad((y * y).sum(), y)
    assert numbers(by_y) == [6.0, 12.0]


def test_grad_takes_several_outputs_and_their_gradients() -> None:
    x = leaf([1.0, 2.0])
    (by_x,) = grad([x * 2, (x * x).sum()], x, [wrap(np.array([1.0, 10.0])), None])
    assert numbers(by_x) == [4.0, 24.0]


def test_grad_refuses_an_input_that_was_not_used() -> None:
    x, unused = leaf([1.0]), leaf([1.0, 2.0])
    with pytest.raises(GradientError, match=r"input 1, of shape \(2,\).*allow_unused=True"):
        grad((x * 2).sum(), [x, unused])


def test_grad_gives_none_for_an_unused_input_if_allowed() -> None:
    x, unused = leaf([1.0]), leaf([1.0])
    by_x, by_unused = grad((x * 2).sum(), [x, unused], allow_unused=True)
    assert numbers(by_x) == [2.0]
    assert by_unused is None


def test_grad_can_keep_the_graph() -> None:
    x = leaf([3.0])
    y = (x * x).sum()
    first = grad(y, x, retain_graph=True)[0]
    second = grad(y, x)[0]
    assert numbers(first) == numbers(second) == [6.0]
