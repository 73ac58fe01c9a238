"""What is special about changes of shape: which are views, and what is refused."""

import numpy as np
import pytest

from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape
from chainrule.operations import shaping

X = Tensor(np.arange(24.0).reshape(2, 3, 4))


@pytest.mark.parametrize(
    "view",
    [
        X.reshape(6, 4),
        X.transpose(0, 2),
        X.permute(2, 0, 1),
        X.expand(5, 2, 3, 4),
        X.flatten(),
        X.unsqueeze(1),
        X[:, :1].squeeze(1),
        X.T,
        X.mT,
    ],
    ids=lambda view: str(tuple(view.array.shape)),
)
def test_views_share_memory(view: Tensor) -> None:
    assert np.shares_memory(view.array, X.array)


@pytest.mark.parametrize("copy", [X.flip(0), X.clone(), X.T.reshape(-1), X.repeat(1, 1, 1)])
def test_copies_do_not_share_memory(copy: Tensor) -> None:
    assert not np.shares_memory(copy.array, X.array)


def test_a_reshape_that_had_to_copy_does_not_notice_changes_of_the_original() -> None:
    original = Tensor([[1.0, 2.0], [3.0, 4.0]])
    copied = original.T.reshape(4).requires_grad_()
    square = (copied * copied).sum()
    original.zero_()
    square.backward()
    assert copied.grad.tolist() == [2.0, 6.0, 4.0, 8.0]


def test_the_gradient_of_an_expanded_number_counts_its_repetitions() -> None:
    x = Tensor([[2.0], [3.0]], requires_grad=True)
    x.expand(2, 5).sum().backward()
    assert x.grad.tolist() == [[5.0], [5.0]]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: X.reshape(5, -1), InvalidShape, r"\(2, 3, 4\), which has 24.*\(5, -1\)"),
        (lambda: X.reshape(-1, -1), InvalidShape, "one of them may be -1"),
        (lambda: X.reshape(-2, -12), InvalidShape, "multiply to the same number"),
        (lambda: Tensor([]).reshape(-1, 0), InvalidShape, "has 0 elements"),
        (lambda: X.transpose(0, 3), InvalidIndex, "transpose got dim 3 .* -3 and 2"),
        (lambda: X.permute(0, 1), InvalidArgument, "each of the 3 axes once"),
        (lambda: X.permute(0, 1, 1), InvalidArgument, r"dims \(0, 1, 1\)"),
        (lambda: X.permute(0, 1, 5), InvalidIndex, "permute got dim 5"),
        (lambda: X.expand(2, 6, 4), InvalidShape, r"\(2, 3, 4\) and cannot repeat it to \(2, 6"),
        (lambda: X.expand(3, 4), InvalidShape, "new axes in front"),
        (lambda: X.expand(-1, 2, 3, 4), InvalidShape, "cannot repeat it"),
        (lambda: X.flip(0, -3), InvalidArgument, "axis twice"),
        (lambda: X.flip(4), InvalidIndex, "flip got dim 4"),
        (lambda: X.squeeze(3), InvalidIndex, "squeeze got dim 3"),
        (lambda: X.unsqueeze(5), InvalidIndex, "unsqueeze got dim 5 .* -4 and 3"),
        (lambda: X.flatten(2, 1), InvalidArgument, "start_dim 2 after end_dim 1"),
        (lambda: X.flatten(0, 3), InvalidIndex, "flatten got dim 3"),
    ],
)
def test_what_does_not_fit_is_refused(call: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        call()  # type: ignore[operator]


def test_lengths_are_worked_out_without_numbers() -> None:
    assert shaping.reshape_shape((2, 6), (3, -1)) == (3, 4)
    assert shaping.expand_shape((1, 3), (4, 2, -1)) == (4, 2, 3)
    assert shaping.flattened_shape((), 0, -1) == (1,)
