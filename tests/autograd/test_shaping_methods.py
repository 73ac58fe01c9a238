"""Methods and functions of shapes, parts and products: numbers, gradients and shapes as PyTorch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import chainrule
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType

CUBE = np.random.default_rng(0).normal(size=(2, 3, 4))
MATRIX = np.random.default_rng(1).normal(size=(4, 5))
VECTOR = np.random.default_rng(2).normal(size=6)
ORDER = np.array([[2, 0, 1], [1, 1, 0]])

# (name, numbers, what to do with the tensor x of library t)
CALLS: list[tuple[str, np.ndarray, Callable[[Any, Any], Any]]] = [
    ("reshape", CUBE, lambda _, x: x.reshape(4, -1)),
    ("reshape to a tuple", CUBE, lambda _, x: x.reshape((4, 6))),
    ("reshape function", CUBE, lambda t, x: t.reshape(x, (6, 4))),
    ("view", CUBE, lambda _, x: x.view(-1)),
    ("view as", CUBE, lambda t, x: x.view_as(t.zeros(4, 6))),
    ("reshape as", CUBE, lambda t, x: x.reshape_as(t.zeros(4, 6))),
    ("flatten", CUBE, lambda _, x: x.flatten()),
    ("flatten from", CUBE, lambda _, x: x.flatten(1)),
    ("flatten between", CUBE, lambda t, x: t.flatten(x, 0, 1)),
    ("flatten a number", np.array(2.0), lambda _, x: x.flatten()),
    ("ravel", CUBE, lambda _, x: x.ravel()),
    ("unflatten", MATRIX, lambda _, x: x.unflatten(0, (2, -1))),
    ("squeeze", CUBE[:, :1, :1], lambda _, x: x.squeeze()),
    ("squeeze one", CUBE[:1, :, :1], lambda _, x: x.squeeze(0)),
    ("squeeze none", CUBE, lambda _, x: x.squeeze(1)),
    ("squeeze several", CUBE[:1, :, :1], lambda t, x: t.squeeze(x, (0, 2))),
    ("unsqueeze", MATRIX, lambda _, x: x.unsqueeze(1)),
    ("unsqueeze last", MATRIX, lambda _, x: x.unsqueeze(-1)),
    ("transpose", CUBE, lambda _, x: x.transpose(0, -1)),
    ("swapaxes", CUBE, lambda _, x: x.swapaxes(0, 1)),
    ("t", MATRIX, lambda _, x: x.t()),
    ("t of a vector", VECTOR, lambda t, x: t.t(x)),
    ("T", MATRIX, lambda _, x: x.T),
    ("mT", CUBE, lambda _, x: x.mT),
    ("permute", CUBE, lambda _, x: x.permute(2, 0, 1)),
    ("permute function", CUBE, lambda t, x: t.permute(x, (1, -1, 0))),
    ("movedim", CUBE, lambda _, x: x.movedim(0, -1)),
    ("expand", CUBE[:, :1], lambda _, x: x.expand(5, 2, 3, -1)),
    ("expand as", VECTOR, lambda t, x: x.expand_as(t.zeros(2, 6))),
    ("broadcast to", VECTOR, lambda t, x: t.broadcast_to(x, (3, 6))),
    ("repeat", MATRIX, lambda _, x: x.repeat(2, 3)),
    ("repeat to more axes", MATRIX, lambda _, x: x.repeat(2, 1, 3)),
    ("repeat once", MATRIX, lambda _, x: x.repeat(1, 1)),
    ("repeat never", MATRIX, lambda _, x: x.repeat(0, 1)),
    ("tile", CUBE, lambda _, x: x.tile(2)),
    ("tile function", VECTOR, lambda t, x: t.tile(x, (2, 2))),
    ("flip", CUBE, lambda _, x: x.flip(0, 2)),
    ("flip function", CUBE, lambda t, x: t.flip(x, [1])),
    ("roll", CUBE, lambda _, x: x.roll(1)),
    ("roll one axis", CUBE, lambda _, x: x.roll(-2, 1)),
    ("roll two axes", CUBE, lambda t, x: t.roll(x, (1, 5), (0, -1))),
    ("roll nothing", np.zeros((0, 2)), lambda _, x: x.roll(1, 0)),
    ("roll a number", np.array(1.5), lambda _, x: x.roll(3)),
    ("split", MATRIX, lambda t, x: t.cat(x.split(3, 1)[::-1], 1)),
    ("split by lengths", MATRIX, lambda t, x: t.split(x, [1, 0, 3])[2]),
    ("split of nothing", np.zeros((0, 2)), lambda _, x: x.split(2)[0]),
    ("chunk", VECTOR, lambda _, x: x.chunk(4)[-1]),
    ("chunk columns", MATRIX, lambda t, x: t.chunk(x, 2, dim=1)[1]),
    ("unbind", CUBE, lambda _, x: x.unbind(1)[2]),
    ("iteration", MATRIX, lambda t, x: t.stack(list(x))),
    ("narrow", MATRIX, lambda _, x: x.narrow(1, 1, 3)),
    ("select", CUBE, lambda _, x: x.select(1, -1)),
    ("index select", MATRIX, lambda t, x: x.index_select(1, t.tensor([4, 0, 4]))),
    ("gather", CUBE[0], lambda t, x: t.gather(x, 0, t.from_numpy(ORDER))),
    ("take along dim", CUBE[0], lambda _, x: x.take_along_dim(x.argsort(1), 1)),
    ("take along all", VECTOR, lambda t, x: t.take_along_dim(x, t.tensor([1, 1]))),
    ("masked select", CUBE, lambda _, x: x.masked_select(x > 0)),
    ("masked select by rows", MATRIX, lambda _, x: x.masked_select(x[:, :1] > 0)),
    ("masked fill", CUBE, lambda _, x: x.masked_fill(x > 0, -1.5)),
    ("masked fill by rows", MATRIX, lambda _, x: x.masked_fill(x[0] > 0, float("-inf"))[0].exp()),
    ("masked fill in place", MATRIX, lambda _, x: (x * 2).masked_fill_(x > 0, 0.0)),
    ("diagonal", MATRIX, lambda _, x: x.diagonal()),
    ("diagonal above", MATRIX, lambda _, x: x.diagonal(2)),
    ("diagonal far above", MATRIX, lambda t, x: x.diagonal(9) if t is chainrule else x[:0, 0]),
    ("diagonal of two axes", CUBE, lambda _, x: x.diagonal(-1, 2, 0)),
    ("diag of a matrix", MATRIX, lambda t, x: t.diag(x, -1)),
    ("diag of a vector", VECTOR, lambda _, x: x.diag()),
    ("diag of a vector, below", VECTOR, lambda _, x: x.diag(-2)),
    ("triu", CUBE, lambda _, x: x.triu(1)),
    ("tril", MATRIX, lambda t, x: t.tril(x)),
    ("tril below", MATRIX, lambda _, x: x.tril(-2)),
    ("matmul", MATRIX, lambda _, x: x @ x.T),
    ("matmul function", CUBE, lambda t, x: t.matmul(x, x.mT)),
    ("dot", VECTOR, lambda t, x: t.dot(x, x)),
    ("outer", VECTOR, lambda _, x: x.outer(x * 2)),
    ("relu", CUBE, lambda _, x: x.relu()),
    ("relu in place", CUBE, lambda _, x: (x * 1).relu_()),
    ("sigmoid", CUBE, lambda t, x: t.sigmoid(x)),
    ("tanh", CUBE, lambda _, x: x.tanh()),
    ("softmax", CUBE, lambda _, x: x.softmax(-1)),
    ("softmax by name", CUBE, lambda t, x: t.softmax(input=x, dim=0)),
    ("log softmax", CUBE, lambda t, x: t.log_softmax(x, dim=1)),
    ("where", CUBE, lambda t, x: t.where(x > 0, x, 0.0)),
    ("where with numbers first", CUBE, lambda t, x: t.where(x > 0, 1.0, x)),
    ("clamp by name", CUBE, lambda t, x: t.clamp(x, min=-0.5, max=0.5)),
    ("maximum", CUBE, lambda t, x: t.maximum(x, -x)),
    ("sum by name", CUBE, lambda t, x: t.sum(x, dim=(0, 2), keepdim=True)),
]


@pytest.mark.parametrize(("name", "array", "call"), CALLS, ids=[row[0] for row in CALLS])
def test_result_and_gradient_are_pytorchs(
    name: str, array: np.ndarray, call: Callable[[Any, Any], Any]
) -> None:
    ours = chainrule.tensor(array, requires_grad=True)
    theirs = torch.tensor(array, requires_grad=True)
    mine, expected = call(chainrule, ours), call(torch, theirs)
    assert mine.shape == tuple(expected.shape), name
    # Both compute in float64; sums are in different orders.
    np.testing.assert_allclose(mine.detach().numpy(), expected.detach().numpy(), rtol=1e-12)
    weights = np.random.default_rng(3).normal(size=mine.shape)
    mine.backward(chainrule.tensor(weights))
    expected.backward(torch.tensor(weights))
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-9, atol=1e-12)


X = chainrule.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: X.reshape(3, 1, 4).t(), InvalidShape, r"t\(\) transposes a matrix.*transpose"),
        (lambda: X[0].mT, InvalidShape, "mT needs at least two axes"),
        (lambda: X.reshape(2.0), InvalidType, "whole numbers, got 2.0"),
        (lambda: X.unflatten(2, (1, 1)), InvalidIndex, "unflatten got dim 2"),
        (lambda: X.movedim(0, 2), InvalidIndex, "movedim got dim 2"),
        (lambda: X.repeat(2), InvalidArgument, r"repeat got \(2,\).*count for each axis"),
        (lambda: X.repeat(2, -1), InvalidArgument, "0 or more"),
        (lambda: X.roll((1, 2), 0), InvalidArgument, "one shift for each axis"),
        (lambda: X.split(0), InvalidArgument, "split_size=0"),
        (lambda: X.split([1, 1]), InvalidArgument, "add up to 2: axis 0 has length 3"),
        (lambda: X.split([4, -1]), InvalidArgument, r"\[4, -1\]"),
        (lambda: X.chunk(0), InvalidArgument, "chunks=0"),
        (lambda: X.narrow(1, 3, 2), InvalidIndex, "start 3 and length 2, but axis 1 has length 4"),
        (lambda: X.index_select(0, chainrule.tensor([[0]])), InvalidShape, "vector of positions"),
        (lambda: X.index_select(0, chainrule.tensor([3])), InvalidIndex, "out of bounds"),
        (lambda: X.masked_fill(X, 0.0), InvalidType, "masked_fill got a mask of float32"),
        (lambda: X.masked_fill(X > 0, X[0]), InvalidShape, r"value of shape \(4,\).*single"),
        (lambda: X.masked_select(X[:, :3] > 0), InvalidShape, "do not broadcast"),
        (lambda: X.masked_select(X), InvalidType, "masked_select got a mask of float32"),
        (lambda: X.diagonal(0, 1, 1), InvalidArgument, "axis 1 twice"),
        (lambda: X.reshape(1, 3, 4).diag(), InvalidShape, r"vector or a matrix, got .*\(1, 3, 4\)"),
        (lambda: X[0].triu(), InvalidShape, "triu needs at least two axes"),
        (lambda: X[0].tril(), InvalidShape, "tril needs at least two axes"),
        (lambda: len(X[0, 0]), InvalidType, "no length.*item"),
        (lambda: iter(X[0, 0]), InvalidType, "gone through.*item"),
        (lambda: X.long().softmax(0), InvalidType, "softmax needs floating-point"),
        (lambda: X.long().log_softmax(0), InvalidType, "log_softmax needs floating-point"),
        (lambda: chainrule.exp(2.0), InvalidType, r"exp takes a tensor, got float.*tensor\(x\)"),
        (lambda: chainrule.where(X, X, X), InvalidType, "truth values"),
    ],
)
def test_what_cannot_be_done_is_refused(
    call: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()


def test_triangles_leave_out_what_is_not_finite() -> None:
    infinite = chainrule.full((2, 2), float("inf"))
    assert infinite.tril().tolist() == [[float("inf"), 0.0], [float("inf"), float("inf")]]


def test_integers_become_floats_where_they_must() -> None:
    assert chainrule.tensor([0]).sigmoid().tolist() == [0.5]
    assert chainrule.tensor([0]).tanh().dtype == chainrule.float32
    assert chainrule.tensor([1, 1]).softmax(0, dtype=chainrule.float64).tolist() == [0.5, 0.5]
    assert chainrule.tensor([1, 1]).log_softmax(0, dtype=chainrule.float64).dtype == np.float64
    assert chainrule.tensor([-1, 2]).relu().tolist() == [0, 2]


def test_tensors_can_be_gone_through_and_searched() -> None:
    assert [row.tolist() for row in chainrule.tensor([[1, 2], [3, 4]])] == [[1, 2], [3, 4]]
    assert 3 in chainrule.tensor([1, 3])
    assert chainrule.tensor(5) not in chainrule.tensor([1, 3])


@pytest.mark.parametrize("array", [MATRIX > 0, np.array([0, 3, 0, 5]), np.array(2.0)])
def test_nonzero_agrees_with_pytorch(array: np.ndarray) -> None:
    ours, theirs = chainrule.from_numpy(array), torch.from_numpy(np.array(array))
    assert ours.nonzero().tolist() == theirs.nonzero().tolist()
    both = zip(ours.nonzero(as_tuple=True), theirs.nonzero(as_tuple=True), strict=True)
    assert all(mine.tolist() == expected.tolist() for mine, expected in both)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"return_inverse": True},
        {"return_counts": True},
        {"return_inverse": True, "return_counts": True},
        {"dim": 0},
    ],
    ids=str,
)
def test_unique_agrees_with_pytorch(options: dict[str, Any]) -> None:
    numbers = [[3, 1], [3, 1], [2, 2]]
    ours = chainrule.unique(chainrule.tensor(numbers), **options)
    theirs = torch.unique(torch.tensor(numbers), **options)
    mine = ours if isinstance(ours, tuple) else (ours,)
    expected = theirs if isinstance(theirs, tuple) else (theirs,)
    assert [part.tolist() for part in mine] == [part.tolist() for part in expected]


def test_functions_say_what_their_methods_say() -> None:
    assert chainrule.exp.__doc__ == chainrule.Tensor.exp.__doc__
    assert chainrule.exp.__name__ == "exp"


def test_isclose_and_the_questions_about_tensors() -> None:
    a, b = chainrule.tensor([1.0, 2.0, np.nan]), chainrule.tensor([1.0 + 1e-7, 2.1, np.nan])
    assert chainrule.isclose(a, b).tolist() == [True, False, False]
    assert chainrule.isclose(a, b, equal_nan=True).tolist() == [True, False, True]
    assert chainrule.is_tensor(a)
    assert not chainrule.is_tensor([1.0])
    assert chainrule.is_floating_point(a)
