"""chainrule bench: rows, results and mistakes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.helpers import last_json, run

QUICK = ["--rounds", "1", "--seconds", "0.1"]


@pytest.mark.slow
def test_bench_leaves_table_figures_and_plot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    contenders = ["--contender", "chainrule-eager", "--contender", "chainrule-estimator"]
    arguments = ["bench", "4-16-8-3", *contenders, *QUICK, "--out", str(tmp_path), "--json"]
    assert run(arguments, monkeypatch) == 0
    shown = capsys.readouterr()
    result = last_json(shown.out)
    (row,) = result["rows"]
    assert row["row"] == "4-16-8-3"
    assert row["contenders"]["chainrule-eager"]["ratio"] == 1
    assert row["contenders"]["chainrule-estimator"]["seconds_per_step"] > 0
    assert "chainrule MLPClassifier" in shown.out
    assert "round 1  4-16-8-3  chainrule-eager, 1 thread: " in shown.err
    assert json.loads((tmp_path / "bench.json").read_text()) == result
    assert (tmp_path / "bench.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bench", "1-2"], "no row '1-2'"),
        (["bench", "--contender", "caffe"], "no contender 'caffe'"),
        (["bench", "--rounds", "0"], "--rounds"),
        (["bench", "--seconds", "0"], "--seconds"),
        (["bench", "--sweep", "height"], "--sweep got 'height'"),
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
    assert not list(tmp_path.iterdir())


def test_help_shows_an_example_and_json() -> None:
    command = [sys.executable, "-c", "from chainrule.cli.main import main; main()", "bench"]
    shown = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout
    assert "Example: chainrule bench " in shown
    assert "--json" in shown
