"""Every module and every loss, compiled, takes the same 100 steps as on the eager engine."""

from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.compiler import NotCompilable, Program
from chainrule.optim import SGD
from compiler.networks import compare
from conformance.test_modules import LAYERS, LOSSES, SCORES_AND_LABELS, Case

SAMPLES = 24
ENDS: dict[str, Any] = {"BCELoss": nn.Sigmoid, "KLDivLoss": lambda: nn.LogSoftmax(1)}
MORE_LOSSES = [
    Case("CrossEntropyLoss", options={"ignore_index": 1}, inputs=SCORES_AND_LABELS),
    Case(
        "CrossEntropyLoss",
        options={"weight": chainrule.tensor([0.5, 2.0, 1.0]), "label_smoothing": 0.2},
        inputs=SCORES_AND_LABELS,
    ),
    Case("NLLLoss", options={"reduction": "sum", "ignore_index": 2}, inputs=SCORES_AND_LABELS),
]
DTYPES = ("float32", "float64")


class Scale(nn.Module):
    """Multiplies every feature with a number: something to learn before a layer."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.weight = nn.Parameter(chainrule.ones(*shape))

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        return x * self.weight


def around(case: Case) -> tuple[nn.Module, np.ndarray]:
    """A network with the case's module in its middle, and samples for it."""
    random = np.random.default_rng(3)
    chainrule.manual_seed(0)
    module = getattr(nn, case.name)(*case.arguments, **case.options)
    match case.inputs[0]:
        case ("labels", shape, count):
            inputs = random.integers(0, count, (SAMPLES, *shape[1:]))
            before: list[nn.Module] = []
        case shape:
            inputs = random.normal(size=(SAMPLES, *shape[1:]))
            before = [Scale(shape[1:])]
    sample = chainrule.from_numpy(inputs[:2].astype(np.float32) if before else inputs[:2])
    size = module(sample).array[0].size
    return nn.Sequential(*before, module, nn.Flatten(), nn.Linear(size, 3)), inputs


def sgd(parameters: Any) -> SGD:
    return SGD(parameters, lr=0.05, momentum=0.5)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_module(case: Case, dtype: str) -> None:
    model, inputs = around(case)
    model = model.double() if dtype == "float64" else model
    targets = np.random.default_rng(4).integers(0, 3, SAMPLES)
    compare(model, nn.CrossEntropyLoss(), inputs, targets, make=sgd)


def targets_for(wanted: Any) -> np.ndarray:
    """Targets of the kind a loss takes."""
    random = np.random.default_rng(4)
    match wanted:
        case ("labels", _, count):
            return random.integers(0, count, SAMPLES)
        case ("probabilities", shape):
            return random.uniform(0.05, 0.95, (SAMPLES, *shape[1:]))
        case ("signs", shape):
            return random.choice([-1.0, 1.0], (SAMPLES, *shape[1:]))
    return random.normal(size=(SAMPLES, *wanted[1:]))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", LOSSES + MORE_LOSSES, ids=str)
def test_loss(case: Case, dtype: str) -> None:
    chainrule.manual_seed(0)
    ends = [ENDS[case.name]()] if case.name in ENDS else []
    model: nn.Module = nn.Sequential(nn.Linear(4, 3), *ends)
    model = model.double() if dtype == "float64" else model
    inputs = np.random.default_rng(3).normal(size=(SAMPLES, 4))
    loss = getattr(nn, case.name)(*case.arguments, **case.options)
    loss = loss.double() if dtype == "float64" else loss
    targets = targets_for(case.inputs[1])
    if case.options.get("reduction") == "none":
        with pytest.raises(NotCompilable, match="The loss has shape"):
            compare(model, loss, inputs, targets)
        return
    compare(model, loss, inputs, targets, make=lambda p: SGD(p, lr=0.01))


@pytest.mark.parametrize("case", [case for case in LAYERS if case.name != "Unflatten"], ids=str)
def test_forward_pass_in_evaluation_mode(case: Case) -> None:
    model, inputs = around(case)
    model.double().eval()
    targets = np.random.default_rng(4).integers(0, 3, SAMPLES)
    program = Program(model, nn.CrossEntropyLoss(), None, inputs, targets)
    losses, outputs = program.forward(inputs, targets, batch_size=SAMPLES - 5)
    x, y = chainrule.from_numpy(inputs), chainrule.from_numpy(targets)
    np.testing.assert_allclose(outputs, model(x).array, rtol=1e-10, atol=1e-12)
    for loss, part in zip(losses, (slice(0, SAMPLES - 5), slice(SAMPLES - 5, None)), strict=True):
        expected = nn.CrossEntropyLoss()(model(x[part]), y[part]).item()
        assert loss == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("threads", [2, 3])
def test_a_network_of_many_layers_on_several_threads(threads: int) -> None:
    chainrule.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 4, 3, groups=2, stride=2),
        nn.AvgPool2d(2, padding=1),
        nn.Dropout2d(0.2),
        nn.Flatten(),
        nn.LayerNorm(16),
        nn.Linear(16, 12),
        nn.GELU(),
        nn.Dropout(0.1),
        nn.BatchNorm1d(12),
        nn.Linear(12, 3),
    ).double()
    inputs = np.random.default_rng(3).normal(size=(SAMPLES, 1, 12, 12))
    targets = np.random.default_rng(4).integers(0, 3, SAMPLES)
    compare(model, nn.CrossEntropyLoss(), inputs, targets, make=sgd, steps=30, threads=threads)


@pytest.mark.parametrize(
    ("pooling", "places", "is_first"),
    [(nn.MaxPool2d(2), 16, True), (nn.MaxPool2d(2, padding=1), 25, False)],
)
def test_relu_comes_after_pooling_where_that_is_the_same(
    pooling: nn.Module, places: int, is_first: bool
) -> None:
    chainrule.manual_seed(0)
    convolution = nn.Conv2d(1, 3, 3)
    convolution.bias.array[:] = -0.6  # many windows without a positive number
    model = nn.Sequential(
        convolution, nn.ReLU(), pooling, nn.Flatten(), nn.Linear(3 * places, 3)
    ).double()
    inputs = np.random.default_rng(3).normal(size=(SAMPLES, 1, 10, 10))
    targets = np.random.default_rng(4).integers(0, 3, SAMPLES)
    loss = nn.CrossEntropyLoss()
    source = Program(model, loss, sgd(model.parameters()), inputs, targets).source
    forward = source.partition("# Forward")[2]
    assert (forward.index(" max_pool") < forward.index(" relu(")) == is_first
    compare(model, loss, inputs, targets, make=sgd, steps=50)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_large_weights_are_learned_in_blocks(threads: int, dtype: str) -> None:
    chainrule.manual_seed(0)
    shared = nn.Linear(300, 300)  # needed again after its gradient's first part: updated at the end
    model = nn.Sequential(
        *(nn.Linear(33, 300), nn.ReLU(), nn.Dropout(0.2), nn.Linear(300, 300), nn.Tanh()),
        *(shared, nn.Tanh(), shared, nn.Tanh(), nn.Linear(300, 260), nn.ReLU(), nn.Linear(260, 3)),
    )
    model = model.double() if dtype == "float64" else model
    inputs = np.random.default_rng(3).normal(size=(SAMPLES, 33)).astype(dtype)
    targets = np.random.default_rng(4).integers(0, 3, SAMPLES)
    loss = nn.CrossEntropyLoss()
    source = Program(model, loss, sgd(model.parameters()), inputs, targets).source
    assert source.count("for first, last, place in blocks(") == 2
    compare(model, loss, inputs, targets, make=sgd, steps=30, batch_size=18, threads=threads)


@pytest.mark.parametrize("threads", [1, 2])
def test_clipped_gradients(threads: int) -> None:
    inputs, targets = np.random.default_rng(3).normal(size=(SAMPLES, 6)), np.arange(SAMPLES) % 3
    for max_norm in (0.05, 1e6):
        chainrule.manual_seed(0)
        model, twin = (nn.Linear(6, 3).double() for _ in range(2))
        twin.load_state_dict(model.state_dict())
        program = Program(
            model, nn.CrossEntropyLoss(), sgd(model.parameters()), inputs, targets,
            threads=threads, clip_norm=max_norm,
        )  # fmt: skip
        other = sgd(twin.parameters())
        for _ in range(10):
            program.step(inputs, targets)
            other.zero_grad()
            nn.CrossEntropyLoss()(
                twin(chainrule.from_numpy(inputs)), chainrule.from_numpy(targets)
            ).backward()
            nn.utils.clip_grad_norm_(twin.parameters(), max_norm)
            other.step()
        for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
            np.testing.assert_allclose(ours.array, theirs.array, rtol=1e-10)
