"""chainrule export: a saved model for other programs."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

import chainrule
from chainrule import nn
from chainrule.data import load
from chainrule.storage import load_model, save_model
from cli.helpers import last_json, run


def test_a_trained_model_as_onnx(
    digits_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, out = digits_run / "model.safetensors", tmp_path / "digits.onnx"
    assert (
        run(["export", str(model), "--to", "onnx", "--out", str(out), "--json"], monkeypatch) == 0
    )
    printed = capsys.readouterr().out
    assert "input (batch, 64)" in printed
    assert last_json(printed)["files"] == [str(out)]
    x = load("digits").x_test
    [scores] = onnxruntime.InferenceSession(str(out)).run(None, {"input": x})
    expected = load_model(model)(chainrule.from_numpy(x)).detach().array
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)
    metadata = {entry.key: json.loads(entry.value) for entry in onnx.load(out).metadata_props}
    assert metadata["class_names"] == list("0123456789")
    assert metadata["preprocessing"]["feature_shape"] == [64]


def test_a_trained_model_for_pytorch(
    digits_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, out = digits_run / "model.safetensors", tmp_path / "digits.py"
    assert run(["export", str(model), "--to", "torch", "--out", str(out)], monkeypatch) == 0
    done = subprocess.run(
        [sys.executable, str(out)], capture_output=True, text=True, check=True, timeout=120
    )
    assert "Linear(in_features=64, out_features=32, bias=True)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "caffe"], "expected one of onnx, torch"),
        ([], "pass their shape, e.g. --shape 784"),
        (["--shape", "a,b"], "expected lengths with commas"),
    ],
)
def test_mistakes_end_in_one_sentence(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "model.safetensors"
    save_model(nn.Linear(3, 2), path)
    assert run(["export", str(path), *arguments], monkeypatch) == 1
    assert words in capsys.readouterr().err
    assert run(["export", str(path), "--shape", "3"], monkeypatch) == 0
