"""Losses as functions and modules, held against PyTorch over their options, and in figures."""

import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument
from chainrule.nn import losses
from chainrule.nn.losses import LOSSES

CLASSES = 4
# A few roundings of the dtype, on sums in another order.
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}
REDUCTIONS = ["mean", "sum", "none"]
DTYPES = [np.float32, np.float64]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Both libraries warn of kl_div's mean, which these tables contain on purpose."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*reduction.*mean.*")
        yield


def numbers(shape: tuple[int, ...], seed: int, kind: str = "real") -> np.ndarray:
    """Draw an input or a target: real, unit, distribution, log_distribution, sign, label."""
    random = np.random.default_rng(seed)
    if kind == "label":
        return random.integers(0, CLASSES, shape)
    if kind == "sign":
        return np.asarray(random.choice([-1.0, 1.0], shape))
    if kind == "unit":
        return np.asarray(random.uniform(0.02, 0.98, shape))
    scores = np.asarray(random.normal(size=shape) * 2)
    if kind == "real":
        return scores
    axis = 0 if len(shape) == 1 else 1
    logarithms = scores - np.log(np.exp(scores).sum(axis=axis, keepdims=True))
    return logarithms if kind == "log_distribution" else np.exp(logarithms)


def pair(array: np.ndarray, dtype: type, gradient: bool) -> tuple[Tensor, torch.Tensor]:
    """The same numbers as a tensor of ours and one of PyTorch's."""
    array = array.astype(dtype) if array.dtype.kind == "f" else array
    ours, theirs = wrap(array.copy()), torch.from_numpy(np.array(array))
    if gradient and array.dtype.kind == "f":
        ours.requires_grad = True
        theirs.requires_grad_()
    return ours, theirs


def convert(options: dict[str, Any], dtype: type) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options with weights as tensors, for us and for PyTorch."""
    ours, theirs = dict(options), dict(options)
    for name, value in options.items():
        if isinstance(value, np.ndarray):
            ours[name], theirs[name] = pair(value, dtype, gradient=False)
    return ours, theirs


def compare(
    ours: Callable[..., Tensor],
    theirs: Callable[..., torch.Tensor],
    input: np.ndarray,
    target: np.ndarray,
    dtype: type,
    differentiates_target: bool = False,
) -> None:
    """Assert equal values and gradients."""
    (x, x_torch), (t, t_torch) = (
        pair(input, dtype, True),
        pair(target, dtype, differentiates_target),
    )
    found, expected = ours(x, t), theirs(x_torch, t_torch)
    close = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype], "equal_nan": True}
    assert found.dtype == dtype
    assert found.shape == tuple(expected.shape)
    np.testing.assert_allclose(found.array, expected.detach().numpy(), **close)
    direction = np.asarray(np.random.default_rng(9).normal(size=found.shape).astype(dtype))
    found.backward(wrap(direction))
    expected.backward(torch.from_numpy(direction.copy()))
    np.testing.assert_allclose(x.grad.array, x_torch.grad.numpy(), **close)
    if t_torch.grad is not None:
        np.testing.assert_allclose(t.grad.array, t_torch.grad.numpy(), **close)


WEIGHT = numbers((CLASSES,), 1, "unit")
BROAD = numbers((3, 1), 2, "unit")
FULL = numbers((5, 3, 2), 3, "unit")
ELEMENTWISE = [
    ("mse_loss", "real", "real", {}),
    ("mse_loss", "real", "real", {"weight": FULL}),
    ("l1_loss", "real", "real", {}),
    ("l1_loss", "real", "real", {"weight": FULL}),
    ("smooth_l1_loss", "real", "real", {}),
    ("smooth_l1_loss", "real", "real", {"beta": 0.3}),
    ("smooth_l1_loss", "real", "real", {"beta": 0.0}),
    ("huber_loss", "real", "real", {}),
    ("huber_loss", "real", "real", {"delta": 2.5}),
    ("huber_loss", "real", "real", {"delta": 0.5, "weight": FULL}),
    ("binary_cross_entropy", "unit", "unit", {}),
    ("binary_cross_entropy", "unit", "unit", {"weight": BROAD}),
    ("binary_cross_entropy_with_logits", "real", "unit", {}),
    ("binary_cross_entropy_with_logits", "real", "unit", {"weight": BROAD}),
    ("binary_cross_entropy_with_logits", "real", "unit", {"pos_weight": BROAD}),
    ("binary_cross_entropy_with_logits", "real", "unit", {"weight": FULL, "pos_weight": BROAD}),
    ("kl_div", "log_distribution", "distribution", {}),
    ("kl_div", "log_distribution", "distribution", {"reduction": "batchmean"}),
    ("kl_div", "log_distribution", "log_distribution", {"log_target": True}),
]
SIGNED = [
    ("hinge_embedding_loss", "real", "sign", {}),
    ("hinge_embedding_loss", "real", "sign", {"margin": 0.2}),
    ("soft_margin_loss", "real", "sign", {}),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "input", "target", "options"), ELEMENTWISE + SIGNED)
def test_losses_of_numbers_agree_with_pytorch(name, input, target, options, reduction, dtype):
    ours, theirs = convert({"reduction": reduction, **options}, dtype)
    compare(
        lambda x, t: getattr(losses, name)(x, t, **ours),
        lambda x, t: getattr(torch.nn.functional, name)(x, t, **theirs),
        numbers((5, 3, 2), 4, input),
        numbers((5, 3, 2), 5, target),
        dtype,
        differentiates_target=target != "sign",
    )


@pytest.mark.parametrize("shape", [(), (1,), (6,), (2, 1, 3)])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("name", "input", "target"), [row[:3] for row in ELEMENTWISE + SIGNED if not row[3]]
)
def test_losses_of_numbers_take_any_shape(name, input, target, reduction, shape):
    if "distribution" in input:
        input, target = "real", "unit"
    compare(
        lambda x, t: getattr(losses, name)(x, t, reduction=reduction),
        lambda x, t: getattr(torch.nn.functional, name)(x, t, reduction=reduction),
        numbers(shape, 6, input),
        numbers(shape, 7, target),
        np.float64,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(CLASSES,), (6, CLASSES), (3, CLASSES, 5), (2, CLASSES, 2, 3)])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weight": WEIGHT},
        {"ignore_index": 1},
        {"ignore_index": 1, "weight": WEIGHT},
        {"label_smoothing": 0.1},
        {"label_smoothing": 1.0},
        {"label_smoothing": 0.1, "weight": WEIGHT, "ignore_index": 1},
    ],
)
@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
def test_losses_of_labels_agree_with_pytorch(name, options, shape, reduction, dtype):
    if name == "nll_loss":
        options = {key: value for key, value in options.items() if key != "label_smoothing"}
    ours, theirs = convert({"reduction": reduction, **options}, dtype)
    compare(
        lambda x, t: getattr(losses, name)(x, t, **ours),
        lambda x, t: getattr(torch.nn.functional, name)(x, t, **theirs),
        numbers(shape, 8, "log_distribution" if name == "nll_loss" else "real"),
        numbers((*shape[:1], *shape[2:]) if len(shape) > 1 else (), 10, "label"),
        dtype,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(CLASSES,), (6, CLASSES), (3, CLASSES, 5), (2, CLASSES, 2, 3)])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weight": WEIGHT},
        {"label_smoothing": 0.1},
        {"label_smoothing": 0.1, "weight": WEIGHT},
    ],
)
def test_cross_entropy_with_probabilities_agrees_with_pytorch(options, shape, reduction, dtype):
    ours, theirs = convert({"reduction": reduction, **options}, dtype)
    compare(
        lambda x, t: losses.cross_entropy(x, t, **ours),
        lambda x, t: torch.nn.functional.cross_entropy(x, t, **theirs),
        numbers(shape, 11),
        numbers(shape, 12, "distribution"),
        dtype,
        differentiates_target=True,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("shape", "target"), [((6, CLASSES), (6,)), ((CLASSES,), ()), ((CLASSES,), (1,))]
)
@pytest.mark.parametrize(
    "options", [{}, {"p": 2}, {"margin": 0.3}, {"p": 2, "margin": 2.0, "weight": WEIGHT}]
)
def test_multi_margin_loss_agrees_with_pytorch(options, shape, target, reduction, dtype):
    ours, theirs = convert({"reduction": reduction, **options}, dtype)
    compare(
        lambda x, t: losses.multi_margin_loss(x, t, **ours),
        lambda x, t: torch.nn.functional.multi_margin_loss(x, t, **theirs),
        numbers(shape, 13),
        numbers(target, 14, "label"),
        dtype,
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("loss", [losses.cross_entropy, losses.nll_loss])
def test_the_label_of_one_sample_may_have_an_axis(loss, reduction: str) -> None:
    # PyTorch takes it, too, but its backward pass fails.
    gradients = []
    for label in (2, [2]):
        input = pair(numbers((CLASSES,), 15), np.float64, True)[0]
        result = loss(input, wrap(np.array(label)), reduction=reduction)
        result.backward()
        assert result.shape == ()
        gradients.append(input.grad.array)
    np.testing.assert_array_equal(*gradients)


def test_the_divergence_of_a_single_number_is_not_divided_by_a_batch() -> None:
    compare(
        lambda x, t: losses.kl_div(x, t, reduction="batchmean"),
        lambda x, t: torch.nn.functional.kl_div(x, t, reduction="batchmean"),
        np.array(-1.0),
        np.array(0.5),
        np.float64,
    )


@pytest.mark.parametrize("options", [{}, {"label_smoothing": 0.1}, {"weight": WEIGHT}])
def test_mean_over_ignored_labels_alone_is_nan_with_gradient_zero(options: dict) -> None:
    ours, theirs = convert(options, np.float64)
    labels = np.full(3, -100)
    compare(
        lambda x, t: losses.cross_entropy(x, t, **ours),
        lambda x, t: torch.nn.functional.cross_entropy(x, t, **theirs),
        numbers((3, CLASSES), 16),
        labels,
        np.float64,
    )
    assert np.isnan(losses.cross_entropy(wrap(np.zeros((3, CLASSES))), wrap(labels)).array)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss", "mse_loss", "kl_div", "batchmean"])
def test_a_batch_of_nothing_is_reduced_as_in_pytorch(name: str, reduction: str) -> None:
    if name == "batchmean":
        name, reduction = "kl_div", "batchmean"
    takes_labels = name in ("cross_entropy", "nll_loss")
    compare(
        lambda x, t: getattr(losses, name)(x, t, reduction=reduction),
        lambda x, t: getattr(torch.nn.functional, name)(x, t, reduction=reduction),
        np.zeros((0, 3)),
        np.zeros(0, dtype=int) if takes_labels else np.zeros((0, 3)),
        np.float64,
    )


def test_margins_of_a_batch_of_nothing_have_no_mean() -> None:
    # PyTorch returns memory it never wrote here.
    loss = losses.multi_margin_loss(wrap(np.zeros((0, 3))), wrap(np.zeros(0, dtype=int)))
    assert np.isnan(loss.array)


def test_infinite_scores_of_other_classes_are_no_obstacle() -> None:
    masked = np.array([[0.0, -np.inf, 1.0], [2.0, 0.0, -np.inf]])
    compare(
        losses.cross_entropy,
        torch.nn.functional.cross_entropy,
        masked,
        np.array([0, 1]),
        np.float64,
    )


# Dtypes


def test_targets_of_integers_and_truth_values_are_converted() -> None:
    prediction = Tensor([0.5, 0.5])
    for target in (np.array([0, 1]), np.array([False, True])):
        loss = losses.binary_cross_entropy(prediction, wrap(target))
        assert loss.dtype == np.float32
        assert loss.array == pytest.approx(np.log(2), rel=1e-6)


def test_float64_targets_of_a_float32_network_give_float32_gradients() -> None:
    input = Tensor([[1.0, 2.0]], requires_grad=True)
    for target, loss in [
        (np.array([[0.5, 0.5]]), losses.mse_loss),
        (np.array([[0.5, 0.5]]), losses.cross_entropy),
    ]:
        input.grad = None
        result = loss(input, wrap(target))
        result.backward()
        assert result.dtype == np.float64
        assert input.grad.dtype == np.float32


def test_weights_follow_the_dtype_of_the_scores() -> None:
    loss = losses.cross_entropy(
        Tensor([[1.0, 2.0]]), wrap(np.array([1])), wrap(np.array([1.0, 2.0]))
    )
    assert loss.dtype == np.float32


# Modules

MODULES = [
    ("CrossEntropyLoss", {"weight": WEIGHT, "ignore_index": 1, "label_smoothing": 0.1}, "label"),
    ("CrossEntropyLoss", {}, "distribution"),
    ("NLLLoss", {"weight": WEIGHT, "ignore_index": 1}, "label"),
    ("MSELoss", {}, "real"),
    ("L1Loss", {}, "real"),
    ("SmoothL1Loss", {"beta": 0.4}, "real"),
    ("HuberLoss", {"delta": 0.4}, "real"),
    ("BCELoss", {"weight": WEIGHT}, "unit"),
    ("BCEWithLogitsLoss", {"weight": WEIGHT, "pos_weight": WEIGHT}, "unit"),
    ("KLDivLoss", {"log_target": True}, "log_distribution"),
    ("KLDivLoss", {"reduction": "batchmean"}, "distribution"),
    ("HingeEmbeddingLoss", {"margin": 0.4}, "sign"),
    ("MultiMarginLoss", {"p": 2, "margin": 0.4, "weight": WEIGHT}, "label"),
    ("SoftMarginLoss", {}, "sign"),
]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "options", "target"), MODULES)
def test_modules_agree_with_pytorch(name: str, options: dict, target: str, reduction: str) -> None:
    ours, theirs = convert({"reduction": reduction, **options}, np.float64)
    module, other = getattr(losses, name)(**ours), getattr(torch.nn, name)(**theirs)
    assert repr(module) == repr(other)
    assert list(module.state_dict()) == list(other.state_dict())
    compare(
        module,
        other,
        numbers((6, CLASSES), 17, "unit" if name == "BCELoss" else "real"),
        numbers((6,) if target == "label" else (6, CLASSES), 18, target),
        np.float64,
    )


def test_every_module_is_in_the_table() -> None:
    assert {name for name, _, _ in MODULES} == {module.__name__ for module in LOSSES}


@pytest.mark.parametrize("module", LOSSES)
def test_signatures_are_those_of_pytorch_without_what_is_deprecated(module: type) -> None:
    def parameters(function: Any) -> list[tuple[str, Any]]:
        given = inspect.signature(function).parameters.values()
        left_out = {"self", "size_average", "reduce"}
        return [(p.name, p.default) for p in given if p.name not in left_out]

    assert parameters(module.__init__) == parameters(getattr(torch.nn, module.__name__).__init__)


def test_weights_are_converted_with_the_module() -> None:
    module = losses.CrossEntropyLoss(weight=Tensor([1.0, 2.0]))
    assert module.double().weight.dtype == np.float64
    assert not list(module.parameters())


# Options out of range


@pytest.mark.parametrize("module", LOSSES)
@pytest.mark.parametrize("reduction", ["average", None, True])
def test_unknown_reductions_are_refused_at_construction(module: type, reduction: Any) -> None:
    with pytest.raises(InvalidArgument, match=rf"{module.__name__}.*{reduction!r}.*'mean', 'sum'"):
        module(reduction=reduction)


@pytest.mark.parametrize(
    "name",
    [row[0] for row in ELEMENTWISE + SIGNED if not row[3]]
    + ["cross_entropy", "nll_loss", "multi_margin_loss"],
)
def test_unknown_reductions_are_refused_by_functions(name: str) -> None:
    with pytest.raises(InvalidArgument, match=f"{name} got reduction='average'"):
        getattr(losses, name)(Tensor([0.5]), Tensor([0.5]), reduction="average")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: losses.CrossEntropyLoss(label_smoothing=1.5), "CrossEntropyLoss.*=1.5.*0 to 1"),
        (lambda: losses.CrossEntropyLoss(label_smoothing=-0.1), "label_smoothing=-0.1"),
        (lambda: losses.CrossEntropyLoss(label_smoothing=np.nan), "label_smoothing=nan"),
        (lambda: losses.HuberLoss(delta=0.0), "HuberLoss got delta=0.0.*more than 0"),
        (lambda: losses.SmoothL1Loss(beta=-1.0), "SmoothL1Loss got beta=-1.0.*0 or more"),
        (lambda: losses.MultiMarginLoss(p=3), "MultiMarginLoss got p=3.*1 or 2"),
        (
            lambda: losses.cross_entropy(Tensor([[0.0]]), Tensor([[0.0]]), label_smoothing=2),
            "cross_entropy got label_smoothing=2",
        ),
        (lambda: losses.huber_loss(Tensor([0.0]), Tensor([0.0]), delta=-1), "huber_loss.*delta=-1"),
        (
            lambda: losses.smooth_l1_loss(Tensor([0.0]), Tensor([0.0]), beta=-1),
            "smooth_l1_loss.*beta=-1",
        ),
        (
            lambda: losses.multi_margin_loss(Tensor([0.0]), wrap(np.array(0)), p=0),
            "multi_margin_loss got p=0",
        ),
    ],
)
def test_options_out_of_range_are_refused(make: Callable[[], object], words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        make()


# Figures of the chapter


def test_cross_entropy_of_the_chapters_batch() -> None:
    scores = Tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.1, 0.2, 3.0]])
    loss = losses.CrossEntropyLoss()(scores, wrap(np.array([0, 1, 2])))
    assert loss.array == pytest.approx(0.2489, abs=5e-5)


def test_mean_squared_error_of_the_chapter() -> None:
    loss = losses.MSELoss()(Tensor([2.5, 0.0, 2.1]), Tensor([3.0, -0.5, 2.0]))
    assert loss.array == pytest.approx(0.17, abs=1e-6)


def test_gradient_of_cross_entropy_on_one_sample_is_p_minus_one_hot() -> None:
    scores = Tensor([2.0, 1.0, 0.1], requires_grad=True)
    losses.cross_entropy(scores, wrap(np.array(0))).backward()
    powers = np.exp([2.0, 1.0, 0.1])
    expected = powers / powers.sum() - [1, 0, 0]
    np.testing.assert_allclose(scores.grad.array, expected, atol=1e-7)  # float32
