"""The history against a loop written by hand, and the files and tables made from it."""

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import chainrule
from chainrule import nn, optim
from chainrule.data import DataLoader, TensorDataset, blobs
from chainrule.errors import InvalidArgument
from chainrule.training import EpochRow, History, LambdaCallback, Metric, fit
from training.helpers import TIMES, figures, network, optimizer_bits, regression, weights

X, Y = blobs(50, seed=1)
X_TEST, Y_TEST = blobs(30, seed=2)
BATCH_SIZE = 16  # 50 samples: the last batch has 2
EPOCHS = 4
Scheduler = optim.lr_scheduler.LRScheduler
SCHEDULES: dict[str, Callable[[optim.Optimizer], Scheduler]] = {
    "StepLR": lambda optimizer: optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5),
    "CosineAnnealingLR": lambda optimizer: optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS),
}


def tensors(x: np.ndarray, y: np.ndarray) -> TensorDataset:
    return TensorDataset(chainrule.from_numpy(x), chainrule.from_numpy(y))


def adam(model: nn.Module) -> optim.Optimizer:
    return optim.Adam(model.parameters(), lr=0.02, weight_decay=0.01)


def loop_by_hand(
    model: nn.Module, optimizer: optim.Optimizer, scheduler: Scheduler | None
) -> list[dict[str, float]]:
    """Train as a textbook does, and note the figures of each epoch."""
    chainrule.manual_seed(5)
    loader = DataLoader(tensors(X, Y), batch_size=BATCH_SIZE, shuffle=True)
    loss_function = nn.CrossEntropyLoss()
    rows = []
    for epoch in range(EPOCHS):
        model.train()
        total, right, count = 0.0, 0.0, 0
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = loss_function(outputs, targets)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
            right += float(np.mean(outputs.array.argmax(1) == targets.array)) * len(inputs)
            count += len(inputs)
        row = {"epoch": epoch + 1, "loss": total / count, "accuracy": right / count}
        model.eval()
        outputs = model(chainrule.from_numpy(X_TEST))
        row["validation_loss"] = loss_function(outputs, chainrule.from_numpy(Y_TEST)).item()
        row["validation_accuracy"] = float(np.mean(outputs.array.argmax(1) == Y_TEST))
        row["lr"] = optimizer.param_groups[0]["lr"]
        if scheduler is not None:
            scheduler.step()
        rows.append(row)
    return rows


@pytest.mark.parametrize("schedule", [None, *SCHEDULES])
def test_fit_is_the_loop_written_by_hand_bit_for_bit(schedule: str | None) -> None:
    mine, theirs = network(dropout=0.3), network(dropout=0.3)
    optimizers = adam(mine), adam(theirs)
    schedulers = [SCHEDULES[schedule](o) if schedule else None for o in optimizers]
    history = fit(
        mine, (X, Y), optimizer=optimizers[0], epochs=EPOCHS, batch_size=BATCH_SIZE, seed=5,
        validation=(X_TEST, Y_TEST), scheduler=schedulers[0],
    )  # fmt: skip
    assert figures(history) == loop_by_hand(theirs, optimizers[1], schedulers[1])
    assert weights(mine) == weights(theirs)
    assert optimizer_bits(optimizers[0]) == optimizer_bits(optimizers[1])


# Learning rates


def rates(scheduler: Callable[[optim.Optimizer], Any], epochs: int = 6) -> list[float]:
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.4)
    return fit(
        model, (X, Y), optimizer=optimizer, epochs=epochs, seed=0, scheduler=scheduler(optimizer)
    )["lr"]


def test_step_lr_is_stepped_after_every_epoch() -> None:
    assert rates(lambda optimizer: optim.lr_scheduler.StepLR(optimizer, 2)) == pytest.approx(
        [0.4, 0.4, 0.04, 0.04, 0.004, 0.004]
    )


def test_cosine_annealing_is_stepped_after_every_epoch() -> None:
    expected = [0.2 * (1 + math.cos(math.pi * epoch / 6)) for epoch in range(6)]
    assert rates(lambda o: optim.lr_scheduler.CosineAnnealingLR(o, 6)) == pytest.approx(expected)


def test_without_a_schedule_the_rate_stays() -> None:
    assert fit(network(), (X, Y), lr=0.25, epochs=3)["lr"] == [0.25, 0.25, 0.25]


@pytest.mark.parametrize("has_validation", [True, False])
def test_a_plateau_is_one_of_the_validation_loss_or_else_of_the_loss(has_validation: bool) -> None:
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.4)
    make = optim.lr_scheduler.ReduceLROnPlateau
    history = fit(
        model,
        (X, Y),
        optimizer=optimizer,
        epochs=12,
        seed=0,
        validation=(X_TEST, Y_TEST) if has_validation else None,
        scheduler=make(optimizer, patience=0, threshold=0.05),
    )
    twin = optim.SGD(network().parameters(), lr=0.4)
    by_hand, expected = make(twin, patience=0, threshold=0.05), []
    for figure in history["validation_loss" if has_validation else "loss"]:
        expected.append(twin.param_groups[0]["lr"])
        by_hand.step(figure)
    assert history["lr"] == expected
    assert history["lr"][-1] < 0.4


# Metrics


def share_of_class_0(outputs: np.ndarray, targets: np.ndarray) -> float:
    del targets
    return float(np.mean(outputs.argmax(1) == 0))


def test_metrics_are_names_records_and_functions() -> None:
    model = network()
    largest = Metric("largest", lambda outputs, _: float(outputs.max(1).mean()))
    history = fit(
        model, (X, Y), epochs=2, batch_size=10, seed=0, validation=(X_TEST, Y_TEST),
        metrics=["accuracy", share_of_class_0, largest],
    )  # fmt: skip
    outputs = model.eval()(chainrule.from_numpy(X_TEST)).array
    last = history[-1]
    assert list(last.metrics) == ["accuracy", "share_of_class_0", "largest"]
    assert last.validation_metrics == {
        "accuracy": float(np.mean(outputs.argmax(1) == Y_TEST)),
        "share_of_class_0": float(np.mean(outputs.argmax(1) == 0)),
        "largest": pytest.approx(float(outputs.max(1).mean())),
    }
    assert last.validation_accuracy == last.validation_metrics["accuracy"]
    assert last.accuracy == last.metrics["accuracy"]


def test_metrics_change_nothing_about_training() -> None:
    with_metrics, without = network(), network()
    fit(with_metrics, (X, Y), epochs=2, seed=0, metrics=["accuracy", share_of_class_0])
    history = fit(without, (X, Y), epochs=2, seed=0, metrics=[])
    assert weights(with_metrics) == weights(without)
    assert history.names() == ["epoch", "loss", *TIMES, "lr"]
    assert history[-1].accuracy is None


def test_metrics_of_single_precision_are_summed_in_double() -> None:
    means: list[np.float32] = []

    def spread(outputs: np.ndarray, _: np.ndarray) -> np.float32:
        means.append(outputs.std())
        return means[-1]

    history = fit(network(), (X, Y), epochs=1, batch_size=10, seed=0, metrics=[spread])
    assert means[0].dtype == np.float32
    assert history[0].metrics["spread"] == sum(float(mean) * 10 for mean in means) / 50
    assert type(history[0].metrics["spread"]) is float


def test_a_single_metric_needs_no_list() -> None:
    history = fit(network(), (X, Y), epochs=1, metrics="accuracy")
    assert list(history[0].metrics) == ["accuracy"]


def test_a_regression_has_no_accuracy_and_its_errors_are_means_over_samples() -> None:
    x, y = regression(30)
    model = network(1)
    history = fit(
        model, (x, y), epochs=2, batch_size=10, seed=0, validation=(x, y),
        metrics=["mean_absolute_error"],
    )  # fmt: skip
    outputs = model.eval()(chainrule.from_numpy(x)).array
    assert history[-1].accuracy is None
    assert history[-1].validation_loss == pytest.approx(float(np.mean((outputs - y) ** 2)))
    assert history[-1].validation_metrics["mean_absolute_error"] == pytest.approx(
        float(np.mean(np.abs(outputs - y)))
    )


def test_validation_goes_through_the_data_in_batches_of_any_size() -> None:
    x, y = blobs(1500, seed=3)  # more than a batch of validation
    histories = [
        fit(network(), (X, Y), epochs=1, seed=0, validation=data)
        for data in ((x, y), tensors(x, y), DataLoader(tensors(x, y), batch_size=64))
    ]
    first = figures(histories[0])
    assert first == figures(histories[1])
    assert figures(histories[2])[0] == pytest.approx(first[0])


def test_validation_leaves_training_alone() -> None:
    with_validation, without = network(dropout=0.4), network(dropout=0.4)
    fit(with_validation, (X, Y), epochs=3, seed=0, validation=(X_TEST, Y_TEST))
    fit(without, (X, Y), epochs=3, seed=0)
    assert weights(with_validation) == weights(without)


# Reading a history


def make_history() -> History:
    rows = [
        EpochRow(1, 0.5, {"accuracy": 0.25}, 0.75, {"accuracy": 0.125}, 2.0, 100.0, 0.1),
        EpochRow(2, 1 / 3, {"accuracy": 0.5}, 0.625, {"accuracy": 0.375}, 2.0, 50.0, 0.01),
    ]
    return History("eager", rows)


def test_a_history_gives_rows_by_number_and_columns_by_name() -> None:
    history = make_history()
    assert len(history) == 2
    assert history[-1] is history.rows[1]
    assert [row.epoch for row in history] == [1, 2]
    assert history["validation_accuracy"] == [0.125, 0.375]
    assert history.seconds == 4.0
    assert history.samples_per_second == 75.0
    with pytest.raises(InvalidArgument, match="no 'recall': it has epoch, loss, accuracy"):
        history["recall"]
    with pytest.raises(InvalidArgument, match="no 'loss': it has none yet"):
        History()["loss"]
    assert History().samples_per_second == 0.0


def test_a_history_prints_as_a_table() -> None:
    lines = repr(make_history()).splitlines()
    assert lines[0].split() == list(make_history()[0].as_dict())
    assert lines[2].split()[:3] == ["2", "0.333333", "0.5"]
    assert len({len(line) for line in lines}) == 1


def test_to_rows_are_plain_values_that_can_be_changed() -> None:
    history = make_history()
    history.to_rows()[0]["loss"] = -1.0
    assert history.to_rows()[0] == {
        "epoch": 1, "loss": 0.5, "accuracy": 0.25, "validation_loss": 0.75,
        "validation_accuracy": 0.125, "seconds": 2.0, "samples_per_second": 100.0, "lr": 0.1,
    }  # fmt: skip


def test_to_csv_writes_every_bit(tmp_path: Path) -> None:
    history = fit(network(), (X, Y), epochs=2, seed=0, validation=(X_TEST, Y_TEST))
    history.to_csv(tmp_path / "history.csv")
    with (tmp_path / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    expected = history.to_rows()
    assert [{name: float(text) for name, text in row.items()} for row in rows] == expected


@pytest.mark.parametrize("has_labels", [True, False])
@pytest.mark.parametrize("has_validation", [True, False])
def test_plot_draws_the_curves(tmp_path: Path, has_labels: bool, has_validation: bool) -> None:
    data = (X, Y) if has_labels else regression()
    history = fit(
        network(3 if has_labels else 1), data, epochs=2, validation=data if has_validation else None
    )
    history.plot(str(tmp_path / "curves.png"))
    with Image.open(tmp_path / "curves.png") as picture:
        picture.load()
        assert picture.size == (1200 if has_labels else 600, 432)
        assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 10


def test_a_history_of_no_epochs_writes_files_too(tmp_path: Path) -> None:
    history = fit(network(), (X, Y), epochs=0)
    history.to_csv(tmp_path / "history.csv")
    history.plot(tmp_path / "curves.png")
    assert (tmp_path / "history.csv").read_text().strip() == ""
    assert (tmp_path / "curves.png").read_bytes()[:4] == b"\x89PNG"


def test_times_are_those_of_training() -> None:
    seen: list[float] = []
    history = fit(
        network(), (X, Y), epochs=2, validation=(X_TEST, Y_TEST),
        callbacks=[LambdaCallback(lambda _, row: seen.append(row.seconds))],
    )  # fmt: skip
    assert history["seconds"] == seen
    assert history.seconds == sum(seen)
    for row in history:
        assert row.seconds > 0
        assert row.samples_per_second * row.seconds == pytest.approx(50)
