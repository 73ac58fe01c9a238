"""SVG, PNG, DOT and Mermaid: well-formed whatever the names are."""

import io
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from chainrule.explain.drawing.diagram import Diagram, Edge, Line, Vertex
from chainrule.explain.drawing.graph_scene import graph_scene
from chainrule.explain.drawing.picture import Picture
from chainrule.explain.drawing.png import to_png
from chainrule.explain.drawing.scene import (
    ARROW_LENGTH,
    Box,
    Circle,
    Curve,
    Scene,
    Text,
    arrow_head,
    body,
    straight,
)
from chainrule.explain.drawing.svg import to_svg
from chainrule.explain.drawing.text_formats import to_dot, to_mermaid
from chainrule.explain.drawing.theme import DARK, LIGHT

ODD_NAMES = (
    '<script>alert("x")</script> & Co',
    "back\\slash \"quotes\" 'n' `ticks`",
    "$x_1^2$ {curly} [square] (round) | # ; %",
    "$\\frac{$ costs $5",
    "权重 жирный ünïcödé 🙂",
    "control \x00\x07 and \ud800 surrogate",
    "-->|x| subgraph end",
    "",
)


def odd_picture(name: str) -> Picture:
    vertices = (
        Vertex("input", (Line(name, "title"), Line(name))),
        Vertex("operation", (Line(name, "title"), Line(name, "value", name))),
    )
    diagram = Diagram(name, "graph", vertices, (Edge(0, 1, name, is_dashed=True),))
    return Picture(diagram, graph_scene(diagram, LIGHT, "own"), LIGHT)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_svg_holds_odd_names_as_text(name: str) -> None:
    svg = odd_picture(name).svg
    root = ElementTree.fromstring(svg.encode())  # noqa: S314 - our own
    shown = re.sub("[\x00\x07\ud800]", "\ufffd", name)
    texts = [e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count(shown) >= 4
    assert "<script" not in svg


@pytest.mark.parametrize("name", ODD_NAMES)
def test_png_takes_odd_names(name: str) -> None:
    assert Image.open(io.BytesIO(odd_picture(name).png)).format == "PNG"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_dot_quotes_odd_names(name: str) -> None:
    dot = odd_picture(name).dot
    without_strings = re.sub(r'"(?:\\.|[^"\\])*"', "S", dot)
    # Beside the quoted strings there are only numbers, keywords and brackets.
    assert re.fullmatch(r"[\w\s={}\[\],;>.-]*", without_strings), without_strings
    assert without_strings.count("{") == without_strings.count("}") == 1


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
@pytest.mark.parametrize("name", ODD_NAMES[:4])
def test_graphviz_reads_our_dot(name: str) -> None:
    run = subprocess.run(
        ["dot", "-Tplain"], input=odd_picture(name).dot, capture_output=True, text=True, check=True
    )
    assert run.stdout.count("\nnode ") == 2
    assert run.stderr == ""


@pytest.mark.parametrize("ending", ["svg", "png", "dot", "mmd"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_every_format_is_saved_with_odd_names(name: str, ending: str, tmp_path: Path) -> None:
    assert odd_picture(name).save(tmp_path / f"net.{ending}").stat().st_size > 100


MERMAID_NODE = re.compile(r'  n\d+(\(\[|\[)"[^"<>`\\]*(<br/>[^"<>`\\]*)*"(\]\)|\])')
MERMAID_EDGE = re.compile(r'  n\d+ (-->|-\.->)(\|"[^"<>`\\]*"\|)? n\d+')
MERMAID_STYLE = re.compile(r"  (classDef \w+ [\w:#,]+|class [n\d,]+ \w+|linkStyle \d+ stroke:#\w+)")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_mermaid_is_made_of_its_statements_only(name: str) -> None:
    head, *lines = odd_picture(name).mermaid.rstrip("\n").split("\n")
    assert head == "flowchart TB"
    for line in lines:
        assert any(p.fullmatch(line) for p in (MERMAID_NODE, MERMAID_EDGE, MERMAID_STYLE)), line


def test_dot_and_mermaid_hold_the_graph() -> None:
    vertices = (
        Vertex("parameter", (Line("w", "title"),)),
        Vertex("learned", (Line("Linear", "title"), Line("(3,)"))),
        Vertex("loss", (Line("mean", "title"),)),
    )
    edges = (Edge(0, 1), Edge(1, 2, "0.5", colour="#0072b2"))
    diagram = Diagram("net", "graph", vertices, edges)
    dot = to_dot(diagram, DARK)
    assert dot.startswith('digraph "net" {')
    assert '  n1 [label="Linear\\n(3,)", fillcolor="#14304a", color="#56b4e9"];' in dot
    assert "  n0 -> n1;" in dot
    assert '  n1 -> n2 [label="0.5", color="#0072b2"];' in dot
    mermaid = to_mermaid(diagram, LIGHT).splitlines()
    assert '  n0(["w"])' in mermaid
    assert '  n1["Linear<br/>(3,)"]' in mermaid
    assert "  n0 --> n1" in mermaid
    assert '  n1 -->|"0.5"| n2' in mermaid
    assert "  linkStyle 1 stroke:#0072b2" in mermaid
    assert "  class n2 loss" in mermaid


def test_neurons_lead_to_the_right() -> None:
    diagram = Diagram("net", "neurons", (Vertex("input", (Line("x", "title"),)),), ())
    assert "rankdir=LR" in to_dot(diagram, LIGHT)
    assert to_mermaid(diagram, LIGHT).startswith("flowchart LR\n")


def test_every_shape_is_painted_where_it_is() -> None:
    shapes = (
        Box(10, 10, 40, 20, "#ff0000", "#ff0000", num_behind=1),
        Circle(80, 30, 10, "#00ff00", "#00ff00"),
        Curve(straight((100, 50), (140, 50)), "#0000ff", width=4),
        Text(60, 80, "MMMM", 20, "#000000", "bold", backdrop="#ffff00"),
    )
    scene = Scene(200, 100, "#ffffff", shapes, "shapes")
    picture = np.array(Image.open(io.BytesIO(to_png(scene))).convert("RGB")).astype(int)

    def colour(x: float, y: float) -> list[int]:
        return picture[round(2 * y), round(2 * x)].tolist()

    assert colour(30, 20) == [255, 0, 0]
    assert colour(53, 33) == [255, 0, 0]  # the box behind
    assert colour(80, 30) == [0, 255, 0]
    assert colour(120, 50) == [0, 0, 255]
    assert colour(59.5, 70) == [255, 255, 0]
    assert colour(190, 90) == [255, 255, 255]
    svg = to_svg(scene)
    assert '<rect x="15" y="15" width="40" height="20"' in svg
    assert '<circle cx="80" cy="30" r="10"' in svg
    assert '<path d="M100,50C113.33,50 126.67,50 140,50"' in svg
    assert 'font-weight="bold"' in svg


def test_a_curve_ends_where_its_arrow_head_begins() -> None:
    curve = Curve(straight((0, 0), (0, 60)), "#000000", has_arrow=True)
    tip, left, right = arrow_head(curve)
    assert tip == (0, 60)
    assert left[1] == right[1] == 60 - ARROW_LENGTH
    assert left[0] == -right[0]
    assert 60 - ARROW_LENGTH <= body(curve)[-1][1] < 60


def test_an_arrow_head_needs_no_length() -> None:
    curve = Curve(((5, 5), (5, 5), (5, 5), (5, 5)), "#000000", has_arrow=True)
    assert arrow_head(curve)[0] == (5, 5)
    assert body(curve)[-1] == (5, 5)


def test_numbers_in_columns_keep_their_spaces() -> None:
    diagram = Diagram("t", "graph", (Vertex("input", (Line("a   b", "value"),)),), ())
    svg = to_svg(graph_scene(diagram, LIGHT, "own"))
    assert 'xml:space="preserve">a   b</text>' in svg
