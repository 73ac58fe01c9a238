"""chainrule summary: the table, its figures as JSON, and the shape of a sample."""

from pathlib import Path

import pytest

from chainrule import nn
from chainrule.storage import save_model
from cli.helpers import last_json, run


@pytest.fixture
def cnn_file(tmp_path: Path) -> str:
    path = tmp_path / "cnn.safetensors"
    save_model(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten()), path)
    return str(path)


def test_json_holds_multiply_adds_and_memory(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["summary", "4-8-3", "--json"], monkeypatch) == 0
    result = last_json(capsys.readouterr().out)
    assert result["cost"] == {"multiply_adds": 56, "forward_bytes": 76, "backward_bytes": 76}
    assert result["parameter_bytes"] == 67 * 4
    assert [layer["cost"]["multiply_adds"] for layer in result["layers"]] == [0, 32, 0, 24]


def test_a_file_that_does_not_say_its_samples_shape_can_be_told(
    cnn_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["summary", cnn_file, "--json"], monkeypatch) == 0
    assert last_json(capsys.readouterr().out)["cost"] is None
    assert run(["summary", cnn_file, "--shape", "1,28,28", "--json"], monkeypatch) == 0
    cost = last_json(capsys.readouterr().out)["cost"]
    assert cost["multiply_adds"] == 26 * 26 * 4 * 9


@pytest.mark.parametrize(
    ("shape", "words"), [("1,x", "lengths with commas"), ("5,28,28", "expected 1")]
)
def test_a_wrong_shape_is_named(
    cnn_file: str,
    shape: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["summary", cnn_file, "--shape", shape], monkeypatch) == 1
    assert words in capsys.readouterr().err
