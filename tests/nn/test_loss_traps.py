"""The mistakes with losses that cost beginners days, each refused or warned about by name."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.modes import no_grad
from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleWarning, InvalidArgument, InvalidShape, InvalidType
from chainrule.nn import losses
from chainrule.operations.activations.sigmoid import SIGMOID
from chainrule.operations.softmax import LOG_SOFTMAX, SOFTMAX


def zeros(*shape: int) -> Tensor:
    return wrap(np.zeros(shape, dtype=np.float32))


def labels(*numbers: int) -> Tensor:
    return wrap(np.array(numbers))


def softmaxed(requires_grad: bool = True) -> Tensor:
    scores = Tensor([[1.0, 2.0], [0.0, 1.0]], requires_grad=requires_grad)
    return apply(SOFTMAX, (scores,), (1,))


def sigmoided(requires_grad: bool = True) -> Tensor:
    return apply(SIGMOID, (Tensor([[1.0, 2.0], [0.0, 1.0]], requires_grad=requires_grad),))


# (n,) against (n, 1)

ELEMENTWISE = [
    losses.mse_loss,
    losses.l1_loss,
    losses.smooth_l1_loss,
    losses.huber_loss,
    losses.binary_cross_entropy,
    losses.binary_cross_entropy_with_logits,
    losses.kl_div,
    losses.hinge_embedding_loss,
    losses.soft_margin_loss,
]


@pytest.mark.parametrize("loss", ELEMENTWISE)
@pytest.mark.parametrize(
    ("input", "target", "words"),
    [
        (
            (32, 1),
            (32,),
            r"\(32, 1\) and target of shape \(32,\).*as \(32, 32\).*input\.squeeze\(1\).*"
            r"target\.unsqueeze\(1\)",
        ),
        ((32,), (32, 1), r"as \(32, 32\).*target\.squeeze\(1\).*input\.unsqueeze\(1\)"),
        ((1,), (), r"input\.squeeze\(0\), or target\.unsqueeze\(0\)"),
        ((4, 3), (4,), r"\(4, 3\).*class labels, use cross_entropy"),
        ((4, 3), (4, 2), r"\(4, 3\) and target of shape \(4, 2\).*must be equal.*reshape"),
        ((4, 3), (3,), "must be equal"),
        ((4, 3), (), "must be equal"),
    ],
)
def test_shapes_that_would_broadcast_are_refused(loss, input, target, words: str) -> None:
    with pytest.raises(InvalidShape, match=f"{loss.__name__} got input of shape .*{words}"):
        loss(zeros(*input), zeros(*target))


def test_shapes_that_do_not_broadcast_promise_no_pairs() -> None:
    with pytest.raises(InvalidShape) as caught:
        losses.mse_loss(zeros(4, 3), zeros(4, 2))
    assert "Broadcast" not in str(caught.value)


def test_the_module_is_named_when_shapes_differ() -> None:
    with pytest.raises(InvalidShape) as caught:
        losses.MSELoss()(zeros(3, 1), zeros(3))
    assert "in MSELoss()" in caught.value.__notes__


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda w: losses.mse_loss(zeros(4, 3), zeros(4, 3), weight=w), r"\(2,\).*\(4, 3\)"),
        (lambda w: losses.l1_loss(zeros(4, 3), zeros(4, 3), weight=w), r"\(2,\).*\(4, 3\)"),
        (lambda w: losses.huber_loss(zeros(4, 3), zeros(4, 3), weight=w), r"\(2,\).*\(4, 3\)"),
        (lambda w: losses.binary_cross_entropy(zeros(4, 3), zeros(4, 3), w), "repeats to it"),
        (
            lambda w: losses.binary_cross_entropy_with_logits(
                zeros(4, 3), zeros(4, 3), pos_weight=w
            ),
            r"pos_weight of shape \(2,\).*repeats to it",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(call: Callable[[Tensor], Tensor], words: str) -> None:
    with pytest.raises(InvalidShape, match=words):
        call(zeros(2))


def test_weights_that_would_make_the_losses_larger_are_refused() -> None:
    with pytest.raises(InvalidShape, match=r"weight of shape \(5, 4\)"):
        losses.binary_cross_entropy(zeros(4), zeros(4), zeros(5, 4))


# Targets of the wrong kind


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_labels_are_told_to_convert(dtype: type) -> None:
    with pytest.raises(InvalidType, match=rf"{np.dtype(dtype)}.*\.long\(\)"):
        losses.cross_entropy(zeros(2, 3), wrap(np.array([0, 1], dtype=dtype)))


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
def test_one_hot_rows_of_integers_are_told_to_convert(dtype: type) -> None:
    rows = wrap(np.eye(3, dtype=dtype))
    with pytest.raises(InvalidType, match=r"probabilities.*argmax\(1\).*\.float\(\)"):
        losses.cross_entropy(zeros(3, 3), rows)


def test_one_output_for_each_sample_is_no_row_of_scores() -> None:
    with pytest.raises(InvalidShape, match=r"\(4,\).*one sample.*4 classes.*\(batch, classes\)"):
        losses.cross_entropy(zeros(4), labels(0, 1, 0, 1))


@pytest.mark.parametrize(
    "loss", [losses.cross_entropy, losses.nll_loss, losses.multi_margin_loss, losses.mse_loss]
)
@pytest.mark.parametrize(
    ("input", "target", "words"),
    [
        (zeros(2, 3), np.array([0, 1]), r"ndarray as its target.*from_numpy"),
        (zeros(2, 3), [0, 1], "list as its target"),
        (np.zeros((2, 3)), labels(0, 1), "ndarray as its input"),
    ],
)
def test_arrays_and_lists_are_told_to_become_tensors(loss, input, target, words: str) -> None:
    with pytest.raises(InvalidType, match=f"{loss.__name__} got a {words}"):
        loss(input, target)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda w: losses.CrossEntropyLoss(weight=w), "CrossEntropyLoss got a {} as its weight"),
        (lambda w: losses.BCEWithLogitsLoss(pos_weight=w), "BCEWithLogitsLoss.*its pos_weight"),
        (lambda w: losses.nll_loss(zeros(1, 2), labels(0), w), "nll_loss got a {} as its weight"),
        (
            lambda w: losses.mse_loss(zeros(2), zeros(2), weight=w),
            "mse_loss got a {} as its weight",
        ),
        (
            lambda w: losses.binary_cross_entropy(zeros(2), zeros(2), w),
            "binary_cross_entropy got a {} as its weight",
        ),
    ],
)
@pytest.mark.parametrize("weight", [[1.0, 2.0], np.ones(2)])
def test_weights_are_told_to_become_tensors(call, words: str, weight) -> None:
    with pytest.raises(InvalidType, match=words.format(type(weight).__name__)):
        call(weight)


@pytest.mark.parametrize("loss", [losses.cross_entropy, losses.nll_loss, losses.multi_margin_loss])
def test_scores_of_integers_are_refused(loss) -> None:
    with pytest.raises(InvalidType, match=rf"{loss.__name__}.*int64.*\.float\(\)"):
        loss(wrap(np.zeros((2, 3), dtype=int)), labels(0, 1))


# Softmax and sigmoid in front of a loss that has its own


@pytest.mark.parametrize("made", [softmaxed, sigmoided])
def test_cross_entropy_after_softmax_or_sigmoid_warns(made) -> None:
    name = made().grad_fn.operation.name
    with pytest.warns(ChainruleWarning, match=f"output of {name}.*raw scores.*applies softmax"):
        losses.CrossEntropyLoss()(made(), labels(0, 1))


@pytest.mark.parametrize("made", [softmaxed, sigmoided])
def test_nll_loss_after_softmax_or_sigmoid_warns(made) -> None:
    with pytest.warns(ChainruleWarning, match="nll_loss.*use log_softmax"):
        losses.NLLLoss()(made(), labels(0, 1))


@pytest.mark.parametrize("made", [softmaxed, sigmoided])
def test_binary_cross_entropy_with_logits_after_sigmoid_or_softmax_warns(made) -> None:
    with pytest.warns(ChainruleWarning, match="raw scores.*applies sigmoid.*binary_cross_entropy"):
        losses.BCEWithLogitsLoss()(made(), zeros(2, 2))


def test_the_loss_is_computed_all_the_same() -> None:
    with pytest.warns(ChainruleWarning, match="softmax"):
        loss = losses.cross_entropy(softmaxed(), labels(1, 1))
    assert 0.3133 < loss.array < np.log(2)  # log(1 + 1/e), the least that softmax leaves


def test_log_softmax_before_cross_entropy_is_fine() -> None:
    scores = Tensor([[1.0, 2.0], [0.0, 1.0]], requires_grad=True)
    logarithms = apply(LOG_SOFTMAX, (scores,), (1,))
    doubled = losses.cross_entropy(logarithms, labels(0, 1))
    assert doubled.array == pytest.approx(losses.cross_entropy(scores, labels(0, 1)).array)


def test_sigmoid_before_binary_cross_entropy_is_right() -> None:
    assert losses.BCELoss()(sigmoided(), zeros(2, 2)).requires_grad


def test_without_a_graph_nothing_is_known_and_nothing_is_said() -> None:
    with no_grad():
        loss = losses.CrossEntropyLoss()(softmaxed(), labels(0, 1))
    assert loss.array > 0
    assert losses.cross_entropy(softmaxed(requires_grad=False), labels(0, 1)).array > 0


@pytest.mark.parametrize("as_module", [True, False])
def test_a_warning_points_at_the_callers_line_and_comes_once(as_module: bool) -> None:
    loss = losses.CrossEntropyLoss() if as_module else losses.cross_entropy
    globals().pop("__warningregistry__", None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            loss(softmaxed(), labels(0, 1))
    assert [Path(warning.filename).name for warning in caught] == [Path(__file__).name]


# Probabilities and targets outside 0 to 1


@pytest.mark.parametrize("stray", [1.5, -0.25])
def test_scores_given_as_probabilities_are_refused(stray: float) -> None:
    input = Tensor([[0.5, 0.5], [0.5, stray]])
    with pytest.raises(InvalidArgument, match=rf"got {stray}.*\(1, 1\).*BCEWithLogitsLoss"):
        losses.BCELoss()(input, zeros(2, 2))


def test_a_probability_of_nan_passes_so_that_training_names_its_origin() -> None:
    assert np.isnan(losses.binary_cross_entropy(Tensor([np.nan]), Tensor([1.0])).array)


@pytest.mark.parametrize("loss", [losses.BCELoss(), losses.BCEWithLogitsLoss()])
@pytest.mark.parametrize("stray", [-1.0, 2.0])
def test_targets_beyond_0_and_1_are_warned_about(loss, stray: float) -> None:
    with pytest.warns(ChainruleWarning, match=rf"target {stray:g} at position \(1,\)"):
        loss(Tensor([0.5, 0.5]), Tensor([1.0, stray]))


# Others


def test_scores_of_a_single_class_are_warned_about() -> None:
    with pytest.warns(ChainruleWarning, match="single class.*BCEWithLogitsLoss"):
        loss = losses.CrossEntropyLoss()(Tensor([[3.0], [-2.0]]), labels(0, 0))
    assert loss.array == 0


@pytest.mark.parametrize("make", [losses.KLDivLoss, lambda: losses.kl_div])
def test_the_mean_of_kl_div_is_warned_about(make) -> None:
    with pytest.warns(ChainruleWarning, match="batchmean"):
        make()(zeros(2, 3), zeros(2, 3))


def test_targets_that_do_not_sum_to_one_are_taken_as_in_pytorch() -> None:
    loss = losses.cross_entropy(zeros(1, 2), Tensor([[1.0, 1.0]]))
    assert loss.array == pytest.approx(2 * np.log(2), rel=1e-6)
