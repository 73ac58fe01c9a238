"""The fully connected layer: the chapter's figures, its start, its repr and its errors."""

import itertools

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.nn import functional_layers as functional
from chainrule.nn.linear import Linear
from chainrule.nn.module import Module
from chainrule.randomness import manual_seed


def set_weights(layer: Module, **values: object) -> None:
    """Give a layer's parameters these numbers."""
    for name, value in values.items():
        getattr(layer, name).array[...] = value


def test_two_linear_layers_are_one() -> None:
    first, second = Linear(2, 2), Linear(2, 2)
    set_weights(first, weight=[[1, 2], [3, 4]], bias=[1, 1])
    set_weights(second, weight=[[0.5, -0.5], [0.5, 0.5]], bias=0)
    x = Tensor([1.0, 2.0])
    np.testing.assert_array_equal(second(first(x)).array, [-3, 9])
    weight = Tensor(second.weight.array @ first.weight.array)
    bias = Tensor(second.weight.array @ first.bias.array + second.bias.array)
    np.testing.assert_array_equal(functional.linear(x, weight, bias).array, [-3, 9])


@pytest.mark.parametrize("batch", [(), (1,), (64,), (2, 3)])
def test_one_sample_and_a_batch_go_through_the_same_code(batch: tuple) -> None:
    assert Linear(10, 5)(wrap(np.zeros((*batch, 10), np.float32))).shape == (*batch, 5)


PARAMETERS = [
    ([10, 20, 10, 1], 441),
    ([784, 256, 128, 10], 235_146),
    ([784, 1024, 10], 814_090),
    ([784, 128, 64, 32, 16, 10], 111_514),
    ([784, 64, 64, 64, 64, 64, 64, 10], 71_690),
]


@pytest.mark.parametrize(("sizes", "expected"), PARAMETERS)
def test_stacks_of_layers_have_the_known_number_of_parameters(sizes, expected: int) -> None:
    layers = [Linear(m, n) for m, n in itertools.pairwise(sizes)]
    assert sum(p.array.size for layer in layers for p in layer.parameters()) == expected


def test_weights_start_uniform_within_the_inverse_root_of_the_inputs() -> None:
    manual_seed(0)
    layer = Linear(100, 2000)
    for parameter in (layer.weight, layer.bias):
        assert np.abs(parameter.array).max() <= 0.1
        # A uniform variable's deviation is bound / sqrt(3); 2000 draws leave it within 5 %.
        assert parameter.array.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.05)
        assert parameter.dtype == np.float32


def test_the_same_seed_gives_the_same_weights() -> None:
    manual_seed(3)
    first = Linear(4, 5).weight.array.copy()
    manual_seed(3)
    np.testing.assert_array_equal(Linear(4, 5).weight.array, first)


def test_reset_parameters_draws_anew() -> None:
    layer = Linear(4, 5)
    before = layer.weight.array.copy()
    layer.reset_parameters()
    assert (layer.weight.array != before).any()


@pytest.mark.parametrize("arguments", [(3, 4), (3, 4, False), (1, 1)])
def test_repr_is_that_of_pytorch(arguments: tuple) -> None:
    assert repr(Linear(*arguments)) == repr(torch.nn.Linear(*arguments))


def test_without_bias_there_is_none_and_nothing_is_added() -> None:
    layer = Linear(3, 2, bias=False)
    assert layer.bias is None
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    np.testing.assert_array_equal(layer(wrap(np.zeros((1, 3), np.float32))).array, 0)


def test_dtype_of_the_parameters_can_be_chosen() -> None:
    layer = Linear(3, 2, dtype=np.float64)
    assert layer.weight.dtype == layer.bias.dtype == np.float64


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 3), "in_features=0"),
        ((3, -1), "out_features=-1"),
        ((3.0, 1), r"in_features=3\.0"),
        ((True, 1), "in_features=True"),
    ],
)
def test_sizes_must_be_positive_integers(arguments: tuple, words: str) -> None:
    with pytest.raises(InvalidArgument, match=rf"Linear got {words}.*at least 1"):
        Linear(*arguments)


def test_images_are_told_to_be_flattened() -> None:
    with pytest.raises(InvalidShape, match=r"linear\(784→256\).*\(32, 28, 28\).*Flatten"):
        Linear(784, 256)(wrap(np.zeros((32, 28, 28), np.float32)))


def test_another_dtype_than_the_weights_is_refused_as_in_pytorch() -> None:
    with pytest.raises(InvalidType, match=r"input of float64 and a weight of float32.*\.float\(\)"):
        Linear(3, 2)(wrap(np.zeros((1, 3))))


def test_integers_are_refused_as_in_pytorch() -> None:
    with pytest.raises(InvalidType, match=r"input of int64.*\.float\(\)"):
        Linear(3, 2)(wrap(np.zeros((1, 3), np.int64)))


@pytest.mark.parametrize(("input", "name"), [(np.zeros((1, 3)), "ndarray"), ([1.0], "list")])
def test_what_is_not_a_tensor_is_named(input: object, name: str) -> None:
    with pytest.raises(InvalidType, match=f"linear got {name} as its input"):
        Linear(3, 2)(input)
    with pytest.raises(InvalidType, match=f"linear got {name} as its weight"):
        functional.linear(Tensor([1.0]), input)


def test_parameters_must_be_of_floating_point() -> None:
    with pytest.raises(InvalidType, match=r"dtype=int64.*floating point"):
        Linear(3, 2, dtype=np.int64)


def test_the_cpu_is_the_only_device() -> None:
    assert Linear(3, 2, device="cpu").weight.shape == (2, 3)
    with pytest.raises(InvalidArgument, match="cuda"):
        Linear(3, 2, device="cuda")
