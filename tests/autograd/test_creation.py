"""New tensors hold PyTorch's numbers in PyTorch's dtypes; random ones have the right moments."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import chainrule
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType

CALLS: dict[str, Callable[[Any], Any]] = {
    "floats": lambda t: t.tensor([[1.5, 2.0], [3.0, 4.0]]),
    "integers": lambda t: t.tensor([1, 2]),
    "truth values": lambda t: t.tensor([True, False]),
    "integers and floats": lambda t: t.tensor([1, 2.5]),
    "truth values and integers": lambda t: t.tensor([True, 2]),
    "single float": lambda t: t.tensor(2.5),
    "single integer": lambda t: t.tensor(2),
    "nothing": lambda t: t.tensor([]),
    "empty rows": lambda t: t.tensor([[], []]),
    "tuples": lambda t: t.tensor(((1, 2), (3, 4))),
    "float64 array": lambda t: t.tensor(np.ones(2)),
    "uint8 array": lambda t: t.tensor(np.ones(2, np.uint8)),
    "float32 scalar": lambda t: t.tensor(np.float32(2)),
    "int32 scalar": lambda t: t.tensor(np.int32(2)),
    "list of tensors": lambda t: t.tensor([t.tensor(1.0), t.tensor(2.0)]),
    "converted": lambda t: t.tensor([1, 2], dtype=t.float64),
    "cut off": lambda t: t.tensor([1.7, -1.7], dtype=t.int64),
    "on the cpu": lambda t: t.tensor([1.0], device="cpu"),
    "as tensor": lambda t: t.as_tensor([1, 2.0]),
    "as tensor of a dtype": lambda t: t.as_tensor(np.ones(2), dtype=t.float32),
    "zeros": lambda t: t.zeros(2, 3),
    "zeros of a tuple": lambda t: t.zeros((2, 3), dtype=t.int32),
    "zeros of a list": lambda t: t.zeros([2]),
    "zeros without axes": lambda t: t.zeros(()),
    "ones": lambda t: t.ones(3, dtype=t.bool),
    "ones of a shape": lambda t: t.ones(t.zeros(2, 3).shape),
    "full of floats": lambda t: t.full((2,), 7.0),
    "full of integers": lambda t: t.full((2, 1), 7),
    "full of truth": lambda t: t.full((2,), True),
    "full of a dtype": lambda t: t.full((2,), 7, dtype=t.float64),
    "eye": lambda t: t.eye(3),
    "wide eye": lambda t: t.eye(2, 4),
    "arange": lambda t: t.arange(5),
    "arange of floats": lambda t: t.arange(5.0),
    "arange from": lambda t: t.arange(2, 8),
    "arange by tenths": lambda t: t.arange(0, 1, 0.1),
    "arange downwards": lambda t: t.arange(5, 0, -2),
    "arange of nothing": lambda t: t.arange(3, 3),
    "arange of a dtype": lambda t: t.arange(3, dtype=t.float32),
    "arange by name": lambda t: t.arange(start=1, end=4),
    "linspace": lambda t: t.linspace(-1, 1, 5),
    "linspace of one": lambda t: t.linspace(2, 5, 1),
    "linspace of none": lambda t: t.linspace(2, 5, 0),
    "logspace": lambda t: t.logspace(-2, 2, 5),
    "logspace to base 2": lambda t: t.logspace(0, 3, 4, base=2.0),
    "zeros like": lambda t: t.zeros_like(t.tensor([[1, 2]])),
    "zeros like of a dtype": lambda t: t.zeros_like(t.tensor([[1, 2]]), dtype=t.float32),
    "ones like": lambda t: t.ones_like(t.zeros(2, 0)),
    "full like": lambda t: t.full_like(t.zeros(2), 5),
    "from numpy": lambda t: t.from_numpy(np.arange(3, dtype=np.int16)),
    "new zeros": lambda t: t.tensor([1], dtype=t.int32).new_zeros(2, 2),
    "new ones": lambda t: t.tensor([1], dtype=t.int32).new_ones((2,), dtype=t.float64),
    "new full": lambda t: t.tensor([1.0]).new_full((2,), 3),
    "new tensor": lambda t: t.tensor([1.0], dtype=t.float64).new_tensor([1, 2]),
    "meshgrid": lambda t: t.stack(t.meshgrid(t.arange(2), t.arange(3), indexing="ij")),
    "meshgrid as a picture": lambda t: t.stack(t.meshgrid(t.arange(2), t.arange(3), indexing="xy")),
    "bincount": lambda t: t.bincount(t.tensor([0, 2, 2]), minlength=5),
    "weighted bincount": lambda t: t.bincount(t.tensor([0, 2, 2]), t.tensor([1.0, 2.0, 3.0])),
}


@pytest.mark.parametrize("name", CALLS)
def test_numbers_and_dtype_are_pytorchs(name: str) -> None:
    ours, theirs = CALLS[name](chainrule), CALLS[name](torch)
    np.testing.assert_allclose(ours.array, theirs.numpy(), rtol=1e-6)  # a rounding of float32
    assert ours.shape == tuple(theirs.shape)
    if name != "weighted bincount":  # PyTorch sums weights in float64, except those it does not
        assert f"torch.{ours.dtype}" == str(theirs.dtype)


@pytest.mark.parametrize(
    "make",
    [
        lambda: chainrule.tensor([1.0], requires_grad=True),
        lambda: chainrule.zeros(2, requires_grad=True),
        lambda: chainrule.full((2,), 1.0, requires_grad=True),
        lambda: chainrule.eye(2, requires_grad=True),
        lambda: chainrule.arange(2.0, requires_grad=True),
        lambda: chainrule.linspace(0, 1, 3, requires_grad=True),
        lambda: chainrule.randn(2, requires_grad=True),
        lambda: chainrule.rand(2, requires_grad=True),
        lambda: chainrule.zeros_like(chainrule.ones(2), requires_grad=True),
        lambda: chainrule.randn_like(chainrule.ones(2), requires_grad=True),
    ],
)
def test_a_gradient_can_be_asked_for(make: Callable[[], chainrule.Tensor]) -> None:
    assert make().requires_grad
    assert make().is_leaf


def test_tensor_copies_and_as_tensor_shares() -> None:
    array = np.zeros(2)
    copied, shared, both = chainrule.tensor(array), chainrule.as_tensor(array), chainrule.ones(2)
    array[0] = 5
    assert (copied.tolist(), shared.tolist()) == ([0.0, 0.0], [5.0, 0.0])
    assert chainrule.as_tensor(both) is both
    assert chainrule.tensor(both) is not both


def test_python_floats_take_the_default_dtype() -> None:
    chainrule.set_default_dtype(chainrule.float64)
    try:
        assert chainrule.tensor([1.0]).dtype == chainrule.zeros(1).dtype == chainrule.float64
    finally:
        chainrule.set_default_dtype(chainrule.float32)


def test_bytes_in_the_other_order_are_turned_round() -> None:
    swapped = np.array([1.0, 2.0], dtype=">f4")
    assert chainrule.tensor(swapped).dtype == chainrule.float32
    assert chainrule.tensor(swapped).tolist() == [1.0, 2.0]
    with pytest.raises(InvalidType, match=r"other order.*tensor\(\)"):
        chainrule.from_numpy(swapped)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: chainrule.tensor([[1, 2], [3]]), InvalidShape, "unequal lengths"),
        (lambda: chainrule.tensor(["1", "2"]), InvalidType, r"such as \['1'\]"),
        (lambda: chainrule.tensor("text"), InvalidType, "text"),
        (lambda: chainrule.tensor([1 + 2j]), InvalidType, "complex128"),
        (lambda: chainrule.tensor([None]), InvalidType, "None"),
        (lambda: chainrule.tensor([2**70]), InvalidType, "object"),
        (lambda: chainrule.tensor({1: 2}), InvalidType, "object"),
        (lambda: chainrule.tensor(np.array(["a"])), InvalidType, "real numbers"),
        (lambda: chainrule.tensor([1], dtype="float31"), InvalidType, "'float31' is no dtype"),
        (lambda: chainrule.tensor([1], dtype=complex), InvalidType, "not complex128"),
        (lambda: chainrule.tensor([1], requires_grad=True), InvalidType, "floating-point"),
        (lambda: chainrule.tensor([1], device="cuda"), InvalidArgument, "no device 'cuda'"),
        (lambda: chainrule.zeros(2, device="cuda:0"), InvalidArgument, "cuda:0"),
        (lambda: chainrule.from_numpy([1.0]), InvalidType, "takes a NumPy array, got list"),
        (lambda: chainrule.from_numpy(np.array([1j])), InvalidType, "complex128"),
        (lambda: chainrule.zeros(2.0), InvalidType, "whole numbers, got 2.0 of type float"),
        (lambda: chainrule.zeros(True), InvalidType, "got True"),
        (lambda: chainrule.arange(0, 5, 0), InvalidArgument, "never arrives"),
        (lambda: chainrule.arange(0, 5, -1), InvalidArgument, r"arange\(0, 5, -1\)"),
        (lambda: chainrule.arange(float("inf")), InvalidArgument, "never arrives"),
        (lambda: chainrule.linspace(0, 1, -1), InvalidArgument, "linspace got steps=-1"),
        (lambda: chainrule.logspace(0, 1, -2), InvalidArgument, "logspace got steps=-2"),
        (lambda: chainrule.randint(0, 10), InvalidArgument, "needs a size"),
        (lambda: chainrule.randint(5, 5, (2,)), InvalidArgument, "low=5 and high=5"),
        (lambda: chainrule.randint(0, (2,)), InvalidArgument, "low=0 and high=0"),
        (lambda: chainrule.randperm(-1), InvalidArgument, "n=-1"),
        (lambda: chainrule.normal(0.0, -1.0, (2,)), InvalidArgument, "negative std"),
        (lambda: chainrule.normal(0.0, 1.0), InvalidArgument, "no size"),
        (lambda: chainrule.bernoulli(chainrule.tensor([1.5])), InvalidArgument, "1.5.*sigmoid"),
        (
            lambda: chainrule.multinomial(chainrule.tensor([1.0, 0.0]), 2),
            InvalidArgument,
            "2 different positions: only 1",
        ),
        (
            lambda: chainrule.multinomial(chainrule.tensor([-1.0, 2.0]), 1),
            InvalidArgument,
            "0 or more",
        ),
        (lambda: chainrule.multinomial(chainrule.zeros(2), 1), InvalidArgument, "above 0"),
        (lambda: chainrule.multinomial(chainrule.ones(1, 1, 1), 1), InvalidShape, "two axes"),
        (lambda: chainrule.bincount(chainrule.ones(2)), InvalidType, "float32"),
        (lambda: chainrule.bincount(chainrule.tensor([-1])), InvalidArgument, "number -1"),
        (lambda: chainrule.zeros(2).size(2), InvalidIndex, "size got dim 2"),
    ],
)
def test_what_makes_no_tensor_is_refused(
    call: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()


# Random numbers


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    """The same random numbers for every test."""
    chainrule.manual_seed(0)
    yield
    chainrule.manual_seed(0)


DRAWS: dict[str, Callable[..., chainrule.Tensor]] = {
    "rand": lambda **options: chainrule.rand(50, **options),
    "randn": lambda **options: chainrule.randn(5, 10, **options),
    "randint": lambda **options: chainrule.randint(0, 1000, (50,), **options),
    "randperm": lambda **options: chainrule.randperm(50, **options),
    "normal": lambda **options: chainrule.normal(0.0, 1.0, (50,), **options),
    "bernoulli": lambda **options: chainrule.bernoulli(chainrule.full((50,), 0.5), **options),
    "multinomial": lambda **options: chainrule.multinomial(chainrule.ones(60), 50, **options),
    "rand_like": lambda **options: chainrule.rand_like(chainrule.ones(50), **options),
    "randn_like": lambda **options: chainrule.randn_like(chainrule.ones(50), **options),
    "randint_like": lambda **options: chainrule.randint_like(chainrule.ones(50), 9, **options),
}


@pytest.mark.parametrize("name", DRAWS)
def test_the_same_seed_draws_the_same(name: str) -> None:
    first = DRAWS[name]()
    second = DRAWS[name]()
    chainrule.manual_seed(0)
    again = DRAWS[name]()
    assert first.equal(again)
    assert not first.equal(second)


@pytest.mark.parametrize("name", DRAWS)
def test_a_generator_of_ones_own_leaves_the_common_one_alone(name: str) -> None:
    state = chainrule.randomness.default_generator.state_dict()
    first = DRAWS[name](generator=chainrule.Generator(7))
    assert first.equal(DRAWS[name](generator=chainrule.Generator(7)))
    assert chainrule.randomness.default_generator.state_dict() == state


def test_the_same_seed_draws_the_same_numbers_in_every_dtype() -> None:
    wide = chainrule.randn(100, dtype=chainrule.float64)
    chainrule.manual_seed(0)
    assert chainrule.randn(100).equal(wide.float())


COUNT = 100_000


@pytest.mark.parametrize(
    ("drawn", "mean", "deviation"),
    [
        (lambda: chainrule.rand(COUNT), 0.5, 12**-0.5),
        (lambda: chainrule.randn(COUNT), 0.0, 1.0),
        (lambda: chainrule.normal(3.0, 2.0, (COUNT,)), 3.0, 2.0),
        (lambda: chainrule.randint(0, 10, (COUNT,)), 4.5, 8.25**0.5),
        (lambda: chainrule.randint(10, (COUNT,)), 4.5, 8.25**0.5),
        (lambda: chainrule.randint(10, size=(COUNT,)), 4.5, 8.25**0.5),
        (lambda: chainrule.bernoulli(chainrule.full((COUNT,), 0.3)), 0.3, 0.21**0.5),
        (lambda: chainrule.multinomial(chainrule.tensor([1.0, 3.0]), COUNT, True), 0.75, 0.433),
    ],
)
def test_moments(drawn: Callable[[], chainrule.Tensor], mean: float, deviation: float) -> None:
    numbers = drawn().array
    # Five standard errors of a mean and of a deviation.
    assert numbers.mean() == pytest.approx(mean, abs=5 * deviation / COUNT**0.5)
    assert numbers.std() == pytest.approx(deviation, rel=5 / COUNT**0.5)


def test_normal_takes_a_mean_and_deviation_for_each_number() -> None:
    means = chainrule.tensor([0.0, 100.0], dtype=chainrule.float64)
    drawn = chainrule.normal(means, chainrule.tensor([[0.0], [0.0], [0.0]]))
    assert drawn.tolist() == [[0.0, 100.0]] * 3
    assert drawn.dtype == chainrule.float64


def test_rand_never_reaches_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Highest:
        """Draws the largest float64 below 1, which rounds to 1 in float32."""

        def random(self, shape: tuple[int, ...]) -> np.ndarray:
            return np.full(shape, 1 - 2.0**-53)

    monkeypatch.setattr("chainrule.autograd.random_creation.source", lambda _: Highest())
    assert bool((chainrule.rand(3) < 1).all())
    assert bool((chainrule.rand(3, dtype=chainrule.float16) < 1).all())


def test_permutations_and_draws_without_replacement_have_no_repeats() -> None:
    assert sorted(chainrule.randperm(100).tolist()) == list(range(100))
    drawn = chainrule.multinomial(chainrule.ones(3, 20), 20)
    assert drawn.shape == (3, 20)
    assert [sorted(row) for row in drawn.tolist()] == [list(range(20))] * 3


def test_positions_of_weight_zero_are_not_drawn() -> None:
    assert set(chainrule.multinomial(chainrule.tensor([0.0, 1.0, 2.0]), 200, True).tolist()) == {
        1,
        2,
    }


def test_random_numbers_like_others_take_their_dtype() -> None:
    like = chainrule.ones(2, 3, dtype=chainrule.float64)
    assert chainrule.randn_like(like).dtype == chainrule.float64
    assert chainrule.rand_like(like, dtype=chainrule.float32).dtype == chainrule.float32
    assert chainrule.randint_like(like, 3, 9).dtype == chainrule.float64
    assert chainrule.empty_like(like).shape == chainrule.empty(2, 3).shape


# One-hot rows


def test_one_hot_agrees_with_pytorch() -> None:
    labels = np.array([[0, 2], [1, 1]])
    for classes in (-1, 5):
        ours = chainrule.nn.functional.one_hot(chainrule.from_numpy(labels), classes)
        theirs = torch.nn.functional.one_hot(torch.from_numpy(labels), classes)
        assert ours.tolist() == theirs.tolist()
        assert f"torch.{ours.dtype}" == str(theirs.dtype)


@pytest.mark.parametrize(
    ("labels", "classes", "error", "words"),
    [
        ([0, 3], 3, InvalidArgument, "labels from 0 to 3.*between 0 and 2"),
        ([-1, 0], -1, InvalidArgument, "labels from -1"),
        ([1.0], -1, InvalidType, "float32.*long"),
        ([], -1, InvalidType, "float32"),
    ],
)
def test_labels_that_are_none_are_refused(
    labels: list[float], classes: int, error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        chainrule.nn.functional.one_hot(chainrule.tensor(labels), classes)


def test_no_labels_need_a_number_of_classes() -> None:
    none = chainrule.zeros(0, dtype=chainrule.int64)
    with pytest.raises(InvalidArgument, match="num_classes"):
        chainrule.nn.functional.one_hot(none)
    assert chainrule.nn.functional.one_hot(none, 3).shape == (0, 3)


def test_a_dtype_that_is_asked_for_gets_all_digits() -> None:
    assert chainrule.tensor([0.05], dtype=chainrule.float64).array[0] == 0.05
    assert chainrule.as_tensor(0.1, dtype=chainrule.float64).item() == 0.1
