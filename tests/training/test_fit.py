"""fit: the forms its data, loss and optimiser may take, edge cases, and mistakes in plain words."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import nn, optim
from chainrule.data import DataLoader, Dataset, Subset, TensorDataset, blobs
from chainrule.errors import (
    GradientError,
    InvalidArgument,
    InvalidIndex,
    InvalidShape,
    InvalidType,
    NotFinite,
)
from chainrule.nn import functional
from chainrule.nn.feedforward import feedforward
from chainrule.training import fit
from chainrule.training.preparation import find_loss
from training.helpers import figures, network, regression, weights

X, Y = blobs(40, seed=1)
REGRESSION = regression()


class Pairs(Dataset[Any]):
    """Samples one by one, as somebody's own data set gives them."""

    def __init__(self, inputs: np.ndarray, targets: np.ndarray) -> None:
        self.inputs, self.targets = inputs, targets

    def __getitem__(self, index: int) -> Any:
        return self.inputs[index], self.targets[index]

    def __len__(self) -> int:
        return len(self.inputs)


def tensors(inputs: np.ndarray = X, targets: np.ndarray = Y) -> TensorDataset:
    return TensorDataset(chainrule.from_numpy(inputs), chainrule.from_numpy(targets))


def trained(data: Any, outputs: int = 3, **options: Any) -> tuple[Any, Any]:
    """Weights and figures after two epochs."""
    model = network(outputs)
    history = fit(model, data, epochs=2, batch_size=8, seed=3, **options)
    return weights(model), figures(history)


# Data


@pytest.mark.parametrize(
    "data",
    [
        (X.astype(np.float64), Y.astype(np.int32)),
        (X, Y.astype(np.uint8)),
        (chainrule.from_numpy(X), chainrule.from_numpy(Y)),
        (chainrule.from_numpy(X), Y),
        tensors(),
        Pairs(X, Y),
        Subset(tensors(), range(len(X))),
        [(x, int(y)) for x, y in zip(X, Y, strict=True)],
        DataLoader(tensors(), batch_size=8, shuffle=True),
        DataLoader(Pairs(X, Y), batch_size=8, shuffle=True),
    ],
    ids=[
        "wide-arrays", "bytes", "tensors", "mixed", "TensorDataset", "Dataset", "Subset", "list",
        "DataLoader", "DataLoader-of-pairs",
    ],
)  # fmt: skip
def test_every_form_of_the_data_gives_the_same_bits(data: Any) -> None:
    assert trained(data) == trained((X, Y))


def test_a_loader_decides_batches_and_order() -> None:
    in_order = trained(DataLoader(tensors(), batch_size=20))
    shuffled = trained(DataLoader(tensors(), batch_size=20, shuffle=True))
    assert in_order != shuffled
    assert in_order == trained(DataLoader(tensors(), batch_size=20, sampler=range(40)))


def test_the_seed_decides_everything_and_none_goes_on_with_the_generator() -> None:
    assert trained((X, Y))[0] != trained_with_seed(4)
    chainrule.manual_seed(3)
    assert trained_with_seed(3) == trained((X, Y))[0]
    first = trained_with_seed(None, start=7)
    assert first == trained_with_seed(None, start=7)
    assert first != trained_with_seed(None, start=8)


def trained_with_seed(seed: int | None, start: int = 0) -> dict[str, bytes]:
    model = network()
    chainrule.manual_seed(start)
    fit(model, (X, Y), epochs=2, batch_size=8, seed=seed)
    return weights(model)


def test_the_callers_arrays_are_left_as_they_are() -> None:
    inputs, targets = X.copy(), Y.copy()
    inputs.flags.writeable = targets.flags.writeable = False
    trained((inputs, targets), validation=(inputs, targets))
    np.testing.assert_array_equal(inputs, X)
    np.testing.assert_array_equal(targets, Y)


@pytest.mark.parametrize("batch_size", [1, 2, 1000])
def test_a_single_sample_and_batches_larger_than_the_data(batch_size: int) -> None:
    model = feedforward([2, 4, 3])
    before = weights(model)
    history = fit(model, (X[:1], Y[:1]), epochs=3, batch_size=batch_size, seed=0)
    assert len(history) == 3
    assert history["loss"][2] < history["loss"][0]
    assert weights(model) != before


def test_a_batch_larger_than_the_data_is_one_batch_of_all() -> None:
    large, exact = network(), network()
    fit(large, (X, Y), epochs=2, batch_size=1000, seed=0)
    fit(exact, (X, Y), epochs=2, batch_size=40, seed=0)
    assert weights(large) == weights(exact)


def test_no_epochs_change_nothing() -> None:
    model = network()
    before = weights(model)
    history = fit(model, (X, Y), epochs=0)
    assert len(history) == 0
    assert repr(history) == "History of no epochs yet"
    assert weights(model) == before


@pytest.mark.parametrize("has_validation", [False, True])
def test_training_begins_in_training_mode_whatever_was_before(has_validation: bool) -> None:
    validation = (X, Y) if has_validation else None
    model, asleep = network(dropout=0.5), network(dropout=0.5).eval()
    for one in (model, asleep):
        fit(one, (X, Y), epochs=2, seed=0, validation=validation)
    assert weights(model) == weights(asleep)
    assert {module.training for module in model.modules()} == {not has_validation}


# Loss, optimiser, engine


@pytest.mark.parametrize(
    ("data", "outputs", "expected"),
    [
        ((X, Y), 3, "crossentropy"),
        ((X, Y > 1), 2, "crossentropy"),
        (REGRESSION, 1, "mse"),
        (tensors(*REGRESSION), 1, "mse"),
        (Subset(tensors(*REGRESSION), range(20)), 1, "mse"),
        (Pairs(*REGRESSION), 1, "mse"),
        (DataLoader(Pairs(*REGRESSION), batch_size=8, shuffle=True), 1, "mse"),
        (
            DataLoader(
                range(20),
                batch_size=8,
                shuffle=True,
                collate_fn=lambda rows: tensors(*REGRESSION).take(np.array(rows)),
            ),
            1,
            "mse",
        ),
    ],
    ids=["labels", "bools", "arrays", "tensors", "Subset", "pairs", "loader", "collate_fn"],
)
def test_the_targets_decide_the_loss(data: Any, outputs: int, expected: str) -> None:
    assert trained(data, outputs) == trained(data, outputs, loss=expected)
    has_accuracy = "accuracy" in trained(data, outputs)[1][0]
    assert has_accuracy == (expected == "crossentropy")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mse", nn.MSELoss),
        ("MSELoss", nn.MSELoss),
        ("cross_entropy", nn.CrossEntropyLoss),
        ("CrossEntropyLoss", nn.CrossEntropyLoss),
        ("smooth_l1", nn.SmoothL1Loss),
        ("smooth_l1_loss", nn.SmoothL1Loss),
        ("huber", nn.HuberLoss),
        ("bce_with_logits", nn.BCEWithLogitsLoss),
    ],
)
def test_losses_are_found_by_name(name: str, expected: type) -> None:
    assert type(find_loss(name, None)) is expected


def test_a_loss_may_be_a_name_a_module_or_a_function() -> None:
    by_name = trained(REGRESSION, 1, loss="huber")
    assert by_name == trained(REGRESSION, 1, loss=nn.HuberLoss())
    assert by_name == trained(REGRESSION, 1, loss=functional.huber_loss)
    assert by_name == trained(REGRESSION, 1, loss=lambda a, b: nn.HuberLoss()(a, b))
    assert by_name != trained(REGRESSION, 1)


def test_labels_of_yes_and_no_train_a_single_output() -> None:
    targets = (REGRESSION[1] > 0).astype(np.float32)
    model = network(1)
    history = fit(
        model, (REGRESSION[0], targets), loss="bce_with_logits", metrics=["accuracy"], epochs=60,
        lr=0.02, seed=0,
    )  # fmt: skip
    assert history[-1].accuracy >= 0.95


@pytest.mark.parametrize(
    ("name", "optimizer_class"),
    [("sgd", optim.SGD), ("adam", optim.Adam), ("AdamW", optim.AdamW), ("rmsprop", optim.RMSprop)],
)
@pytest.mark.parametrize("lr", [None, 0.03])
def test_an_optimizer_by_name_is_the_one_made_by_hand(
    name: str, optimizer_class: type[optim.Optimizer], lr: float | None
) -> None:
    model = network()
    options = {} if lr is None else {"lr": lr}
    made = optimizer_class(model.parameters(), **options)
    history = fit(model, (X, Y), optimizer=made, epochs=2, batch_size=8, seed=3)
    assert trained((X, Y), optimizer=name, lr=lr) == (weights(model), figures(history))


def test_an_optimizer_of_some_layers_trains_those_alone() -> None:
    model = network()
    before = weights(model)
    fit(model, (X, Y), optimizer=optim.SGD(model[4].parameters(), lr=0.1), epochs=1, seed=0)
    after = weights(model)
    assert before["0.weight"] == after["0.weight"]
    assert before["4.weight"] != after["4.weight"]


def test_frozen_parameters_stay_as_they_are() -> None:
    model = network()
    model[0].weight.requires_grad_(False)
    before = weights(model)
    fit(model, (X, Y), epochs=1, seed=0)
    assert before["0.weight"] == weights(model)["0.weight"]
    assert before["0.bias"] != weights(model)["0.bias"]


def test_engines_are_named_in_the_history() -> None:
    assert fit(network(), (X, Y), epochs=1, engine="auto").engine == "eager"
    assert trained((X, Y), engine="eager") == trained((X, Y))


def test_clipping_bounds_a_step_of_plain_descent() -> None:
    model = network()
    before = {path: p.array.copy() for path, p in model.named_parameters()}
    made = optim.SGD(model.parameters(), lr=1.0)
    fit(model, (X, Y), optimizer=made, epochs=1, batch_size=40, clip_norm=0.01, seed=0)
    moved = [p.array - before[path] for path, p in model.named_parameters()]
    distance = np.sqrt(sum(float((move.astype(np.float64) ** 2).sum()) for move in moved))
    assert distance == pytest.approx(0.01, rel=1e-3)


# Mistakes


def with_value(array: np.ndarray, place: Any, value: float) -> np.ndarray:
    changed = array.copy()
    changed[place] = value
    return changed


MISTAKES: list[tuple[str, Any, dict[str, Any], type[Exception], str]] = [
    ("no samples", (X[:0], Y[:0]), {}, InvalidArgument, "no samples"),
    ("no samples to validate", (X, Y), {"validation": (X[:0], Y[:0])}, InvalidArgument, "no samp"),
    ("unequal lengths", (X, Y[:5]), {}, InvalidShape, r"\(40, 2\) and y has \(5,\)"),
    ("a number for X", (np.array(1.0), Y), {}, InvalidShape, r"X has shape \(\)"),
    ("labels in a column", (X, Y[:, None]), {}, InvalidShape, r"target.squeeze\(1\)"),
    ("three parts", (X, Y, Y), {}, InvalidArgument, r"a pair \(X, y\), got 3 parts"),
    ("lists", (X.tolist(), Y.tolist()), {}, InvalidType, "tensors or NumPy arrays of numbers"),
    ("objects", (X.astype(object), Y), {}, InvalidType, "an array of object"),
    ("texts", (X, np.array(["a"] * 40)), {}, InvalidType, "an array of <U1"),
    ("complex numbers", (X.astype(complex), Y), {}, InvalidType, "an array of complex128"),
    ("bytes as X", (X.astype(np.uint8), Y), {}, InvalidType, r"\.float\(\)"),
    ("X alone", X, {}, InvalidShape, "pair of tensors"),
    ("a data set of X alone", TensorDataset(chainrule.from_numpy(X)), {}, InvalidShape, "pair"),
    ("three tensors", TensorDataset(*[chainrule.from_numpy(X)] * 3), {}, InvalidShape, "pair"),
    ("nothing", None, {}, InvalidType, "a Dataset or a DataLoader, got NoneType"),
    ("a number", 3, {}, InvalidType, "got int"),
    ("labels too large", (X, Y + 1), {}, InvalidIndex, "labels must lie from 0 to 2"),
    ("labels below zero", (X, Y - 1), {}, InvalidIndex, "label -1"),
    ("NaN in X", (with_value(X, (7, 1), np.nan), Y), {}, InvalidArgument, r"at \[7, 1\]"),
    ("infinity in X", (with_value(X, (7, 1), -np.inf), Y), {}, InvalidArgument, "sample 7"),
    (
        "NaN to validate", (X, Y), {"validation": (with_value(X, (7, 1), np.nan), Y)},
        InvalidArgument, "sample 7",
    ),
    (
        "NaN in a loader", DataLoader(tensors(with_value(X, (0, 1), np.nan)), batch_size=8), {},
        NotFinite, "epoch 1, batch 1, step 0.*data are not finite, first in sample 0",
    ),
    ("a loader of single tensors", DataLoader(X, batch_size=8), {}, InvalidShape, "gave Tensor"),
    (
        "an empty loader", DataLoader(tensors(X[:0], Y[:0]), batch_size=8), {}, InvalidArgument,
        "no batches",
    ),
    (
        "a loader that drops all", DataLoader(tensors(), batch_size=41, drop_last=True), {},
        InvalidArgument, "no batches",
    ),
    ("wrong features", (X[:, :1], Y), {}, InvalidShape, "its last axis is 1, expected 2"),
    ("unknown optimizer", (X, Y), {"optimizer": "lion"}, InvalidArgument, "'lion': choose one of"),
    ("unknown loss", (X, Y), {"loss": "hinge"}, InvalidArgument, "'hinge': choose one of"),
    ("unknown engine", (X, Y), {"engine": "warp"}, InvalidArgument, "'warp': choose one of"),
    ("unknown metric", (X, Y), {"metrics": ["f1"]}, InvalidArgument, "'f1': choose one of"),
    ("negative epochs", (X, Y), {"epochs": -1}, InvalidArgument, "epochs=-1"),
    ("half an epoch", (X, Y), {"epochs": 2.5}, InvalidArgument, "epochs=2.5"),
    ("epochs as text", (X, Y), {"epochs": "3"}, InvalidArgument, "epochs='3'"),
    ("batches of none", (X, Y), {"batch_size": 0}, InvalidArgument, "batch_size=0"),
    ("batches below none", (X, Y), {"batch_size": -3}, InvalidArgument, "batch_size=-3"),
    ("half a sample", (X, Y), {"batch_size": 2.5}, InvalidArgument, r"batch_size=2\.5"),
    ("a negative rate", (X, Y), {"lr": -0.1}, InvalidArgument, r"lr=-0\.1"),
    ("a negative seed", (X, Y), {"seed": -1}, InvalidArgument, "seed"),
    ("a negative norm", (X, Y), {"clip_norm": -1.0}, InvalidArgument, r"clip_norm=-1\.0"),
    ("a norm of zero", (X, Y), {"clip_norm": 0}, InvalidArgument, "clip_norm=0"),
    ("an optimizer's class", (X, Y), {"optimizer": optim.SGD}, InvalidType, "optimizer"),
    ("a loss's class", (X, Y), {"loss": nn.MSELoss}, InvalidType, r"MSELoss\(\)"),
    ("a number for a loss", (X, Y), {"loss": 3}, InvalidType, "got int"),
    ("resuming from nowhere", (X, Y), {"resume": True}, InvalidArgument, "without out"),
    (
        "losses that are not reduced", (X, Y), {"loss": nn.CrossEntropyLoss(reduction="none")},
        InvalidArgument, "one number",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "options", "error", "words"),
    [case[1:] for case in MISTAKES],
    ids=[case[0] for case in MISTAKES],
)
def test_mistakes_are_refused_in_plain_words(
    data: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    model = network()
    parameters = {path: p.array.copy() for path, p in model.named_parameters()}
    with pytest.raises(error, match=words):
        fit(model, data, **{"batch_size": 40, **options})
    for path, parameter in model.named_parameters():
        np.testing.assert_array_equal(parameter.array, parameters[path])


def test_a_column_of_outputs_is_not_compared_with_a_row_of_targets() -> None:
    inputs, targets = REGRESSION
    with pytest.raises(InvalidShape, match=r"\(20, 1\) and target of shape \(20,\)"):
        fit(network(1), (inputs, targets[:, 0]))


def test_the_optimizer_must_be_of_this_model() -> None:
    stranger = optim.Adam(network().parameters())
    with pytest.raises(InvalidArgument, match="none of this model's parameters"):
        fit(network(), (X, Y), optimizer=stranger)


def test_a_rate_beside_a_ready_optimizer_is_refused() -> None:
    model = network()
    with pytest.raises(InvalidArgument, match="both an optimiser and lr"):
        fit(model, (X, Y), optimizer=optim.Adam(model.parameters()), lr=0.1)


def test_the_schedule_must_be_of_the_optimizer_that_trains() -> None:
    model = network()
    schedule = optim.lr_scheduler.StepLR(optim.SGD(model.parameters()), 1)
    with pytest.raises(InvalidArgument, match="another optimi"):
        fit(model, (X, Y), scheduler=schedule)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (nn.ReLU, InvalidArgument, "no parameters"),
        (lambda: nn.Linear, InvalidType, "a module"),
        (lambda: "model", InvalidType, "got str"),
    ],
)
def test_the_model_must_be_one_that_learns(
    make: Callable[[], Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        fit(make(), (X, Y))


@pytest.mark.parametrize("made_by_hand", [False, True])
def test_a_model_all_frozen_cannot_be_trained(made_by_hand: bool) -> None:
    model = network()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    optimizer = optim.SGD(model.parameters()) if made_by_hand else "sgd"
    with pytest.raises(GradientError, match="does not require a gradient"):
        fit(model, (X, Y), optimizer=optimizer)


def test_scores_of_a_single_class_are_warned_of() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit(network(1), (X, Y * 0), epochs=1)
    assert "scores for a single class" in str(caught[0].message)
