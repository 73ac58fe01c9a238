"""Runs as people order them: options, recipes, what is left behind, and going on with it."""

import csv
import json
import math
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.data import load
from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument, StateMismatch
from chainrule.storage import read_model
from chainrule.training import LambdaCallback, LoadedModel, RunOptions, execute
from chainrule.training.checkpoint import CHECKPOINT_FILE
from chainrule.training.run import (
    CURVES_FILE,
    HISTORY_FILE,
    MODEL_FILE,
    RUN_FILE,
    RunResult,
    order_run,
    read_run_options,
)

XOR = RunOptions("xor", layers=(8,), batch_size=40, epochs=3, schedule="constant", lr=0.01)


def stop(_: Any, row: Any) -> None:
    """Interrupt after the second epoch."""
    if row.epoch == 2:
        raise KeyboardInterrupt


def bits(folder: Path) -> dict[str, bytes]:
    state = read_model(folder / MODEL_FILE)[0].state_dict()
    return {path: tensor.array.tobytes() for path, tensor in state.items()}


# Options


def test_a_recipe_fills_in_what_is_not_given() -> None:
    general, digits = RunOptions("digits"), order_run("digits", {})
    assert (digits.epochs, digits.lr) == (40, 0.01)
    assert replace(digits, epochs=general.epochs, lr=general.lr) == general
    given = order_run("digits", {"lr": 0.5, "layers": (7,)})
    assert (given.epochs, given.lr, given.layers) == (40, 0.5, (7,))
    assert order_run("points.csv", {"seed": 3}) == RunOptions("points.csv", seed=3)


@pytest.mark.parametrize(
    ("epochs", "num_samples", "expected"),
    [
        (None, 60_000, 5),
        (None, 20_000, 5),
        (None, 19_999, 6),
        (None, 160, 625),
        (None, 1, 100_000),
        (3, 160, 3),
        (0, 160, 0),
    ],
)
def test_small_data_sets_are_gone_through_more_often(
    epochs: int | None, num_samples: int, expected: int
) -> None:
    assert RunOptions("xor", epochs=epochs).epochs_for(num_samples) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dataset": 3}, "dataset must be a text, got 3"),
        ({"activation": "reloo"}, "no activation 'reloo': choose one of"),
        ({"activation": None}, "activation must be a text, got None"),
        ({"optimizer": "adm"}, "no optimizer 'adm': choose one of sgd"),
        ({"engine": "warp"}, "no engine 'warp': choose one of auto"),
        ({"schedule": "linear"}, "no schedule 'linear': choose one of"),
        ({"dropout": 1.5}, "dropout must be a probability, from 0 to 1, got 1.5"),
        ({"dropout": -0.1}, "got -0.1"),
        ({"dropout": "0.2"}, "got '0.2'"),
        ({"dropout": math.nan}, "got nan"),
        ({"lr": -1}, "lr must be a number of 0 or more, got -1"),
        ({"lr": math.nan}, "got nan"),
        ({"lr": math.inf}, "got inf"),
        ({"lr": True}, "got True"),
        ({"batch_size": 0}, "batch_size must be a whole number of 1 or more, got 0"),
        ({"batch_size": 2.5}, "got 2.5"),
        ({"batch_size": True}, "got True"),
        ({"epochs": -1}, "epochs must be a whole number of 0 or more, got -1"),
        ({"epochs": 2.0}, "got 2.0"),
        ({"seed": -1}, "seed must be a whole number of 0 or more, got -1"),
        ({"layers": (4, 0)}, "every layer's size must be a whole number of 1 or more, got 0"),
        ({"layers": (4, 2.5)}, "got 2.5"),
        ({"layers": "16"}, "got '1'"),
    ],
)
def test_options_that_cannot_be_used_are_refused_before_anything_is_done(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        RunOptions(**{"dataset": "xor", **options})
    assert words in str(caught.value)


def test_layers_may_be_a_list() -> None:
    assert RunOptions("xor", layers=[4, 2]) == RunOptions("xor", layers=(4, 2))  # type: ignore


# What a run leaves


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    folder = tmp_path_factory.mktemp("run") / "below"
    return folder, execute(replace(XOR, epochs=None, batch_size=160), folder)


def test_a_run_leaves_model_history_curves_and_its_record(
    finished: tuple[Path, RunResult],
) -> None:
    folder, result = finished
    assert {path.name for path in folder.iterdir()} == {
        RUN_FILE, MODEL_FILE, HISTORY_FILE, CURVES_FILE, CHECKPOINT_FILE,
    }  # fmt: skip
    assert result.model_path == folder / MODEL_FILE
    assert result.engine == "eager"
    assert result.num_parameters == 2 * 8 + 8 + 8 * 2 + 2
    assert result.options.epochs == len(result.history) == 625
    rows = list(csv.DictReader((folder / HISTORY_FILE).read_text().splitlines()))
    assert [float(row["loss"]) for row in rows] == result.history["loss"]
    assert (folder / CURVES_FILE).read_bytes()[:4] == b"\x89PNG"
    assert result.history[-1].validation_accuracy > 0.9


def test_the_record_is_the_order_and_the_model_says_how_it_was_trained(
    finished: tuple[Path, RunResult],
) -> None:
    folder, result = finished
    assert read_run_options(folder) == replace(XOR, epochs=None, batch_size=160)
    info = read_model(folder / MODEL_FILE)[1]
    expected = {**asdict(result.options), "history": result.history.to_rows()[-1:]}
    assert info.training == expected
    assert list(info.class_names or ()) == ["0", "1"]


def test_the_saved_model_scores_as_the_last_row_says(finished: tuple[Path, RunResult]) -> None:
    folder, result = finished
    score = LoadedModel.open(folder / MODEL_FILE).evaluate(load("xor"))
    assert score.loss == pytest.approx(result.history[-1].validation_loss, rel=1e-4)
    assert score.accuracy == pytest.approx(result.history[-1].validation_accuracy)


def test_the_seed_decides_the_model(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        chainrule.manual_seed(hash(name) % 1000)
        execute(replace(XOR, seed=seed), tmp_path / name)
    assert bits(tmp_path / "a") == bits(tmp_path / "b")
    assert bits(tmp_path / "a") != bits(tmp_path / "c")


def test_a_regression_is_trained_too(tmp_path: Path) -> None:
    result = execute(replace(XOR, dataset="sine", epochs=2), tmp_path)
    assert result.num_parameters == 8 + 8 + 8 + 1
    assert result.history[-1].accuracy is None
    assert read_model(tmp_path / MODEL_FILE)[1].class_names == ()


def test_the_cosine_falls_to_zero_along_the_epochs(tmp_path: Path) -> None:
    result = execute(replace(XOR, schedule="cosine", epochs=4), tmp_path)
    expected = [0.005 * (1 + math.cos(math.pi * epoch / 4)) for epoch in range(4)]
    assert result.history["lr"] == pytest.approx(expected)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_no_epochs_leave_an_untrained_model(tmp_path: Path, schedule: str) -> None:
    result = execute(replace(XOR, schedule=schedule, epochs=0), tmp_path)
    assert len(result.history) == 0
    outputs = LoadedModel.open(result.model_path).outputs(np.zeros((3, 2), np.float32))
    assert outputs.shape == (3, 2)


def test_an_order_that_fails_leaves_an_earlier_run_alone(tmp_path: Path) -> None:
    execute(XOR, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InvalidArgument, match="no data set 'nosuch'"):
        execute(replace(XOR, dataset="nosuch"), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# Going on


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_an_interrupted_run_goes_on_to_the_same_files(tmp_path: Path, schedule: str) -> None:
    options = replace(XOR, epochs=5, schedule=schedule, dropout=0.3)
    whole = execute(options, tmp_path / "whole", callbacks=[LambdaCallback(lambda *_: None)])
    with pytest.raises(KeyboardInterrupt):
        execute(options, tmp_path / "parts", callbacks=[LambdaCallback(stop)])
    assert not (tmp_path / "parts" / MODEL_FILE).exists()
    resumed = execute(
        options, tmp_path / "parts", resume=True, callbacks=[LambdaCallback(lambda *_: None)]
    )
    assert bits(tmp_path / "parts") == bits(tmp_path / "whole")
    assert resumed.history["loss"] == whole.history["loss"]
    assert (tmp_path / "parts" / RUN_FILE).read_bytes() == (
        tmp_path / "whole" / RUN_FILE
    ).read_bytes()


def test_more_epochs_are_allowed_at_a_constant_rate_and_become_the_order(tmp_path: Path) -> None:
    execute(replace(XOR, epochs=5), tmp_path / "whole")
    execute(replace(XOR, epochs=2), tmp_path / "parts")
    assert bits(tmp_path / "whole") != bits(tmp_path / "parts")
    execute(replace(XOR, epochs=5), tmp_path / "parts", resume=True)
    assert bits(tmp_path / "whole") == bits(tmp_path / "parts")
    assert read_run_options(tmp_path / "parts").epochs == 5


def test_more_epochs_are_refused_along_a_cosine(tmp_path: Path) -> None:
    options = replace(XOR, schedule="cosine")
    execute(options, tmp_path)
    with pytest.raises(StateMismatch, match="was started with epochs = 3, not 5"):
        execute(replace(options, epochs=5), tmp_path, resume=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dataset", "moons"),
        ("layers", (9,)),
        ("activation", "tanh"),
        ("dropout", 0.0),
        ("optimizer", "sgd"),
        ("lr", 0.02),
        ("schedule", "cosine"),
        ("batch_size", 20),
        ("seed", 5),
        ("engine", "eager"),
    ],
)
def test_other_options_are_refused_by_name(tmp_path: Path, name: str, value: Any) -> None:
    execute(replace(XOR, epochs=1), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StateMismatch) as caught:
        execute(replace(XOR, epochs=1, **{name: value}), tmp_path, resume=True)
    assert f"was started with {name} = {getattr(XOR, name)}, not {value}" in str(caught.value)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_run_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataNotFound, match=f"no training run in {tmp_path}"):
        read_run_options(tmp_path)
    with pytest.raises(DataNotFound, match="no training run in"):
        execute(XOR, tmp_path / "nowhere", resume=True)
    assert list(tmp_path.iterdir()) == []


def record(**changes: Any) -> bytes:
    values = {**asdict(XOR), **changes}
    return json.dumps({name: value for name, value in values.items() if value != "GONE"}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        record()[:-1],
        record() + b"}",
        record(layers="GONE"),
        record(lr="GONE"),
        record(dataset="GONE"),
        record(extra=1),
        record(layers=None),
        record(layers=3),
        record(layers=[3, "x"]),
        record(layers=[[3]]),
        record(lr="0.1"),
        record(lr=math.nan),
        record(lr=math.inf),
        record(lr=[]),
        record(epochs="3"),
        record(epochs=-1),
        record(epochs=1.5),
        record(batch_size=None),
        record(dataset=None),
        record(dropout={}),
        record(optimizer=3),
        record(activation="nosuch"),
        record(schedule=["cosine"]),
        record().replace(b'"lr": 0.01', b'"lr": 0.01, "lr": 0.02'),
    ],
)
def test_a_damaged_record_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / RUN_FILE).write_bytes(content)
    with pytest.raises(CorruptFile, match=r"run\.json is damaged: .*Start a new run"):
        read_run_options(tmp_path)


def test_a_record_is_read_as_it_was_ordered(tmp_path: Path) -> None:
    (tmp_path / RUN_FILE).write_bytes(record())
    assert read_run_options(tmp_path) == XOR
