"""chainrule explain: formats, sources of batches, mistakes."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.data import load
from chainrule.storage import load_model
from cli.helpers import last_json, run

XOR = ["explain", "2-2-1", "1.weight[0, 1]", "--input", "0,1", "--target", "1", "--activation",
       "sigmoid", "--seed", "3"]  # fmt: skip


def test_one_weight_of_a_small_network(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*XOR, "--json"], monkeypatch) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("mse of given samples, in float64\nWhy is dL/d 1.weight[0, 1] = ")
    result = last_json(printed)
    assert result["adds_up"]
    assert result["pytorch"] == pytest.approx(result["gradient"], rel=1e-12)
    assert result["numeric"] == pytest.approx(result["gradient"], rel=1e-6)

    chainrule.manual_seed(3)
    first, last = nn.Linear(2, 2).double(), nn.Linear(2, 1).double()
    hidden = first(chainrule.from_numpy(np.array([[0.0, 1.0]]))).sigmoid()
    loss = (last(hidden) - 1).square().mean()
    loss.backward()
    assert result["loss"] == pytest.approx(loss.item(), rel=1e-14)
    assert result["gradient"] == pytest.approx(first.weight.grad.array[0, 1], rel=1e-14)


@pytest.mark.parametrize("name", ["0.weight[0, 1]", "0.weight[0,1]"])
def test_the_flatten_at_the_beginning_need_not_be_counted(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*XOR[:2], name, *XOR[3:]], monkeypatch) == 0
    assert "Why is dL/d 1.weight[0, 1]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("form", "start", "inside"),
    [
        ("text", "mse of given samples", "(1)   dL/d 1.weight[0, 1] = x[0, 1] × "),
        ("tree", "1.weight[0, 1]  dL/d = ", "└─ × 1 (x[0, 1]) → 1.linear[0, 0]"),
        ("markdown", "**Why is** $", "| PyTorch |"),
        ("latex", r"\begin{align*}", r"\mathrm{sigmoid}'"),
    ],
)
def test_every_format(
    form: str,
    start: str,
    inside: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run([*XOR, "--format", form], monkeypatch) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(start)
    assert inside in printed


def test_samples_of_a_data_set_and_a_saved_model(
    digits_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = digits_run / "model.safetensors"
    arguments = ["explain", str(file), "1.weight[3, 20]", "digits", "--samples", "2,5:8", "--json"]
    assert run(arguments, monkeypatch) == 0
    printed = capsys.readouterr().out
    assert "cross-entropy of 4 of the samples digits learns from" in printed
    model, split = load_model(file).double(), load("digits")
    rows = [2, 5, 6, 7]
    inputs = chainrule.from_numpy(split.x_train[rows].astype(np.float64))
    loss = nn.CrossEntropyLoss()(model(inputs), chainrule.from_numpy(split.y_train[rows]))
    loss.backward()
    expected = model.get_parameter("1.weight").grad.array[3, 20]
    assert last_json(printed)["gradient"] == pytest.approx(expected, rel=1e-5)


def test_made_up_samples_are_the_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["explain", "5-4-3", "3.bias[1]", "--terms", "2", "--equations", "3", "--json"]
    assert run(arguments, monkeypatch) == 0
    result = last_json(capsys.readouterr().out)
    assert result["batch"] == "4 made-up samples"
    assert all(len(equation["terms"]) <= 2 for equation in result["equations"])
    assert len(result["equations"]) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2-2-1", "7.weight[0, 0]"], "no parameter '7.weight'.*1.weight"),
        (["2-2-1", "1.weight"], "got no index"),
        (["2-2-1", "1.weight[2, 0]"], "no number at"),
        (["2-2-1", "1.weight[0, 0]", "--format", "pdf"], "--format got 'pdf'"),
        (["2-2-1", "1.weight[0, 0]", "--input", "0,1"], "belong together"),
        (["2-2-1", "1.weight[0, 0]", "xor", "--input", "0,1", "--target", "1"], "not both"),
        (["2-2-1", "1.weight[0, 0]", "--input", "0", "--target", "1"], "the network takes 2"),
        (["2-2-1", "1.weight[0, 0]", "--input", "0,1", "--target", "1,2"], "takes 1"),
        (["2-2-1", "1.weight[0, 0]", "--input", "0,1;1,0", "--target", "1"], "2 samples, but 1"),
        (["2-2-1", "1.weight[0, 0]", "--loss", "hinge"], "no loss 'hinge'"),
        (["2-2-2", "1.weight[0, 0]", "xor", "--samples", "a"], "0:4 or 3,7, got 'a'"),
        (["2-2-2", "1.weight[0, 0]", "xor", "--samples", "9999999"], "numbered from 0"),
        (["2-2-2", "1.weight[0, 0]", "--input", "0,1", "--target", "0.5"], "takes class numbers"),
        (["2-2-1", "1.weight[0, 0]", "--terms", "0"], "terms=0"),
        (["missing.safetensors", "1.weight[0, 0]"], "missing.safetensors"),
    ],
)
def test_mistakes_give_one_sentence_and_exit_code_1(
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["explain", *arguments], monkeypatch) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert re.search(words, error), error


def test_help_shows_an_example_and_json() -> None:
    command = [sys.executable, "-c", "from chainrule.cli.main import main; main()", "explain"]
    shown = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout
    assert "Example: chainrule explain " in shown
    assert "--json" in shown
