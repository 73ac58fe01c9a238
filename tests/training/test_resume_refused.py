"""What cannot be resumed: another run, a missing checkpoint, another format."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chainrule
from chainrule import nn, optim
from chainrule.data import DataLoader
from chainrule.errors import DataNotFound, InvalidArgument, StateMismatch
from chainrule.optim import lr_scheduler
from chainrule.training import Checkpoint, EarlyStopping
from chainrule.training.checkpoint import CHECKPOINT_FILE
from training.helpers import network, weights
from training.runs import OPTIMIZERS, SCHEDULES, Crash, Run, Stopper, X, Y, tensors


def other_features() -> Any:
    return X + 1, Y


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "batch size": ({"batch_size": 20}, "another batch size: 10 there, 20 here"),
    "seed": ({"seed": 4}, "another seed: 3 there, 4 here"),
    "no seed": ({"seed": None}, "another seed: 3 there, None here"),
    "optimizer": ({"optimizer": "AdamW"}, "another optimizer: 'Adam' there, 'AdamW' here"),
    "schedule": ({"schedule": "StepLR"}, "another schedule: .*Cosine.* there, .*StepLR.* here"),
    "no schedule": ({"schedule": "none"}, "another schedule: .*Cosine.* there, None here"),
    "width": ({"model": lambda: nn.Sequential(nn.Linear(2, 3))}, "another model"),
    "dtype": ({"model": lambda: network(dropout=0.3).double()}, "model: .*float32.*float64"),
    "dropout": ({"model": lambda: network(dropout=0.5)}, "another architecture: .*p=0.3.*p=0.5"),
    "loss": ({"loss": nn.CrossEntropyLoss(label_smoothing=0.1)}, "another loss"),
    "features": ({"data": other_features}, "another set of data"),
    "labels": ({"data": lambda: (X, Y[::-1].copy())}, "another set of data"),
    "fewer samples": ({"data": lambda: (X[:40], Y[:40])}, r"another set of data: \[50.*\[40"),
    "order": (
        {"data": lambda: DataLoader(tensors(), batch_size=10)},
        "another order of the samples: .*'shuffle': True.*'shuffle': False",
    ),
    "no validation": ({"validation": None}, "another set of validation data"),
    "validation": ({"validation": (X, Y)}, "another set of validation data"),
    "metrics": ({"metrics": []}, "another list of metrics: .*'accuracy'.* there"),
    "clipping": ({"clip_norm": 1.0}, "another largest norm of the gradients: None there, 1.0 here"),
}  # fmt: skip


@pytest.mark.parametrize(("options", "words"), list(REFUSED.values()), ids=list(REFUSED))
def test_another_run_is_refused_by_what_differs(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(Crash):
        Run().train(tmp_path, stop=Stopper("on_step_start", 8, Crash))
    content = (tmp_path / CHECKPOINT_FILE).read_bytes()
    run = Run(**options)
    before = weights(run.model)
    with pytest.raises(StateMismatch, match=words):
        run.train(tmp_path, resume=True)
    assert weights(run.model) == before
    assert (tmp_path / CHECKPOINT_FILE).read_bytes() == content
    assert Run().train(tmp_path, resume=True).result() == Run().train().result()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: optim.Adam(p, lr=0.03, amsgrad=True), "'lr': 0.02.*'lr': 0.03"),
        (lambda p: optim.Adam(p, lr=0.02), "'amsgrad': True.*'amsgrad': False"),
        (
            lambda p: optim.Adam([{"params": [q]} for q in p], lr=0.02, amsgrad=True),
            "'params': 6.*'params': 1",
        ),
        (
            lambda p: optim.Adam(
                [{"params": p[:1], "lr": 0.5}, {"params": p[1:]}], lr=0.02, amsgrad=True
            ),
            "'lr': 0.02.*'lr': 0.5",
        ),
    ],
    ids=["lr", "amsgrad", "groups", "lr of a group"],
)
def test_other_options_of_the_optimizer_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Any], optim.Optimizer],
    words: str,
) -> None:
    Run(schedule="none").train(tmp_path)
    monkeypatch.setitem(OPTIMIZERS, "Adam", lambda parameters: make(list(parameters)))
    with pytest.raises(StateMismatch, match="another optimizer setting: .*" + words):
        Run(schedule="none").train(tmp_path, resume=True)


def test_other_options_of_the_schedule_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Run().train(tmp_path)
    monkeypatch.setitem(SCHEDULES, "Cosine", lambda o: lr_scheduler.CosineAnnealingLR(o, 9))
    with pytest.raises(StateMismatch, match=r"another schedule: .*'T_max': 4.*'T_max': 9"):
        Run().train(tmp_path, resume=True)


def test_other_callbacks_are_refused(tmp_path: Path) -> None:
    Run().train(tmp_path)
    with pytest.raises(StateMismatch, match=r"another list of callbacks: .*'EarlyStopping'.* here"):
        Run().train(tmp_path, resume=True, callbacks=(EarlyStopping(),))


def test_a_checkpoint_of_another_format_is_refused(tmp_path: Path) -> None:
    Run().train(tmp_path)
    state = chainrule.load(tmp_path / CHECKPOINT_FILE)
    chainrule.save({**state, "format": 99}, tmp_path / CHECKPOINT_FILE)
    with pytest.raises(StateMismatch, match="another version of chainrule"):
        Run().train(tmp_path, resume=True)


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(DataNotFound, match=f"no checkpoint in {folder} to resume from"):
            Run().train(folder, resume=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("every_steps", [0, -1])
def test_steps_between_checkpoints_are_at_least_one(tmp_path: Path, every_steps: int) -> None:
    with pytest.raises(InvalidArgument, match=f"every_steps={every_steps}"):
        Checkpoint(tmp_path, every_steps=every_steps)
