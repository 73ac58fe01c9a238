"""chainrule evaluate, predict and summary: a trained model at work."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from chainrule.data import load
from cli.helpers import last_json, run


def write_picture(pixels: np.ndarray, path: Path, dark_on_light: bool) -> None:
    """Save a digit of 8 × 8 as a large picture with a margin."""
    ink = np.kron(np.pad(pixels / 16, 2), np.ones((12, 12)))
    grey = (255 * (1 - ink if dark_on_light else ink)).astype(np.uint8)
    Image.fromarray(grey).save(path)


def test_evaluate_repeats_the_figures_of_training(
    digits_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(digits_run / "model.safetensors")
    assert run(["evaluate", model, "digits", "--json"], monkeypatch) == 0
    result = last_json(capsys.readouterr().out)
    assert result["num_samples"] == 359
    assert result["test_accuracy"] > 0.93


@pytest.mark.parametrize("dark_on_light", [True, False])
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_predict_names_pictures_of_test_digits(
    digits_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    dark_on_light: bool,
    suffix: str,
) -> None:
    raw = load_digits()
    split = load("digits")
    # Test samples are found again among the raw ones by their pixels.
    numbers = [int(np.argmin(np.abs(raw.data / 16 - x).sum(axis=1))) for x in split.x_test[:20]]
    files = []
    for number in numbers:
        path = tmp_path / f"{number}{suffix}"
        write_picture(raw.images[number], path, dark_on_light)
        files.append(str(path))
    model = str(digits_run / "model.safetensors")
    assert run(["predict", model, *files, "--json"], monkeypatch) == 0
    predictions = last_json(capsys.readouterr().out)["predictions"]
    right = sum(
        prediction["label"] == str(raw.target[number])
        for prediction, number in zip(predictions, numbers, strict=True)
    )
    assert right >= 18
    assert all(sum(p["values"]) == pytest.approx(1, abs=1e-5) for p in predictions)


def test_predict_takes_rows_of_npy_and_csv(
    digits_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    raw = load_digits().data[:3]
    np.save(tmp_path / "rows.npy", raw)
    np.savetxt(tmp_path / "rows.csv", raw, delimiter=",")
    model = str(digits_run / "model.safetensors")
    files = [str(tmp_path / "rows.npy"), str(tmp_path / "rows.csv")]
    assert run(["predict", model, *files, "--json"], monkeypatch) == 0
    labels = [p["label"] for p in last_json(capsys.readouterr().out)["predictions"]]
    assert len(labels) == 6
    assert labels[:3] == labels[3:]


def test_summary_of_layer_sizes_and_of_a_model(
    digits_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["summary", "784-256-128-10", "--json"], monkeypatch) == 0
    output = capsys.readouterr().out
    assert last_json(output)["parameters"] == 235_146
    assert "200,960" in output
    assert run(["summary", str(digits_run / "model.safetensors")], monkeypatch) == 0
    assert "Linear(64, 32)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["predict", "{model}", "missing.png"], "missing.png"),
        (["predict", "missing.safetensors", "x.png"], "missing.safetensors"),
        (["evaluate", "{model}", "moons"], "knows the classes"),
        (["summary", "missing.safetensors"], "missing.safetensors"),
        (["summary", "784-0-10"], "sizes"),
    ],
)
def test_mistakes_are_named(
    digits_run: Path,
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = str(digits_run / "model.safetensors")
    assert run([part.format(model=model) for part in arguments], monkeypatch) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "summary", "bench"])
def test_help_shows_an_example_and_json(command: str) -> None:
    executable = Path(sys.executable).parent / "chainrule"
    shown = subprocess.run(
        [str(executable), command, "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "Example: chainrule " in shown
    assert "--json" in shown
