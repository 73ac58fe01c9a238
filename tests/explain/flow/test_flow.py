"""The flow of gradients: factors that multiply up, and the right culprit."""

import json
from itertools import pairwise

import numpy as np
import pytest

import chainrule
from chainrule import Tensor, nn, optim
from chainrule.engines.eager import EagerEngine
from chainrule.errors import InvalidType
from chainrule.explain import GradientFlow, gradient_flow
from chainrule.nn.feedforward import feedforward


def normal(*shape: int, seed: int = 0) -> Tensor:
    return chainrule.from_numpy(np.random.default_rng(seed).normal(size=shape))


def labels(count: int, classes: int) -> Tensor:
    return chainrule.from_numpy(np.random.default_rng(1).integers(0, classes, count))


def flow_of(model: nn.Module, inputs: Tensor) -> GradientFlow:
    outputs = model.double()(inputs)
    return gradient_flow(model, nn.CrossEntropyLoss()(outputs, labels(len(inputs), 4)))


def scaled(depth: int, deviation: float, activation: type[nn.Module]) -> nn.Sequential:
    """A deep network of width 20 whose weights have this standard deviation."""
    chainrule.manual_seed(0)
    layers: list[nn.Module] = []
    for _ in range(depth):
        layers += [nn.Linear(20, 20), activation()]
    model = nn.Sequential(*layers, nn.Linear(20, 4))
    for parameter in model.parameters():
        if parameter.ndim == 2:
            nn.init.normal_(parameter, std=deviation)
    return model


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(20, 20), nn.Linear(20, 20)
        self.norm = nn.LayerNorm(20)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(self.first(self.norm(x)).relu())


class ByHand(nn.Module):
    """Weights that are transposed and scaled on their way into the product."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(normal(6, 20, seed=3))
        self.last = nn.Parameter(normal(4, 6, seed=4))

    def forward(self, x: Tensor) -> Tensor:
        hidden = (x @ self.weight.t()).tanh()
        return hidden @ (self.last * 0.5).t()


def residual() -> nn.Sequential:
    return nn.Sequential(nn.Linear(20, 20), *(Residual() for _ in range(3)), nn.Linear(20, 4))


def convolutional() -> nn.Sequential:
    return nn.Sequential(
        nn.Unflatten(1, (1, 4, 5)),
        nn.Conv2d(1, 3, 3, padding=1),
        nn.BatchNorm2d(3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.2),
        nn.Flatten(),
        nn.Linear(12, 4),
    )


NETWORKS = {
    "sigmoid": lambda: scaled(6, 0.3, nn.Sigmoid),
    "tanh": lambda: scaled(3, 2.0, nn.Tanh),
    "residual": residual,
    "convolutional": convolutional,
    "by hand": ByHand,
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("to_data", [False, True])
def test_factors_multiply_up_to_the_ratio_of_norms(name: str, to_data: bool) -> None:
    chainrule.manual_seed(0)
    flow = flow_of(NETWORKS[name](), normal(8, 20).requires_grad_(to_data))
    assert len(flow.layers) >= 2
    for layer in flow.layers:
        assert layer.norm * layer.factor == pytest.approx(layer.norm_below, rel=1e-13)
    for above, below in pairwise(flow.layers):
        assert above.norm_below == below.norm
    kinds = ("activations", "weights", "normalization", "other")
    total = sum(flow.logarithm(kind) for kind in kinds)
    assert total == pytest.approx(np.log10(flow.ratio), rel=1e-12, abs=1e-13)
    assert flow.ratio == pytest.approx(flow.layers[-1].norm_below / flow.layers[0].norm)


def test_norms_are_those_of_the_gradients_of_the_layers() -> None:
    model, inputs = scaled(3, 0.5, nn.Tanh).double(), normal(8, 20)
    results: dict[str, Tensor] = {}
    for path, module in model.named_modules():
        if path:

            def keep(_module: object, _inputs: object, output: Tensor, path: str = path) -> None:
                output.retain_grad()
                results[path] = output

            module.register_forward_hook(keep)
    loss = nn.CrossEntropyLoss()(model(inputs), labels(8, 4))
    flow = gradient_flow(model, loss)
    loss.backward()
    norms = {path: float(np.linalg.norm(result.grad.array)) for path, result in results.items()}
    assert [layer.layer for layer in flow.layers] == ["6", "4", "2", "0"]
    for layer, output, hidden, below in zip(
        flow.layers[1:-1], ["5", "3"], ["4", "2"], ["3", "1"], strict=True
    ):
        assert layer.norm == pytest.approx(norms[output], rel=1e-12)
        assert layer.activations == pytest.approx(norms[hidden] / norms[output], rel=1e-12)
        assert layer.weights == pytest.approx(norms[below] / norms[hidden], rel=1e-12)
        assert (layer.normalization, layer.other) == (1, 1)


def test_twenty_layers_of_sigmoids_vanish_by_their_activations() -> None:
    chainrule.manual_seed(0)
    model = feedforward([20, *[20] * 20, 4], activation="sigmoid")
    flow = flow_of(model, normal(16, 20))
    assert flow.ratio < 1e-10
    assert flow.culprit == "activations"
    assert flow.logarithm("activations") < 20 * np.log10(0.25)  # no derivative is above 1/4
    assert "vanishes" in flow.verdict
    assert "due to activations" in flow.verdict


@pytest.mark.parametrize(
    ("deviation", "word"), [(0.02, "vanishes"), (2.0, "explodes")], ids=["small", "large"]
)
def test_badly_scaled_linear_layers_are_the_weights_fault(deviation: float, word: str) -> None:
    flow = flow_of(scaled(20, deviation, nn.Identity), normal(16, 20))
    assert flow.culprit == "weights"
    assert word in flow.verdict
    assert flow.logarithm("activations") == 0


def test_a_well_scaled_network_has_no_culprit() -> None:
    flow = flow_of(scaled(8, np.sqrt(2 / 20), nn.ReLU), normal(16, 20))
    assert flow.culprit is None
    assert flow.verdict.startswith("The gradient arrives")


def test_normalisations_and_joins_have_factors_of_their_own() -> None:
    chainrule.manual_seed(0)
    flow = flow_of(residual(), normal(8, 20))
    by_name = {layer.layer: layer for layer in flow.layers}
    assert by_name["0"].normalization != 1  # the norm of the first block, above the first layer
    assert by_name["2.first"].operations == ("linear", "relu")
    assert by_name["0"].other > 1.5  # what the way around the block adds


def test_weights_that_are_computed_count_as_weights() -> None:
    flow = flow_of(ByHand(), normal(8, 20).requires_grad_())
    assert [layer.operations for layer in flow.layers] == [("matmul",), ("matmul", "tanh")]
    assert all(layer.weights != 1 for layer in flow.layers)
    assert all(layer.other == 1 for layer in flow.layers)


def test_dead_units_end_the_gradient() -> None:
    model = nn.Sequential(nn.Linear(20, 6), nn.ReLU(), nn.Linear(6, 4)).double()
    with chainrule.no_grad():
        model[0].bias.fill_(-100.0)
    flow = flow_of(model, normal(8, 20))
    assert flow.ratio == 0
    assert flow.verdict == "The gradient ends in layer 0: nothing of it passes through."
    assert flow.layers[-1].activations == 0
    assert "0" in str(flow).splitlines()[-3]


def test_a_loss_at_its_minimum_has_no_gradient_to_follow() -> None:
    model, inputs = scaled(2, 0.5, nn.Tanh).double(), normal(8, 20)
    outputs = model(inputs)
    flow = gradient_flow(model, nn.MSELoss()(outputs, outputs.detach()))
    assert flow.verdict == "There is no gradient to follow."
    assert flow.ratio == 1


def test_a_single_layer_has_nothing_below() -> None:
    flow = flow_of(nn.Sequential(nn.Linear(20, 4)), normal(8, 20))
    assert flow.layers == ()
    assert "no gradient to follow" in str(flow)


@pytest.mark.parametrize("name", NETWORKS)
def test_an_observed_step_has_the_same_flow(name: str) -> None:
    chainrule.manual_seed(0)
    model, inputs, target = NETWORKS[name]().double(), normal(8, 20), labels(8, 4)
    for module in model.modules():
        module.training = not isinstance(module, nn.Dropout)
    criterion = nn.CrossEntropyLoss()
    expected = gradient_flow(model, criterion(model(inputs), target))
    engine = EagerEngine(model, criterion, optim.SGD(model.parameters(), lr=0.01))
    observation = engine.train_step(inputs, target, observe=True).observation
    assert observation is not None
    flow = gradient_flow(observation)
    assert [layer.layer for layer in flow.layers] == [layer.layer for layer in expected.layers]
    for ours, theirs in zip(flow.layers, expected.layers, strict=True):
        assert ours.norm == pytest.approx(theirs.norm, rel=1e-12)
        assert ours.factor == pytest.approx(theirs.factor, rel=1e-12)
        assert ours.weights == pytest.approx(theirs.weights, rel=1e-2)  # those after the step


def test_the_graph_is_left_as_it_was() -> None:
    model, inputs = scaled(2, 0.5, nn.Tanh).double(), normal(8, 20)
    loss = nn.CrossEntropyLoss()(model(inputs), labels(8, 4))
    gradient_flow(model, loss)
    assert all(parameter.grad is None for parameter in model.parameters())
    loss.backward()


def test_it_shows_as_table_rows_and_html() -> None:
    flow = flow_of(scaled(2, 0.5, nn.Tanh), normal(8, 20))
    head, rule, first, *_ = str(flow).splitlines()
    assert " ".join(head.split()) == "layer operations norm × activations × weights = norm below"
    assert set(rule) == {"-"}
    assert first.split()[:2] == ["4", "linear"]
    assert json.loads(json.dumps(flow.to_dict()))["layers"] == flow.to_rows()
    page = flow._repr_html_()
    assert page.count("<tr>") == len(flow.layers) + 2
    assert "linear → tanh" in page


@pytest.mark.parametrize("arguments", [(nn.Linear(2, 2),), (3, 4), (nn.Linear(2, 2), 0.5)])
def test_what_cannot_be_read_is_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(InvalidType, match="pass a model and the loss"):
        gradient_flow(*arguments)  # type: ignore[arg-type]
