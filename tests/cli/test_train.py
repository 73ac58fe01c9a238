"""chainrule train: options, results, resuming and mistakes."""

import csv
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from cli.helpers import last_json, run

PROMISED = {
    "dataset", "engine", "parameters", "epochs", "seconds", "samples_per_second", "train_loss",
    "train_accuracy", "test_loss", "test_accuracy", "model",
}  # fmt: skip
QUICK = ["--layers", "16", "--epochs", "2", "--batch-size", "64"]


def test_train_leaves_model_history_and_curves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "digits", *QUICK, "--out", str(tmp_path), "--json"], monkeypatch) == 0
    result = last_json(capsys.readouterr().out)
    assert set(result) >= PROMISED
    assert result["engine"] == "eager"
    assert result["parameters"] == 64 * 16 + 16 + 16 * 10 + 10
    assert result["epochs"] == 2
    weights = load_file(tmp_path / "model.safetensors")
    assert sum(array.size for array in weights.values()) == result["parameters"]
    rows = list(csv.DictReader((tmp_path / "history.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert float(rows[-1]["validation_accuracy"]) == pytest.approx(result["test_accuracy"])
    assert (tmp_path / "curves.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_same_seed_gives_the_same_model_and_another_seed_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        arguments = ["train", "xor", *QUICK, "--seed", seed, "--out", str(tmp_path / folder)]
        assert run(arguments, monkeypatch) == 0
    first, second, third = (
        load_file(tmp_path / folder / "model.safetensors") for folder in ("a", "b", "c")
    )
    assert all((first[key] == second[key]).all() for key in first)
    assert any((first[key] != third[key]).any() for key in first)


def test_resume_goes_on_to_more_epochs_as_if_never_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    base = ["train", "digits", "--layers", "16", "--batch-size", "64", "--schedule", "constant"]
    assert run([*base, "--epochs", "4", "--out", whole], monkeypatch) == 0
    assert run([*base, "--epochs", "2", "--out", parts], monkeypatch) == 0
    assert run(["train", "digits", "--resume", parts, "--epochs", "4"], monkeypatch) == 0
    one, other = (load_file(Path(folder) / "model.safetensors") for folder in (whole, parts))
    assert all((one[key] == other[key]).all() for key in one)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "nosuch"], "no data set 'nosuch'"),
        (["train", "digits", "--layers", "16,x"], "--layers got '16,x'"),
        (["train", "digits", "--activation", "reloo"], "no activation 'reloo'"),
        (["train", "digits", "--optimizer", "adm"], "optimi"),
        (["train", "digits", "--engine", "warp"], "no engine 'warp'"),
        (["train", "digits", "--schedule", "linear"], "no schedule 'linear'"),
        (["train", "digits", "--dropout", "1.5"], "probability"),
        (["train", "digits", "--batch-size", "0"], "batch_size"),
        (["train", "digits", "--epochs", "-1"], "epochs"),
        (["train", "digits", "--resume", "nowhere"], "no training run in nowhere"),
    ],
)
def test_mistakes_give_one_sentence_and_exit_code_1(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments, monkeypatch) == 1
    error = capsys.readouterr().err
    assert "error: " in error
    assert words in error
    assert "Traceback" not in error


def test_resume_under_other_options_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "xor", *QUICK, "--out", str(tmp_path)], monkeypatch) == 0
    assert run(["train", "xor", "--resume", str(tmp_path), "--lr", "0.5"], monkeypatch) == 1
    assert "lr = 0.001, not 0.5" in capsys.readouterr().err


def test_no_epochs_leave_an_untrained_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(["train", "xor", "--epochs", "0", "--out", str(tmp_path), "--json"], monkeypatch) == 0
    )
    result = last_json(capsys.readouterr().out)
    assert (result["epochs"], result["test_loss"], result["train_accuracy"]) == (0, None, None)
    assert Path(result["model"]).exists()


def test_train_on_a_table_of_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "points.csv"
    rows = [f"{i},{-i},{'high' if i > 20 else 'low'}" for i in range(40)]
    table.write_text("\n".join(["a,b,label", *rows]))
    arguments = ["train", str(table), "--layers", "8", "--epochs", "60", "--lr", "0.01"]
    assert run([*arguments, "--out", str(tmp_path / "out"), "--json"], monkeypatch) == 0
    assert last_json(capsys.readouterr().out)["test_accuracy"] > 0.8
