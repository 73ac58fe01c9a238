"""A picture: shown by notebooks, saved by its ending, printed as a list."""

import io
from pathlib import Path

import pytest
from PIL import Image

from chainrule.errors import InvalidArgument
from chainrule.explain.drawing import Picture, draw, draw_neurons
from explain.drawing.networks import seeded, xor


@pytest.fixture(params=["graph", "neurons"])
def picture(request: pytest.FixtureRequest) -> Picture:
    model = seeded(xor)
    return draw_neurons(model) if request.param == "neurons" else draw(model, layout="own")


@pytest.mark.parametrize(
    ("ending", "start"),
    [(".svg", b"<svg "), (".png", b"\x89PNG"), (".dot", b"digraph"), (".mmd", b"flowchart")],
)
def test_it_is_saved_as_its_name_says(
    picture: Picture, ending: str, start: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"net{ending}"
    assert picture.save(path) == path
    assert path.read_bytes().startswith(start)
    upper = picture.save(str(tmp_path / f"other{ending.upper()}"))
    assert upper.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["net.jpg", "net", "svg"])
def test_another_ending_is_named(picture: Picture, name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"end the name in one of \.svg \(SVG\)"):
        picture.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_notebooks_get_svg_and_png(picture: Picture) -> None:
    assert picture._repr_svg_() == picture.svg
    assert Image.open(io.BytesIO(picture._repr_png_())).format == "PNG"


def test_repr_is_short_and_str_lists_the_boxes(picture: Picture) -> None:
    assert repr(picture).startswith("<Picture of Sequential")
    assert "boxes" in repr(picture)
    assert len(str(picture).splitlines()) == 1 + len(picture.diagram.vertices)
