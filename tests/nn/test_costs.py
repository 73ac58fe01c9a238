"""What operations cost, against closed forms and against loops that count."""

from itertools import product

import pytest

import chainrule as torch
from chainrule import nn
from chainrule.autograd.graph import apply
from chainrule.nn.costs import Cost, cost_of
from chainrule.nn.measurement import measure
from chainrule.operations.operation import Elementwise

FLOAT32 = 4  # bytes


def multiply_adds(module: nn.Module, *shape: int) -> int:
    """Of one run of a module on zeros."""
    return sum(cost.multiply_adds for cost in measure(module, torch.zeros(*shape)).costs.values())


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [1, 5])
def test_linear_takes_inputs_times_outputs_whatever_the_bias(batch: int, bias: bool) -> None:
    assert multiply_adds(nn.Linear(784, 256, bias=bias), batch, 784) == batch * 784 * 256


def count_convolution(module: nn.Conv2d, height: int, width: int) -> int:
    """Go through all windows and count the products, one by one."""
    count = 0
    (kh, kw), (sh, sw), (dh, dw) = module.kernel_size, module.stride, module.dilation
    ph, pw = module.padding
    rows = range(-ph, height + ph - dh * (kh - 1), sh)
    columns = range(-pw, width + pw - dw * (kw - 1), sw)
    per_group = module.in_channels // module.groups
    for _ in product(rows, columns, range(module.out_channels)):
        count += kh * kw * per_group
    return count


@pytest.mark.parametrize(
    "module",
    [
        nn.Conv2d(4, 6, 3),
        nn.Conv2d(4, 6, 3, padding=1, bias=False),
        nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(0, 1)),
        nn.Conv2d(4, 6, 3, groups=2),
        nn.Conv2d(4, 4, 3, groups=4, stride=2, padding=1),
        nn.Conv2d(4, 2, 3, dilation=2),
    ],
    ids=str,
)
def test_convolution_takes_a_kernel_of_its_group_at_every_place(module: nn.Conv2d) -> None:
    assert multiply_adds(module, 1, 4, 9, 8) == count_convolution(module, 9, 8)


def test_average_pooling_adds_each_window() -> None:
    assert multiply_adds(nn.AvgPool2d(2), 1, 3, 8, 6) == 3 * 8 * 6
    assert multiply_adds(nn.AvgPool2d(3, stride=1), 1, 3, 8, 6) == 3 * (6 * 4) * 9
    assert multiply_adds(nn.AvgPool1d(4), 2, 3, 8) == 2 * 3 * 8


def test_adaptive_pooling_adds_each_bin_also_where_bins_overlap() -> None:
    assert multiply_adds(nn.AdaptiveAvgPool2d(1), 1, 5, 7, 6) == 5 * 7 * 6
    # 5 elements in 3 bins: [0, 2), [1, 4), [3, 5).
    assert multiply_adds(nn.AdaptiveAvgPool1d(3), 1, 2, 5) == 2 * (2 + 3 + 2)


@pytest.mark.parametrize(
    "module",
    [nn.MaxPool2d(2), nn.ReLU(), nn.Sigmoid(), nn.Flatten(), nn.Dropout(), nn.Softmax(1)],
    ids=str,
)
def test_comparisons_copies_and_functions_take_none(module: nn.Module) -> None:
    assert multiply_adds(module, 1, 3, 8, 8) == 0


def test_embedding_takes_none() -> None:
    module = nn.Embedding(100, 16)
    costs = measure(module, torch.zeros(1, 7, dtype=torch.int64)).costs[""]
    assert costs == Cost(0, 7 * 16 * FLOAT32, 7 * 16 * FLOAT32)


def test_batch_norm_scales_and_shifts_each_number_in_evaluation() -> None:
    assert multiply_adds(nn.BatchNorm2d(3), 1, 3, 8, 8) == 3 * 8 * 8


def test_batch_norm_also_takes_mean_and_variance_in_training() -> None:
    output = nn.BatchNorm1d(3)(torch.ones(4, 3))
    assert cost_of(output.grad_fn).multiply_adds == 3 * 4 * 3


def test_norms_of_samples_take_mean_variance_and_scaling() -> None:
    assert multiply_adds(nn.LayerNorm(10), 2, 10) == 3 * 20
    assert multiply_adds(nn.GroupNorm(2, 4), 2, 4, 5) == 3 * 40


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((2, 3), (3, 4), 24),
        ((5, 2, 3), (3, 4), 120),
        ((3,), (3,), 3),
        ((7, 2, 3), (7, 3, 4), 168),
    ],
)
def test_matrix_products_take_each_product(
    a: tuple[int, ...], b: tuple[int, ...], expected: int
) -> None:
    left = torch.zeros(a, requires_grad=True)
    assert cost_of((left @ torch.zeros(b)).grad_fn).multiply_adds == expected


def test_a_sum_of_products_written_out_costs_product_and_sum() -> None:
    x = torch.zeros(4, 6, requires_grad=True)
    products = x * torch.zeros(6)
    total = products.sum(dim=1)
    assert cost_of(products.grad_fn).multiply_adds == 24
    assert cost_of(total.grad_fn).multiply_adds == 24
    assert cost_of(x.var().grad_fn).multiply_adds == 48


def test_an_operation_of_ones_own_takes_none() -> None:
    twice = Elementwise("twice", lambda x: x + x, (lambda gradient: gradient + gradient,))
    x = torch.zeros(3, requires_grad=True)
    assert cost_of(apply(twice, (x,)).grad_fn) == Cost(0, 3 * FLOAT32, 3 * FLOAT32)


def test_a_view_takes_no_memory() -> None:
    x = torch.zeros(3, 4, requires_grad=True)
    assert cost_of(x.reshape(12).grad_fn) == Cost()
    moved = x.transpose(0, 1).reshape(12)  # not next to each other in memory: a copy
    assert cost_of(moved.grad_fn).forward_bytes == 12 * FLOAT32


def test_memory_holds_what_the_derivative_needs_beside_the_result() -> None:
    x = torch.zeros(1, 2, 4, 4, requires_grad=True)
    cost = cost_of(nn.MaxPool2d(2)(x).grad_fn)
    assert cost.forward_bytes == 8 * FLOAT32 + 8  # which of four was largest: a byte each
    assert cost.backward_bytes == 8 * FLOAT32


def test_memory_counts_bytes_of_the_dtype() -> None:
    module = nn.Linear(3, 5).double()
    cost = measure(module, torch.zeros(1, 3, dtype=torch.float64)).costs[""]
    assert (cost.forward_bytes, cost.backward_bytes) == (40, 40)


def test_results_without_gradient_have_no_gradient_memory() -> None:
    assert measure(nn.ReLU(), torch.zeros(4)).costs[""] == Cost(0, 4 * FLOAT32, 0)


def test_costs_add_up() -> None:
    assert Cost(1, 2, 3) + Cost(10, 20, 30) == Cost(11, 22, 33)
    assert sum([Cost(1, 2, 3)] * 3, Cost()) == Cost(3, 6, 9)


def test_an_empty_batch_costs_nothing() -> None:
    assert measure(nn.Linear(3, 5), torch.zeros(0, 3)).costs[""] == Cost()
