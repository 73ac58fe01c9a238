"""Indices of all kinds against PyTorch; repeated places; what is refused."""

import numpy as np
import pytest
import torch

import chainrule
from chainrule.errors import InPlaceError, InvalidIndex, InvalidShape, InvalidType
from chainrule.operations.indexing import added_up, getitem_backward

ARRAY = np.random.default_rng(0).normal(size=(4, 5, 6))
POSITIONS = np.array([3, 0, 3, -1])
MASK = ARRAY[..., 0] > 0

INDICES = {
    "number": 2,
    "negative number": -1,
    "numbers": (1, 2, 3),
    "slice": slice(1, 3),
    "stepped": (slice(None), slice(None, None, 2)),
    "end": (Ellipsis, 0),
    "new axes": (None, slice(None), None, 1),
    "nothing": (),
    "all": Ellipsis,
    "empty slice": slice(3, 3),
    "positions": POSITIONS,
    "list": [0, 2],
    "empty list": [],
    "rows and columns": (POSITIONS, np.array([0, 1, 0, 4])),
    "positions on the second axis": (slice(None), POSITIONS),
    "separated positions": (POSITIONS, slice(None), POSITIONS),
    "broadcast positions": (POSITIONS[:, None], np.array([1, 2])),
    "mask": MASK,
    "mask of one axis": np.array([True, False, True, True]),
    "mask on the second axis": (slice(None), np.array([True, False, True, True, False])),
    "number and positions": (0, POSITIONS),
    "small integers": np.array([1, 0], np.int32),
}


def in_torch(index: object) -> object:
    if isinstance(index, tuple):
        return tuple(in_torch(part) for part in index)
    return torch.from_numpy(index) if isinstance(index, np.ndarray) else index


def in_chainrule(index: object) -> object:
    if isinstance(index, tuple):
        return tuple(in_chainrule(part) for part in index)
    return chainrule.from_numpy(index) if isinstance(index, np.ndarray) else index


@pytest.mark.parametrize("name", INDICES)
def test_taking_agrees_with_pytorch(name: str) -> None:
    ours = chainrule.tensor(ARRAY, requires_grad=True)
    theirs = torch.tensor(ARRAY, requires_grad=True)
    taken, expected = ours[in_chainrule(INDICES[name])], theirs[in_torch(INDICES[name])]
    np.testing.assert_array_equal(taken.detach().numpy(), expected.detach().numpy())
    weights = np.random.default_rng(1).normal(size=taken.shape)
    taken.backward(chainrule.tensor(weights))
    expected.backward(torch.tensor(weights))
    # Repeated places add up in another order: a few roundings.
    np.testing.assert_allclose(ours.grad.array, theirs.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", [n for n in INDICES if n not in ("positions", "rows and columns")])
@pytest.mark.parametrize("recorded", [True, False])
def test_putting_agrees_with_pytorch(name: str, recorded: bool) -> None:
    ours, theirs = chainrule.tensor(ARRAY), torch.tensor(ARRAY)
    ours.requires_grad = theirs.requires_grad = recorded
    mine, expected = ours * 1, theirs * 1
    mine[in_chainrule(INDICES[name])] = 7.0
    expected[in_torch(INDICES[name])] = 7.0
    np.testing.assert_array_equal(mine.detach().numpy(), expected.detach().numpy())
    if recorded:
        mine.sum().backward()
        expected.sum().backward()
        np.testing.assert_array_equal(ours.grad.array, theirs.grad.numpy())


@pytest.mark.parametrize("shape", [(5, 6), (6,), (), (1, 5, 6), (5, 1)])
def test_put_numbers_get_the_gradient_of_their_places(shape: tuple[int, ...]) -> None:
    value = np.random.default_rng(2).normal(size=shape)
    weights = np.random.default_rng(3).normal(size=ARRAY.shape)
    gradients = []
    for library in (chainrule, torch):
        base = library.tensor(ARRAY, requires_grad=True)
        new = library.tensor(value, requires_grad=True)
        changed = base * 2
        changed[1] = new
        (changed * library.tensor(weights)).sum().backward()
        gradients.append((base.grad.numpy(), new.grad.numpy()))
    for ours, theirs in zip(*gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_numbers_put_into_a_tensor_without_history_bring_theirs() -> None:
    filled, new = chainrule.zeros(3), chainrule.ones(2, requires_grad=True)
    filled[1:] = new
    (filled * chainrule.tensor([1.0, 2.0, 3.0])).sum().backward()
    assert new.grad.tolist() == [2.0, 3.0]


def test_a_single_number_taken_out_is_a_view() -> None:
    x = chainrule.zeros(2, 2)
    x[0, 1].fill_(5)
    x[1][0] = 7.0
    assert x.tolist() == [[0.0, 5.0], [7.0, 0.0]]


def test_numbers_taken_by_position_are_a_copy() -> None:
    x = chainrule.zeros(3)
    x[[0, 1]].fill_(5)
    assert x.tolist() == [0.0, 0.0, 0.0]


def test_numbers_taken_by_position_outlive_a_change_of_the_original() -> None:
    x = chainrule.ones(3)
    taken = x[[0, 1]].requires_grad_()
    squares = (taken * taken).sum()
    x.zero_()
    squares.backward()
    assert taken.grad.tolist() == [2.0, 2.0]


def test_a_leaf_that_requires_a_gradient_takes_numbers_only_under_no_grad() -> None:
    x = chainrule.ones(3, requires_grad=True)
    with pytest.raises(InPlaceError, match="leaf that requires a gradient"):
        x[0] = 5.0
    with chainrule.no_grad():
        x[0] = 5.0
    assert x.tolist() == [5.0, 1.0, 1.0]
    assert x.is_leaf


def test_a_change_after_use_is_found() -> None:
    x = chainrule.ones(3, requires_grad=True) * 2
    squares = (x * x).sum()
    with chainrule.no_grad():
        x[0] = 5.0
    with pytest.raises(InPlaceError, match=r"x\[\.\.\.\] = value has changed it"):
        squares.backward()


def test_repeated_places_collect_all_gradients() -> None:
    gradient = np.ones((6, 2), np.float32)
    index = np.array([0, 0, 0, 2, 2, -3], np.int8)
    summed = getitem_backward(gradient, index, (3, 2))
    assert summed.tolist() == [[4.0, 4.0], [0.0, 0.0], [2.0, 2.0]]
    assert summed.dtype == np.float32


def test_positions_in_small_integers_do_not_overflow() -> None:
    gradient = np.ones((1, 300))
    summed = getitem_backward(gradient, np.array([2], np.uint8), (3, 300))
    assert summed.sum(axis=1).tolist() == [0.0, 0.0, 300.0]


def test_adding_up_equals_a_loop() -> None:
    random = np.random.default_rng(0)
    gradient, places = random.normal(size=500), random.integers(0, 20, 500)
    slow = np.zeros(20)
    for number, place in zip(gradient, places, strict=True):
        slow[place] += number
    np.testing.assert_array_equal(added_up(gradient, places, (4, 5)), slow.reshape(4, 5))


X = chainrule.ones(3, 4)


@pytest.mark.parametrize(
    ("index", "error", "words"),
    [
        (5, InvalidIndex, r"shape \(3, 4\) cannot be indexed with \[5, \.\.\.\].*out of bounds"),
        ((0, 0, 0), InvalidIndex, "too many indices"),
        ((slice(1, None), 9), InvalidIndex, r"\[1:, 9, \.\.\.\]"),
        ([0, 7], InvalidIndex, r"int64 array of shape \(2,\).*index 7"),
        (chainrule.ones(2), InvalidType, "float32.*long"),
        (np.array([True, False]), InvalidIndex, "boolean"),
        ("name", InvalidIndex, "'name'"),
        (1.5, InvalidIndex, r"\[1\.5\]"),
    ],
)
def test_what_is_no_index_is_refused(index: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        X[index]
    with pytest.raises(error, match=words):
        X.clone()[index] = 1.0


@pytest.mark.parametrize("recorded", [True, False])
def test_values_that_do_not_fit_the_place_are_refused(recorded: bool) -> None:
    target = chainrule.ones(3, 4, requires_grad=recorded) * 1
    with pytest.raises(InvalidShape, match=r"values of shape \(3,\): the place has shape \(4,\)"):
        target[0] = chainrule.ones(3)
    with pytest.raises(InvalidShape, match=r"values of shape \(2, 4\)"):
        target[0] = chainrule.ones(2, 4)


@pytest.mark.parametrize(
    ("index", "error", "words"),
    [
        (np.array([0]), InvalidShape, r"index of shape \(1,\) for a tensor of shape \(3, 4\)"),
        (np.zeros((4, 1), np.int64), InvalidShape, "none but axis 1 longer"),
        (np.array([[4]]), InvalidIndex, "position 4, but axis 1 has length 4"),
        (np.array([[-1]]), InvalidIndex, "position -1"),
        (np.array([[1.0]]), InvalidType, "index of float64.*long"),
    ],
)
def test_gather_refuses_what_gives_no_place(index: np.ndarray, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        X.gather(1, chainrule.from_numpy(index))


def test_gather_refuses_a_single_number() -> None:
    with pytest.raises(InvalidShape, match="at least one"):
        chainrule.tensor(1.0).gather(0, chainrule.tensor(0))


def test_gather_of_repeated_places_adds_up_the_gradient() -> None:
    x = chainrule.ones(2, 3, requires_grad=True)
    x.gather(1, chainrule.tensor([[0, 0, 2], [1, 1, 1]])).sum().backward()
    assert x.grad.tolist() == [[2.0, 0.0, 1.0], [0.0, 3.0, 0.0]]


def test_an_expanded_tensor_is_not_changed() -> None:
    row = chainrule.zeros(3)
    with pytest.raises(InPlaceError, match=r"read-only.*clone"):
        row.expand(2, 3)[0] = 1.0
    with pytest.raises(InPlaceError, match=r"read-only.*clone"):
        row.expand(2, 3).add_(1)
    with pytest.raises(InPlaceError, match=r"read-only.*clone"):
        row.expand(2, 3).zero_()
    assert row.tolist() == [0.0, 0.0, 0.0]
