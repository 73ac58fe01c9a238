"""Initialisers: bounds, variances, orthogonality, fans, and the chapter's figures."""

import math

import numpy as np
import pytest
import torch

import chainrule
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.nn import init
from chainrule.randomness import Generator

SHAPE = (300, 200)
COUNT = math.prod(SHAPE)
FAN_IN, FAN_OUT = 200, 300
SIGMAS = 5  # a fair draw leaves such an interval once in two million


@pytest.fixture(autouse=True)
def seeded() -> None:
    chainrule.manual_seed(0)


UNIFORM = [
    (lambda t: init.uniform_(t), 0, 1),
    (lambda t: init.uniform_(t, -3, 2), -3, 2),
    (lambda t: init.xavier_uniform_(t), -math.sqrt(6 / 500), math.sqrt(6 / 500)),
    (lambda t: init.xavier_uniform_(t, gain=2), -2 * math.sqrt(6 / 500), 2 * math.sqrt(6 / 500)),
    (lambda t: init.kaiming_uniform_(t), -math.sqrt(6 / FAN_IN), math.sqrt(6 / FAN_IN)),
    (
        lambda t: init.kaiming_uniform_(t, a=math.sqrt(5)),
        -1 / math.sqrt(FAN_IN),
        1 / math.sqrt(FAN_IN),
    ),
]
NORMAL = [
    (lambda t: init.normal_(t), 0, 1),
    (lambda t: init.normal_(t, 2, 0.5), 2, 0.5),
    (lambda t: init.xavier_normal_(t), 0, math.sqrt(2 / (FAN_IN + FAN_OUT))),
    (lambda t: init.kaiming_normal_(t), 0, math.sqrt(2 / FAN_IN)),
    (lambda t: init.kaiming_normal_(t, mode="fan_out"), 0, math.sqrt(2 / FAN_OUT)),
    (lambda t: init.kaiming_normal_(t, nonlinearity="tanh"), 0, 5 / 3 / math.sqrt(FAN_IN)),
    (lambda t: init.kaiming_normal_(t, a=1), 0, math.sqrt(1 / FAN_IN)),
]


@pytest.mark.parametrize(("fill", "low", "high"), UNIFORM)
def test_uniform_draws_fill_their_interval_evenly(fill, low: float, high: float) -> None:
    tensor = chainrule.empty(*SHAPE)
    assert fill(tensor) is tensor
    numbers = tensor.array.astype(np.float64)
    width = high - low
    rounding = 1e-6 * max(abs(low), abs(high))
    assert low - rounding <= numbers.min() <= low + 1e-3 * width
    assert high - 1e-3 * width <= numbers.max() <= high + rounding
    # Mean of n draws: deviation width / sqrt(12 n); their variance: width^2 / sqrt(180 n).
    assert abs(numbers.mean() - (low + high) / 2) < SIGMAS * width / math.sqrt(12 * COUNT)
    assert abs(numbers.var() - width**2 / 12) < SIGMAS * width**2 / math.sqrt(180 * COUNT)


@pytest.mark.parametrize(("fill", "mean", "std"), NORMAL)
def test_normal_draws_have_mean_and_deviation(fill, mean: float, std: float) -> None:
    tensor = chainrule.empty(*SHAPE)
    assert fill(tensor) is tensor
    numbers = tensor.array.astype(np.float64)
    # Mean of n draws: deviation std / sqrt(n); their variance: std^2 sqrt(2 / n).
    assert abs(numbers.mean() - mean) < SIGMAS * std / math.sqrt(COUNT)
    assert abs(numbers.var() - std**2) < SIGMAS * std**2 * math.sqrt(2 / COUNT)
    # Of normal draws, 31.73 % lie outside one deviation.
    outside = np.mean(np.abs(numbers - mean) > std)
    assert abs(outside - 0.3173) < SIGMAS * math.sqrt(0.3173 * 0.6827 / COUNT)


def test_truncated_normal_stays_inside_and_has_the_known_variance() -> None:
    numbers = init.trunc_normal_(chainrule.empty(*SHAPE)).array.astype(np.float64)
    assert np.abs(numbers).max() <= 2
    # Variance of a standard normal cut at ±2: 1 − 4 φ(2) / (Φ(2) − Φ(−2)) = 0.77374.
    assert abs(numbers.var() - 0.77374) < SIGMAS * math.sqrt(2 / COUNT)
    assert abs(numbers.mean()) < SIGMAS / math.sqrt(COUNT)


@pytest.mark.parametrize("std", [1e-3, 10.0])
def test_truncation_is_in_absolute_numbers(std: float) -> None:
    numbers = init.trunc_normal_(chainrule.empty(1000), mean=1.0, std=std, a=0.5, b=1.5).array
    assert 0.5 <= numbers.min() <= numbers.max() <= 1.5


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        (init.zeros_, np.zeros((2, 3))),
        (init.ones_, np.ones((2, 3))),
        (lambda t: init.constant_(t, 2.5), np.full((2, 3), 2.5)),
        (init.eye_, np.eye(2, 3)),
    ],
)
def test_constant_fills(fill, expected) -> None:
    np.testing.assert_array_equal(fill(chainrule.empty(2, 3)).array, expected)


@pytest.mark.parametrize("shape", [(20, 20), (10, 30), (30, 10), (8, 2, 3, 2), (1, 5)])
def test_orthogonal_fill_is_orthogonal(shape: tuple[int, ...]) -> None:
    tensor = chainrule.empty(*shape, dtype=chainrule.float64)
    matrix = init.orthogonal_(tensor, gain=3.0).array.reshape(shape[0], -1)
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(product, 9 * np.eye(len(product)), atol=1e-12)  # float64 rounding


def test_orthogonal_fill_favours_no_direction() -> None:
    # Without the correction of signs, the diagonal of q would be negative throughout.
    signs = [init.orthogonal_(chainrule.empty(4, 4)).array[0, 0] > 0 for _ in range(200)]
    assert abs(np.mean(signs) - 0.5) < SIGMAS * 0.5 / math.sqrt(200)


def test_empty_tensor_stays_empty() -> None:
    assert init.orthogonal_(chainrule.empty(0, 3)).shape == (0, 3)
    assert init.kaiming_normal_(chainrule.empty(3, 0)).shape == (3, 0)


@pytest.mark.parametrize("shape", [(5, 3), (16, 3, 5), (16, 3, 5, 5), (4, 1, 1, 7)])
def test_fans_are_pytorchs(shape: tuple[int, ...]) -> None:
    expected = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    assert init.calculate_fan_in_and_fan_out(chainrule.empty(*shape)) == expected


@pytest.mark.parametrize(
    ("nonlinearity", "param"),
    [
        ("linear", None), ("conv1d", None), ("conv2d", None), ("sigmoid", None), ("tanh", None),
        ("relu", None), ("leaky_relu", None), ("leaky_relu", 0.2), ("selu", None),
    ],
)  # fmt: skip
def test_gains_are_pytorchs(nonlinearity: str, param: float | None) -> None:
    expected = torch.nn.init.calculate_gain(nonlinearity, param)
    assert init.calculate_gain(nonlinearity, param) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (InvalidArgument, lambda _: init.calculate_gain("swish"), "knows no 'swish': choose one"),
        (InvalidArgument, lambda t: init.kaiming_normal_(t, mode="fan"), "mode must be 'fan_in'"),
        (InvalidArgument, lambda t: init.trunc_normal_(t, a=1, b=1), "needs a < b, got a=1, b=1"),
        (InvalidShape, lambda t: init.xavier_normal_(t[0]), "at least two axes, got shape"),
        (InvalidShape, lambda t: init.orthogonal_(t[0]), "at least two axes, got shape"),
        (InvalidShape, lambda t: init.eye_(t[0]), "needs a matrix, got shape"),
    ],
)
def test_wrong_arguments_are_refused(error, call, message: str) -> None:
    with pytest.raises(error, match=message):
        call(chainrule.zeros(2, 3))


def test_own_generator_is_used_instead_of_the_librarys() -> None:
    first = init.normal_(chainrule.empty(5), generator=Generator(1)).array
    second = init.normal_(chainrule.empty(5), generator=Generator(1)).array
    third = init.normal_(chainrule.empty(5)).array
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, third)


def test_parameters_are_filled_without_a_trace_in_the_graph() -> None:
    parameter = chainrule.nn.Parameter(chainrule.zeros(3))
    init.normal_(parameter)
    assert parameter.is_leaf
    assert parameter.requires_grad


def test_signal_through_ten_relu_layers_is_the_chapters() -> None:
    random = np.random.RandomState(42)  # one stream for all three, as in the chapter
    inputs = chainrule.from_numpy(random.randn(100, 256))
    for std, expected in ((0.01, 1.96e-10), (1.0, 1.49e10), (math.sqrt(2 / 256), 0.529)):
        signal = inputs
        for _ in range(10):
            signal = (signal @ chainrule.from_numpy(random.randn(256, 256) * std)).relu()
        assert signal.abs().mean().item() == pytest.approx(expected, rel=2e-3)  # 3 digits given


def test_he_keeps_and_xavier_halves_a_relu_signal() -> None:
    sizes = {}
    for name, fill in (("he", init.kaiming_normal_), ("xavier", init.xavier_normal_)):
        signal = chainrule.randn(100, 256)
        start = signal.square().mean().item()
        for _ in range(10):
            layer = chainrule.nn.Linear(256, 256, bias=False)
            fill(layer.weight)
            signal = layer(signal).detach().relu()
        sizes[name] = signal.square().mean().item() / start
    assert 0.2 < sizes["he"] / 0.5 < 3  # the variance after a ReLU is half that before
    assert sizes["xavier"] / sizes["he"] == pytest.approx(2.0**-10, rel=1.0)
