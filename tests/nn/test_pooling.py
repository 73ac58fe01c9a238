"""Pooling layers: PyTorch's repr and attributes, and errors when they are made."""

import numpy as np
import pytest
import torch

import chainrule.nn.pooling as pooling
from chainrule.autograd.graph import wrap
from chainrule.errors import InvalidArgument, InvalidType

CONFIGURATIONS = [
    ("MaxPool1d", (2,), {}, 1),
    ("MaxPool1d", ((3,), 2), {"padding": 1, "ceil_mode": True}, 1),
    ("MaxPool2d", (2,), {}, 2),
    ("MaxPool2d", ((3, 2), (2, 1), (1, 0)), {"dilation": 2}, 2),
    ("MaxPool2d", (3, 2), {"ceil_mode": True}, 2),
    ("AvgPool1d", (2,), {}, 1),
    ("AvgPool1d", (3, 2, 1, True, False), {}, 1),
    ("AvgPool2d", (2,), {}, 2),
    ("AvgPool2d", ((3, 2), 2), {"padding": 1, "count_include_pad": False}, 2),
    ("AvgPool2d", (2,), {"ceil_mode": True, "divisor_override": 3}, 2),
    ("AdaptiveAvgPool1d", (3,), {}, 1),
    ("AdaptiveAvgPool2d", (1,), {}, 2),
    ("AdaptiveAvgPool2d", ((None, 3),), {}, 2),
]
ATTRIBUTES = [
    "kernel_size", "stride", "padding", "dilation", "ceil_mode", "count_include_pad",
    "divisor_override", "output_size",
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "options", "ndim"), CONFIGURATIONS)
def test_layers_are_those_of_pytorch(name: str, arguments, options: dict, ndim: int) -> None:
    ours = getattr(pooling, name)(*arguments, **options)
    theirs = getattr(torch.nn, name)(*arguments, **options)
    assert repr(ours) == repr(theirs)
    for attribute in ATTRIBUTES:
        assert getattr(ours, attribute, None) == getattr(theirs, attribute, None)
    x = np.random.default_rng(0).normal(size=(2, 3, *[9] * ndim)).astype(np.float32)
    expected = theirs(torch.tensor(x)).numpy()
    np.testing.assert_allclose(ours(wrap(x)).array, expected, rtol=1e-6, atol=1e-6)


ERRORS = [
    ("MaxPool1d", (0,), {}, "kernel_size=0"),
    ("MaxPool2d", (2, 0), {}, "stride=0"),
    ("MaxPool2d", (2,), {"padding": 2}, "padding=.*half of that, 1"),
    ("MaxPool2d", (2,), {"padding": -1}, "padding=-1"),
    ("MaxPool2d", (2,), {"dilation": 0}, "dilation=0"),
    ("AvgPool1d", ((2, 2),), {}, r"kernel_size=\(2, 2\)"),
    ("AvgPool2d", (2,), {"padding": 2}, "padding=.*half of that, 1"),
    ("AvgPool2d", (2,), {"divisor_override": 0}, "divisor_override=0"),
    ("AdaptiveAvgPool1d", (0,), {}, r"output_size=0"),
    ("AdaptiveAvgPool2d", ((1, 0),), {}, r"output_size=\(1, 0\)"),
]


@pytest.mark.parametrize(("name", "arguments", "options", "words"), ERRORS)
def test_arguments_that_cannot_be_used_are_named(name, arguments, options, words: str) -> None:
    with pytest.raises(InvalidArgument, match=f"{name} got {words}"):
        getattr(pooling, name)(*arguments, **options)


def test_integers_are_refused() -> None:
    with pytest.raises(InvalidType, match=r"avg_pool2d got an input of int64.*\.float\(\)"):
        pooling.AvgPool2d(2)(wrap(np.zeros((1, 1, 4, 4), np.int64)))
