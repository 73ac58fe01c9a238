"""chainrule train and evaluate on a folder of one's own .npy files."""

from pathlib import Path

import numpy as np
import pytest

from chainrule.data import load
from cli.helpers import last_json, run

OPTIONS = ["--layers", "16", "--epochs", "20", "--lr", "0.01", "--json"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Handwritten digits as pictures, in whole numbers, with names for the classes."""
    digits = load("digits")
    path = tmp_path / "my-digits"
    path.mkdir()
    for part in ("train", "test"):
        pixels = getattr(digits, f"x_{part}").reshape(-1, 8, 8)
        np.save(path / f"x_{part}.npy", np.round(pixels * 16).astype(np.uint8))
        np.save(path / f"y_{part}.npy", getattr(digits, f"y_{part}").astype(np.uint8))
    (path / "classes.txt").write_text("\n".join(f"digit {n}" for n in range(10)))
    return path


def test_train_evaluate_and_predict_on_a_folder(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["train", str(folder), *OPTIONS], monkeypatch) == 0
    trained = last_json(capsys.readouterr().out)
    assert trained["model"] == "runs/my-digits/model.safetensors"
    assert trained["test_accuracy"] > 0.9
    assert run(["evaluate", trained["model"], str(folder), "--json"], monkeypatch) == 0
    result = last_json(capsys.readouterr().out)
    assert result["num_samples"] == 359
    assert result["test_accuracy"] == pytest.approx(trained["test_accuracy"])
    assert result["test_loss"] == pytest.approx(trained["test_loss"], rel=1e-5)
    assert (
        run(["predict", trained["model"], str(folder / "x_test.npy"), "--json"], monkeypatch) == 0
    )
    predictions = last_json(capsys.readouterr().out)["predictions"]
    expected = np.load(folder / "y_test.npy")
    right = [p["label"] == f"digit {y}" for p, y in zip(predictions, expected, strict=True)]
    assert np.mean(right) == pytest.approx(trained["test_accuracy"])


def test_an_incomplete_folder_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "y_test.npy").unlink()
    assert run(["train", str(folder)], monkeypatch) == 1
    assert "has no y_test.npy" in capsys.readouterr().err


def test_evaluate_names_a_sample_that_is_not_finite(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["train", str(folder), *OPTIONS, "--epochs", "1"], monkeypatch) == 0
    x = np.load(folder / "x_test.npy").astype(np.float32)
    x[7, 2, 1] = np.inf
    np.save(folder / "x_test.npy", x)
    arguments = ["evaluate", "runs/my-digits/model.safetensors", str(folder)]
    assert run(arguments, monkeypatch) == 1
    assert "first in sample 7" in " ".join(capsys.readouterr().err.split())
