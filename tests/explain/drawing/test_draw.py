"""draw(): what the boxes and edges of a graph are, and what they say."""

import numpy as np
import pytest

import chainrule as torch
from chainrule import nn
from chainrule.errors import GradientError, InvalidArgument, InvalidType
from chainrule.explain.drawing import Picture, draw
from chainrule.explain.drawing.diagram import Diagram
from chainrule.nn.feedforward import feedforward
from chainrule.randomness import default_generator
from explain.drawing.networks import (
    Block,
    Dense,
    cnn,
    deep,
    normalised,
    residual,
    seeded,
    shared,
    xor,
    xor_loss,
)


def names(picture: Picture) -> list[str]:
    return [vertex.name for vertex in picture.diagram.vertices]


def joined(diagram: Diagram) -> set[tuple[str, str]]:
    """Edges as pairs of names."""
    return {
        (diagram.vertices[edge.source].name, diagram.vertices[edge.target].name)
        for edge in diagram.edges
    }


def said(picture: Picture, name: str) -> str:
    """All that the first box of this name says."""
    (vertex, *_) = [v for v in picture.diagram.vertices if v.name == name]
    return "\n".join(str(line) for line in vertex.lines)


# Graphs


def test_a_loss_shows_every_operation_and_every_leaf() -> None:
    model = xor()
    picture = draw(xor_loss(model), model=model)
    assert picture.diagram.kind == "graph"
    assert joined(picture.diagram) == {
        ("x", "0: linear"), ("0.weight", "0: linear"), ("0.bias", "0: linear"),
        ("0: linear", "1: tanh"),
        ("1: tanh", "2: linear"), ("2.weight", "2: linear"), ("2.bias", "2: linear"),
        ("2: linear", "3: sigmoid"),
        ("3: sigmoid", "mse_loss"), ("target", "mse_loss"), ("mse_loss", "mean"),
    }  # fmt: skip
    roles = {vertex.name: vertex.role for vertex in picture.diagram.vertices}
    assert roles["x"] == roles["target"] == "input"
    assert roles["0.weight"] == "parameter"
    assert roles["1: tanh"] == "operation"
    assert roles["mean"] == "loss"


def test_every_node_of_the_graph_has_its_box() -> None:
    model = residual()
    loss = nn.CrossEntropyLoss()(model(torch.randn(2, 3, 8, 8)), torch.tensor([0, 2]))
    picture = draw(loss, model=model, kind="graph")
    seen = set()
    stack = [loss.grad_fn]
    while stack:
        node = stack.pop()
        if node is not None and node.number not in seen:
            seen.add(node.number)
            stack.extend(t.grad_fn for t in node.inputs if t is not None)
    operations = [v for v in picture.diagram.vertices if v.role in ("operation", "loss")]
    assert len(operations) == len(seen)
    parameters = [v for v in picture.diagram.vertices if v.role == "parameter"]
    assert len(parameters) == sum(1 for _ in model.parameters())


def test_values_and_gradients_are_those_of_backward() -> None:
    model = seeded(xor)
    loss = xor_loss(model)
    picture = draw(loss, model=model, values=True, gradients=True)
    assert model[0].weight.grad is None
    loss.backward()
    weight, gradient = model[2].weight.array[0], model[2].weight.grad.array[0]
    text = said(picture, "2.weight").splitlines()
    shown = [[float(word) for word in line.split()[1:]] for line in text[-2:]]
    np.testing.assert_allclose(shown, [weight, gradient], rtol=0.02)
    assert f"value    {loss.item():.3f}" in said(picture, "mean")
    assert "gradient     1" in said(picture, "mean")
    assert "gradient" not in said(picture, "target")


def test_gradients_of_several_outputs_are_those_of_their_sum() -> None:
    model = nn.Linear(2, 3)
    picture = draw(model, torch.tensor([[2.0, 5.0]]), kind="graph", gradients=True)
    assert said(picture, "weight").splitlines()[-3:] == [
        "gradient 2 5",
        "         2 5",
        "         2 5",
    ]


def test_the_graph_is_still_there_afterwards() -> None:
    model = xor()
    loss = xor_loss(model)
    draw(loss, model=model, gradients=True)
    loss.backward()
    assert model[0].weight.grad is not None


def test_a_tensor_used_twice_has_two_edges() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    diagram = draw(x * x).diagram
    assert [(edge.source, edge.target) for edge in diagram.edges] == [(0, 1), (0, 1)]


def test_names_can_be_given() -> None:
    a, b = torch.ones(2, requires_grad=True), torch.ones(2)
    assert names(draw((a * b).sum(), names={"slope": a, "where": b})) == [
        "slope", "where", "mul", "sum",
    ]  # fmt: skip


def test_numbers_in_formulas_are_shown_by_their_value() -> None:
    x = torch.ones(2, requires_grad=True)
    picture = draw((x * 2.5 + 1).sum(), values=True)
    assert joined(picture.diagram) >= {("2.50", "mul"), ("1", "add")}
    assert said(picture, "1") == "1"


def test_short_options_are_shown() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    assert "dim=1" in said(draw(x.sum(dim=1)), "sum")


def test_edges_that_gradients_flow_along_are_solid() -> None:
    assert not any(edge.is_dashed for edge in draw(xor_loss(xor())).diagram.edges)


def test_what_was_detached_inside_a_model_stays_joined_by_a_dashed_edge() -> None:
    class Stops(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = self.layer(x)
            return h * torch.tanh(h).detach()

    diagram = draw(Stops(), torch.ones(1, 2), kind="graph").diagram
    dashed = [e for e in diagram.edges if e.is_dashed]
    assert [(diagram.vertices[e.source].name, diagram.vertices[e.target].name) for e in dashed] == [
        ("tanh", "mul")
    ]


def test_running_statistics_have_no_boxes() -> None:
    picture = draw(normalised(), torch.randn(4, 20), kind="graph")
    assert {("1.weight", "1: batch_norm"), ("1.bias", "1: batch_norm")} <= joined(picture.diagram)
    assert not [name for name in names(picture) if "running" in name]


def test_changes_in_place_are_followed() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    y += 1
    assert [n for n in names(draw(y.sum())) if n in ("mul", "add", "sum")] == ["mul", "add", "sum"]


# Modules


def test_a_model_shows_every_module_with_shape_and_parameters() -> None:
    picture = draw(cnn(), torch.zeros(1, 1, 28, 28))
    assert picture.diagram.kind == "modules"
    assert names(picture) == [
        "input",
        "0: Conv2d(1, 16, 3, padding=1)", "1: ReLU", "2: MaxPool2d(2)",
        "3: Conv2d(16, 32, 3, padding=1)", "4: ReLU", "5: MaxPool2d(2)",
        "6: Flatten", "7: Dropout", "8: Linear(1568, 10)",
    ]  # fmt: skip
    assert said(picture, "3: Conv2d(16, 32, 3, padding=1)").splitlines()[1] == (
        "(1, 32, 14, 14) · 4,640 parameters"
    )
    assert len(picture.diagram.edges) == 9


def test_modules_that_hand_on_their_input_are_shown_in_their_place() -> None:
    model = nn.Sequential(nn.Identity(), nn.Linear(2, 2), nn.Dropout(0.5), nn.Dropout(0.1))
    diagram = draw(model, torch.zeros(1, 2)).diagram
    assert joined(diagram) == {
        ("input", "0: Identity"),
        ("0: Identity", "1: Linear(2, 2)"),
        ("1: Linear(2, 2)", "2: Dropout"),
        ("2: Dropout", "3: Dropout(p=0.1)"),
    }


def test_a_module_that_changes_its_input_in_place_is_one_box() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True), nn.Linear(2, 1))
    x = torch.zeros(1, 2)
    assert names(draw(model, x, kind="graph"))[3:5] == ["0: linear", "1: relu"]
    assert names(draw(model, x))[2:] == ["1: ReLU(inplace=True)", "2: Linear(2, 1)"]


def test_depth_unfolds_containers_level_by_level() -> None:
    model = residual()
    x = torch.zeros(1, 3, 8, 8)
    assert names(draw(model, x, depth=0)) == ["input", "Sequential"]
    assert names(draw(model, x, depth=1))[2:4] == ["1: Block", "2: Block"]
    unfolded = draw(model, x, depth=2)
    assert {
        ("1.bn2: BatchNorm2d(4)", "1: add"),
        ("1.shortcut: Identity", "1: add"),
        ("0: Conv2d(3, 4, 3, padding=1)", "1.shortcut: Identity"),
    } <= joined(unfolded.diagram)
    assert names(draw(model, x, depth=9)) == names(unfolded)


def test_parameters_of_folded_modules_have_no_boxes() -> None:
    assert not [v for v in draw(cnn()  , torch.zeros(1, 1, 28, 28)).diagram.vertices
                if v.role == "parameter"]  # fmt: skip


def test_a_module_called_again_says_so() -> None:
    picture = draw(shared(), torch.zeros(1, 4))
    notes = [v.lines[1].text for v in picture.diagram.vertices if v.name == "0: Linear(4, 4)"]
    assert notes == [
        "(1, 4) · 20 parameters",
        "(1, 4) · same parameters as before",
        "(1, 4) · same parameters as before",
    ]


def test_a_loss_of_a_large_model_is_folded() -> None:
    model = residual()
    loss = nn.CrossEntropyLoss()(model(torch.randn(2, 3, 8, 8)), torch.tensor([0, 2]))
    picture = draw(loss, model=model)
    assert picture.diagram.kind == "modules"
    assert {("5: Linear(8, 3)", "CrossEntropyLoss"), ("target", "CrossEntropyLoss")} <= joined(
        picture.diagram
    )
    assert picture.diagram.vertices[-1].role == "loss"


def test_calls_read_off_a_graph_are_those_of_the_run() -> None:
    model = residual()
    x = torch.randn(1, 3, 8, 8)
    model.eval()
    read = draw(model(x), model=model, kind="modules", depth=2, names={"input": x})
    watched = draw(model, x, depth=2)
    # Only a call that hands on its input leaves no node behind.
    assert [n for n in names(watched) if n != "1.shortcut: Identity"] == names(read)


def test_layers_called_twice_are_two_boxes_also_when_read_off_a_graph() -> None:
    layer = nn.Linear(3, 3)
    model = nn.Sequential(layer, layer)
    read = draw(model(torch.zeros(1, 3)), model=model, kind="modules")
    assert names(read) == ["x", "0: Linear(3, 3)", "0: Linear(3, 3)"]


def test_many_equal_layers_in_a_row_are_one_box() -> None:
    picture = draw(deep())
    assert names(picture) == [
        "input", "0: Flatten", "1: Linear(784, 64)", "2: ReLU",
        "28 × Linear(64, 64) ReLU", "59: Linear(64, 10)",
    ]  # fmt: skip
    assert "together 116,480 parameters" in said(picture, "28 × Linear(64, 64) ReLU")
    folded = picture.diagram.vertices[4]
    assert folded.count == 28
    assert len(picture.diagram.edges) == 5


def test_equal_blocks_in_a_row_are_one_box() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), *[Block(4) for _ in range(20)], nn.Flatten())
    picture = draw(model, torch.zeros(1, 3, 8, 8))
    assert names(picture)[2:] == ["20 × Block", "21: Flatten"]


def test_a_few_equal_layers_are_all_shown() -> None:
    assert len(names(draw(feedforward([784, *[64] * 6, 10])))) == 15


def test_repeated_layers_show_their_numbers() -> None:
    picture = draw(feedforward([4] * 20), kind="modules", values=True)
    assert all(vertex.count == 1 for vertex in picture.diagram.vertices)


def test_a_model_with_several_inputs_and_outputs() -> None:
    class Pair(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left = nn.Linear(2, 3)
            self.right = nn.Linear(4, 3)

        def forward(self, first: torch.Tensor, second: torch.Tensor) -> dict[str, object]:
            a, b = self.left(first), self.right(second)
            return {"sum": a + b, "parts": [a, b]}

    diagram = draw(Pair(), (torch.zeros(1, 2), torch.zeros(1, 4))).diagram
    assert joined(diagram) == {
        ("first", "left: Linear(2, 3)"),
        ("second", "right: Linear(4, 3)"),
        ("left: Linear(2, 3)", "add"),
        ("right: Linear(4, 3)", "add"),
    }


def test_what_leads_to_no_result_is_left_out() -> None:
    class Extra(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            (x * 5).exp()
            return x + 1

    assert "exp" not in names(draw(Extra(), torch.zeros(1, 2), kind="graph"))


def test_concatenations_read_all_their_parts() -> None:
    diagram = draw(Dense(2), torch.zeros(1, 4), depth=2).diagram
    last = len(diagram.vertices) - 1
    assert sum(edge.target == last for edge in diagram.edges) == 3


# The model and its surroundings


def test_drawing_changes_nothing() -> None:
    model = normalised()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    counter = default_generator.counter
    draw(model, torch.ones(4, 20), kind="graph", values=True, gradients=True)
    assert all((tensor == before[name]).all() for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(module.training for module in model.modules())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert default_generator.counter == counter


def test_a_model_is_drawn_under_no_grad_too() -> None:
    with torch.no_grad():
        picture = draw(nn.Linear(2, 1), torch.zeros(1, 2), kind="graph", gradients=True)
    assert "gradient" in said(picture, "weight")


def test_the_input_is_made_up_where_the_first_layer_says_it() -> None:
    assert "(1, 784)" in said(draw(feedforward([784, 10])), "input")
    embedding = nn.Sequential(nn.Embedding(5, 2), nn.Flatten())
    assert "(1, 1)" in said(draw(embedding), "input")


# Errors


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((np.zeros(2),), {}, InvalidType, "pass a tensor that was computed"),
        ((cnn(),), {}, InvalidArgument, r"pass an input, e.g. draw\(model"),
        ((xor(), np.zeros((1, 2))), {}, InvalidType, "pass a tensor"),
        ((xor(),), {"kind": "neurons"}, InvalidArgument, "auto, graph, modules"),
        ((xor(),), {"layout": "dot"}, InvalidArgument, "auto, own, graphviz"),
        ((xor(),), {"depth": -1}, InvalidArgument, "0 for one box"),
        ((torch.ones(2),), {}, GradientError, "no operation was recorded"),
        ((nn.Identity(), torch.ones(2)), {"gradients": True}, GradientError, "no gradient"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_mistakes_are_named(
    arguments: tuple[object, ...], options: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        draw(*arguments, **options)  # type: ignore[arg-type]


def test_a_graph_that_nobody_could_read_is_refused() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(500):
        y = y.tanh()
    with pytest.raises(InvalidArgument, match=r"501 boxes.*kind='modules'"):
        draw(y)


def test_a_freed_graph_is_named() -> None:
    loss = xor_loss(xor())
    loss.backward()
    with pytest.raises(GradientError, match="Draw before backward"):
        draw(loss)


def test_a_model_that_returns_no_tensor_is_named() -> None:
    class Counts(nn.Module):
        def forward(self, x: torch.Tensor) -> int:
            return len(x)

    with pytest.raises(InvalidType, match="returned int without any tensor"):
        draw(Counts(), torch.ones(2))
