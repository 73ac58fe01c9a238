"""draw_neurons(): every neuron and weight in its place, colour and width."""

import functools
from collections.abc import Callable
from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

import chainrule as torch
from chainrule import nn
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.explain.drawing import Picture, draw_neurons, shows_as_neurons
from chainrule.explain.drawing.scene import Circle
from chainrule.explain.drawing.theme import DARK, LIGHT
from chainrule.nn.feedforward import feedforward
from explain.drawing.geometry import (
    circle_area,
    circles,
    contains,
    curves,
    overlap,
    points,
    texts,
)
from explain.drawing.networks import cnn, residual, seeded, three_four_two, xor

WIDE = (784, 256, 128, 10)


def wide() -> nn.Sequential:
    return feedforward(WIDE)


MAKERS: dict[str, Callable[[], Picture]] = {
    "xor": lambda: draw_neurons(seeded(xor)),
    "xor with sample": lambda: draw_neurons(seeded(xor), torch.tensor([0.0, 1.0])),
    "3-4-2": lambda: draw_neurons(seeded(three_four_two)),
    "3-4-2 with names": lambda: draw_neurons(
        seeded(three_four_two),
        torch.tensor([0.5, -1.0, 2.0]),
        input_names=["sepal length in centimetres", "sepal width", "petal length"],
        dark=True,
    ),
    "1-1": lambda: draw_neurons(seeded(lambda: nn.Linear(1, 1))),
    "5-5-5": lambda: draw_neurons(seeded(lambda: feedforward([5, 5, 5]))),
    "2-8-8-1": lambda: draw_neurons(seeded(lambda: feedforward([2, 8, 8, 1]))),
    "wide": lambda: draw_neurons(seeded(wide), torch.ones(1, 784)),
}


@functools.cache
def drawn(name: str) -> Picture:
    return MAKERS[name]()


def neurons(picture: Picture) -> list[Circle]:
    """The circles that are neurons, not dots of a gap."""
    return [circle for circle in circles(picture.scene) if circle.radius > 5]


# Readable


@pytest.mark.parametrize("name", MAKERS)
def test_no_texts_overlap(name: str) -> None:
    for first, second in combinations(texts(drawn(name).scene), 2):
        assert not overlap(first.extent, second.extent), (first.content, second.content)


@pytest.mark.parametrize("name", MAKERS)
def test_numbers_and_names_cover_no_neuron(name: str) -> None:
    picture = drawn(name)
    inside = {id(text) for circle in neurons(picture) for text in circle.texts}
    for text in texts(picture.scene):
        for circle in neurons(picture):
            if id(text) not in inside:
                assert not overlap(text.extent, circle_area(circle)), text.content


@pytest.mark.parametrize("name", MAKERS)
def test_texts_in_neurons_fit(name: str) -> None:
    for circle in neurons(drawn(name)):
        for text in circle.texts:
            assert contains(circle_area(circle), text.extent)


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_cut_off(name: str) -> None:
    scene = drawn(name).scene
    whole = (0, 0, scene.width, scene.height)
    assert all(contains(whole, text.extent) for text in texts(scene))
    assert all(contains(whole, circle_area(circle)) for circle in circles(scene))


@pytest.mark.parametrize("name", MAKERS)
def test_neurons_do_not_touch_and_lines_lead_to_the_right(name: str) -> None:
    picture = drawn(name)
    for first, second in combinations(neurons(picture), 2):
        assert not overlap(circle_area(first), circle_area(second))
    for curve in curves(picture.scene):
        assert all(a[0] <= b[0] for a, b in pairwise(points(curve)))


@pytest.mark.parametrize("name", MAKERS)
def test_files_are_small_and_well_formed(name: str) -> None:
    picture = drawn(name)
    ElementTree.fromstring(picture.svg)  # noqa: S314 - our own
    assert len(picture.svg.encode()) < 200_000
    if name in ("xor", "3-4-2", "wide"):
        assert len(picture.png) < 200_000


def test_the_same_network_gives_the_same_bytes() -> None:
    for name, make in MAKERS.items():
        again = make()
        assert again.svg == drawn(name).svg
        assert again.mermaid == drawn(name).mermaid


# What it says


def test_lines_show_sign_and_size_of_the_weights() -> None:
    model = xor()
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[4.0, -2.0], [0.0, 1.0]]))
        model[2].weight.copy_(torch.tensor([[-4.0, 0.5]]))
    picture = draw_neurons(model)
    lines = curves(picture.scene)[:6]
    found = sorted((curve.width, curve.colour) for curve in lines)
    assert [colour for _, colour in found] == [
        LIGHT.positive, LIGHT.positive, LIGHT.positive, LIGHT.negative,
        *sorted([LIGHT.positive, LIGHT.negative]),
    ]  # fmt: skip
    widths = [width for width, _ in found]
    assert widths[-1] == widths[-2] == 5.0
    # In between they grow with the weight: 0, 0.5, 1, 2 and 4.
    np.testing.assert_allclose(
        np.diff(widths[:5]), np.diff([0, 0.5, 1, 2, 4]) * (5.0 - 0.7) / 4, atol=0.01
    )


def test_numbers_beside_lines_are_the_weights_and_biases() -> None:
    model = seeded(three_four_two)
    shown = [text.content for text in texts(drawn("3-4-2").scene)]
    for layer in (model[0], model[2]):
        for weight in layer.weight.flatten().tolist():
            assert f"{weight:.3f}" in shown or f"{weight:.4f}" in shown
        for bias in layer.bias.tolist():
            assert f"bias {bias:.3f}" in shown or f"bias {bias:.4f}" in shown


def test_rims_show_the_biases() -> None:
    model = xor()
    with torch.no_grad():
        model[0].bias.copy_(torch.tensor([2.0, -1.0]))
        model[2].bias.fill_(0.0)
    rims = [(c.stroke, c.stroke_width) for c in neurons(draw_neurons(model))]
    assert rims[2:] == [(LIGHT.positive, 4.0), (LIGHT.negative, 2.5), (LIGHT.positive, 1.0)]


def test_fill_shows_what_the_neurons_put_out() -> None:
    model = xor()
    sample = torch.tensor([[1.0, -1.0]])
    picture = draw_neurons(model, sample)
    shown = [circle.texts[0].content for circle in neurons(picture)]
    hidden = torch.tanh(model[0](sample))
    values = [*sample[0].tolist(), *hidden[0].tolist(), *model.eval()(sample)[0].tolist()]
    np.testing.assert_allclose([float(text) for text in shown], values, atol=0.006)
    fills = [circle.fill for circle in neurons(picture)]
    assert fills[0] != fills[1]
    assert LIGHT.tints["input"].fill not in fills


def test_titles_say_sizes_and_activations() -> None:
    shown = [text.content for text in texts(drawn("3-4-2").scene)]
    assert {"input", "3 features", "hidden 1", "4 neurons · relu", "output"} <= set(shown)
    assert "2 neurons · softmax" in shown


def test_wide_layers_show_their_ends_and_how_many_are_left_out() -> None:
    picture = drawn("wide")
    shown = [text.content for text in texts(picture.scene)]
    assert {"776 more", "248 more", "120 more", "x1", "x4", "x781", "x784"} <= set(shown)
    assert "x5" not in shown
    assert len(neurons(picture)) == 8 + 8 + 8 + 10
    assert len(picture.diagram.edges) == 64 + 64 + 80


def test_names_can_be_given_and_stand_beside_where_they_are_long() -> None:
    picture = draw_neurons(xor(), input_names=["a", "b"], output_names=["either, not both"])
    assert [c.texts[0].content for c in neurons(picture)[:2]] == ["a", "b"]
    assert neurons(picture)[-1].texts == ()
    assert "either, not both" in [text.content for text in texts(picture.scene)]


def test_dark_pictures_are_dark() -> None:
    assert draw_neurons(xor(), dark=True).scene.background == DARK.background


def test_printed_it_lists_the_neurons() -> None:
    lines = str(drawn("xor")).splitlines()
    assert lines[0] == "Sequential 2-2-1"
    assert lines[3].startswith("  h1  tanh  bias ")
    assert lines[3].endswith("<- x1, x2")


@pytest.mark.parametrize(
    ("weight", "bias"), [(np.nan, 0.0), (np.inf, 1.0), (0.0, 0.0), (1e30, np.nan), (1e-30, 1e-30)]
)
def test_odd_weights_are_drawn(weight: float, bias: float) -> None:
    model = nn.Linear(2, 1)
    with torch.no_grad():
        model.weight[0, 0] = weight
        model.bias[0] = bias
    picture = draw_neurons(model, torch.tensor([1.0, 1.0]))
    ElementTree.fromstring(picture.svg)  # noqa: S314 - our own
    assert "nan" not in "".join(line for line in picture.svg.splitlines() if "<path" in line)


def test_normalisation_and_dropout_are_no_layers_of_their_own() -> None:
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(3, 4),
        nn.BatchNorm1d(4),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(4, 1),
    )
    details = [text.content for text in texts(draw_neurons(model).scene)]
    assert "4 neurons · batch_norm · relu" in details


def test_a_network_of_ones_own_is_read_by_what_it_does() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.second = nn.Linear(4, 1)
            self.first = nn.Linear(2, 4, bias=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.second(torch.tanh(self.first(x)))

    picture = draw_neurons(Own(), torch.ones(1, 2))
    assert picture.diagram.title == "Own 2-4-1"


# Errors


class TwoWays(nn.Module):
    """Adds its input to what a layer makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layer(x)


@pytest.mark.parametrize(
    ("model", "sample", "error", "words"),
    [
        (
            cnn(),
            None,
            InvalidArgument,
            "it does not begin with a fully connected layer.*Draw its modules",
        ),
        (cnn(), torch.zeros(1, 1, 28, 28), InvalidArgument, r"it does conv2d \(in 0\)"),
        (residual(), torch.zeros(1, 3, 8, 8), InvalidArgument, "another kind"),
        (TwoWays(), None, InvalidArgument, "reads something else than the layer before"),
        (nn.Sequential(nn.ReLU()), torch.zeros(1, 2), InvalidArgument, "it does relu"),
        (nn.Identity(), torch.zeros(1, 2), InvalidArgument, "no fully connected layer"),
        (nn.Embedding(3, 2), None, InvalidArgument, "does not begin with"),
        (xor(), torch.zeros(4, 2), InvalidShape, "pass one sample"),
        ("2-2-1", None, InvalidType, "pass a model"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_other_networks_are_refused(
    model: nn.Module, sample: torch.Tensor | None, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        draw_neurons(model, sample)


def test_a_wrong_number_of_names_is_named() -> None:
    with pytest.raises(InvalidArgument, match=r"got 1 input_names: the network has 2 inputs"):
        draw_neurons(xor(), input_names=["a"])
    with pytest.raises(InvalidArgument, match="got 2 output_names"):
        draw_neurons(xor(), output_names=["a", "b"])


def test_small_networks_show_as_neurons_and_others_do_not() -> None:
    assert shows_as_neurons(xor())
    assert shows_as_neurons(three_four_two())
    assert not shows_as_neurons(wide())
    assert not shows_as_neurons(cnn())
    assert not shows_as_neurons(TwoWays())
