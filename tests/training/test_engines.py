"""Training on the other engines: like the eager one to rounding, and like itself to the bit."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule import nn, optim
from chainrule.compiler import NotCompilable
from chainrule.data import blobs
from chainrule.engines import StepResult
from chainrule.engines.observation import Observation
from chainrule.errors import InvalidIndex, NotFinite
from chainrule.training import Callback, EpochRow, History, fit
from chainrule.training.metrics import Metric
from chainrule.training.trainer import Trainer
from training.helpers import figures, network, weights
from training.runs import EPOCHS, OPTIMIZERS, SCHEDULES, STEPS, Run, Stopper, stopped_and_resumed

X, Y = blobs(203, seed=1)
# The bias before batch normalisation has no influence: Adam would make large steps of its rounding.
SMOOTH: dict[str, Any] = {"optimizer": "sgd", "lr": 0.05}
COMPILED: dict[str, Any] = {"engine": "compiled", "threads": 1}
TORCH: dict[str, Any] = {"engine": "torch", "device": "cpu"}
OPTIONS = {"compiled": COMPILED, "torch": TORCH}


@pytest.fixture(params=OPTIONS)
def engine(request: pytest.FixtureRequest) -> str:
    """An engine that is not the eager one."""
    name: str = request.param
    return name


def numbers(model: nn.Module) -> dict[str, Any]:
    return {path: tensor.array.copy() for path, tensor in model.state_dict().items()}


def train(engine: str, dropout: float = 0.3, **options: Any) -> tuple[nn.Module, History]:
    model = network(dropout=dropout)
    given: dict[str, Any] = {"epochs": 3, "batch_size": 10, "seed": 2, "validation": (X, Y)}
    return model, fit(model, (X, Y), engine=engine, **{**given, **options})


def comparable_dropout(engine: str) -> float:
    """Chance of dropout with which an engine can be held against the eager one."""
    return 0.0 if engine == "torch" else 0.3  # whose masks PyTorch does not draw


@pytest.mark.parametrize("clip_norm", [None, 0.1])
def test_the_result_is_that_of_the_eager_engine(engine: str, clip_norm: float | None) -> None:
    dropout = comparable_dropout(engine)
    one, history = train("eager", dropout, clip_norm=clip_norm, **SMOOTH)
    other, compiled = train(engine, dropout, clip_norm=clip_norm, **SMOOTH)
    assert compiled.engine == engine
    for path, array in numbers(one).items():
        np.testing.assert_allclose(numbers(other)[path], array, rtol=1e-4, atol=2e-5)
    for row, twin in zip(figures(history), figures(compiled), strict=True):
        assert row.keys() == twin.keys()
        for name, value in row.items():
            assert twin[name] == pytest.approx(value, rel=1e-3), name


def test_same_seed_same_bits(engine: str) -> None:
    one, history = train(engine)
    other, again = train(engine)
    assert weights(one) == weights(other)
    assert figures(history) == figures(again)


class Slices(Callback):
    """Asks for steps in slices of its own choice, and counts what it is told."""

    def __init__(self, size: int | None) -> None:
        self.size, self.told = size, 0

    def steps_to_next(self, trainer: Trainer) -> int | None:
        return self.size

    def on_step_end(self, trainer: Trainer, result: StepResult) -> None:
        self.told += 1
        assert len(result.outputs) == 10 if trainer.batch < trainer.num_batches else 3


def test_how_many_steps_are_taken_at_once_changes_nothing(engine: str) -> None:
    results = []
    for size in (1, 4, 1000, None):
        slices = Slices(size)
        model, history = train(engine, callbacks=[slices])
        results.append((weights(model), figures(history)))
        if size == 1:
            assert slices.told == 3 * 21
    assert results.count(results[0]) == len(results)


def test_figures_of_any_metric_are_the_same_whatever_is_taken_at_once(engine: str) -> None:
    spread = Metric("spread", lambda outputs, _: float(np.std(outputs)))
    one = train(engine, metrics=["accuracy", spread], callbacks=[Slices(1)])[1]
    many = train(engine, metrics=["accuracy", spread])[1]
    assert figures(one) == figures(many)


class Teller(Callback):
    """Overrides a hook of single steps."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def on_step_start(self, trainer: Trainer) -> None:
        self.steps.append(trainer.step)


def test_a_callback_that_asks_is_told_of_every_step(engine: str) -> None:
    teller = Teller()
    train(engine, callbacks=[teller])
    assert teller.steps == list(range(63))


class Watcher(Callback):
    """Observes chosen steps."""

    def __init__(self, *steps: int) -> None:
        self.chosen, self.seen = steps, []  # type: ignore[var-annotated]

    def observes(self, step: int) -> bool:
        return step in self.chosen

    def on_observation(self, trainer: Trainer, observation: Observation) -> None:
        self.seen.append((trainer.step - 1, sorted(observation.updates), observation.loss))


def test_chosen_steps_are_observed_with_the_same_result(engine: str) -> None:
    dropout = comparable_dropout(engine)
    plain, _ = train(engine, dropout, **SMOOTH)
    watcher = Watcher(0, 5, 6, 40)
    watched, _ = train(engine, dropout, callbacks=[watcher], **SMOOTH)
    assert [step for step, *_ in watcher.seen] == [0, 5, 6, 40]
    assert all("4.weight" in updates for _, updates, _ in watcher.seen)
    for path, array in numbers(plain).items():
        np.testing.assert_allclose(numbers(watched)[path], array, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_goes_on_exactly(engine: str, tmp_path: Path, optimizer: str) -> None:
    run: dict[str, Any] = {"optimizer": optimizer, **OPTIONS[engine]}
    whole = Run(**run).train().result()
    stop = Stopper("on_step_start", STEPS + 3, KeyboardInterrupt)
    _, second = stopped_and_resumed(tmp_path, stop, every_steps=None, **run)
    assert second.result() == whole


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_is_followed_and_goes_on_exactly(
    engine: str, tmp_path: Path, schedule: str
) -> None:
    run: dict[str, Any] = {"schedule": schedule, **OPTIONS[engine]}
    whole = Run(**run).train().result()
    eager = Run(schedule=schedule).train().result()
    assert [row["lr"] for row in whole["history"]] == [row["lr"] for row in eager["history"]]
    stop = Stopper("on_epoch_end", 2 * STEPS, KeyboardInterrupt)
    _, second = stopped_and_resumed(tmp_path, stop, every_steps=None, **run)
    assert second.result() == whole


def test_auto_goes_on_with_the_engine_that_ran(engine: str, tmp_path: Path) -> None:
    Run(**OPTIONS[engine]).train(tmp_path)
    more = Run(engine="auto", epochs=EPOCHS + 1).train(tmp_path, resume=True)
    assert more.history.engine == engine


def test_ctrl_c_is_heard_within_a_quarter_of_a_second(engine: str, tmp_path: Path) -> None:
    model = network()
    x, y = blobs(100_000, seed=1)
    heard: list[float] = []

    class Interrupting(Callback):
        def on_epoch_start(self, trainer: Trainer) -> None:
            if trainer.epoch == 1:
                threading.Timer(0.1, self.interrupt).start()

        def interrupt(self) -> None:
            heard.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        fit(
            model, (x, y), epochs=10_000, seed=0, out=tmp_path, callbacks=[Interrupting()],
            **OPTIONS[engine],
        )  # fmt: skip
    assert time.monotonic() - heard[0] < 0.5  # with the checkpoint's writing, on a busy machine


def exploding(engine: str, folder: Path) -> tuple[str, nn.Module]:
    x, y = X.copy(), Y.copy()
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 3))
    for number, parameter in enumerate(model.parameters()):
        parameter.array[...] = np.random.default_rng(number).normal(size=parameter.array.shape)
    with pytest.raises(NotFinite) as error:
        fit(
            model, (x, y), optimizer=optim.SGD(model.parameters(), lr=1e18), epochs=3,
            batch_size=10, seed=0, out=folder, engine=engine, threads=1,
        )  # fmt: skip
    return str(error.value), model


def test_numbers_that_stop_being_finite_are_reported_as_by_the_eager_engine(
    engine: str, tmp_path: Path
) -> None:
    eager, one = exploding("eager", tmp_path / "eager")
    compiled, other = exploding(engine, tmp_path / engine)
    assert "before the weights were changed" in compiled
    assert compiled == eager
    for path, array in numbers(one).items():
        assert np.isfinite(array).all()
        np.testing.assert_allclose(numbers(other)[path], array, rtol=1e-4)


@pytest.mark.parametrize("label", [3, -1, 10**9])
def test_labels_that_are_no_class_are_refused_as_by_the_eager_engine(
    engine: str, label: int
) -> None:
    y = Y.copy()
    y[77] = label
    messages = []
    for name in ("eager", engine):
        model = network()
        with pytest.raises(InvalidIndex) as error:
            fit(model, (X, y), engine=name, seed=0)
        messages.append(str(error.value))
        assert all(np.isfinite(array).all() for array in numbers(model).values())
    assert messages[0] == messages[1]


@pytest.mark.parametrize("word", [50, -1])
def test_words_that_are_not_in_the_table_are_refused_as_by_the_eager_engine(
    engine: str, word: int
) -> None:
    words = np.random.default_rng(0).integers(0, 50, (60, 4))
    words[31, 2] = word
    labels = words[:, 0] % 3
    messages = []
    for name in ("eager", engine):
        model = nn.Sequential(nn.Embedding(50, 8), nn.Flatten(), nn.Linear(32, 3))
        with pytest.raises(InvalidIndex) as error:
            fit(model, (words, labels), engine=name, seed=0)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


class Branching(nn.Module):
    def forward(self, x: Any) -> Any:
        return x if x.sum().item() > 0 else -x


def test_what_cannot_be_compiled_is_named_or_run_eagerly() -> None:
    def model() -> nn.Module:
        return nn.Sequential(nn.Linear(2, 3), Branching())

    with pytest.raises(NotCompilable, match="Branching takes numbers out of a tensor"):
        fit(model(), (X, Y), engine="compiled")
    assert fit(model(), (X, Y), epochs=1, engine="auto").engine == "eager"


def test_freezing_a_layer_between_epochs_is_noticed(engine: str) -> None:
    frozen: list[bytes] = []

    class Freezer(Callback):
        def on_epoch_end(self, trainer: Trainer, row: EpochRow) -> None:
            weight = next(trainer.model.parameters())
            weight.requires_grad_(False)
            frozen.append(weight.array.tobytes())

    train(engine, callbacks=[Freezer()])
    assert len(frozen) == 3
    assert len({*frozen}) == 1
