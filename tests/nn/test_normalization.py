"""Normalisation layers against PyTorch's over several steps; buffers, repr and errors."""

import numpy as np
import pytest
import torch

import chainrule.nn.normalization as normalization
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import no_grad
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.nn.normalization import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm

TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}  # float64, sums of at most a few hundred numbers
CONFIGURATIONS = [
    ("BatchNorm1d", (3,), {}, (6, 3)),
    ("BatchNorm1d", (3,), {}, (6, 3, 4)),
    ("BatchNorm1d", (3,), {"momentum": None}, (6, 3)),
    ("BatchNorm1d", (3,), {"momentum": 0.3, "eps": 0.01, "bias": False}, (6, 3)),
    ("BatchNorm1d", (3,), {"affine": False}, (6, 3)),
    ("BatchNorm2d", (3,), {}, (4, 3, 2, 5)),
    ("BatchNorm2d", (3,), {"track_running_stats": False}, (4, 3, 2, 5)),
    ("LayerNorm", (3,), {}, (6, 3)),
    ("LayerNorm", ((4, 3),), {"eps": 0.01}, (6, 4, 3)),
    ("LayerNorm", ([3],), {"bias": False}, (2, 6, 3)),
    ("LayerNorm", (3,), {"elementwise_affine": False}, (6, 3)),
    ("GroupNorm", (2, 4), {}, (6, 4)),
    ("GroupNorm", (1, 4), {"eps": 0.01, "bias": False}, (6, 4, 3)),
    ("GroupNorm", (4, 4), {"affine": False}, (6, 4, 3, 2)),
]
ATTRIBUTES = [
    "num_features", "eps", "momentum", "affine", "track_running_stats", "normalized_shape",
    "elementwise_affine", "num_groups", "num_channels", "training",
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "options", "shape"), CONFIGURATIONS)
def test_layers_are_those_of_pytorch(
    name: str,
    arguments,
    options: dict,
    shape: tuple,  # noqa: ARG001 - part of the row
) -> None:
    ours = getattr(normalization, name)(*arguments, **options)
    theirs = getattr(torch.nn, name)(*arguments, **options)
    assert repr(ours) == repr(theirs)
    for attribute in ATTRIBUTES:
        assert getattr(ours, attribute, None) == getattr(theirs, attribute, None)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for key, value in theirs.state_dict().items():
        np.testing.assert_array_equal(ours.state_dict()[key].array, value.numpy())
        assert str(ours.state_dict()[key].dtype) == str(value.dtype).replace("torch.", "")


@pytest.mark.parametrize(("name", "arguments", "options", "shape"), CONFIGURATIONS)
def test_several_steps_and_evaluation_agree_with_pytorch(
    name: str, arguments, options: dict, shape: tuple
) -> None:
    ours = getattr(normalization, name)(*arguments, **options, dtype=np.float64)
    theirs = getattr(torch.nn, name)(*arguments, **options, dtype=torch.float64)
    random = np.random.default_rng(0)
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        mine.array[...] = random.normal(size=mine.shape)
        other.data = torch.tensor(mine.array)
    for is_training in (True, True, True, False, False, True):
        ours.train(is_training)
        theirs.train(is_training)
        values, weights = random.normal(size=shape) * 3 + 1, random.normal(size=shape)
        x, z = wrap(values.copy()).requires_grad_(), torch.tensor(values, requires_grad=True)
        y, expected = ours(x), theirs(z)
        np.testing.assert_allclose(y.array, expected.detach().numpy(), **TOLERANCE)
        ours.zero_grad()
        theirs.zero_grad()
        y.backward(wrap(weights.copy()))
        expected.backward(torch.tensor(weights))
        np.testing.assert_allclose(x.grad.array, z.grad.numpy(), **TOLERANCE)
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            np.testing.assert_allclose(mine.grad.array, other.grad.numpy(), **TOLERANCE)
        for key, value in theirs.state_dict().items():
            np.testing.assert_allclose(ours.state_dict()[key].array, value.numpy(), **TOLERANCE)


def test_batches_are_counted_in_training_alone_also_without_a_graph() -> None:
    layer = BatchNorm1d(2)
    x = wrap(np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32))
    with no_grad():
        layer(x)
    layer(x)
    layer.eval()
    layer(x)
    assert layer.num_batches_tracked.array == 2
    assert layer.num_batches_tracked.dtype == np.int64
    assert layer.running_mean.dtype == np.float32


def test_reset_forgets_everything() -> None:
    layer = BatchNorm1d(2)
    fresh = {key: value.array.copy() for key, value in layer.state_dict().items()}
    layer(wrap(np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)))
    layer.weight.array[...] = 5
    layer.reset_parameters()
    for key, value in layer.state_dict().items():
        np.testing.assert_array_equal(value.array, fresh[key])


def test_two_layers_can_share_a_backward_pass_with_changed_statistics() -> None:
    layer = BatchNorm1d(2)
    x = wrap(np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)).requires_grad_()
    (layer(x) + layer(x)).backward(wrap(np.ones((4, 2), np.float32)))
    assert x.grad.shape == (4, 2)


SHAPE_ERRORS = [
    (BatchNorm1d(3), (3,), r"BatchNorm1d\(3\).*\(3,\).*2 axes or 3 axes"),
    (BatchNorm1d(3), (2, 3, 4, 4), r"BatchNorm1d\(3\).*2 axes or 3 axes"),
    (BatchNorm2d(3), (2, 3), r"BatchNorm2d\(3\).*\(2, 3\).*4 axes"),
    (BatchNorm1d(3), (2, 4), r"BatchNorm1d\(3\).*axis 1 is 4, expected 3"),
    (BatchNorm1d(3), (1, 3), r"\(1, 3\) in training.*drop_last=True.*eval"),
    (LayerNorm(3), (2, 4), r"last axes must be \(3,\)"),
    (GroupNorm(2, 4), (2, 6), r"weight of shape \(4,\).*6 channels"),
]


@pytest.mark.parametrize(("layer", "shape", "words"), SHAPE_ERRORS)
def test_inputs_that_do_not_fit_are_named(layer, shape: tuple, words: str) -> None:
    with pytest.raises(InvalidShape, match=words):
        layer(wrap(np.ones(shape, np.float32)))


def test_a_refused_batch_is_not_counted() -> None:
    layer = BatchNorm1d(3)
    with pytest.raises(InvalidShape):
        layer(wrap(np.ones((1, 3), np.float32)))
    assert layer.num_batches_tracked.array == 0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: BatchNorm1d(0), "BatchNorm1d got num_features=0"),
        (lambda: BatchNorm2d(-1), "BatchNorm2d got num_features=-1"),
        (lambda: LayerNorm((3, 0)), "LayerNorm got normalized_shape=0"),
        (lambda: LayerNorm(()), r"LayerNorm got normalized_shape=\(\)"),
        (lambda: GroupNorm(0, 4), "GroupNorm got num_groups=0"),
        (lambda: GroupNorm(2, 0), "GroupNorm got num_channels=0"),
        (lambda: GroupNorm(3, 4), "num_channels=4 and num_groups=3"),
    ],
)
def test_arguments_that_cannot_be_used_are_named(make, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        make()


def test_another_dtype_than_the_parameters_is_refused() -> None:
    with pytest.raises(InvalidType, match="layer_norm got an input of float64 and a weight of"):
        LayerNorm(3)(wrap(np.ones((2, 3))))
    with pytest.raises(InvalidType, match="batch_norm got an input of float64 and a running_mean"):
        BatchNorm1d(3, affine=False)(wrap(np.ones((2, 3))))
