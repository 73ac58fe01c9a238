"""default_collate against PyTorch's, and its refusals."""

from collections import namedtuple

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate as torch_collate

from chainrule.autograd.tensor import Tensor
from chainrule.data import default_collate
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType

Pair = namedtuple("Pair", "x y")


def plain(value):
    """Tensors of either library as (dtype name, values)."""
    if isinstance(value, Tensor):
        return value.dtype.name, value.array.tolist()
    if isinstance(value, torch.Tensor):
        return str(value.dtype).removeprefix("torch."), value.tolist()
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, Pair):
        return Pair(*map(plain, value))
    return [plain(entry) if not isinstance(entry, (str, bytes)) else entry for entry in value]


@pytest.mark.parametrize(
    "samples",
    [
        [1.5, 2.5],
        [1, 2, 3],
        [True, False],
        [1, 2.5],
        ["a", "b"],
        [b"a"],
        [np.float32(1), np.float32(2)],
        [np.int64(3)],
        [np.zeros((2, 3)), np.ones((2, 3))],
        [np.array([1, 2], dtype=np.uint8)],
        [(1, 2.0), (3, 4.0)],
        [[np.zeros(2), 1], [np.ones(2), 2]],
        [{"x": np.zeros(2), "name": "p"}, {"x": np.ones(2), "name": "q"}],
        [Pair(1.0, 2), Pair(3.0, 4)],
        [((1, 2), {"a": 3})],
        [(), ()],
    ],
    ids=str,
)
def test_collate_gives_what_pytorch_gives(samples):
    assert plain(default_collate(samples)) == plain(torch_collate(samples))


def test_tensors_get_one_more_axis():
    batch = default_collate([Tensor([[1.0, 2.0]]), Tensor([[3.0, 4.0]])])
    assert batch.array.tolist() == [[[1.0, 2.0]], [[3.0, 4.0]]]


@pytest.mark.parametrize(
    ("samples", "error", "words"),
    [
        ([], InvalidArgument, "no samples"),
        ([Tensor([1.0]), Tensor([1.0, 2.0])], InvalidShape, r"\(1,\), number 1 has \(2,\)"),
        ([(1, 2), (1,)], InvalidShape, "different lengths.*number 1"),
        ([(1, 2), 3], InvalidShape, "number 1 differs"),
        ([{"a": 1}, {"b": 1}], InvalidType, "different entries"),
        ([{"a": 1}, 2], InvalidType, "different entries"),
        ([1, "a"], InvalidType, "types int, str"),
        ([2**70], InvalidType, "64 bits"),
        ([np.array(["a"])], InvalidType, "<U1"),
        ([Tensor([1.0]), None], InvalidType, "object"),
        ([object()], InvalidType, "type object.*collate_fn"),
        ([None], InvalidType, "NoneType"),
    ],
)
def test_collate_refuses(samples, error, words):
    with pytest.raises(error, match=words):
        default_collate(samples)
