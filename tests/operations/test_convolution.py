"""Convolution against nested loops and PyTorch, and what it says to inputs that do not fit."""

import warnings

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.operations import windows as windows_module
from chainrule.operations.convolution import CONV1D, CONV2D, CONVOLUTIONS
from naive import naive_conv2d

TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}  # float64, sums of at most a few hundred products
OPERATION = {1: CONV1D, 2: CONV2D}
TORCH = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d}


def random_configuration(seed: int) -> tuple[int, tuple, tuple, bool, dict]:
    """Number of axes, shapes of input and weight, whether there is a bias, and options."""
    random = np.random.default_rng(seed)
    ndim = int(random.integers(1, 3))
    groups = int(random.choice([1, 1, 2, 3]))
    in_channels, out_channels = (groups * int(random.integers(1, 4)) for _ in range(2))

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(int(n) for n in random.integers(low, high, ndim))

    kernel, stride, padding, dilation = each(1, 4), each(1, 4), each(0, 3), each(1, 3)
    size = tuple(
        max(1, d * (k - 1) + 1 - 2 * p + int(random.integers(0, 6)))
        for k, p, d in zip(kernel, padding, dilation, strict=True)
    )
    batch = () if random.random() < 0.2 else (int(random.integers(1, 5)),)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    weight = (out_channels, in_channels // groups, *kernel)
    return ndim, (*batch, in_channels, *size), weight, bool(random.random() < 0.7), options


@pytest.mark.parametrize("seed", range(60))
def test_value_and_gradients_agree_with_pytorch(seed: int) -> None:
    ndim, x_shape, weight_shape, has_bias, options = random_configuration(seed)
    random = np.random.default_rng(seed + 1000)
    arrays = [random.normal(size=x_shape), random.normal(size=weight_shape)]
    arrays += [random.normal(size=weight_shape[0])] if has_bias else []
    ours = [wrap(a.copy()).requires_grad_() for a in arrays] + [None] * (3 - len(arrays))
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y = apply(OPERATION[ndim], tuple(ours), tuple(options.values()))
    expected = TORCH[ndim](*theirs, **options)
    np.testing.assert_allclose(y.array, expected.detach().numpy(), **TOLERANCE)
    weights = random.normal(size=y.shape)
    y.backward(wrap(weights.copy()))
    expected.backward(torch.tensor(weights))
    for mine, other in zip(ours, theirs, strict=False):
        np.testing.assert_allclose(mine.grad.array, other.grad.numpy(), **TOLERANCE)


@pytest.mark.parametrize("seed", range(60, 120))
def test_value_agrees_with_nested_loops(seed: int) -> None:
    ndim, x_shape, weight_shape, has_bias, options = random_configuration(seed)
    if ndim == 1:  # the loops are written for images: one row high
        x_shape = (*x_shape[:-1], 1, x_shape[-1])
        weight_shape = (*weight_shape[:-1], 1, weight_shape[-1])
        options = {
            "stride": (1, *options["stride"]),
            "padding": (0, *options["padding"]),
            "dilation": (1, *options["dilation"]),
            "groups": options["groups"],
        }
    random = np.random.default_rng(seed)
    x, weight = random.normal(size=x_shape), random.normal(size=weight_shape)
    bias = random.normal(size=weight_shape[0]) if has_bias else None
    batch = x if x.ndim == 4 else x[None]
    expected = naive_conv2d(batch, weight, bias, **options)
    y, _ = CONV2D.value(x, weight, bias, *options.values())
    np.testing.assert_allclose(y, expected.reshape(y.shape), **TOLERANCE)


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 4), (5, 2)])
@pytest.mark.parametrize("dilation", [1, 2])
def test_same_padding_keeps_the_size_and_agrees_with_pytorch(
    kernel: tuple[int, int], dilation: int
) -> None:
    random = np.random.default_rng(0)
    x, weight = random.normal(size=(2, 3, 7, 8)), random.normal(size=(4, 3, *kernel))
    y, _ = CONV2D.value(x, weight, None, 1, "same", dilation, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch notes that an even kernel costs it a copy
        expected = torch.nn.functional.conv2d(
            torch.tensor(x), torch.tensor(weight), padding="same", dilation=dilation
        )
    assert y.shape == (2, 4, 7, 8)
    np.testing.assert_allclose(y, expected.numpy(), **TOLERANCE)


def test_a_batch_larger_than_a_block_gives_the_same_as_its_samples(monkeypatch) -> None:
    monkeypatch.setattr(windows_module, "BLOCK_BYTES", 2000)  # two samples of 9 x 12 numbers
    random = np.random.default_rng(0)
    x, weight = random.normal(size=(5, 1, 5, 6)), random.normal(size=(2, 1, 3, 3))
    gradient = random.normal(size=(5, 2, 3, 4))
    y, windows = CONV2D.value(x, weight, None)
    assert len(list(windows.blocks(5, 1, 8))) == 3
    singles = [CONV2D.value(sample[None], weight, None)[0] for sample in x]
    np.testing.assert_allclose(y, np.concatenate(singles), rtol=1e-14, atol=1e-14)
    small = [backward(i, gradient, x, weight, windows) for i in (0, 1)]
    monkeypatch.undo()
    for i, expected in enumerate(small):
        whole = backward(i, gradient, x, weight, windows)
        np.testing.assert_allclose(whole, expected, rtol=1e-13, atol=1e-13)


def backward(position: int, gradient, x, weight, windows) -> np.ndarray:
    """The gradient of one input of a convolution with default options."""
    return CONV2D.differentiate(
        position, gradient, (x, weight, None), gradient, (windows,), (1, 0, 1, 1)
    )


def test_inputs_with_any_strides_are_read_correctly() -> None:
    random = np.random.default_rng(0)
    channels_last = random.normal(size=(2, 6, 5, 3))
    x, weight = channels_last.transpose(0, 3, 1, 2)[..., ::-1], random.normal(size=(4, 3, 2, 2))
    y, _ = CONV2D.value(x, weight, None)
    expected, _ = CONV2D.value(np.ascontiguousarray(x), weight, None)
    np.testing.assert_array_equal(y, expected)


def test_the_input_is_not_needed_for_its_own_gradient() -> None:
    for operation in CONVOLUTIONS:
        assert operation.inputs_read[0] == (1,)  # the weight alone


def conv2d_error(
    x: tuple, weight: tuple, bias: tuple | None = None, operation=CONV2D, **options
) -> str:
    """The message for these shapes."""
    defaults = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, **options}
    arrays = [None if shape is None else wrap(np.zeros(shape)) for shape in (x, weight, bias)]
    with pytest.raises((InvalidShape, InvalidArgument)) as caught:
        apply(operation, tuple(arrays), tuple(defaults.values()))
    shapes = [None if shape is None else tuple(shape) for shape in (x, weight, bias)]
    with pytest.raises(type(caught.value)) as from_rule:
        operation.infer_shape(shapes, tuple(defaults.values()))
    assert str(from_rule.value) == str(caught.value)
    return str(caught.value)


WEIGHT = (16, 3, 3, 3)
ERRORS = [
    (
        {"x": (4, 1, 32, 32), "weight": WEIGHT},
        ["conv2d(3→16)", "(4, 1, 32, 32)", "axis 1, is 1, expected 3"],
    ),
    ({"x": (4, 32, 32, 3), "weight": WEIGHT}, ["channels last", "x.permute(0, 3, 1, 2)"]),
    ({"x": (32, 32, 3), "weight": WEIGHT}, ["x.permute(2, 0, 1)"]),
    ({"x": (64, 28, 28), "weight": (16, 1, 3, 3)}, ["axis 0, is 64", "x.unsqueeze(1)"]),
    ({"x": (28, 28), "weight": WEIGHT}, ["(batch, channels, height, width)", "(28, 28)"]),
    ({"x": (1, 3, 2, 9), "weight": WEIGHT}, ["kernel of size (3, 3)", "size (2, 9)"]),
    (
        {"x": (1, 3, 3, 3), "weight": WEIGHT, "dilation": 2, "padding": 0},
        ["spread over (5, 5) by dilation (2, 2)", "makes (3, 3)"],
    ),
    ({"x": (1, 3, 9, 9), "weight": (16, 3, 3)}, ["weight of shape (16, 3, 3)", "out_channels"]),
    ({"x": (1, 3, 9, 9), "weight": WEIGHT, "bias": (3,)}, ["bias of shape (3,)", "(16,)"]),
    ({"x": (1, 9, 9, 9), "weight": WEIGHT, "groups": 3}, ["16 output channels", "groups=3"]),
    ({"x": (1, 3, 9, 9), "weight": WEIGHT, "groups": 0}, ["groups=0", "at least 1"]),
    ({"x": (1, 3, 9, 9), "weight": WEIGHT, "stride": 0}, ["stride=0", "2 integers"]),
    ({"x": (1, 3, 9, 9), "weight": WEIGHT, "stride": (1, 1, 1)}, ["stride=(1, 1, 1)"]),
    ({"x": (1, 3, 9, 9), "weight": WEIGHT, "stride": 1.5}, ["stride=1.5"]),
    ({"x": (1, 3, 9, 9), "weight": WEIGHT, "dilation": True}, ["dilation=True"]),
    ({"x": (1, 3, 9, 9), "weight": WEIGHT, "padding": -1}, ["padding=-1", "at least 0"]),
    ({"x": (1, 3, 9, 9), "weight": WEIGHT, "padding": "full"}, ["padding='full'", '"same"']),
    (
        {"x": (1, 3, 9, 9), "weight": WEIGHT, "padding": "same", "stride": 2},
        ["stride=(2, 2)", "stride 1"],
    ),
    (
        {"x": (2, 4, 9), "weight": (5, 3, 3), "operation": CONV1D},
        ["conv1d(3→5)", "axis 1, is 4"],
    ),
    ({"x": (9,), "weight": (5, 3, 3), "operation": CONV1D}, ["(batch, channels, length)"]),
]


@pytest.mark.parametrize(("arguments", "words"), ERRORS)
def test_messages_say_what_came_and_what_was_expected(arguments: dict, words: list[str]) -> None:
    message = conv2d_error(**arguments)
    for word in words:
        assert word in message
