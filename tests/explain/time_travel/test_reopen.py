"""Going back to a step of a recorded run: bit for bit what happened then."""

import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import nn, optim
from chainrule.data import blobs, load
from chainrule.engines import Observation
from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument, StateMismatch
from chainrule.explain.time_travel import RecordedRun, reopen
from chainrule.randomness import default_generator
from chainrule.training import Callback, fit
from chainrule.training.recording import Recorder, kept_steps
from chainrule.training.trainer import Trainer

X, Y = blobs(203, seed=1)
STEPS = 63
LOOKED_AT = (0, 1, 20, 21, 37, 62)


def network() -> nn.Sequential:
    chainrule.manual_seed(0)
    return nn.Sequential(
        nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.3), nn.Linear(8, 3)
    )


class Witness(Callback):
    """Notes, while a run is recorded, what its steps begin with and what happens in some."""

    def __init__(self) -> None:
        self.before: dict[int, dict[str, np.ndarray]] = {}
        self.observed: dict[int, Observation] = {}

    def on_step_start(self, trainer: Trainer) -> None:
        state = trainer.model.state_dict()
        self.before[trainer.step] = {path: tensor.array.copy() for path, tensor in state.items()}

    def observes(self, step: int) -> bool:
        return step in LOOKED_AT

    def on_observation(self, trainer: Trainer, observation: Observation) -> None:
        self.observed[trainer.step - 1] = observation


def options(**more: Any) -> dict[str, Any]:
    return {
        "epochs": 3, "batch_size": 10, "seed": 2, "optimizer": "adam", "validation": (X, Y),
        "engine": "eager", **more,
    }  # fmt: skip


def recorded(folder: Path, **more: Any) -> tuple[RecordedRun, Witness]:
    """A run that was recorded, and what it was like."""
    chosen = options(**more)
    witness = Witness()
    fit(network(), (X, Y), callbacks=[witness, Recorder(folder, every_steps=8)], **chosen)
    return reopen(folder, network(), (X, Y), callbacks=[witness], **chosen), witness


@pytest.mark.parametrize("engine", ["eager", "compiled", "torch"])
def test_every_step_begins_with_the_bits_it_began_with(tmp_path: Path, engine: str) -> None:
    run, witness = recorded(tmp_path, engine=engine)
    assert len(run) == STEPS
    for step in (*LOOKED_AT[::-1], 5, 50):
        moment = run.at(step)
        assert (moment.step, moment.epoch, moment.batch) == (step, step // 21, step % 21)
        for path, numbers in witness.before[step].items():
            assert (moment.weights[path] == numbers).all(), (step, path)


def test_everything_that_happened_happens_again_to_the_bit(tmp_path: Path) -> None:
    run, witness = recorded(tmp_path)
    for step in LOOKED_AT:
        moment, then = run.at(step), witness.observed[step]
        assert moment.loss == then.loss
        for kind in ("activations", "gradients"):
            now, before = getattr(moment.observation, kind)(), getattr(then, kind)()
            assert now.keys() == before.keys()
            assert all((now[path] == before[path]).all() for path in now)
        for path, gradient in then.parameter_gradients.items():
            assert (moment.gradients[path] == gradient).all()
            assert (moment.updates[path] == then.updates[path]).all()


def test_a_moment_knows_its_samples_and_the_optimizer(tmp_path: Path) -> None:
    run, _ = recorded(tmp_path)
    moment = run.at(30)
    assert (moment.inputs == X[moment.rows]).all()
    assert (moment.targets == Y[moment.rows]).all()
    assert {int(entry["step"].array) for entry in moment.optimizer["state"].values()} == {30}
    assert len(run.at(-1).rows) == 3  # what is left for the last batch


def test_schedules_are_followed(tmp_path: Path) -> None:
    def scheduled() -> dict[str, Any]:
        model = network()
        optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        scheduler = optim.lr_scheduler.StepLR(optimizer, 1)
        chosen = options(optimizer=optimizer, scheduler=scheduler)
        return {"model": model, "data": (X, Y), **chosen}

    witness = Witness()
    fit(**scheduled(), callbacks=[witness], record=tmp_path)
    moment = reopen(tmp_path, **scheduled()).at(62)
    assert moment.optimizer["param_groups"][0]["lr"] == pytest.approx(0.001)
    assert (moment.weights["0.weight"] == witness.before[62]["0.weight"]).all()


def test_reopening_leaves_model_optimizer_and_generator_alone(tmp_path: Path) -> None:
    recorded(tmp_path)
    model = network()
    optimizer = optim.Adam(model.parameters())
    before = model[0].weight.array.copy()
    chainrule.manual_seed(77)
    state = default_generator.state_dict()
    reopen(tmp_path, model, (X, Y), **{**options(), "optimizer": optimizer}).at(40)
    assert default_generator.state_dict() == state
    assert not optimizer.state
    assert (model[0].weight.array == before).all()


def test_the_callbacks_of_the_run_are_not_needed(tmp_path: Path) -> None:
    recorded(tmp_path)
    run = reopen(tmp_path, network(), (X, Y), **options())
    assert len(run) == STEPS


def test_callbacks_are_not_called(tmp_path: Path) -> None:
    run, witness = recorded(tmp_path)
    witness.before.clear()
    run.at(30)
    assert not witness.before


def test_a_resumed_run_is_recorded_as_one(tmp_path: Path) -> None:
    places = {"out": tmp_path / "run", "record": tmp_path / "record"}
    fit(network(), (X, Y), **{**options(), "epochs": 1}, **places)
    fit(network(), (X, Y), **options(), **places, resume=True)
    run = reopen(places["record"], network(), (X, Y), **options())
    assert len(run) == STEPS
    whole, _ = recorded(tmp_path / "whole")
    for step in (3, 45):
        assert (run.at(step).weights["4.weight"] == whole.at(step).weights["4.weight"]).all()


def test_a_new_run_replaces_an_earlier_recording(tmp_path: Path) -> None:
    recorded(tmp_path)
    fit(network(), (X, Y), **{**options(), "epochs": 1}, record=tmp_path)
    assert max(kept_steps(tmp_path)) <= 21


def test_of_long_runs_fewer_states_are_kept_and_every_step_is_still_there(tmp_path: Path) -> None:
    witness = Witness()
    recorder = Recorder(tmp_path, every_steps=1, most=8)
    fit(network(), (X, Y), callbacks=[witness, recorder], **options())
    assert kept_steps(tmp_path) == [0, 8, 16, 24, 32, 40, 48, 56]
    run = reopen(tmp_path, network(), (X, Y), **options())
    assert (run.at(55).weights["0.bias"] == witness.before[55]["0.bias"]).all()


# What is refused


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"batch_size": 11}, "batch size"),
        ({"seed": 3}, "seed"),
        ({"optimizer": "sgd"}, "optimizer"),
        ({"loss": nn.CrossEntropyLoss(label_smoothing=0.1)}, "loss"),
    ],
)
def test_another_run_is_refused_by_what_differs(
    tmp_path: Path, change: dict[str, Any], what: str
) -> None:
    recorded(tmp_path)
    with pytest.raises(StateMismatch, match=f"another {what}"):
        reopen(tmp_path, network(), (X, Y), **{**options(), **change})


def test_other_data_are_refused(tmp_path: Path) -> None:
    recorded(tmp_path)
    with pytest.raises(StateMismatch, match="another set of data"):
        reopen(tmp_path, network(), (X + 1, Y), **options())


@pytest.mark.parametrize("step", [STEPS, -STEPS - 1, 10**6])
def test_steps_that_there_are_not_are_refused(tmp_path: Path, step: int) -> None:
    run, _ = recorded(tmp_path)
    with pytest.raises(InvalidArgument, match="has 63 steps"):
        run.at(step)


def test_missing_and_damaged_recordings_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataNotFound, match="no recording in"):
        reopen(tmp_path, network(), (X, Y), **options())
    run, _ = recorded(tmp_path)
    for step in kept_steps(tmp_path)[:3]:
        (tmp_path / f"step-{step:09d}.safetensors").unlink()
    with pytest.raises(DataNotFound, match="no state from before step 10"):
        run.at(10)
    (tmp_path / "recording.json").write_text("{")
    with pytest.raises(CorruptFile, match="damaged"):
        reopen(tmp_path, network(), (X, Y), **options())


@pytest.mark.parametrize("arguments", [{"every_steps": 0}, {"most": 1}])
def test_a_recorder_needs_a_spacing_and_two_states(
    tmp_path: Path, arguments: dict[str, int]
) -> None:
    with pytest.raises(InvalidArgument, match="at least 1 and 2"):
        Recorder(tmp_path, **arguments)


# On real data


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_steps_of_a_run_on_mnist_reopen_in_a_moment(
    mnist_folder: Path, tmp_path: Path, engine: str
) -> None:
    split = load("mnist", data_dir=mnist_folder)
    data = split.x_train[:16_000], split.y_train[:16_000]

    def model() -> nn.Module:
        chainrule.manual_seed(0)
        return nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 128), nn.ReLU(),
            nn.Dropout(0.2), nn.Linear(128, 10),
        )  # fmt: skip

    chosen: dict[str, Any] = {"epochs": 1, "batch_size": 32, "seed": 3, "engine": engine}
    witness = Witness()
    fit(model(), data, callbacks=[witness], record=tmp_path, **chosen)
    began = time.perf_counter()
    run = reopen(tmp_path, model(), data, callbacks=[witness], **chosen)
    longest = time.perf_counter() - began
    assert len(run) == 500
    for step in (499, 255, 31, 0, 128):
        began = time.perf_counter()
        moment = run.at(step)
        longest = max(longest, time.perf_counter() - began)
        assert all((moment.weights[k] == v).all() for k, v in witness.before[step].items())
    print(f"{engine}: at most {longest:.3f} s to reopen a step")
    assert longest < 2


def test_a_recording_can_be_moved(tmp_path: Path) -> None:
    run, _ = recorded(tmp_path / "here")
    weights = run.at(9).weights
    shutil.move(tmp_path / "here", tmp_path / "there")
    again = reopen(tmp_path / "there", network(), (X, Y), **options())
    assert (again.at(9).weights["0.weight"] == weights["0.weight"]).all()
