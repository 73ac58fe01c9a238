"""chainrule detective: examples, networks on the command line, files that describe a run."""

import json
from pathlib import Path

import pytest

from cli.helpers import last_json, run
from explain.detective.by_hand import mazur

ARGUMENTS = [
    "detective", "2-2-2", "--output-activation", "sigmoid", "--input", "0.05,0.10",
    "--target", "0.01,0.99", "--loss", "half-sse", "--lr", "0.5", "--fixed", "bias",
]  # fmt: skip


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Mazur's weights in a file."""
    h = mazur()
    arrays = {"0.weight": h.W1, "0.bias": h.b1, "2.weight": h.W2, "2.bias": h.b2}
    path = tmp_path / "weights.json"
    path.write_text(json.dumps({name: array.tolist() for name, array in arrays.items()}))
    return path


def test_the_example_names_the_updated_weights(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["detective", "--example", "mazur", "--json"], monkeypatch) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Mazur's worked example")
    result = last_json(printed)
    assert result["verdict"] == "explained"
    [explanation] = result["explanations"]
    [mistake] = explanation["mistakes"]
    assert mistake["name"] == "updated weights in the hidden gradient"
    assert explanation["digits"] == 9


def test_an_example_can_be_asked_another_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["detective", "--example", "mazur", "--value", "0.291027774"], monkeypatch) == 0
    assert "Your number is correct." in capsys.readouterr().out


def test_a_network_can_be_given_on_the_command_line(
    weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    h = mazur()
    unsloped = (h.delta2 @ h.W2).T @ h.x
    asked = ["--asked", "gradient 0.weight[1,0]", "--value", f"{unsloped[1, 0]:.8f}"]
    arguments = [*ARGUMENTS, "--weights", str(weights), *asked, "--json"]
    assert run(arguments, monkeypatch) == 0
    [explanation] = last_json(capsys.readouterr().out)["explanations"]
    assert explanation["mistakes"][0]["name"] == "missing activation derivative"
    assert explanation["mistakes"][0]["where"] == "in layer 1, sigmoid"


def test_a_file_can_describe_the_run_and_options_change_it(
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    described = {
        "network": "2-2-2",
        "output_activation": "sigmoid",
        "weights": json.loads(weights.read_text()),
        "loss": "half-sse",
        "optimizer": {"name": "sgd", "lr": 0.5},
        "fixed": ["bias"],
        "batches": [{"input": [[0.05, 0.10]], "target": [[0.01, 0.99]]}],
        "asked": "loss",
        "value": "0.291027924",
    }
    path = tmp_path / "run.json"
    path.write_text(json.dumps(described))
    assert run(["detective", str(path)], monkeypatch) == 0
    assert "updated weights in the hidden gradient" in capsys.readouterr().out
    assert (
        run(["detective", str(path), "--value", "0.2983711088", "--steps", "0"], monkeypatch) == 0
    )
    assert "Your number is correct." in capsys.readouterr().out


def test_rows_are_samples_and_labels_are_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "detective", "2-4-3", "--input", "0.5,1; -1,2; 0,0", "--target", "2;0;1", "--loss",
        "cross-entropy", "--optimizer", "adamw", "--lr", "0.01", "--weight-decay", "0.1", "--seed",
        "4", "--asked", "weight 0.bias[0]", "--value", "0.25", "--activation", "tanh", "--json",
    ]  # fmt: skip
    assert run(arguments, monkeypatch) == 0
    assert last_json(capsys.readouterr().out)["asked"] == "weight 0.bias[0] after 1 step"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "needs a network"),
        (["2-1", "--example", "mazur"], "needs a network"),
        (["--example", "rumelhart"], "choose one of mazur"),
        (["2-1", "--value", "1"], "needs --input and --target"),
        (["2-1", "--input", "1,2", "--target", "1"], "needs --value"),
        (["2-1", "--value", "1", "--input", "a", "--target", "1"], "--input got 'a'"),
        (["missing.json"], "cannot be read as JSON"),
    ],
)
def test_what_is_not_understood_ends_in_one_sentence(
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["detective", *arguments], monkeypatch) == 1
    assert words in capsys.readouterr().err


def test_a_file_of_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.json"
    path.write_text("[1, 2]")
    assert run(["detective", str(path)], monkeypatch) == 1
    assert "holds a list, expected an object" in capsys.readouterr().err
