"""Embedding: repeated rows, the padding row, and indices that do not exist."""

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType
from chainrule.operations.embedding import EMBEDDING


@pytest.mark.parametrize("padding_idx", [None, 0, 2, -1])
@pytest.mark.parametrize("dtype", [np.int64, np.int32])
def test_repeated_rows_gather_gradients_as_in_pytorch(padding_idx, dtype) -> None:
    random = np.random.default_rng(0)
    x = random.integers(0, 6, (4, 50)).astype(dtype)
    table = random.normal(size=(6, 3))
    ours, theirs = wrap(table.copy()).requires_grad_(), torch.tensor(table, requires_grad=True)
    y = apply(EMBEDDING, (wrap(x), ours), (padding_idx,))
    expected = torch.nn.functional.embedding(torch.tensor(x), theirs, padding_idx)
    np.testing.assert_array_equal(y.array, expected.detach().numpy())
    weights = random.normal(size=y.shape)
    y.backward(wrap(weights.copy()))
    expected.backward(torch.tensor(weights))
    # The order of up to 50 additions may differ.
    np.testing.assert_allclose(ours.grad.array, theirs.grad.numpy(), rtol=1e-12, atol=1e-12)


def test_narrow_indices_do_not_overflow_in_a_large_table() -> None:
    table = np.zeros((200, 300), dtype=np.float32)
    x = np.array([199], dtype=np.uint8)
    gradient = EMBEDDING.differentiate(
        1, np.ones((1, 300), np.float32), (x, table), np.zeros(()), (), (None,)
    )
    assert gradient[199].sum() == 300
    assert gradient.sum() == 300


def test_the_result_does_not_share_memory_with_the_table() -> None:
    table = np.zeros((3, 2))
    assert not np.shares_memory(EMBEDDING.value(np.array([0, 1, 2]), table, None), table)


@pytest.mark.parametrize(
    ("indices", "words"),
    [
        ([[0, 1], [2, 7]], ["index 7 at position (1, 1)", "5 rows", "0 to 4"]),
        ([0, 1, 5, 9], ["index 5 at position (2,)"]),
        ([3, -1], ["index -1 at position (1,)"]),
        (5, ["index 5:"]),
    ],
)
def test_an_index_without_a_row_is_named_with_its_position(indices, words: list[str]) -> None:
    with pytest.raises(InvalidIndex) as caught:
        apply(EMBEDDING, (wrap(np.array(indices)), wrap(np.zeros((5, 2)))), (None,))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("dtype", [np.float32, np.bool_])
def test_indices_that_are_not_integers_are_refused(dtype) -> None:
    with pytest.raises(InvalidType, match=r"(float32|bool).*\.long\(\)"):
        apply(EMBEDDING, (wrap(np.zeros(3, dtype)), wrap(np.zeros((5, 2)))), (None,))


def test_a_table_must_have_two_axes() -> None:
    with pytest.raises(InvalidShape, match=r"weight of shape \(5,\).*num_embeddings"):
        apply(EMBEDDING, (wrap(np.array([0])), wrap(np.zeros(5))), (None,))


@pytest.mark.parametrize("padding_idx", [5, -6])
def test_a_padding_row_must_exist(padding_idx: int) -> None:
    with pytest.raises(InvalidArgument, match=f"padding_idx={padding_idx}.*0 to 4"):
        apply(EMBEDDING, (wrap(np.array([0])), wrap(np.zeros((5, 2)))), (padding_idx,))
