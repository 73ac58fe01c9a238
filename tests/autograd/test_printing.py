"""Tensors print as PyTorch's do, letter by letter, but for the ``torch.`` before a dtype."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

import chainrule
from chainrule.autograd.printing import options, set_printoptions
from chainrule.errors import InvalidArgument


@pytest.fixture(autouse=True)
def restored_options() -> Iterator[None]:
    """Leave the print options of both libraries as they were."""
    before = dict(vars(options))
    yield
    vars(options).update(before)
    torch.set_printoptions(profile="default")


def drawn(*shape: int, dtype: type = np.float32, scale: float = 1.0) -> np.ndarray:
    """Random numbers of a shape."""
    return (np.random.default_rng(0).normal(size=shape) * scale).astype(dtype)


ARRAYS = {
    "scalar": np.array(3.5, np.float32),
    "whole scalar": np.array(3.0, np.float32),
    "integer scalar": np.array(7),
    "truth value": np.array(True),
    "vector": np.array([1.0, 2.5, -3.25], np.float32),
    "whole numbers": np.array([1.0, 2.0, -30.0], np.float32),
    "whole numbers with infinity": np.array([1.0, np.inf, -np.inf, np.nan], np.float32),
    "decimals with infinity": np.array([0.5, np.inf, -np.inf, np.nan], np.float32),
    "only nan": np.array([np.nan, np.nan], np.float32),
    "only infinities": np.array([np.inf, -np.inf], np.float32),
    "zeros": np.zeros((2, 3), np.float32),
    "negative zero": np.array([-0.0, 0.0], np.float32),
    "negative zero among decimals": np.array([-0.0, 0.5], np.float32),
    "zero and decimals": np.array([0.0, 0.5], np.float32),
    "large": np.array([1e9, 2e9], np.float32),
    "large range of whole numbers": np.array([1.0, 2000.0], np.float32),
    "range just in reach": np.array([1.0, 1000.0], np.float32),
    "small": np.array([1e-5, 2e-5], np.float32),
    "large range": np.array([0.001, 12.5], np.float32),
    "tiny beside huge": np.array([1e-30, 1e30, 0.0], np.float32),
    "powers with infinity": np.array([1e-7, np.inf, 0.0, np.nan], np.float32),
    "matrix": drawn(3, 4),
    "wide matrix": drawn(2, 30),
    "cube": drawn(2, 3, 4),
    "four axes": drawn(2, 2, 2, 2),
    "one long row": drawn(100),
    "many numbers": drawn(2000),
    "large matrix": drawn(60, 70),
    "long and narrow": drawn(600, 2),
    "short and wide": drawn(2, 600),
    "large cube": drawn(10, 20, 30),
    "hidden large numbers": np.r_[np.ones(500), [1e12], np.ones(600)].astype(np.float32),
    "six rows": drawn(6, 200),
    "seven rows": drawn(7, 200),
    "float64": drawn(2, 2, dtype=np.float64),
    "float16": np.array([1.5, 60000.0, 1e-4], np.float16),
    "integers": np.array([[1, 20], [-300, 4]]),
    "many integers": np.arange(1500),
    "int32": np.array([1, 2], np.int32),
    "uint8": np.array([0, 255], np.uint8),
    "truth values": np.array([[True, False], [False, True]]),
    "many truth values": np.arange(1200) % 2 == 0,
    "empty": np.zeros(0, np.float32),
    "empty matrix": np.zeros((0, 3), np.float32),
    "empty integers": np.zeros(0, np.int64),
    "empty integer matrix": np.zeros((2, 0), np.int64),
    "empty truth values": np.zeros(0, np.bool_),
    "one element, many axes": np.ones((1, 1, 1, 1), np.float32),
    "not contiguous": drawn(4, 3).T,
    "line just too long": np.full(11, 0.5),
}


def both(name: str) -> tuple[chainrule.Tensor, torch.Tensor]:
    """The same numbers in both libraries."""
    array = ARRAYS[name]
    return chainrule.from_numpy(array), torch.from_numpy(array.copy())


def chainrule_or_torch(x: object) -> object:
    """The library a tensor belongs to."""
    return torch if isinstance(x, torch.Tensor) else chainrule


def as_ours(text: str) -> str:
    return text.replace("torch.", "")


@pytest.mark.parametrize("name", ARRAYS)
def test_prints_as_pytorch(name: str) -> None:
    ours, theirs = both(name)
    assert repr(ours) == as_ours(repr(theirs))


# Where no dtype is written: "torch." before it makes PyTorch's lines longer.
@pytest.mark.parametrize("name", [name for name in ARRAYS if ARRAYS[name].dtype == np.float32])
def test_leaves_that_require_a_gradient_say_so(name: str) -> None:
    ours, theirs = both(name)
    assert repr(ours.requires_grad_()) == as_ours(repr(theirs.requires_grad_()))


@pytest.mark.parametrize(
    "chosen",
    [
        {"precision": 2},
        {"precision": 8},
        {"sci_mode": True},
        {"sci_mode": False},
        {"threshold": 10},
        {"threshold": 10, "edgeitems": 1},
        {"linewidth": 40},
        {"profile": "short"},
        {"profile": "full", "linewidth": 120},
        {"precision": 2, "profile": "default"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["vector", "matrix", "small", "cube", "integers", "one long row"])
def test_options_change_what_pytorchs_do(name: str, chosen: dict[str, object]) -> None:
    set_printoptions(**chosen)
    torch.set_printoptions(**chosen)
    ours, theirs = both(name)
    assert repr(ours) == as_ours(repr(theirs))


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"profile 'long'.*default, short, full"):
        set_printoptions(profile="long")


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("add", lambda x: x + 1),
        ("product", lambda x: x * x),
        ("power", lambda x: x**3),
        ("exponential", lambda x: x.exp()),
        ("rectified", lambda x: x.relu()),
        ("logarithms", lambda x: x.log_softmax(1)),
        ("copy", lambda x: x.clone()),
        ("one learned slope", lambda x: chainrule_or_torch(x).nn.PReLU()(x)),
        ("turned over", lambda x: x.flip(0)),
    ],
)
def test_results_name_the_operation_that_made_them(name: str, make: object) -> None:
    numbers = [[1.0, 2.0], [3.0, 4.0]]
    ours = make(chainrule.tensor(numbers, requires_grad=True))  # type: ignore[operator]
    theirs = make(torch.tensor(numbers, requires_grad=True))  # type: ignore[operator]
    assert repr(ours) == repr(theirs), name


def test_a_long_note_goes_to_a_line_of_its_own() -> None:
    numbers = [0.123456789] * 9
    ours = chainrule.tensor(numbers, requires_grad=True) + 1
    theirs = torch.tensor(numbers, requires_grad=True) + 1
    assert repr(ours) == repr(theirs)
    assert "\n" in repr(ours)


def test_the_default_dtype_is_not_written() -> None:
    chainrule.set_default_dtype(chainrule.float64)
    try:
        assert repr(chainrule.tensor([0.5])) == "tensor([0.5000])"
        assert repr(chainrule.tensor([0.5]).float()) == "tensor([0.5000], dtype=float32)"
    finally:
        chainrule.set_default_dtype(chainrule.float32)


def test_a_single_number_takes_a_format() -> None:
    number = chainrule.tensor(0.123456)
    assert f"{number:.2f}" == f"{torch.tensor(0.123456):.2f}" == "0.12"
    assert f"{number}" == f"{torch.tensor(0.123456)}" == str(number.item())


def test_several_numbers_take_no_format() -> None:
    with pytest.raises(TypeError, match="unsupported format"):
        format(torch.tensor([1.0, 2.0]), ".2f")
    with pytest.raises(TypeError, match="format"):
        format(chainrule.tensor([1.0, 2.0]), ".2f")
