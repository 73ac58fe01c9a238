"""Convolution layers: the chapter's shapes, their start, their repr and their errors."""

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import wrap
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.nn import functional_layers as functional
from chainrule.nn.convolution import Conv1d, Conv2d
from chainrule.randomness import manual_seed

CLASSES = {1: (Conv1d, torch.nn.Conv1d), 2: (Conv2d, torch.nn.Conv2d)}
CONFIGURATIONS = [
    (1, (2, 4, 3), {}),
    (1, (2, 4, 3), {"stride": 2, "padding": 1, "dilation": 2}),
    (1, (4, 4, 1), {"groups": 4, "bias": False}),
    (2, (3, 16, 3), {"padding": 1}),
    (2, (2, 4, (3, 2)), {"stride": (2, 1), "padding": (0, 1), "dilation": 2, "groups": 2}),
    (2, (3, 2, 3), {"padding": "same", "bias": False}),
    (2, (3, 2, 5), {"padding": "valid"}),
]


def zeros(*shape: int):
    """A float32 tensor of zeros."""
    return wrap(np.zeros(shape, np.float32))


def test_a_colour_image_keeps_its_size_with_padding_1() -> None:
    assert Conv2d(3, 16, 3, padding=1)(zeros(4, 3, 32, 32)).shape == (4, 16, 32, 32)


def test_one_image_needs_no_batch_axis() -> None:
    assert Conv2d(3, 16, 3)(zeros(3, 8, 8)).shape == (16, 6, 6)


@pytest.mark.parametrize(("ndim", "arguments", "options"), CONFIGURATIONS)
def test_repr_is_that_of_pytorch(ndim: int, arguments: tuple, options: dict) -> None:
    ours, theirs = CLASSES[ndim]
    assert repr(ours(*arguments, **options)) == repr(theirs(*arguments, **options))


@pytest.mark.parametrize(("ndim", "arguments", "options"), CONFIGURATIONS)
def test_output_is_that_of_pytorch_with_the_same_weights(
    ndim: int, arguments: tuple, options: dict
) -> None:
    ours = CLASSES[ndim][0](*arguments, **options)
    theirs = CLASSES[ndim][1](*arguments, **options)
    state = {name: torch.tensor(p.array) for name, p in ours.named_parameters()}
    theirs.load_state_dict(state)
    x = np.random.default_rng(0).normal(size=(2, arguments[0], *[9] * ndim)).astype(np.float32)
    expected = theirs(torch.tensor(x)).detach().numpy()
    # float32 sums of up to 75 products of order 1.
    np.testing.assert_allclose(ours(wrap(x)).array, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("ndim", "arguments", "options"), CONFIGURATIONS)
def test_attributes_are_those_of_pytorch(ndim: int, arguments: tuple, options: dict) -> None:
    ours, theirs = (layer(*arguments, **options) for layer in CLASSES[ndim])
    for name in ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation",
                 "groups", "padding_mode"):  # fmt: skip
        assert getattr(ours, name) == getattr(theirs, name)
    assert (ours.bias is None) == (theirs.bias is None)
    assert ours.weight.shape == tuple(theirs.weight.shape)


def test_weights_start_uniform_within_the_inverse_root_of_the_inputs() -> None:
    manual_seed(0)
    layer = Conv2d(8, 512, 3, groups=2)  # an output sees 4 channels of 3 x 3
    for parameter in (layer.weight, layer.bias):
        assert np.abs(parameter.array).max() <= 1 / 6
        # A uniform variable's deviation is bound / sqrt(3); 512 draws leave it within 10 %.
        assert parameter.array.std() == pytest.approx(1 / 6 / np.sqrt(3), rel=0.1)


ERRORS = [
    ((0, 4, 3), {}, "in_channels=0"),
    ((3, 0, 3), {}, "out_channels=0"),
    ((3, 4, 0), {}, "kernel_size=0"),
    ((3, 4, (3, 3, 3)), {}, r"kernel_size=\(3, 3, 3\)"),
    ((3, 4, 3), {"stride": 0}, "stride=0"),
    ((3, 4, 3), {"dilation": 0}, "dilation=0"),
    ((3, 4, 3), {"padding": -1}, "padding=-1"),
    ((3, 4, 3), {"padding": "full"}, "padding='full'"),
    ((3, 4, 3), {"padding": "same", "stride": 2}, "padding=.same. and stride=.*stride 1"),
    ((3, 4, 3), {"groups": 0}, "groups=0"),
    ((3, 4, 3), {"groups": 2}, "in_channels=3 and groups=2: .*divisible"),
    ((2, 3, 3), {"groups": 2}, "out_channels=3 and groups=2: .*divisible"),
    ((3, 4, 3), {"padding_mode": "reflect"}, "padding_mode='reflect'.*zeros"),
]


@pytest.mark.parametrize(("arguments", "options", "words"), ERRORS)
def test_arguments_that_cannot_be_used_are_named(arguments, options, words: str) -> None:
    with pytest.raises(InvalidArgument, match=f"Conv2d got {words}"):
        Conv2d(*arguments, **options)


def test_a_batch_of_images_without_channels_is_told_to_add_them() -> None:
    with pytest.raises(InvalidShape, match=r"conv2d\(1→4\).*\(64, 28, 28\).*unsqueeze\(1\)"):
        Conv2d(1, 4, 3)(zeros(64, 28, 28))


@pytest.mark.parametrize("ndim", [1, 2])
def test_another_dtype_than_the_weights_is_refused(ndim: int) -> None:
    layer = CLASSES[ndim][0](1, 4, 3)
    with pytest.raises(InvalidType, match=f"conv{ndim}d got an input of float64"):
        layer(wrap(np.zeros((1, 1, *[8] * ndim))))


def test_functions_take_strings_and_numbers_for_padding() -> None:
    x, weight = zeros(1, 1, 5, 5), zeros(1, 1, 3, 3)
    assert functional.conv2d(x, weight, padding="same").shape == (1, 1, 5, 5)
    assert functional.conv2d(x, weight, padding=(0, 1)).shape == (1, 1, 3, 5)
    assert functional.conv1d(zeros(1, 1, 5), zeros(1, 1, 2), padding="valid").shape == (1, 1, 4)
