"""The embedding layer: its table, its padding row, tables that exist already."""

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType
from chainrule.nn import functional_layers as functional
from chainrule.nn.embedding import Embedding
from chainrule.randomness import default_generator, manual_seed


def test_a_thousand_symbols_of_64_numbers() -> None:
    layer = Embedding(1000, 64)
    assert layer.weight.shape == (1000, 64)
    assert layer(wrap(np.array([[0, 1, 2], [997, 998, 999]]))).shape == (2, 3, 64)


def test_vectors_start_from_the_standard_normal_distribution() -> None:
    manual_seed(0)
    table = Embedding(1000, 64).weight.array
    # 64000 draws: mean within 0.004 and deviation within 0.003 of their values, one sigma.
    assert abs(table.mean()) < 0.02
    assert table.std() == pytest.approx(1, abs=0.02)


def test_the_padding_row_starts_at_zero_and_stays_there() -> None:
    layer = Embedding(4, 3, padding_idx=-1)
    assert layer.padding_idx == 3
    np.testing.assert_array_equal(layer.weight.array[3], 0)
    y = layer(wrap(np.array([3, 1, 3])))
    y.backward(wrap(np.ones((3, 3), np.float32)))
    np.testing.assert_array_equal(layer.weight.grad.array, [[0] * 3, [1] * 3, [0] * 3, [0] * 3])


@pytest.mark.parametrize("options", [{}, {"padding_idx": 0}, {"padding_idx": -1}])
def test_repr_is_that_of_pytorch(options: dict) -> None:
    assert repr(Embedding(5, 2, **options)) == repr(torch.nn.Embedding(5, 2, **options))


def test_a_table_that_exists_is_taken_as_it_is() -> None:
    table = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    drawn = default_generator.state_dict()
    layer = Embedding.from_pretrained(table, padding_idx=1)
    assert default_generator.state_dict() == drawn
    assert (layer.num_embeddings, layer.embedding_dim, layer.padding_idx) == (3, 2, 1)
    assert not layer.weight.requires_grad
    np.testing.assert_array_equal(layer(wrap(np.array([1, 2]))).array, [[3, 4], [5, 6]])


def test_a_table_that_exists_can_be_trained_on() -> None:
    layer = Embedding.from_pretrained(Tensor([[1.0, 2.0]]), freeze=False)
    assert layer.weight.requires_grad
    assert [name for name, _ in layer.named_parameters()] == ["weight"]


def test_a_table_must_have_two_axes() -> None:
    with pytest.raises(InvalidShape, match=r"table of shape \(3,\)"):
        Embedding.from_pretrained(Tensor([1.0, 2.0, 3.0]))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 2), "num_embeddings=0"),
        ((2, 0), "embedding_dim=0"),
        ((5, 2, 5), "padding_idx=5 and num_embeddings=5"),
        ((5, 2, -6), "padding_idx=-6"),
    ],
)
def test_arguments_that_cannot_be_used_are_named(arguments: tuple, words: str) -> None:
    with pytest.raises(InvalidArgument, match=f"Embedding got {words}"):
        Embedding(*arguments)


def test_an_index_out_of_range_is_named() -> None:
    with pytest.raises(InvalidIndex, match=r"index 5 at position \(1,\).*5 rows"):
        Embedding(5, 2)(wrap(np.array([0, 5])))


def test_numbers_with_a_point_are_refused() -> None:
    with pytest.raises(InvalidType, match=r"float32.*\.long\(\)"):
        Embedding(5, 2)(Tensor([0.0, 1.0]))


def test_what_is_not_a_tensor_is_named() -> None:
    with pytest.raises(InvalidType, match="embedding got list as its input"):
        Embedding(5, 2)([0, 1])
    with pytest.raises(InvalidType, match="embedding got ndarray as its weight"):
        functional.embedding(wrap(np.array([0])), np.zeros((2, 2)))
