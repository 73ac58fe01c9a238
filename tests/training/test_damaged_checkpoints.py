"""Damaged checkpoints: refused as such, and nothing changed by them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.errors import CorruptFile, StateMismatch
from chainrule.training import EarlyStopping
from chainrule.training.checkpoint import CHECKPOINT_FILE
from training.helpers import network
from training.runs import Crash, Run, Stopper


@pytest.fixture(scope="module")
def stopped_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint in the middle of the second epoch."""
    folder = tmp_path_factory.mktemp("stopped")
    with pytest.raises(Crash):
        Run().train(folder, stop=Stopper("on_step_start", 8, Crash), callbacks=(EarlyStopping(),))
    return folder / CHECKPOINT_FILE


def refused(folder: Path) -> str:
    """The message with which a damaged checkpoint is refused, nothing having been changed."""
    run, stopping = Run(), EarlyStopping()
    chainrule.manual_seed(3)  # as the run itself does, which is no part of the checkpoint
    before = run.result()
    with pytest.raises(CorruptFile) as caught:
        run.train(folder, resume=True, callbacks=(stopping,))
    assert run.result() == before
    assert np.isnan(stopping.best)
    assert CHECKPOINT_FILE in str(caught.value)
    assert len(str(caught.value)) < 600
    return str(caught.value)


def test_a_truncated_checkpoint_is_refused(tmp_path: Path, stopped_run: Path) -> None:
    content = stopped_run.read_bytes()
    for length in (0, 1, 7, 8, 9, 100, len(content) // 2, len(content) - 1):
        (tmp_path / CHECKPOINT_FILE).write_bytes(content[:length])
        refused(tmp_path)


def test_a_flipped_byte_is_noticed(tmp_path: Path, stopped_run: Path) -> None:
    content = stopped_run.read_bytes()
    dice = np.random.default_rng(0)
    for _ in range(40):
        place = int(dice.integers(len(content)))
        flipped = bytes([content[place] ^ (1 << int(dice.integers(8)))])
        (tmp_path / CHECKPOINT_FILE).write_bytes(content[:place] + flipped + content[place + 1 :])
        refused(tmp_path)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all parts of a nested value."""
    if isinstance(value, dict):
        parts = list(value.items())
    else:
        parts = list(enumerate(value)) if isinstance(value, (list, tuple)) else []
    for key, part in parts:
        yield (*path, key)
        yield from paths(part, (*path, key))


def changed(value: Any, path: tuple[Any, ...], *replacement: Any) -> Any:
    """A copy of a nested value with one part replaced, or left out."""
    if not path:
        return replacement[0]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    kept = [
        (key, changed(part, path[1:], *replacement) if key == path[0] else part)
        for key, part in items
        if key != path[0] or len(path) > 1 or replacement
    ]
    return dict(kept) if isinstance(value, dict) else type(value)([part for _, part in kept])


def write_changed(folder: Path, original: Path, path: tuple[Any, ...], *replacement: Any) -> None:
    """Save a checkpoint with one part replaced, or left out, and its checksum right."""
    chainrule.save(changed(chainrule.load(original), path, *replacement), folder / CHECKPOINT_FILE)


def is_checked_elsewhere(path: tuple[Any, ...]) -> bool:
    """Whether a part is one of those that have tests of their own, or are a callback's business."""
    deep = path[:2] == ("optimizer", "state") or path[0] in ("configuration", "callbacks")
    return deep and len(path) > 2 - (path[0] == "configuration")


def test_a_checkpoint_with_any_part_missing_is_refused(tmp_path: Path, stopped_run: Path) -> None:
    places = [p for p in paths(chainrule.load(stopped_run)) if not is_checked_elsewhere(p)]
    assert len(places) > 70
    for path in places:
        write_changed(tmp_path, stopped_run, path)
        refused(tmp_path)


@pytest.mark.parametrize("odd", ["text", None, [None], {"a": 1}, np.zeros(2)], ids=str)
def test_a_checkpoint_with_any_part_of_another_kind_is_refused(
    tmp_path: Path, stopped_run: Path, odd: Any
) -> None:
    state = chainrule.load(stopped_run)
    accepted = {("format",), *([("order",)] if odd is None else [])}
    for path in paths(state):
        present = state
        for key in path:
            present = present[key]
        if is_checked_elsewhere(path) or path in accepted or type(present) is type(odd):
            continue
        write_changed(tmp_path, stopped_run, path, odd)
        refused(tmp_path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), "text"),
        ((), [1, 2]),
        ((), {}),
        (("epoch",), -1),
        (("epoch",), True),
        (("epoch",), 1.0),
        (("epoch",), 2),
        (("batch",), -1),
        (("step",), 1.5),
        (("should_stop",), 0),
        (("training_modes",), [True]),
        (("order",), np.zeros(50, dtype=np.int64)),
        (("order",), np.arange(49)),
        (("order",), np.arange(50) + 1),
        (("order",), np.arange(50.0)),
        (("order",), np.arange(50).reshape(5, 10)),
        (("order",), chainrule.arange(50)),
        (("sums", "count"), 1.5),
        (("sums", "totals"), []),
        (("history",), []),
        (("history",), np.zeros((0, 8))),
        (("history",), np.zeros((1, 8))),
        (("history",), np.ones((1, 7))),
        (("history",), np.ones(8)),
        (("history",), np.ones((1, 8), np.float32)),
        (("history",), chainrule.ones(1, 8).double()),
        (("model", "0.weight"), chainrule.zeros(3, 3)),
        (("model", "0.weight"), chainrule.zeros(8, 2).double()),
        (("model", "extra"), chainrule.zeros(1)),
        (("generator", "numpy", "state", "inc"), -(10**50)),
        (("generator", "numpy", "bit_generator"), "MT19937"),
        (("optimizer", "state", 0, "step"), chainrule.tensor(-1.0)),
        (("optimizer", "state", 0, "step"), chainrule.tensor(float("nan"))),
        (("optimizer", "state", 0, "step"), chainrule.zeros(2)),
        (("optimizer", "state", 0, "exp_avg"), chainrule.zeros(8)),
        (("optimizer", "state", 0, "exp_avg"), 1.0),
        (("optimizer", "state", 0), {}),
        (("optimizer", "state", 7), {}),
        (("optimizer", "param_groups", 0, "params"), [0, 1]),
        (("optimizer", "param_groups", 0, "betas"), (0.5,)),
        (("optimizer", "param_groups"), []),
        (("scheduler", "base_lrs"), []),
        (("scheduler", "_is_initial"), 1),
        (("callbacks",), []),
        (("callbacks", 3, "best"), "low"),
        (("callbacks", 3, "weights"), [1]),
        (("callbacks", 3), {}),
        (("configuration",), {}),
        (("configuration", "extra"), "1"),
    ],
)
def test_a_checkpoint_that_cannot_be_is_refused(
    tmp_path: Path, stopped_run: Path, path: tuple[Any, ...], value: Any
) -> None:
    state = chainrule.load(stopped_run)
    whole: Any = {"state": state}
    place: Any = whole
    for key in ("state", *path)[:-1]:
        place = place[key]
    place[("state", *path)[-1]] = value
    chainrule.save(whole["state"], tmp_path / CHECKPOINT_FILE)
    refused(tmp_path)


def test_a_model_file_is_no_checkpoint(tmp_path: Path) -> None:
    chainrule.save(network().state_dict(), tmp_path / CHECKPOINT_FILE)
    assert "holds no training run" in refused(tmp_path)


def test_a_text_in_the_configuration_that_was_changed_is_another_run(
    tmp_path: Path, stopped_run: Path
) -> None:
    for value in ("'SGD'", None, np.zeros(2)):
        write_changed(tmp_path, stopped_run, ("configuration", "optimizer"), value)
        with pytest.raises(StateMismatch, match=r"another optimizer: .* there, 'Adam' here"):
            Run().train(tmp_path, resume=True, callbacks=(EarlyStopping(),))
