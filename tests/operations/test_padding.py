"""Padding against PyTorch for many widths, and what is refused."""

import numpy as np
import pytest
import torch

import chainrule
from chainrule.autograd.functions import pad
from chainrule.errors import InvalidArgument, InvalidShape

ARRAY = np.random.default_rng(0).normal(size=(2, 3, 4, 5))


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("widths", [(1, 2), (0, 3), (2, 1, 1, 2), (0, 0, 2, 0)], ids=str)
def test_copies_and_their_gradients_are_pytorchs(mode: str, widths: tuple[int, ...]) -> None:
    # PyTorch pads one axis of three, or two of four, in the modes that copy.
    array = ARRAY[0] if len(widths) == 2 else ARRAY
    ours, theirs = chainrule.tensor(array), torch.tensor(array)
    for x in (ours, theirs):
        x.requires_grad = True
    padded = pad(ours, widths, mode)
    expected = torch.nn.functional.pad(theirs, widths, mode)
    np.testing.assert_array_equal(padded.detach().numpy(), expected.detach().numpy())
    weights = np.random.default_rng(1).normal(size=padded.shape)
    padded.backward(chainrule.tensor(weights))
    expected.backward(torch.tensor(weights))
    # Copies add up in another order: a few roundings.
    np.testing.assert_allclose(ours.grad.array, theirs.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("widths", [(), (-1, 0), (-1, 2, 0, -2), (0, -5), (3, -5)], ids=str)
@pytest.mark.parametrize("value", [None, -1.5])
def test_negative_widths_cut_off(widths: tuple[int, ...], value: float | None) -> None:
    ours, theirs = chainrule.tensor(ARRAY, requires_grad=True), torch.tensor(ARRAY).requires_grad_()
    padded = pad(ours, widths, value=value)
    expected = torch.nn.functional.pad(theirs, widths, value=value)
    np.testing.assert_array_equal(padded.detach().numpy(), expected.detach().numpy())
    padded.sum().backward()
    expected.sum().backward()
    np.testing.assert_array_equal(ours.grad.array, theirs.grad.numpy())


@pytest.mark.parametrize(
    ("widths", "mode", "error", "words"),
    [
        ((1, 1), "mirror", InvalidArgument, "mode='mirror'.*constant, reflect, replicate, circul"),
        ((1,), "constant", InvalidArgument, "two numbers, before and after"),
        ((1,) * 10, "constant", InvalidArgument, r"for shape \(2, 3, 4, 5\)"),
        ((-3, -3), "constant", InvalidShape, "too short"),
        ((5, 0), "reflect", InvalidShape, "mode='reflect' .*too short"),
        ((0, 6), "circular", InvalidShape, "mode='circular' .*too short"),
        ((-1, 0), "replicate", InvalidShape, "too short"),
    ],
)
def test_what_cannot_be_padded_is_refused(
    widths: tuple[int, ...], mode: str, error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        pad(chainrule.tensor(ARRAY), widths, mode)


def test_nothing_is_there_to_copy_from_an_empty_axis() -> None:
    with pytest.raises(InvalidShape, match="too short"):
        pad(chainrule.zeros(2, 0), (1, 1), "replicate")


def test_integers_stay_integers() -> None:
    assert repr(pad(chainrule.tensor([1, 2]), (1, 0), value=7)) == "tensor([7, 1, 2])"
