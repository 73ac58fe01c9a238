"""Callbacks: when each hook is called, what an observer sees, and stopping early."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.data import DataLoader, TensorDataset, blobs
from chainrule.engines import StepResult
from chainrule.engines.observation import Observation
from chainrule.errors import InvalidArgument, NotFinite
from chainrule.randomness import default_generator
from chainrule.training import Callback, EarlyStopping, EpochRow, LambdaCallback, fit
from chainrule.training.trainer import Trainer
from training.helpers import figures, network, weights

X, Y = blobs(40, seed=1)
X_TEST, Y_TEST = blobs(10, seed=2)
HOOKS = (
    "on_fit_start", "on_epoch_start", "on_step_start", "on_step_end", "on_epoch_end", "on_fit_end",
)  # fmt: skip


class Recorder(Callback):
    """Notes every call, with the trainer's counts at that moment."""

    def __init__(self, name: str = "", log: list[Any] | None = None) -> None:
        self.name = name
        self.log: list[Any] = [] if log is None else log

    def note(self, hook: str, trainer: Trainer) -> None:
        self.log.append((self.name + hook, trainer.epoch, trainer.batch, trainer.step))

    def on_fit_start(self, trainer: Trainer) -> None:
        self.note("fit_start", trainer)

    def on_epoch_start(self, trainer: Trainer) -> None:
        self.note("epoch_start", trainer)

    def on_step_start(self, trainer: Trainer) -> None:
        self.note("step_start", trainer)

    def on_step_end(self, trainer: Trainer, result: StepResult) -> None:
        self.note("step_end", trainer)

    def observes(self, step: int) -> bool:
        return step == 2

    def on_observation(self, trainer: Trainer, observation: Observation) -> None:
        self.note("observation", trainer)

    def on_epoch_end(self, trainer: Trainer, row: EpochRow) -> None:
        self.note("epoch_end", trainer)

    def on_fit_end(self, trainer: Trainer) -> None:
        self.note("fit_end", trainer)


def train(callbacks: list[Callback], epochs: int = 2, **options: Any) -> tuple[nn.Module, Any]:
    model = network(dropout=0.3)
    options = {"batch_size": 20, "seed": 0, "validation": (X_TEST, Y_TEST), **options}
    return model, fit(model, (X, Y), epochs=epochs, callbacks=callbacks, **options)


# Hooks


def test_hooks_are_called_in_order_with_the_counts_of_the_moment() -> None:
    recorder = Recorder()
    train([recorder])
    assert recorder.log == [
        ("fit_start", 0, 0, 0),
        ("epoch_start", 0, 0, 0),
        ("step_start", 0, 0, 0),
        ("step_end", 0, 1, 1),
        ("step_start", 0, 1, 1),
        ("step_end", 0, 2, 2),
        ("epoch_end", 1, 2, 2),
        ("epoch_start", 1, 0, 2),
        ("step_start", 1, 0, 2),
        ("observation", 1, 1, 3),
        ("step_end", 1, 1, 3),
        ("step_start", 1, 1, 3),
        ("step_end", 1, 2, 4),
        ("epoch_end", 2, 2, 4),
        ("fit_end", 2, 2, 4),
    ]


def test_callbacks_take_turns_in_the_order_given() -> None:
    log: list[Any] = []
    train([Recorder("a ", log), Callback(), Recorder("b ", log)], epochs=1)
    names = [entry[0] for entry in log]
    assert [name[2:] for name in names[::2]] == [name[2:] for name in names[1::2]]
    assert {name[0] for name in names[::2]} == {"a"}


def test_no_epochs_call_only_start_and_end() -> None:
    recorder = Recorder()
    train([recorder], epochs=0)
    assert [entry[0] for entry in recorder.log] == ["fit_start", "fit_end"]


def test_the_end_is_told_after_an_error_too() -> None:
    recorder = Recorder()
    model = network()
    model[0].weight.array[0] = np.nan
    with pytest.raises(NotFinite, match=r"parameter 0\.weight"):
        fit(model, (X, Y), callbacks=[recorder])
    assert [entry[0] for entry in recorder.log][-2:] == ["step_start", "fit_end"]


@pytest.mark.parametrize("hook", HOOKS)
def test_an_error_in_a_hook_reaches_the_caller(hook: str) -> None:
    def fail(*_: object) -> None:
        raise LookupError(f"in {hook}")

    callback = Callback()
    setattr(callback, hook, fail)
    with pytest.raises(LookupError, match=hook):
        train([callback])


@pytest.mark.parametrize("hook", HOOKS)
def test_an_interruption_in_a_hook_reaches_the_others_first(hook: str) -> None:
    """So that all of them have seen the same, and can be saved together."""

    def interrupt(*_: object) -> None:
        setattr(first, hook, lambda *_: None)
        raise KeyboardInterrupt

    log: list[Any] = []
    first, after = Callback(), Recorder("", log)
    setattr(first, hook, interrupt)
    with pytest.raises(KeyboardInterrupt):
        train([first, after])
    names = [name for name, *_ in log]
    assert hook.removeprefix("on_") in names
    assert names.count("step_start") == names.count("step_end")
    assert names[-1] == "fit_end"
    if hook != "on_fit_end":
        assert names.count("step_start") <= 2


def test_a_callback_may_stop_training_after_the_epoch() -> None:
    class Stop(Callback):
        def on_step_end(self, trainer: Trainer, result: StepResult) -> None:
            trainer.should_stop |= trainer.step == 3

    _, history = train([Stop()], epochs=9)
    assert len(history) == 2
    _, history = train([LambdaCallback(lambda trainer, _: setattr(trainer, "should_stop", True))])
    assert len(history) == 1


def test_a_lambda_is_shown_every_row() -> None:
    rows: list[EpochRow] = []
    _, history = train([LambdaCallback(lambda _, row: rows.append(row))], epochs=3)
    assert rows == history.rows


def test_a_step_result_holds_the_batchs_loss_and_outputs() -> None:
    results: list[StepResult] = []

    class Keep(Callback):
        def on_step_end(self, trainer: Trainer, result: StepResult) -> None:
            results.append(result)

    _, history = train([Keep()], epochs=1)
    assert [result.outputs.shape for result in results] == [(20, 3), (20, 3)]
    assert np.mean([result.loss for result in results]) == pytest.approx(history[0].loss)


# Observation


class Observer(Callback):
    """Keeps what happened in some steps, and the weights and the generator before each."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.before: dict[int, Any] = {}
        self.seen: dict[int, Observation] = {}

    def observes(self, step: int) -> bool:
        return step % self.every == 0

    def on_step_start(self, trainer: Trainer) -> None:
        state = {path: tensor.clone() for path, tensor in trainer.model.state_dict().items()}
        self.before[trainer.step] = state, default_generator.state_dict()

    def on_observation(self, trainer: Trainer, observation: Observation) -> None:
        self.seen[trainer.step - 1] = observation


def test_an_observer_sees_what_a_backward_pass_of_its_own_gives() -> None:
    dataset = TensorDataset(chainrule.from_numpy(X), chainrule.from_numpy(Y))
    observer = Observer(3)
    fit(
        network(dropout=0.3), DataLoader(dataset, batch_size=8), epochs=2, seed=0,
        callbacks=[observer],
    )  # fmt: skip
    assert list(observer.seen) == [0, 3, 6, 9]
    for step, observation in observer.seen.items():
        state, drawn = observer.before[step]
        twin = network(dropout=0.3)
        twin.load_state_dict(state)
        default_generator.load_state_dict(drawn)
        start = 8 * (step % 5)
        outputs = twin(chainrule.from_numpy(X[start : start + 8]))
        loss = nn.CrossEntropyLoss()(outputs, chainrule.from_numpy(Y[start : start + 8]))
        loss.backward()
        assert observation.loss == loss.item()
        np.testing.assert_array_equal(observation.activations()["4"], outputs.detach().array)
        for path, parameter in twin.named_parameters():
            expected = parameter.grad.array
            np.testing.assert_array_equal(observation.parameter_gradients[path], expected)
            assert np.any(observation.updates[path])


@pytest.mark.parametrize("every", [1, 3])
def test_watching_changes_no_bit(every: int) -> None:
    plain, plain_history = train([], epochs=3, clip_norm=0.5)
    watched, watched_history = train([Observer(every), Observer(2)], epochs=3, clip_norm=0.5)
    assert weights(plain) == weights(watched)
    assert figures(plain_history) == figures(watched_history)


def test_each_observer_sees_its_own_steps_alone() -> None:
    observers = [Observer(2), Observer(5), Callback()]
    train(observers, epochs=4)
    assert list(observers[0].seen) == [0, 2, 4, 6]
    assert list(observers[1].seen) == [0, 5]


# Stopping early


def stop_after(figures_seen: list[float], **options: Any) -> tuple[int, EarlyStopping]:
    """The epoch after which training stops, given the figures of all epochs."""
    stopping = EarlyStopping(**options)
    trainer: Any = SimpleNamespace(model=nn.Linear(1, 1), should_stop=False, was_interrupted=False)
    for epoch, figure in enumerate(figures_seen, 1):
        name = stopping.monitor.removeprefix("validation_")
        metrics = {} if name == "loss" else {name: figure}
        stopping.on_epoch_end(trainer, EpochRow(epoch, 9.0, {}, figure, metrics, 1.0, 1.0, 0.1))
        if trainer.should_stop:
            return epoch, stopping
    return 0, stopping


@pytest.mark.parametrize(
    ("figures_seen", "options", "stop", "best_epoch"),
    [
        ([3, 2, 1, 1.5, 1.4, 1.3], {"patience": 2}, 5, 3),
        ([3, 2, 1, 1.5, 1.4, 0.9, 2, 2, 2], {"patience": 3}, 9, 6),
        ([3, 2, 1, 0, -1], {"patience": 1}, 0, 5),
        ([3, 3], {"patience": 1}, 2, 1),
        ([3, 2.95, 2.92, 2.85], {"patience": 2, "min_delta": 0.1}, 3, 1),
        ([3, 2.95, 2.85, 2.8, 2.6], {"patience": 2, "min_delta": 0.1}, 0, 5),
        ([1, 2, 3, 2, 2], {"patience": 2, "monitor": "validation_accuracy"}, 5, 3),
        ([3, 2, 4, 4], {"patience": 2, "monitor": "validation_mean_absolute_error"}, 4, 2),
        ([3, float("nan"), float("nan"), 1], {"patience": 2}, 3, 1),
        ([float("nan"), 2, 3, 3], {"patience": 2}, 4, 2),
    ],
)
def test_early_stopping_waits_for_its_patience(
    figures_seen: list[float], options: dict[str, Any], stop: int, best_epoch: int
) -> None:
    stopped, stopping = stop_after(figures_seen, **options)
    assert stopped == stop
    assert stopping.best_epoch == best_epoch
    assert stopping.best == figures_seen[best_epoch - 1]


class Scripted:
    """A metric that is what the script says on validation, epoch by epoch."""

    def __init__(self, script: list[float]) -> None:
        self.script = iter(script)
        self.__name__ = "score"

    def __call__(self, outputs: np.ndarray, targets: np.ndarray) -> float:
        return next(self.script) if len(outputs) == len(X_TEST) else 0.0


@pytest.mark.parametrize("restore_best", [True, False])
def test_the_best_weights_come_back_at_the_end(restore_best: bool) -> None:
    by_epoch: list[dict[str, bytes]] = []
    keep = LambdaCallback(lambda trainer, _: by_epoch.append(weights(trainer.model)))
    stopping = EarlyStopping("validation_score", patience=2, restore_best=restore_best)
    model, history = train(
        [keep, stopping], epochs=9, metrics=[Scripted([0.1, 0.7, 0.3, 0.6, 0.9, 0.9])]
    )
    assert len(history) == 4
    assert stopping.best_epoch == 2
    assert weights(model) == by_epoch[1 if restore_best else 3]
    assert by_epoch[1] != by_epoch[3]


def test_the_best_weights_come_back_when_the_last_epoch_ends_training() -> None:
    by_epoch: list[dict[str, bytes]] = []
    keep = LambdaCallback(lambda trainer, _: by_epoch.append(weights(trainer.model)))
    stopping = EarlyStopping("validation_score", patience=9)
    model, _ = train([keep, stopping], epochs=3, metrics=[Scripted([0.9, 0.1, 0.2])])
    assert weights(model) == by_epoch[0]


def test_a_second_run_begins_anew() -> None:
    """Best figure and weights of an earlier run have nothing to do with it."""
    stopping = EarlyStopping("validation_score", patience=1)
    train([stopping], epochs=3, metrics=[Scripted([0.9, 0.95, 0.1])])
    by_epoch: list[dict[str, bytes]] = []
    keep = LambdaCallback(lambda trainer, _: by_epoch.append(weights(trainer.model)))
    model, history = train(
        [keep, stopping], epochs=4, seed=9, metrics=[Scripted([0.1, 0.2, 0.15, 0.1])]
    )
    assert len(history) == 3
    assert stopping.best_epoch == 2
    assert weights(model) == by_epoch[1]


def test_an_error_leaves_the_weights_where_training_stopped() -> None:
    stopping = EarlyStopping("loss", patience=5)
    by_epoch: list[dict[str, bytes]] = []

    def poison(trainer: Trainer, row: EpochRow) -> None:
        by_epoch.append(weights(trainer.model))
        if row.epoch == 2:
            stopping.best = -1.0
        if row.epoch == 3:
            raise LookupError

    model = network()
    with pytest.raises(LookupError):
        fit(model, (X, Y), epochs=9, seed=0, callbacks=[stopping, LambdaCallback(poison)])
    assert weights(model) == by_epoch[2]
    assert by_epoch[2] != by_epoch[1]


def test_a_figure_that_is_not_measured_is_named() -> None:
    with pytest.raises(InvalidArgument, match="'validation_loss', which is not measured: pass val"):
        train([EarlyStopping()], validation=None)


@pytest.mark.parametrize("patience", [0, -1])
def test_patience_is_at_least_one_epoch(patience: int) -> None:
    with pytest.raises(InvalidArgument, match=f"patience={patience}"):
        EarlyStopping(patience=patience)
