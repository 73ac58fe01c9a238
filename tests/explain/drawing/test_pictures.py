"""Every kind of picture: readable, complete, of the size of a mail, and the same every time."""

import io
from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from chainrule.explain.drawing import Picture
from chainrule.explain.drawing.svg import to_svg
from explain.drawing.geometry import area, boxes, contains, curves, overlap, points, texts
from explain.drawing.networks import pictures

NAMES = tuple(pictures())
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn() -> dict[str, Picture]:
    return {name: draw() for name, draw in pictures().items()}


@pytest.mark.parametrize("name", NAMES)
def test_no_boxes_overlap(name: str, drawn: dict[str, Picture]) -> None:
    for first, second in combinations(boxes(drawn[name].scene), 2):
        assert not overlap(area(first), area(second))


@pytest.mark.parametrize("name", NAMES)
def test_all_text_is_inside_its_box_and_apart(name: str, drawn: dict[str, Picture]) -> None:
    for box in boxes(drawn[name].scene):
        for text in box.texts:
            assert contains((box.x, box.y, box.x + box.width, box.y + box.height), text.extent)
        for first, second in combinations(box.texts, 2):
            assert not overlap(first.extent, second.extent)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_off(name: str, drawn: dict[str, Picture]) -> None:
    scene = drawn[name].scene
    for box in boxes(scene):
        assert contains((0, 0, scene.width, scene.height), area(box))
    for curve in curves(scene):
        for x, y in points(curve):
            assert 0 <= x <= scene.width
            assert 0 <= y <= scene.height


@pytest.mark.parametrize("name", NAMES)
def test_edges_lead_down_from_box_to_box(name: str, drawn: dict[str, Picture]) -> None:
    picture = drawn[name]
    all_boxes = boxes(picture.scene)
    for edge, curve in zip(picture.diagram.edges, curves(picture.scene), strict=True):
        source, target = all_boxes[edge.source], all_boxes[edge.target]
        (x0, y0), (x1, y1) = curve.points[0], curve.points[-1]
        assert y0 == pytest.approx(area(source)[3])
        assert source.x < x0 < source.x + source.width
        assert y1 == pytest.approx(target.y)
        assert target.x < x1 < target.x + target.width
        heights = [y for _, y in points(curve)]
        assert all(a <= b + 1e-9 for a, b in pairwise(heights))


@pytest.mark.parametrize("name", NAMES)
def test_no_edge_passes_through_a_box(name: str, drawn: dict[str, Picture]) -> None:
    scene = drawn[name].scene
    for curve in curves(scene):
        for x, y in points(curve):
            for box in boxes(scene):
                left, top, right, bottom = area(box)
                is_inside = left + 1 < x < right - 1 and top + 1 < y < bottom - 1
                assert not is_inside, (x, y, box.texts[0].content)


@pytest.mark.parametrize("name", NAMES)
def test_svg_is_well_formed_and_its_texts_are_texts(name: str, drawn: dict[str, Picture]) -> None:
    root = ElementTree.fromstring(drawn[name].svg)  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title").text == drawn[name].diagram.title
    written = [element.text for element in root.iter(f"{SVG}text")]
    assert written == [text.content for text in texts(drawn[name].scene)]


@pytest.mark.parametrize("name", NAMES)
def test_files_are_small_enough_to_mail(name: str, drawn: dict[str, Picture]) -> None:
    assert len(drawn[name].svg.encode()) < 200_000
    if name in ("training", "cnn", "residual unfolded", "deep"):
        assert len(drawn[name].png) < 200_000


@pytest.mark.parametrize("name", NAMES)
def test_the_same_network_gives_the_same_bytes(name: str, drawn: dict[str, Picture]) -> None:
    again = pictures()[name]()
    assert again.svg == drawn[name].svg
    assert again.dot == drawn[name].dot
    assert again.mermaid == drawn[name].mermaid
    assert str(again) == str(drawn[name])


def test_png_is_the_same_picture_with_two_dots_a_pixel(drawn: dict[str, Picture]) -> None:
    picture = drawn["training"]
    image = Image.open(io.BytesIO(picture.png))
    assert image.size == (
        pytest.approx(2 * picture.scene.width, abs=1),
        pytest.approx(2 * picture.scene.height, abs=1),
    )
    pixels = np.array(image.convert("RGB"))
    loss = boxes(picture.scene)[-1]
    inside = pixels[round(2 * loss.y + 8), round(2 * loss.x + loss.width)]
    expected = [int(loss.fill[i : i + 2], 16) for i in (1, 3, 5)]
    assert np.abs(inside.astype(int) - expected).max() <= 6  # few colours
    assert (pixels[0, 0] > 250).all()


def test_png_is_the_same_every_time(drawn: dict[str, Picture]) -> None:
    picture = drawn["cnn"]
    assert Picture(picture.diagram, picture.scene, picture.theme).png == picture.png


def test_texts_of_the_picture_are_those_of_the_diagram(drawn: dict[str, Picture]) -> None:
    for picture in drawn.values():
        for vertex, box in zip(picture.diagram.vertices, boxes(picture.scene), strict=True):
            shown = [text.content for text in box.texts]
            lines = [part for line in vertex.lines for part in (line.text, line.beside) if part]
            assert shown == lines
    assert to_svg(drawn["cnn"].scene).count("<text") == 20
