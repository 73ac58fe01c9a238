"""What cat and stack refuse, and what they do with dtypes and single tensors."""

import numpy as np
import pytest
import torch

import chainrule
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType

ROW = chainrule.ones(3)
MATRIX = chainrule.ones(2, 3)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: chainrule.cat([]), InvalidArgument, "cat got no tensors"),
        (lambda: chainrule.stack([]), InvalidArgument, "stack got no tensors"),
        (lambda: chainrule.cat(ROW), InvalidType, "put it into brackets"),
        (lambda: chainrule.cat([ROW, 2.0]), InvalidType, "got float as number 1"),
        (lambda: chainrule.cat([ROW.sum(), ROW]), InvalidShape, "single number: use stack"),
        (lambda: chainrule.cat([MATRIX, MATRIX.T]), InvalidShape, r"\(2, 3\) and, as number 1, "),
        (lambda: chainrule.cat([MATRIX, ROW]), InvalidShape, r"as number 1, \(3,\)"),
        (lambda: chainrule.cat([ROW, ROW], 1), InvalidIndex, "cat got dim 1"),
        (lambda: chainrule.stack([ROW, ROW, MATRIX]), InvalidShape, r"as number 2, \(2, 3\)"),
        (lambda: chainrule.stack([ROW], 2), InvalidIndex, "stack got dim 2 .* -2 and 1"),
    ],
)
def test_what_cannot_be_joined_is_refused(call: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        call()  # type: ignore[operator]


@pytest.mark.parametrize("join", ["cat", "stack"])
@pytest.mark.parametrize(
    "dtypes",
    [
        ("int64", "float32"),
        ("bool", "int32"),
        ("float32", "float64"),
        ("uint8", "int8"),
        ("float16", "int64"),
        ("bool", "bool"),
    ],
)
def test_the_dtype_is_pytorchs(join: str, dtypes: tuple[str, str]) -> None:
    ours = [chainrule.ones(2).to(getattr(chainrule, dtype)) for dtype in dtypes]
    theirs = [torch.ones(2).to(getattr(torch, dtype)) for dtype in dtypes]
    expected = getattr(torch, join)(theirs)
    assert f"torch.{getattr(chainrule, join)(ours).dtype}" == str(expected.dtype)


def test_each_tensor_gets_its_own_stretch_of_the_gradient() -> None:
    a, b = (chainrule.ones(n, requires_grad=True) for n in (1, 2))
    (chainrule.cat([a, b]) * chainrule.tensor([1.0, 2.0, 3.0])).sum().backward()
    assert (a.grad.tolist(), b.grad.tolist()) == ([1.0], [2.0, 3.0])


def test_a_tensor_joined_to_itself_gets_both_gradients() -> None:
    a = chainrule.ones(2, requires_grad=True)
    (chainrule.stack([a, a]) * chainrule.tensor([[1.0, 2.0], [10.0, 20.0]])).sum().backward()
    assert a.grad.tolist() == [11.0, 22.0]


def test_a_generator_of_tensors_is_taken() -> None:
    joined = chainrule.cat(list(chainrule.from_numpy(np.eye(2, dtype=np.float32))))
    assert joined.tolist() == [1.0, 0.0, 0.0, 1.0]
