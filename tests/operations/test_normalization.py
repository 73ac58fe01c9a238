"""Normalisation: running statistics, extreme numbers, and inputs that do not fit."""

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.modes import no_grad
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.operations.batch_normalization import BATCH_NORM
from chainrule.operations.group_normalization import GROUP_NORM
from chainrule.operations.layer_normalization import LAYER_NORM
from chainrule.operations.operation import Operation

EPS = 1e-5
TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}  # float64, sums of at most a few hundred numbers


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 5), (2, 3, 4, 5), (2, 3, 2, 2, 2)])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("is_affine", [True, False])
def test_batch_norm_agrees_with_pytorch(shape: tuple, training: bool, is_affine: bool) -> None:
    random = np.random.default_rng(0)
    statistics = [random.normal(size=3), np.exp(random.normal(size=3))]
    learned = [random.normal(size=3), random.normal(size=3)] if is_affine else [None, None]
    x = random.normal(size=shape) * 3 + 1
    ours = [None if a is None else wrap(a.copy()) for a in (x, *statistics, *learned)]
    theirs = [None if a is None else torch.tensor(a) for a in (x, *statistics, *learned)]
    for tensors in (ours, theirs):
        for position in (0, 3, 4):
            if tensors[position] is not None:
                tensors[position].requires_grad_()
    y = apply(BATCH_NORM, tuple(ours), (training, 0.3, 1e-3))
    expected = torch.nn.functional.batch_norm(*theirs, training=training, momentum=0.3, eps=1e-3)
    weights = random.normal(size=shape)
    y.backward(wrap(weights.copy()))
    expected.backward(torch.tensor(weights))
    np.testing.assert_allclose(y.array, expected.detach().numpy(), **TOLERANCE)
    for mine, other in zip(ours, theirs, strict=True):
        if mine is not None:
            np.testing.assert_allclose(mine.array, other.detach().numpy(), **TOLERANCE)
            if mine.requires_grad:
                np.testing.assert_allclose(mine.grad.array, other.grad.numpy(), **TOLERANCE)


def test_running_statistics_are_updated_without_a_graph_too() -> None:
    mean, variance = wrap(np.zeros(1)), wrap(np.ones(1))
    x = wrap(np.array([[1.0], [3.0]]))
    with no_grad():
        apply(BATCH_NORM, (x, mean, variance, None, None), (True, 0.5, EPS))
    assert mean.array == 1.0  # half of the way to the mean 2
    assert variance.array == 1.5  # half of the way to the unbiased variance 2
    assert mean._version.changed_by == "batch_norm"


def test_evaluation_leaves_running_statistics_alone() -> None:
    mean, variance = np.array([0.5]), np.array([2.0])
    BATCH_NORM.value(np.ones((3, 1)), mean, variance, None, None, False)
    assert (mean, variance) == ([0.5], [2.0])


def test_an_empty_batch_leaves_running_statistics_alone() -> None:
    mean, variance = np.array([0.5]), np.array([2.0])
    y, _, _ = BATCH_NORM.value(np.ones((0, 1)), mean, variance, None, None, True)
    assert y.shape == (0, 1)
    assert (mean, variance) == ([0.5], [2.0])


def test_a_refused_batch_leaves_running_statistics_alone() -> None:
    mean, variance = np.array([0.5, 1.0]), np.array([2.0, 3.0])
    with pytest.raises(InvalidShape):
        BATCH_NORM.value(np.ones((4, 2)), mean, variance, np.ones(3), None, True)
    np.testing.assert_array_equal(mean, [0.5, 1.0])
    np.testing.assert_array_equal(variance, [2.0, 3.0])


NORMALISE: dict[str, tuple[Operation, int, tuple]] = {
    "batch": (BATCH_NORM, 5, (True, 0.1, EPS)),
    "layer": (LAYER_NORM, 3, ((4,), EPS)),
    "group": (GROUP_NORM, 3, (2, EPS)),
}


@pytest.mark.parametrize("name", NORMALISE)
def test_equal_numbers_become_zero_and_pass_no_gradient(name: str) -> None:
    operation, count, options = NORMALISE[name]
    x = wrap(np.full((6, 4), 7.0)).requires_grad_()
    y = apply(operation, (x, *[None] * (count - 1)), options)
    np.testing.assert_array_equal(y.array, 0)
    y.backward(wrap(np.ones((6, 4))))
    np.testing.assert_allclose(x.grad.array, 0, atol=1e-10)


@pytest.mark.parametrize("name", NORMALISE)
def test_a_large_offset_does_not_spoil_float32(name: str) -> None:
    operation, count, options = NORMALISE[name]
    x = np.random.default_rng(0).normal(size=(64, 4))
    shifted = (x + 1000).astype(np.float32)
    y, _, inverse_deviation = operation.value(shifted, *[None] * (count - 1), *options)
    exact = operation.value(shifted.astype(np.float64), *[None] * (count - 1), *options)[0]
    # The mean is off by one or two roundings of a number near 1000: 6e-5 each.
    np.testing.assert_allclose(y, exact, rtol=0, atol=1.3e-4 * inverse_deviation.max())
    assert np.median(inverse_deviation) < 10
    assert y.dtype == np.float32


@pytest.mark.parametrize("name", NORMALISE)
def test_the_result_does_not_share_memory_with_what_is_saved(name: str) -> None:
    operation, count, options = NORMALISE[name]
    y, normalised, _ = operation.value(np.ones((6, 4)), *[None] * (count - 1), *options)
    assert not np.shares_memory(y, normalised)


def test_layer_norm_treats_samples_apart() -> None:
    x = np.random.default_rng(0).normal(size=(5, 4))
    together = LAYER_NORM.value(x, None, None, (4,))[0]
    alone = LAYER_NORM.value(x[2:3], None, None, (4,))[0]
    np.testing.assert_allclose(together[2:3], alone, rtol=1e-14)


ERRORS = [
    (BATCH_NORM, [(3,), None, None, None, None], (True, 0.1, EPS), ["(3,)", "unsqueeze(0)"]),
    (
        BATCH_NORM,
        [(4, 3), (2,), (3,), None, None],
        (True, 0.1, EPS),
        ["running_mean of", "(2,)"],
    ),
    (BATCH_NORM, [(4, 3), (3,), (1,), None, None], (True, 0.1, EPS), ["running_var of shape (1,)"]),
    (BATCH_NORM, [(4, 3), None, None, (2,), None], (True, 0.1, EPS), ["weight of shape (2,)"]),
    (
        BATCH_NORM,
        [(4, 3), None, None, None, (4,)],
        (True, 0.1, EPS),
        ["bias of shape (4,)"],
    ),
    (BATCH_NORM, [(4, 3), None, None, None, None], (False, 0.1, EPS), ["training=False"]),
    (BATCH_NORM, [(4, 3), (3,), None, None, None], (False, 0.1, EPS), ["running_var"]),
    (BATCH_NORM, [(1, 3), None, None, None, None], (True, 0.1, EPS), ["(1, 3)", "drop_last=True"]),
    (LAYER_NORM, [(4, 3), None, None], ((), EPS), ["normalized_shape=()"]),
    (LAYER_NORM, [(4, 3), None, None], ((4,), EPS), ["(4, 3)", "last axes must be (4,)"]),
    (LAYER_NORM, [(4, 3), (4,), None], ((3,), EPS), ["weight of shape (4,)"]),
    (LAYER_NORM, [(4, 3), None, (2,)], ((3,), EPS), ["bias of shape (2,)"]),
    (GROUP_NORM, [(4,), None, None], (2, EPS), ["(4,)", "unsqueeze(0)"]),
    (GROUP_NORM, [(4, 3), None, None], (2, EPS), ["num_groups=2", "3 channels"]),
    (GROUP_NORM, [(4, 3), None, None], (0, EPS), ["num_groups=0"]),
    (GROUP_NORM, [(4, 4), (2,), None], (2, EPS), ["weight of shape (2,)"]),
    (GROUP_NORM, [(4, 4), None, (3,)], (2, EPS), ["bias of shape (3,)"]),
    (GROUP_NORM, [(1, 3), None, None], (3, EPS), ["single value per group"]),
]


@pytest.mark.parametrize(("operation", "shapes", "options", "words"), ERRORS)
def test_messages_say_what_came_and_what_was_expected(
    operation: Operation, shapes: list, options: tuple, words: list[str]
) -> None:
    arrays = [None if shape is None else wrap(np.ones(shape)) for shape in shapes]
    with pytest.raises((InvalidShape, InvalidArgument)) as caught:
        apply(operation, tuple(arrays), options)
    for word in words:
        assert word in str(caught.value)
    with pytest.raises(type(caught.value)) as from_rule:
        operation.infer_shape(shapes, options)
    assert str(from_rule.value) == str(caught.value)
