"""chainrule check: networks by size and by file, and a wrong one."""

from pathlib import Path

import numpy as np
import pytest

from chainrule.autograd.graph import apply
from chainrule.cli import check as command
from chainrule.cli.network import GivenNetwork
from chainrule.nn.feedforward import feedforward
from chainrule.nn.module import Module
from chainrule.operations.operation import Elementwise
from cli.helpers import last_json, run


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_a_small_network_is_checked_number_by_number(
    activation: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "4-3-2", "--activation", activation, "--json"], monkeypatch) == 0
    printed = capsys.readouterr().out
    assert "1.weight: 12 of 12 derivatives agree" in printed
    result = last_json(printed)
    assert result["passed"]
    assert result["derivatives"] == 16 + 12 + 3 + 6 + 2
    assert result["worst"]["relative_error"] < 1e-5


def test_a_large_network_is_checked_in_random_directions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "784-256-128-10", "--json"], monkeypatch) == 0
    printed = capsys.readouterr().out
    assert "in a random direction" in printed
    assert last_json(printed)["derivatives"] == 7 * 5


def test_a_saved_model_on_its_data(
    digits_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(digits_run / "model.safetensors")
    assert run(["check", file, "digits", "--samples", "0:3", "--directions", "2"], monkeypatch) == 0
    assert "cross-entropy of 3 of the samples digits learns from" in capsys.readouterr().out


def test_a_wrong_gradient_ends_in_exit_code_1_and_a_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    derivative = (lambda gradient, y: 2 * gradient * (1 - y * y),)
    record = Elementwise("tanh", lambda x: np.tanh(x), derivative)

    class Wrong(Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = feedforward([3, 2])

        def forward(self, x: object) -> object:
            return apply(record, (self.layers(x),))

    monkeypatch.setattr(
        command, "seeded_network", lambda *_: GivenNetwork(Wrong().double(), (3,), None)
    )
    assert run(["check", "3-2", "--json"], monkeypatch) == 1
    printed = capsys.readouterr().out
    assert "DIFFERS" in printed
    assert "every derivative of layers.1.weight is twice what it should be" in printed
    assert last_json(printed)["verdict"] == "differs"


def test_a_negative_number_of_directions_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "2-2-1", "--directions", "-1"], monkeypatch) == 1
    assert "cannot be -1 directions" in capsys.readouterr().err
