"""Ctrl-C and interruptions in callbacks: saved, and gone on from exactly."""

import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chainrule import nn
from chainrule.autograd.tensor import Tensor
from training.helpers import network
from training.runs import (
    EPOCHS,
    STEPS,
    Run,
    Stopper,
    stopped_and_resumed,
)

HOOKS = [
    "on_fit_start", "on_epoch_start", "on_step_start", "on_step_end", "on_epoch_end", "on_fit_end",
]  # fmt: skip


@pytest.mark.parametrize("step", [STEPS, STEPS + 2])
@pytest.mark.parametrize("hook", HOOKS)
def test_an_interruption_in_any_hook_is_saved_and_goes_on_exactly(
    tmp_path: Path, hook: str, step: int
) -> None:
    whole = Run().train().result()
    at = {"on_fit_start": 0, "on_fit_end": EPOCHS * STEPS, "on_epoch_end": 2 * STEPS}
    stop = Stopper(
        hook, at.get(hook, STEPS if hook == "on_epoch_start" else step), KeyboardInterrupt
    )
    first, second = stopped_and_resumed(tmp_path, stop, every_steps=None)
    assert second.result() == whole
    if hook == "on_step_end":  # nothing is done twice
        assert first.counter.counts["steps"] == step


class InterruptedForward(nn.Module):
    """Does something in the middle of the forward pass of one step."""

    def __init__(self, act: Callable[[], None], at_call: int) -> None:
        super().__init__()
        self.act, self.at_call, self.calls = act, at_call, 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        if self.calls == self.at_call:
            self.act()
        return x


def interrupted_within(act: Callable[[], None], at_call: int) -> nn.Module:
    model = network(dropout=0.3)
    return nn.Sequential(*model.children(), InterruptedForward(act, at_call))


def raise_interruption() -> None:
    raise KeyboardInterrupt


def press_once() -> None:
    signal.raise_signal(signal.SIGINT)


def press_twice() -> None:
    press_once()
    press_once()


@pytest.mark.parametrize(
    ("act", "steps_done"),
    [(press_once, 8), (press_twice, 7), (raise_interruption, 7)],
    ids=["Ctrl-C", "Ctrl-C-twice", "raised"],
)
def test_an_interruption_within_a_step_leaves_none_half_done(
    tmp_path: Path, act: Callable[[], None], steps_done: int
) -> None:
    """Ctrl-C waits for the step to end; what does not wait leaves the last checkpoint."""
    at_call = 7 + 1 + 1  # after seven steps and the validation between them
    whole = Run(model=lambda: interrupted_within(lambda: None, -1)).train().result()
    first = Run(model=lambda: interrupted_within(act, at_call))
    with pytest.raises(KeyboardInterrupt):
        first.train(tmp_path, every_steps=None)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert first.counter.counts["steps"] == steps_done
    second = Run(model=lambda: interrupted_within(lambda: None, -1))
    assert second.train(tmp_path, resume=True, every_steps=None).result() == whole


def test_ctrl_c_in_validation_waits_for_the_end_of_the_epoch(tmp_path: Path) -> None:
    whole = Run(model=lambda: interrupted_within(lambda: None, -1)).train().result()
    first = Run(model=lambda: interrupted_within(press_once, STEPS + 1))
    with pytest.raises(KeyboardInterrupt):
        first.train(tmp_path, every_steps=None)
    assert first.counter.counts == {"steps": STEPS, "epochs": 1}
    second = Run(model=lambda: interrupted_within(lambda: None, -1))
    assert second.train(tmp_path, resume=True, every_steps=None).result() == whole


def test_a_handler_of_the_callers_own_stays() -> None:
    taken: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: taken.append(number))
    try:
        run = Run(model=lambda: interrupted_within(press_once, 3)).train()
    finally:
        signal.signal(signal.SIGINT, before)
    assert taken == [signal.SIGINT]
    assert len(run.history) == EPOCHS


def test_many_interruptions_one_after_the_other_change_nothing(tmp_path: Path) -> None:
    whole = Run().train().result()
    dice = np.random.default_rng(0)
    for number in range(12):
        stop = Stopper("on_step_end", 1 + number + int(dice.integers(3)), KeyboardInterrupt)
        run = Run()
        try:
            run.train(tmp_path, resume=number > 0, stop=stop, every_steps=4)
        except KeyboardInterrupt:
            continue
    assert Run().train(tmp_path, resume=True, every_steps=4).result() == whole
