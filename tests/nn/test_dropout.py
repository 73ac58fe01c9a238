"""Dropout as functions and modules: where the masks come from, and when nothing is dropped."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from chainrule import nn
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import (
    ChainruleWarning,
    InPlaceError,
    InvalidArgument,
    InvalidShape,
    InvalidType,
)
from chainrule.nn import functional
from chainrule.randomness import default_generator, manual_seed

FUNCTIONS = {
    "dropout": (functional.dropout, nn.Dropout, (40, 50)),
    "dropout1d": (functional.dropout1d, nn.Dropout1d, (40, 50, 3)),
    "dropout2d": (functional.dropout2d, nn.Dropout2d, (40, 50, 3, 2)),
}
KINDS = pytest.mark.parametrize(
    ("function", "module", "shape"), FUNCTIONS.values(), ids=list(FUNCTIONS)
)


@pytest.fixture(autouse=True)
def _same_seed() -> Iterator[None]:
    before = default_generator.state_dict()
    manual_seed(0)
    yield
    default_generator.load_state_dict(before)


def ones(*shape: int) -> Tensor:
    return wrap(np.ones(shape))


@KINDS
def test_same_seed_same_mask_and_then_another(function: Any, module: Any, shape: Any) -> None:
    first, second = function(ones(*shape)), function(ones(*shape))
    assert (first.array != second.array).any()
    manual_seed(0)
    np.testing.assert_array_equal(function(ones(*shape)).array, first.array)
    manual_seed(0)
    np.testing.assert_array_equal(module()(ones(*shape)).array, first.array)
    manual_seed(1)
    assert (function(ones(*shape)).array != first.array).any()


def test_a_restored_generator_goes_on_with_the_same_masks() -> None:
    functional.dropout(ones(7))
    state = default_generator.state_dict()
    expected = functional.dropout(ones(100)).tolist()
    default_generator.load_state_dict(state)
    assert functional.dropout(ones(100)).tolist() == expected


@KINDS
def test_numbers_are_zero_or_scaled_up_at_the_right_rate(
    function: Any, module: Any, shape: Any
) -> None:
    y = function(ones(*shape), p=0.2).array
    assert set(np.unique(y)) == {0.0, 1 / (1 - 0.2)}
    dropped = np.count_nonzero(y.reshape(40, 50, -1)[:, :, 0] == 0)
    # 2000 draws at 0.2: 400 expected, 5 sigma = 89. For channels, one draw each.
    assert abs(dropped - 400) <= 5 * np.sqrt(2000 * 0.2 * 0.8)
    assert module(0.2).p == 0.2


def test_expected_value_is_kept() -> None:
    x = np.random.default_rng(0).normal(3, 1, size=(200, 500))
    y = functional.dropout(wrap(x), p=0.3).array
    # The mean of 100 000 terms x m, each with variance x^2 p / (1 - p).
    sigma = np.sqrt((x**2).mean() * 0.3 / 0.7 / x.size)
    assert abs(y.mean() - x.mean()) <= 5 * sigma


@KINDS
def test_evaluation_returns_the_input_itself(function: Any, module: Any, shape: Any) -> None:
    x = ones(*shape)
    layer = module(0.9)
    before = default_generator.state_dict()
    assert layer.eval()(x) is x
    assert function(x, training=False) is x
    assert default_generator.state_dict() == before
    assert layer.train()(x) is not x


@KINDS
def test_probability_zero_and_one(function: Any, module: Any, shape: Any) -> None:
    x = ones(*shape)
    assert function(x, 0.0) is x
    assert (function(x, 1.0).array == 0).all()
    assert (module(1)(x).array == 0).all()


@pytest.mark.parametrize(("name", "shape"), [("dropout1d", (3, 4)), ("dropout2d", (3, 4, 5, 6))])
def test_whole_channels_are_dropped(name: str, shape: tuple[int, ...]) -> None:
    channels = 1 if len(shape) == 2 else 2
    y = FUNCTIONS[name][0](ones(*shape)).array
    flat = y.reshape(*shape[:channels], -1)
    assert (flat == flat[..., :1]).all()
    assert set(np.unique(flat)) == {0, 2}


@KINDS
def test_gradient_goes_through_the_same_mask(function: Any, module: Any, shape: Any) -> None:
    x = ones(*shape).requires_grad_()
    for change in (function, module(0.3)):
        x.grad = None
        y = change(x)
        y.sum().backward()
        np.testing.assert_array_equal(x.grad.array, y.array)


@KINDS
def test_in_place_gives_the_same_as_a_new_tensor(function: Any, module: Any, shape: Any) -> None:
    expected = function(ones(*shape))
    leaf = ones(*shape).requires_grad_()
    for change in (lambda x: function(x, inplace=True), module(inplace=True)):
        manual_seed(0)
        leaf.grad = None
        x = leaf * 1.0
        assert change(x) is x
        np.testing.assert_array_equal(x.array, expected.array)
        x.sum().backward()
        np.testing.assert_array_equal(leaf.grad.array, expected.array)
    with pytest.raises(InPlaceError, match="would change a leaf"):
        function(leaf, inplace=True)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
@KINDS
def test_what_is_no_probability_is_refused(
    function: Any, module: Any, shape: Any, p: float
) -> None:
    with pytest.raises(InvalidArgument, match=f"{module.__name__} got p={p}"):
        module(p)
    with pytest.raises(InvalidArgument, match=f"{function.__name__} got p={p}"):
        function(ones(*shape), p, training=False)


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("dropout1d", (3,), r"expected \(batch, channels, length\) or \(channels, length\)"),
        ("dropout1d", (2, 3, 4, 5), r"expected \(batch, channels, length\)"),
        ("dropout2d", (2, 3), r"expected \(batch, channels, height, width\)"),
        ("dropout2d", (1, 2, 3, 4, 5), r"expected \(batch, channels, height, width\)"),
    ],
)
def test_a_wrong_number_of_axes_is_refused(
    name: str, shape: tuple[int, ...], expected: str
) -> None:
    with pytest.raises(InvalidShape, match=rf"{name} got input of shape \(.*{expected}"):
        FUNCTIONS[name][0](ones(*shape))


def test_dropout2d_takes_three_axes_as_pytorch_does_and_says_so() -> None:
    x = ones(30, 20, 5)
    with pytest.warns(ChainruleWarning, match="takes it for .batch, channels, length."):
        y = functional.dropout2d(x).array
    assert (y == y[:, :, :1]).all()
    assert (y[:, :1] != y).any()


@KINDS
def test_integers_are_refused(function: Any, module: Any, shape: Any) -> None:
    with pytest.raises(InvalidType, match=f"{function.__name__} needs floating-point numbers"):
        function(wrap(np.ones(shape, np.int64)))
    with pytest.raises(InvalidType):
        module()(wrap(np.ones(shape, np.int64)))


@pytest.mark.parametrize("name", ["Dropout", "Dropout1d", "Dropout2d"])
@pytest.mark.parametrize("arguments", [(), (0.2,), (0.25, True)])
def test_repr_is_that_of_pytorch(name: str, arguments: tuple[Any, ...]) -> None:
    assert repr(getattr(nn, name)(*arguments)) == repr(getattr(torch.nn, name)(*arguments))


def test_float32_stays_float32() -> None:
    x = Tensor(np.ones((3, 4)), requires_grad=True)
    y = functional.dropout(x, 0.3)
    y.sum().backward()
    assert y.dtype == x.grad.dtype == np.float32
