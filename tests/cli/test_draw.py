"""chainrule draw: pictures of saved models and of networks given by their sizes."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

import chainrule as torch
from chainrule import nn
from chainrule.explain import draw
from chainrule.storage import load_model, save_model
from cli.helpers import last_json, run


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures go to the test's own folder, with our own layout whatever is installed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("chainrule.explain.drawing.graph_scene.has_graphviz", lambda: False)


@pytest.fixture
def cnn_file() -> str:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 3))
    save_model(model, "cnn.safetensors")
    return "cnn.safetensors"


def test_a_small_network_is_drawn_neuron_by_neuron(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["draw", "2-2-1", "--json"], monkeypatch) == 0
    result = last_json(capsys.readouterr().out)
    assert (result["kind"], result["boxes"], result["edges"]) == ("neurons", 5, 6)
    assert result["file"] == "2-2-1.svg"
    content = Path("2-2-1.svg").read_text()
    assert len(content.encode()) == result["bytes"]
    root = ElementTree.fromstring(content)  # noqa: S314 - our own
    assert float(root.get("width")) == pytest.approx(result["width"], abs=1)


@pytest.mark.parametrize(
    ("arguments", "kind", "boxes"),
    [
        (["784-256-128-10"], "modules", 7),
        (["784-256-128-10", "--kind", "neurons"], "neurons", 9 + 9 + 9 + 10),
        (["2-2-1", "--kind", "modules"], "modules", 5),
        (["2-2-1", "--kind", "graph"], "graph", 9),
        (["2-2-1", "--gradients"], "graph", 9),
        (["2-2-1", "--values", "--gradients", "--target", "1"], "graph", 11),
        (["2-2-1", "--target", "1", "--kind", "modules"], "modules", 6),
        (["4-8-3", "--target", "2"], "graph", 10),
        (["2-2-1", "--depth", "0", "--kind", "modules"], "modules", 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_kinds(
    arguments: list[str],
    kind: str,
    boxes: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["draw", *arguments, "--json", "--out", "net.dot"], monkeypatch) == 0
    result = last_json(capsys.readouterr().out)
    assert (result["kind"], result["boxes"]) == (kind, boxes)


@pytest.mark.parametrize(
    ("ending", "start"),
    [(".svg", b"<svg"), (".png", b"\x89PNG"), (".dot", b"digraph"), (".mmd", b"flowchart")],
)
def test_files_have_the_format_of_their_ending(
    ending: str, start: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["draw", "2-2-1", "--out", f"net{ending}"], monkeypatch) == 0
    assert Path(f"net{ending}").read_bytes().startswith(start)


def test_a_saved_model_is_drawn_as_it_is(
    cnn_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["draw", cnn_file, "--shape", "1,8,8"], monkeypatch) == 0
    assert "saved cnn.svg: modules, 5 boxes, 4 edges" in capsys.readouterr().out
    expected = draw(load_model(cnn_file), torch.zeros(1, 1, 8, 8), layout="own").svg
    assert Path("cnn.svg").read_text() == expected


def test_class_names_of_a_model_name_its_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    save_model(model, "iris.safetensors", class_names=["setosa", "virginica"])
    assert run(["draw", "iris.safetensors"], monkeypatch) == 0
    assert ">setosa</text>" in Path("iris.svg").read_text()


def test_a_sample_fills_the_neurons(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["draw", "2-2-1", "--sample", "0.25,1", "--out", "net.mmd"], monkeypatch) == 0
    text = Path("net.mmd").read_text()
    assert "value 0.250" in text
    assert "value 1" in text


def test_the_loss_and_its_gradients_are_those_of_the_target(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = ["--values", "--gradients", "--sample", "1,2", "--target", "3", "--out", "net.mmd"]
    assert run(["draw", "2-1", *options], monkeypatch) == 0
    text = Path("net.mmd").read_text()
    assert "mse_loss" in text
    assert '"target<br/>(1, 1)<br/>value 3"' in text


def test_the_same_seed_gives_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert run(["draw", "2-2-1", "--seed", seed, "--out", f"{name}.svg"], monkeypatch) == 0
    first, same, other = (Path(f"{name}.svg").read_text() for name in "abc")
    assert first == same
    assert first != other


def test_dark_pictures_are_dark(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["draw", "2-2-1", "--dark"], monkeypatch) == 0
    assert 'fill="#12161b"' in Path("2-2-1.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2-2-1", "--kind", "tree"], "auto, graph, modules, neurons"),
        (["2-2-1", "--out", "net.gif"], "end the name in one of .svg"),
        (["2-2-1", "--sample", "1,2,3"], "the network takes 2"),
        (["2-2-1", "--sample", "1;2"], "numbers with commas"),
        (["2-2-1", "--target", "1,2"], "one number, the desired output"),
        (["2-3", "--target", "3"], "a class from 0 to 2"),
        (["2-3", "--target", "0.5"], "a class from 0 to 2"),
        (["2-2-1", "--kind", "neurons", "--gradients"], "use --kind graph"),
        (["2-2-1", "--kind", "modules", "--depth", "-1"], "0 for one box"),
        (["missing.safetensors"], "missing.safetensors"),
        (["{cnn}"], "--shape 1,28,28"),
        (["{cnn}", "--kind", "neurons"], "Draw its modules instead"),
        (["{cnn}", "--shape", "3,8,8"], "expected 1"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_mistakes_are_named_and_no_file_is_written(
    arguments: list[str],
    words: str,
    cnn_file: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = [part.format(cnn=cnn_file) for part in arguments]
    assert run(["draw", *given], monkeypatch) == 1
    assert words in capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == ["cnn.safetensors"]


def test_help_shows_an_example_and_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["draw", "--help"], monkeypatch) == 0
    shown = capsys.readouterr().out
    assert "Example: chainrule draw " in shown
    assert "--json" in shown
