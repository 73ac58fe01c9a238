"""Section 9.2: the figures of activations and their derivatives."""

import math

import numpy as np
import pytest

import chainrule as torch
import chainrule.nn.functional as F
from chainrule import nn


def values(function: object, *numbers: float) -> list[float]:
    """The function at these numbers, in float64."""
    return function(torch.tensor(list(numbers), dtype=torch.float64)).tolist()


def derivatives(function: object, *numbers: float) -> list[float]:
    """The function's derivative at these numbers, by the backward pass."""
    x = torch.tensor(list(numbers), dtype=torch.float64, requires_grad=True)
    function(x).sum().backward()
    return x.grad.tolist()


def test_sigmoid() -> None:
    expected = [0.1192, 0.2689, 0.5, 0.7311, 0.8808]
    assert values(torch.sigmoid, -2, -1, 0, 1, 2) == pytest.approx(expected, abs=5e-5)


def test_step_and_relu() -> None:
    assert values(F.step, -2, -1, 0, 1, 2) == [0, 0, 1, 1, 1]
    assert values(torch.relu, -2, -1, 0, 1, 2) == [0, 0, 0, 1, 2]


def test_two_linear_layers_without_activation_are_one() -> None:
    x = torch.tensor([1.0, 2.0])
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    with torch.no_grad():
        first.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        first.bias.fill_(1.0)
        second.weight.copy_(torch.tensor([[0.5, -0.5], [0.5, 0.5]]))
        second.bias.zero_()
    both = second(first(x))
    weight = second.weight @ first.weight
    bias = second.weight @ first.bias + second.bias
    assert both.tolist() == [-3.0, 9.0]
    assert F.linear(x, weight, bias).tolist() == [-3.0, 9.0]


def test_sigmoid_derivative() -> None:
    expected = [0.0066, 0.1050, 0.25, 0.1050, 0.0066]
    assert derivatives(torch.sigmoid, -5, -2, 0, 2, 5) == pytest.approx(expected, abs=5e-5)
    assert max(derivatives(torch.sigmoid, *np.linspace(-6, 6, 1201))) == 0.25


def test_product_of_ten_sigmoid_derivatives() -> None:
    [local] = derivatives(torch.sigmoid, 2.0)
    assert local**10 == pytest.approx(1.63e-10, rel=5e-3)


def test_tanh() -> None:
    expected = [0.0099, 0.4200, 1.0, 0.4200, 0.0099]
    assert derivatives(torch.tanh, -3, -1, 0, 1, 3) == pytest.approx(expected, abs=5e-5)
    numbers = list(np.linspace(-4, 4, 41))
    through_sigmoid = [2 * y - 1 for y in values(torch.sigmoid, *[2 * x for x in numbers])]
    assert values(torch.tanh, *numbers) == pytest.approx(through_sigmoid, abs=1e-15)


def test_relu_derivative_is_zero_at_zero() -> None:
    assert derivatives(torch.relu, -1.0, 0.0, 1.0) == [0, 0, 1]


def test_dead_relu() -> None:
    rng = np.random.default_rng(0)
    inputs = torch.tensor(np.abs(rng.normal(size=(100, 3))))
    weight = torch.tensor([-0.5, -0.3, 0.1], dtype=torch.float64)
    # 0.1 times a half-normal number exceeds 1 only beyond ten standard deviations.
    assert int((inputs @ weight - 1.0 < 0).sum()) == 100


def test_elu_leaky_relu_and_prelu() -> None:
    assert values(F.elu, -3, -1, -0.5) == pytest.approx([-0.950, -0.632, -0.393], abs=5e-4)
    assert values(F.leaky_relu, -2.0, 3.0) == pytest.approx([-0.02, 3.0])
    prelu = nn.PReLU()
    prelu(torch.tensor([-2.0, 3.0])).sum().backward()
    assert prelu.weight.grad.tolist() == [-2.0]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((2, 1, 0.1), (0.6590, 0.2424, 0.0986)),
        ((3, 1, 0.1), (0.840, 0.114, 0.046)),
        ((2.1, 0.5, -1), (0.802, 0.162, 0.036)),
        ((1000, 1001, 1002), (0.0900, 0.2447, 0.6652)),
    ],
)
def test_softmax(scores: tuple[float, ...], expected: tuple[float, ...]) -> None:
    result = torch.softmax(torch.tensor([float(s) for s in scores], dtype=torch.float64), dim=0)
    assert result.tolist() == pytest.approx(expected, abs=5e-4)
    assert result.sum().item() == pytest.approx(1.0, abs=1e-12)


def test_gelu_and_silu() -> None:
    # The chapter's 1.955 for GELU(2) is the tanh form's 1.9546; the exact form gives 1.9545.
    assert values(F.gelu, -1, 1) == pytest.approx([-0.159, 0.841], abs=5e-4)
    assert values(F.gelu, 2) == pytest.approx([1.9545], abs=5e-5)
    tanh_form = F.gelu(torch.tensor([-1.0, 1.0, 2.0], dtype=torch.float64), approximate="tanh")
    assert tanh_form.tolist() == pytest.approx([-0.159, 0.841, 1.955], abs=5e-4)
    assert values(F.silu, -1, 1, 2) == pytest.approx([-0.269, 0.731, 1.762], abs=5e-4)


def test_binary_output() -> None:
    assert values(torch.sigmoid, 1.5) == pytest.approx([0.818], abs=5e-4)
    assert 1 / (1 + math.exp(-1.5)) == pytest.approx(values(torch.sigmoid, 1.5)[0], abs=1e-12)
