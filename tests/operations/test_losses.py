"""Losses as operations: closed forms, numbers at the extremes, labels that do not fit."""

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidIndex, InvalidShape, InvalidType
from chainrule.operations.losses import (
    BINARY_CROSS_ENTROPY,
    BINARY_CROSS_ENTROPY_WITH_LOGITS,
    CROSS_ENTROPY,
    CROSS_ENTROPY_WITH_PROBABILITIES,
    HINGE_EMBEDDING_LOSS,
    HUBER_LOSS,
    KL_DIV,
    L1_LOSS,
    LOSS_OPERATIONS,
    MSE_LOSS,
    MULTI_MARGIN_LOSS,
    NLL_LOSS,
    SMOOTH_L1_LOSS,
    SOFT_MARGIN_LOSS,
)
from chainrule.operations.operation import Elementwise

MEAN = (-100, "mean", 0.0)
NONE = (-100, "none", 0.0)


def leaf(numbers, dtype=np.float64):
    tensor = wrap(np.array(numbers, dtype=dtype))
    tensor.requires_grad = True
    return tensor


def constant(numbers, dtype=None):
    return wrap(np.array(numbers, dtype=dtype))


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# Closed forms and figures


def test_gradient_of_cross_entropy_is_probabilities_minus_one_hot() -> None:
    scores = np.random.default_rng(0).normal(size=(4, 3))
    labels = np.array([2, 0, 1, 1])
    input = leaf(scores)
    apply(CROSS_ENTROPY, (input, wrap(labels), None), MEAN).backward()
    expected = (softmax(scores) - np.eye(3)[labels]) / 4
    # Both are a handful of float64 roundings away from the exact value.
    np.testing.assert_allclose(input.grad.array, expected, rtol=0, atol=1e-15)


def test_cross_entropy_equals_the_chapters_with_clipping() -> None:
    random = np.random.default_rng(42)
    scores, labels = random.normal(size=(300, 3)), random.integers(0, 3, 300)
    clipped = np.clip(softmax(scores), 1e-12, 1 - 1e-12)
    expected = -np.mean(np.log(clipped[np.arange(300), labels]))
    result = apply(CROSS_ENTROPY, (wrap(scores), wrap(labels), None), MEAN)
    assert result.array == pytest.approx(expected, rel=1e-12)


def test_squared_error_of_the_neuron_of_the_chapter() -> None:
    prediction = leaf([1.1])
    loss = apply(MSE_LOSS, (prediction, constant([1.0])))
    loss.backward()
    assert loss.array[0] == pytest.approx(0.01)
    assert prediction.grad.array[0] == pytest.approx(0.2)


def test_labels_and_the_same_as_probabilities_cost_the_same() -> None:
    scores = np.random.default_rng(1).normal(size=(5, 4))
    labels = np.array([0, 3, 2, 1, 0])
    by_label = apply(CROSS_ENTROPY, (wrap(scores), wrap(labels), None), NONE)
    one_hot = wrap(np.eye(4)[labels])
    by_row = apply(CROSS_ENTROPY_WITH_PROBABILITIES, (wrap(scores), one_hot, None), NONE)
    np.testing.assert_allclose(by_label.array, by_row.array, rtol=1e-13)


def test_smoothing_is_a_softened_one_hot_target() -> None:
    scores = np.random.default_rng(2).normal(size=(5, 4))
    labels = np.array([0, 3, 2, 1, 0])
    smoothed = apply(CROSS_ENTROPY, (wrap(scores), wrap(labels), None), (-100, "none", 0.2))
    soft = wrap(0.8 * np.eye(4)[labels] + 0.05)
    by_row = apply(CROSS_ENTROPY_WITH_PROBABILITIES, (wrap(scores), soft, None), NONE)
    np.testing.assert_allclose(smoothed.array, by_row.array, rtol=1e-13)


def test_nll_of_log_softmax_is_cross_entropy() -> None:
    scores = np.random.default_rng(3).normal(size=(5, 4))
    labels = wrap(np.array([0, 3, 2, 1, 0]))
    whole = apply(CROSS_ENTROPY, (wrap(scores), labels, None), MEAN)
    parts = apply(NLL_LOSS, (wrap(np.log(softmax(scores))), labels, None), (-100, "mean"))
    assert parts.array == pytest.approx(whole.array, rel=1e-13)


def test_huber_with_delta_1_is_smooth_l1_with_beta_1() -> None:
    a, b = (wrap(x) for x in np.random.default_rng(4).normal(size=(2, 30)) * 3)
    huber, smooth = apply(HUBER_LOSS, (a, b), (1.0,)), apply(SMOOTH_L1_LOSS, (a, b), (1.0,))
    np.testing.assert_array_equal(huber.array, smooth.array)


@pytest.mark.parametrize("operation", LOSS_OPERATIONS, ids=str)
def test_losses_of_numbers_are_elementwise_and_losses_of_labels_reduce(operation) -> None:
    takes_labels = operation in (
        CROSS_ENTROPY,
        CROSS_ENTROPY_WITH_PROBABILITIES,
        NLL_LOSS,
        MULTI_MARGIN_LOSS,
    )
    assert isinstance(operation, Elementwise) != takes_labels
    assert ("reduction" in operation.option_names) == takes_labels


# Numbers at the extremes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_of_huge_scores_is_exact(dtype: type) -> None:
    input = leaf([[1e4, -1e4], [-1e4, 1e4]], dtype)
    loss = apply(CROSS_ENTROPY, (input, constant([0, 0]), None), NONE)
    loss.backward(wrap(np.ones(2, dtype)))
    np.testing.assert_array_equal(loss.array, [0, 2e4])
    np.testing.assert_array_equal(input.grad.array, [[0, 0], [-1, 1]])


@pytest.mark.parametrize(
    "scores",
    [
        [[-np.inf, 0.0, 0.5], [-np.inf, 0.0, 1.0]],
        [[np.inf, 0.0, 0.5], [0.0, np.inf, 1.0]],
        [[-np.inf] * 3, [np.nan, 0.0, 0.0]],
    ],
)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_of_infinite_scores_follows_pytorch(scores: list, smoothing: float) -> None:
    input, labels = leaf(scores), np.array([0, 1])
    loss = apply(CROSS_ENTROPY, (input, wrap(labels), None), (-100, "none", smoothing))
    loss.backward(wrap(np.ones(2)))
    theirs = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    expected = torch.nn.functional.cross_entropy(
        theirs, torch.from_numpy(labels), reduction="none", label_smoothing=smoothing
    )
    expected.sum().backward()
    np.testing.assert_allclose(loss.array, expected.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(input.grad.array, theirs.grad.numpy(), rtol=1e-12, atol=1e-15)


def test_certainty_costs_at_most_100_in_binary_cross_entropy() -> None:
    input, target = leaf([0.0, 1.0, 0.0, 1.0], np.float32), leaf([0, 1, 1, 0], np.float32)
    loss = apply(BINARY_CROSS_ENTROPY, (input, target))
    loss.backward(wrap(np.ones(4, np.float32)))
    np.testing.assert_array_equal(loss.array, [0, 0, 100, 100])
    np.testing.assert_allclose(input.grad.array, [0, 0, -1e12, 1e12], rtol=1e-6)
    np.testing.assert_array_equal(target.grad.array, [100, -100, 100, -100])


@pytest.mark.parametrize("operation", [BINARY_CROSS_ENTROPY_WITH_LOGITS, SOFT_MARGIN_LOSS], ids=str)
def test_losses_of_huge_scores_stay_finite(operation) -> None:
    right, wrong = np.float32(1e4), np.float32(-1e4)
    input = leaf([right, wrong], np.float32)
    loss = apply(operation, (input, constant([1, 1], np.float32)))
    loss.backward(wrap(np.ones(2, np.float32)))
    np.testing.assert_array_equal(loss.array, [0, 1e4])
    np.testing.assert_array_equal(input.grad.array, [0, -1])


def test_a_small_loss_of_a_sure_positive_keeps_its_digits() -> None:
    loss = apply(BINARY_CROSS_ENTROPY_WITH_LOGITS, (constant([40.0]), constant([1.0])))
    assert loss.array[0] == pytest.approx(np.exp(-40.0), rel=1e-12)


def test_impossible_outcomes_add_nothing_to_the_divergence() -> None:
    share = apply(KL_DIV, (constant([-2.0]), constant([0.0])))
    assert share.array[0] == 0


@pytest.mark.parametrize(
    ("operation", "options", "function"),
    [
        (L1_LOSS, (), torch.nn.functional.l1_loss),
        (SMOOTH_L1_LOSS, (0.5,), torch.nn.functional.smooth_l1_loss),
        (SMOOTH_L1_LOSS, (0.0,), torch.nn.functional.smooth_l1_loss),
        (HUBER_LOSS, (0.5,), torch.nn.functional.huber_loss),
    ],
)
def test_kinks_of_the_error_follow_pytorch(operation, options: tuple, function) -> None:
    errors = np.array([0.0, 0.5, -0.5])
    ours = (leaf(errors), leaf(np.zeros(3)))
    apply(operation, ours, options).backward(wrap(np.ones(3)))
    theirs = [torch.tensor(x, requires_grad=True) for x in (errors, np.zeros(3))]
    names = {"smooth_l1_loss": "beta", "huber_loss": "delta"}
    named = {names[operation.name]: options[0]} if options else {}
    function(*theirs, reduction="sum", **named).backward()
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine.grad.array, other.grad.numpy())


def test_scores_on_the_margin_pull_as_in_pytorch() -> None:
    scores = [[1.0, 0.0, 0.5], [0.0, 0.0, 1.0]]
    input = leaf(scores)
    apply(MULTI_MARGIN_LOSS, (input, constant([0, 2]), None), (1, 1.0, "sum")).backward()
    theirs = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    torch.nn.functional.multi_margin_loss(theirs, torch.tensor([0, 2]), reduction="sum").backward()
    np.testing.assert_allclose(input.grad.array, theirs.grad.numpy(), rtol=1e-14)


def test_a_pair_on_the_margin_is_pushed_as_in_pytorch() -> None:
    input = leaf([1.0, 1.0, 0.0])
    apply(HINGE_EMBEDDING_LOSS, (input, constant([-1.0, 1.0, -1.0])), (1.0,)).backward(
        wrap(np.ones(3))
    )
    np.testing.assert_array_equal(input.grad.array, [-1, 1, -1])


# Labels


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.int64])
def test_labels_of_any_integer_type_are_taken(dtype: type) -> None:
    scores = wrap(np.random.default_rng(5).normal(size=(3, 3)))
    expected = apply(CROSS_ENTROPY, (scores, constant([2, 0, 1]), None), MEAN)
    found = apply(CROSS_ENTROPY, (scores, constant([2, 0, 1], dtype), None), MEAN)
    assert found.array == expected.array


def test_labels_and_scores_may_lie_apart_in_memory() -> None:
    random = np.random.default_rng(6)
    scores, labels = random.normal(size=(4, 6)), random.integers(0, 4, 12)[::2]
    strided = apply(CROSS_ENTROPY, (wrap(scores.T), wrap(labels), None), MEAN)
    compact = apply(CROSS_ENTROPY, (wrap(scores.T.copy()), wrap(labels.copy()), None), MEAN)
    assert strided.array == pytest.approx(compact.array, rel=1e-14)


@pytest.mark.parametrize(("scores", "label"), [([[0.0, 1.0]], [1]), ([0.0, 1.0], 1)])
def test_changing_labels_after_the_loss_leaves_its_gradient_alone(scores, label) -> None:
    input, labels = leaf(scores), constant(label)
    loss = apply(CROSS_ENTROPY, (input, labels, None), MEAN)
    labels.array[...] = 0
    loss.backward()
    assert input.grad.array.reshape(-1)[0] > 0 > input.grad.array.reshape(-1)[1]


def test_ignored_labels_may_be_any_number() -> None:
    scores = np.random.default_rng(7).normal(size=(4, 3))
    options = (77, "mean", 0.0)
    some = apply(CROSS_ENTROPY, (wrap(scores), constant([0, 77, 2, 77]), None), options)
    kept = apply(CROSS_ENTROPY, (wrap(scores[::2]), constant([0, 2]), None), options)
    assert some.array == pytest.approx(kept.array, rel=1e-14)


BY_LABEL = [
    (CROSS_ENTROPY, MEAN),
    (NLL_LOSS, (-100, "mean")),
    (MULTI_MARGIN_LOSS, (1, 1.0, "mean")),
]


@pytest.mark.parametrize(("operation", "options"), BY_LABEL)
@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([0, 1, 5, 2], r"label 5 at position \(2,\).*3 classes.*0 to 2.*more outputs"),
        ([0, 3, 1, 2], r"label 3 at position \(1,\)"),
        ([3, 1, 2, 2], r"label 3.*from 1 to 3.*start at 0.*subtract 1"),
        ([0, 1, -1, 2], r"label -1 at position \(2,\)"),
    ],
)
def test_labels_without_a_class_are_named(operation, options, labels: list, words: str) -> None:
    with pytest.raises(InvalidIndex, match=words):
        apply(operation, (wrap(np.zeros((4, 3))), constant(labels), None), options)


def test_negative_labels_are_told_of_ignore_index() -> None:
    with pytest.raises(InvalidIndex, match="ignore_index=-1"):
        apply(CROSS_ENTROPY, (wrap(np.zeros((2, 3))), constant([0, -1]), None), MEAN)


def test_the_position_of_a_stray_label_among_pixels_is_named() -> None:
    labels = np.zeros((2, 4, 4), dtype=int)
    labels[1, 2, 3] = 9
    with pytest.raises(InvalidIndex, match=r"label 9 at position \(1, 2, 3\)"):
        apply(CROSS_ENTROPY, (wrap(np.zeros((2, 3, 4, 4))), wrap(labels), None), MEAN)


def test_the_stray_label_of_one_sample_has_no_position() -> None:
    with pytest.raises(InvalidIndex, match="label 3, but the input"):
        apply(CROSS_ENTROPY, (wrap(np.zeros(3)), constant(3), None), MEAN)


@pytest.mark.parametrize(("operation", "options"), BY_LABEL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.bool_])
def test_labels_that_are_no_integers_are_told_to_convert(operation, options, dtype) -> None:
    with pytest.raises(InvalidType, match=rf"dtype {np.dtype(dtype)}.*\.long\(\)"):
        apply(operation, (wrap(np.zeros((2, 3))), constant([0, 1], dtype), None), options)


@pytest.mark.parametrize(("operation", "options"), BY_LABEL)
@pytest.mark.parametrize(
    ("input", "target", "weight", "words"),
    [
        ((4, 3), (4, 1), None, r"\(4, 1\).*shape \(4,\).*squeeze\(1\)"),
        ((4, 3), (5,), None, r"\(5,\).*must have shape \(4,\)"),
        ((4, 3), (3,), None, r"must have shape \(4,\)"),
        ((3,), (3,), None, r"must have shape \(\)"),
        ((), (), None, r"shape \(\).*\(batch, classes\)"),
        ((4, 0), (4,), None, "at least one class"),
        ((4, 3), (4,), (4,), r"weight of shape \(4,\).*\(3,\)"),
        ((4, 3), (4,), (1, 3), r"weight of shape \(1, 3\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(operation, options, input, target, weight, words) -> None:
    labels = wrap(np.zeros(target, dtype=int))
    weights = None if weight is None else wrap(np.ones(weight))
    with pytest.raises(InvalidShape, match=words):
        apply(operation, (wrap(np.zeros(input)), labels, weights), options)
    with pytest.raises(InvalidShape, match=words):
        operation.infer_shape((input, target, weight), options)


def test_classes_on_the_last_of_three_axes_are_told_to_move() -> None:
    tokens = (wrap(np.zeros((2, 5, 9))), wrap(np.zeros((2, 5), dtype=int)), None)
    with pytest.raises(InvalidShape, match=r"not the last.*movedim\(-1, 1\)"):
        apply(CROSS_ENTROPY, tokens, MEAN)


def test_margins_take_no_further_axes() -> None:
    inputs = (wrap(np.zeros((2, 3, 4))), wrap(np.zeros((2, 4), dtype=int)), None)
    with pytest.raises(InvalidShape, match=r"\(2, 3, 4\).*\(batch, classes\)"):
        apply(MULTI_MARGIN_LOSS, inputs, (1, 1.0, "mean"))


@pytest.mark.parametrize(
    ("input", "target", "weight", "words"),
    [
        ((4, 3), (4, 2), None, r"\(4, 3\) and probabilities of shape \(4, 2\).*equal"),
        ((4, 3), (4, 3), (4,), r"weight of shape \(4,\)"),
        ((), (), None, r"\(batch, classes\)"),
    ],
)
def test_probabilities_that_do_not_fit_are_named(input, target, weight, words: str) -> None:
    weights = None if weight is None else wrap(np.ones(weight))
    with pytest.raises(InvalidShape, match=words):
        apply(
            CROSS_ENTROPY_WITH_PROBABILITIES,
            (wrap(np.zeros(input)), wrap(np.zeros(target)), weights),
            MEAN,
        )
