"""What products of matrices refuse, and which gradients they compute."""

import numpy as np
import pytest
import torch

import chainrule
from chainrule.autograd.graph import wrap
from chainrule.errors import InvalidShape, InvalidType
from chainrule.operations import matmul as operation


def ones(*shape: int) -> chainrule.Tensor:
    return chainrule.ones(*shape)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ones(2, 3) @ ones(2, 3), "last axis of the first is 3, .*second to last .* 2"),
        (lambda: ones(2, 3) @ ones(2), "only axis of the second is 2"),
        (lambda: ones(3) @ ones(2, 3), r"\(3,\) and \(2, 3\)"),
        (lambda: ones() @ ones(2), "at least one axis.*use \\*"),
        (lambda: ones(2, 2, 3) @ ones(3, 3, 2), "do not broadcast"),
        (lambda: ones(2, 3).dot(ones(3)), "dot got .*takes a vector and a vector"),
        (lambda: ones(3).mv(ones(3)), "mv got .*takes a matrix and a vector"),
        (lambda: ones(2, 3).mm(ones(3)), "mm got .*takes a matrix and a matrix"),
        (lambda: ones(2, 3).bmm(ones(3, 2)), "bmm got .*stack of matrices"),
        (lambda: ones(1, 2, 3).bmm(ones(4, 3, 2)), "stacks of 1 and 4"),
        (lambda: ones(2, 3).outer(ones(3)), "outer got .*takes a vector and a vector"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(call: object, words: str) -> None:
    with pytest.raises(InvalidShape, match=words):
        call()  # type: ignore[operator]


@pytest.mark.parametrize("name", ["matmul", "dot", "outer"])
def test_two_dtypes_are_refused_as_by_pytorch(name: str) -> None:
    with pytest.raises(RuntimeError, match="dtype"):
        torch.ones(2) @ torch.ones(2).double()
    with pytest.raises(InvalidType, match=rf"{name} got float32 and float64.*\.to\(float32\)"):
        getattr(ones(2), name)(ones(2).double())


def test_only_the_gradient_asked_for_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = ones(2, 3), ones(3, 4).requires_grad_()
    node = (a @ b).grad_fn
    asked: list[int] = []
    original = type(node.operation).differentiate

    def noting(self: object, position: int, *rest: object) -> object:
        asked.append(position)
        return original(self, position, *rest)

    monkeypatch.setattr(type(node.operation), "differentiate", noting)
    (a @ b).backward(ones(2, 4))
    assert asked == [1]


def test_gradient_over_stacks_equals_the_sum_over_each() -> None:
    random = np.random.default_rng(0)
    a, b = random.normal(size=(4, 5, 2, 3)), random.normal(size=(3, 6))
    gradient = random.normal(size=(4, 5, 2, 6))
    slow = sum(a[i, j].T @ gradient[i, j] for i in range(4) for j in range(5))
    # Two orders of 40 additions: a few roundings of float64.
    np.testing.assert_allclose(operation.matmul_backward_b(gradient, a, b), slow, rtol=1e-12)


@pytest.mark.parametrize("function", ["dot", "mv", "mm", "bmm", "outer"])
def test_products_by_name_agree_with_pytorch(function: str) -> None:
    shapes = {
        "dot": ((3,), (3,)),
        "mv": ((2, 3), (3,)),
        "mm": ((2, 3), (3, 4)),
        "bmm": ((5, 2, 3), (5, 3, 4)),
        "outer": ((3,), (0,)),
    }[function]
    random = np.random.default_rng(0)
    arrays = [random.normal(size=shape) for shape in shapes]
    ours = getattr(chainrule, function)(*[wrap(array) for array in arrays])
    theirs = getattr(torch, function)(*[torch.from_numpy(array) for array in arrays])
    np.testing.assert_allclose(ours.array, theirs.numpy(), rtol=1e-12)
    assert ours.shape == tuple(theirs.shape)


def test_an_array_on_the_left_is_multiplied_here() -> None:
    x = chainrule.ones(3, requires_grad=True)
    result = np.ones((2, 3), np.float32) @ x
    assert isinstance(result, chainrule.Tensor)
    assert result.requires_grad


def test_integers_multiply_exactly() -> None:
    large = chainrule.tensor([2**60, 1])
    assert (large @ chainrule.tensor([1, 1])).item() == 2**60 + 1
