"""Pooling against nested loops and PyTorch: ties, NaN, windows over the edge, messages."""

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.operations.adaptive_pooling import ADAPTIVE_AVG_POOL1D, ADAPTIVE_AVG_POOL2D
from chainrule.operations.average_pooling import AVG_POOL1D, AVG_POOL2D
from chainrule.operations.max_pooling import MAX_POOL1D, MAX_POOL2D
from chainrule.operations.operation import Operation
from naive import naive_pool2d

TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}  # float64, short sums
MAX_POOL = {1: MAX_POOL1D, 2: MAX_POOL2D}
AVG_POOL = {1: AVG_POOL1D, 2: AVG_POOL2D}
ADAPTIVE = {1: ADAPTIVE_AVG_POOL1D, 2: ADAPTIVE_AVG_POOL2D}


def random_configuration(seed: int) -> tuple[int, tuple, dict]:
    """Number of axes, shape of the input, and options of max pooling."""
    random = np.random.default_rng(seed)
    ndim = int(random.integers(1, 3))

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(int(n) for n in random.integers(low, high, ndim))

    kernel, stride, dilation = each(1, 4), each(1, 4), each(1, 3)
    padding = tuple(int(random.integers(0, k // 2 + 1)) for k in kernel)
    size = tuple(
        max(1, d * (k - 1) + 1 - 2 * p + int(random.integers(0, 7)))
        for k, p, d in zip(kernel, padding, dilation, strict=True)
    )
    batch = () if random.random() < 0.2 else (int(random.integers(1, 4)),)
    options = {
        "kernel_size": kernel,
        "stride": None if random.random() < 0.3 else stride,
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": bool(random.random() < 0.5),
    }
    return ndim, (*batch, int(random.integers(1, 4)), *size), options


def compare(operation: Operation, x: np.ndarray, options: dict) -> None:
    """Assert value and gradient as PyTorch's function of the same name gives them."""
    ours, theirs = wrap(x.copy()).requires_grad_(), torch.tensor(x, requires_grad=True)
    y = apply(operation, (ours,), tuple(options.values()))
    expected = getattr(torch.nn.functional, operation.name)(theirs, **options)
    np.testing.assert_allclose(y.array, expected.detach().numpy(), **TOLERANCE)
    assert y.shape == operation.infer_shape([x.shape], tuple(options.values()))
    weights = np.random.default_rng(0).normal(size=y.shape)
    y.backward(wrap(weights.copy()))
    expected.backward(torch.tensor(weights))
    np.testing.assert_allclose(ours.grad.array, theirs.grad.numpy(), **TOLERANCE)


@pytest.mark.parametrize("seed", range(60))
def test_max_pooling_with_many_ties_agrees_with_pytorch(seed: int) -> None:
    ndim, shape, options = random_configuration(seed)
    x = np.random.default_rng(seed).integers(0, 3, shape).astype(np.float64)
    compare(MAX_POOL[ndim], x, options)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("count_include_pad", [True, False])
def test_average_pooling_agrees_with_pytorch(seed: int, count_include_pad: bool) -> None:
    ndim, shape, options = random_configuration(seed)
    options = {name: value for name, value in options.items() if name != "dilation"}
    options["count_include_pad"] = count_include_pad
    if ndim == 2:
        options["divisor_override"] = 3 if seed % 4 == 0 else None
    compare(AVG_POOL[ndim], np.random.default_rng(seed).normal(size=shape), options)


@pytest.mark.parametrize("seed", range(30))
def test_adaptive_pooling_agrees_with_pytorch(seed: int) -> None:
    random = np.random.default_rng(seed)
    ndim = int(random.integers(1, 3))
    shape = tuple(int(n) for n in random.integers(1, 9, ndim + 2))
    output_size = tuple(int(n) for n in random.integers(1, 9, ndim))
    compare(ADAPTIVE[ndim], random.normal(size=shape), {"output_size": output_size})


IMAGES = [seed for seed in range(100, 160) if random_configuration(seed)[0] == 2]


@pytest.mark.parametrize("seed", IMAGES)
def test_pooling_agrees_with_nested_loops(seed: int) -> None:
    _, shape, options = random_configuration(seed)
    x = np.random.default_rng(seed).normal(size=shape)
    batch = x.reshape(-1, *shape[-3:])
    y, _, _ = MAX_POOL2D.value(x, *options.values())
    expected = naive_pool2d(batch, np.max, **options)
    np.testing.assert_array_equal(y, expected.reshape(y.shape))
    options["dilation"] = (1, 1)
    expected = naive_pool2d(batch, np.mean, **options)
    options.pop("dilation")
    y, _, _ = AVG_POOL2D.value(x, *options.values(), count_include_pad=False)
    np.testing.assert_allclose(y, expected.reshape(y.shape), **TOLERANCE)


def test_gradient_goes_to_the_first_of_equal_maxima() -> None:
    x = wrap(np.ones((1, 2, 2))).requires_grad_()
    y = apply(MAX_POOL2D, (x,), (2, None, 0, 1, False))
    y.backward(wrap(np.ones((1, 1, 1))))
    np.testing.assert_array_equal(x.grad.array, [[[1, 0], [0, 0]]])


@pytest.mark.parametrize("places", [[0], [1], [3], [0, 2], [1, 2, 3]])
def test_nan_wins_as_in_pytorch(places: list[int]) -> None:
    x = np.arange(4.0)
    x[places] = np.nan
    options = {"kernel_size": 4, "stride": 1, "padding": 0, "dilation": 1, "ceil_mode": False}
    compare(MAX_POOL1D, x.reshape(1, 4), options)


def test_infinite_gradients_stay_where_they_belong() -> None:
    x = wrap(np.array([[1.0, 2.0, 3.0, 0.0]])).requires_grad_()
    y = apply(MAX_POOL1D, (x,), (2, None, 0, 1, False))
    y.backward(wrap(np.array([[np.inf, 1.0]])))
    np.testing.assert_array_equal(x.grad.array, [[0, np.inf, 1, 0]])


def test_an_infinity_stays_in_its_own_bin() -> None:
    y = ADAPTIVE_AVG_POOL1D.value(np.array([[np.inf, 1.0, 2.0, 4.0]]), 2)
    np.testing.assert_array_equal(y, [[np.inf, 3.0]])


def test_max_pooling_of_integers_ignores_padding() -> None:
    y, _, _ = MAX_POOL1D.value(np.array([[-5, -7]]), 2, 1, 1)
    np.testing.assert_array_equal(y, [[-5, -5, -7]])


def test_windows_of_more_than_255_elements_know_their_winner() -> None:
    x = np.zeros((1, 20, 20))
    x[0, 19, 19] = 1
    options = {"kernel_size": 20, "stride": 1, "padding": 0, "dilation": 1, "ceil_mode": False}
    compare(MAX_POOL2D, x, options)


ERRORS = [
    (MAX_POOL2D, (28, 28), (2, None, 0, 1, False), ["max_pool2d", "(28, 28)", "unsqueeze"]),
    (MAX_POOL1D, (4,), (2, None, 0, 1, False), ["max_pool1d", "(batch, channels, length)"]),
    (MAX_POOL2D, (1, 1, 4, 4), (5, None, 0, 1, False), ["kernel of size (5, 5)", "(4, 4)"]),
    (MAX_POOL2D, (1, 1, 4, 4), (2, None, 2, 1, False), ["padding=(2, 2)", "half of that, 1"]),
    (MAX_POOL2D, (1, 1, 4, 4), (0, None, 0, 1, False), ["kernel_size=0"]),
    (MAX_POOL2D, (1, 1, 4, 4), (2, 0, 0, 1, False), ["stride=0"]),
    (MAX_POOL2D, (1, 1, 4, 4), (2, None, 0, 0, False), ["dilation=0"]),
    (AVG_POOL2D, (1, 1, 4, 4), (2, None, 2, False, True, None), ["avg_pool2d", "half of that, 1"]),
    (AVG_POOL2D, (1, 1, 4, 4), (9, None, 0, False, True, None), ["kernel of size (9, 9)"]),
    (AVG_POOL2D, (1, 1, 4, 4), (2, None, 0, False, True, 0), ["divisor_override=0"]),
    (AVG_POOL1D, (4,), (2, None, 0, False, True), ["avg_pool1d", "(4,)"]),
    (ADAPTIVE_AVG_POOL2D, (4, 4), (2,), ["adaptive_avg_pool2d", "(4, 4)"]),
    (ADAPTIVE_AVG_POOL2D, (1, 1, 0, 4), (2,), ["nothing to average"]),
    (ADAPTIVE_AVG_POOL2D, (1, 1, 4, 4), (0,), ["output_size", "at least 1"]),
    (ADAPTIVE_AVG_POOL2D, (1, 1, 4, 4), ((1, 2, 3),), ["output_size", "2 integers"]),
    (ADAPTIVE_AVG_POOL1D, (1, 1, 4), ((1, 2),), ["adaptive_avg_pool1d", "output_size=(1, 2)"]),
]


@pytest.mark.parametrize(("operation", "shape", "options", "words"), ERRORS)
def test_messages_say_what_came_and_what_was_expected(
    operation: Operation, shape: tuple, options: tuple, words: list[str]
) -> None:
    with pytest.raises((InvalidShape, InvalidArgument)) as caught:
        apply(operation, (wrap(np.zeros(shape)),), options)
    for word in words:
        assert word in str(caught.value)
    with pytest.raises(type(caught.value)) as from_rule:
        operation.infer_shape([shape], options)
    assert str(from_rule.value) == str(caught.value)
