"""Every module and loss: gradients checked in float64, and the same as PyTorch's module.

Activations come from their records. Other modules are rows of a table, and a test sees to it that
no public module is missing from it.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch

import chainrule
from chainrule import nn
from chainrule.nn.activations import ACTIVATION_MODULES
from conformance.torch_calls import PYTORCH_ROUNDS

RANDOM_MODULES = {"Dropout", "Dropout1d", "Dropout2d"}  # compared in evaluation mode
NO_COUNTERPART = {"Step"}
CONTAINERS = {"Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "Parameter"}


@dataclass(frozen=True)
class Case:
    """A module, the arguments of its constructor and the shapes of its inputs.

    A shape of ints is drawn from a normal distribution; ("labels", shape, count) are class numbers,
    ("probabilities", shape) lie between 0 and 1, ("signs", shape) are -1 or 1.
    """

    name: str
    arguments: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[Any, ...] = ((4, 3),)

    def __str__(self) -> str:
        given = ",".join(
            [*map(str, self.arguments), *(f"{k}={v}" for k, v in self.options.items())]
        )
        return f"{self.name}({given})"


PAIR = ((4, 3), (4, 3))
SCORES_AND_LABELS = ((5, 3), ("labels", (5,), 3))
LAYERS = [
    Case("Linear", (3, 5)),
    Case("Linear", (3, 5), {"bias": False}),
    Case("Identity"),
    Case("Flatten", inputs=((2, 3, 4),)),
    Case("Unflatten", (1, (3, 2)), inputs=((4, 6),)),
    Case("Conv1d", (2, 4, 3), {"padding": 1}, ((2, 2, 7),)),
    Case("Conv2d", (2, 4, 3), {"stride": 2, "padding": 1}, ((2, 2, 6, 5),)),
    Case("Conv2d", (4, 4, 3), {"groups": 2, "dilation": 2, "bias": False}, ((1, 4, 7, 7),)),
    Case("MaxPool1d", (2,), {}, ((2, 3, 8),)),
    Case("MaxPool2d", (2,), {"stride": 1, "padding": 1}, ((2, 3, 5, 6),)),
    Case("AvgPool1d", (3,), {}, ((2, 3, 9),)),
    Case("AvgPool2d", (2,), {"padding": 1}, ((2, 3, 5, 6),)),
    Case("AdaptiveAvgPool1d", (4,), {}, ((2, 3, 10),)),
    Case("AdaptiveAvgPool2d", ((2, 3),), {}, ((2, 3, 5, 7),)),
    # The padding row, here never looked up, has no gradient by intent; other tests look at it.
    Case("Embedding", (7, 4), {"padding_idx": 6}, (("labels", (3, 5), 6),)),
    Case("BatchNorm1d", (3,), {}, ((6, 3),)),
    Case("BatchNorm2d", (3,), {"momentum": 0.3}, ((2, 3, 4, 5),)),
    Case("LayerNorm", (3,), {}, ((4, 3),)),
    Case("GroupNorm", (2, 4), {}, ((3, 4, 5),)),
    Case("PReLU"),
    Case("PReLU", (3,)),
    Case("GLU", inputs=((4, 6),)),
    Case("Softmax", (1,)),
    Case("LogSoftmax", (1,)),
    Case("Softmin", (1,)),
    Case("Softmax2d", inputs=((2, 3, 2, 2),)),
    Case("Dropout", (0.3,)),
    Case("Dropout1d", (0.3,), inputs=((2, 3, 4),)),
    Case("Dropout2d", (0.3,), inputs=((2, 3, 4, 4),)),
]
LOSSES = [
    Case("CrossEntropyLoss", inputs=SCORES_AND_LABELS),
    Case("CrossEntropyLoss", options={"label_smoothing": 0.1}, inputs=SCORES_AND_LABELS),
    Case(
        "CrossEntropyLoss", options={"reduction": "sum"}, inputs=((5, 3), ("probabilities", (5, 3)))
    ),
    Case("NLLLoss", inputs=SCORES_AND_LABELS),
    Case("MSELoss", inputs=PAIR),
    Case("MSELoss", options={"reduction": "none"}, inputs=PAIR),
    Case("L1Loss", inputs=PAIR),
    Case("SmoothL1Loss", options={"beta": 0.5}, inputs=PAIR),
    Case("HuberLoss", options={"delta": 0.5}, inputs=PAIR),
    Case("BCELoss", inputs=(("probabilities", (4, 3)), ("probabilities", (4, 3)))),
    Case("BCEWithLogitsLoss", inputs=((4, 3), ("probabilities", (4, 3)))),
    Case(
        "KLDivLoss", options={"reduction": "batchmean"}, inputs=((4, 3), ("probabilities", (4, 3)))
    ),
    Case("HingeEmbeddingLoss", inputs=((4, 3), ("signs", (4, 3)))),
    Case("MultiMarginLoss", inputs=SCORES_AND_LABELS),
    Case("SoftMarginLoss", inputs=((4, 3), ("signs", (4, 3)))),
]
ACTIVATIONS = [
    Case(name, (0.5, -1.0) if name == "Threshold" else ()) for name in ACTIVATION_MODULES
]
CASES = [case for case in LAYERS + LOSSES + ACTIVATIONS if hasattr(nn, case.name)]
PAIRED = [case for case in CASES if case.name not in NO_COUNTERPART]


def make_inputs(case: Case) -> list[np.ndarray]:
    """Arrays of the kinds and shapes the case asks for."""
    random = np.random.default_rng(7)
    arrays = []
    for wanted in case.inputs:
        match wanted:
            case ("labels", shape, count):
                arrays.append(random.integers(0, count, shape))
            case ("probabilities", shape):
                arrays.append(random.uniform(0.05, 0.95, shape))
            case ("signs", shape):
                arrays.append(random.choice([-1.0, 1.0], shape))
            case shape:
                arrays.append(random.normal(size=shape))
    return arrays


def build(case: Case, library: Any) -> Any:
    """The module in float64, from ours or PyTorch's ``nn``."""
    return getattr(library, case.name)(*case.arguments, **case.options).double()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_gradients_pass_the_numeric_check(case: Case) -> None:
    chainrule.manual_seed(0)
    module = build(case, nn)
    if case.name in RANDOM_MODULES:
        module.eval()
    inputs = [chainrule.from_numpy(array) for array in make_inputs(case)]
    first, rest = inputs[0], inputs[1:]
    weights = None

    def weighted_sum(*tensors: Any) -> Any:
        nonlocal weights
        output = module(*tensors, *rest)
        if weights is None:
            weights = chainrule.from_numpy(np.random.default_rng(8).normal(size=output.shape))
        return (output * weights).sum()

    wanted = list(module.parameters())
    if first.dtype.kind == "f":
        first.requires_grad_()
        wanted.append(first)
    weighted_sum(first)
    if case.name == "Step":
        assert not module(first).requires_grad
        return
    for tensor in wanted:
        assert_gradient_is_numeric(lambda: weighted_sum(first), tensor)


def assert_gradient_is_numeric(compute: Any, tensor: Any) -> None:
    """Compare backward() with central differences along three random directions."""
    tensor.grad = None
    compute().backward()
    analytic = tensor.grad.array.copy()
    random = np.random.default_rng(9)
    start = tensor.array.copy()
    for _ in range(3):
        direction = np.asarray(random.normal(size=start.shape))
        values = []
        for step in (1e-6, -1e-6):
            tensor.array = start + step * direction
            values.append(compute().item())
        tensor.array = start
        numeric = (values[0] - values[1]) / 2e-6
        scale = np.abs(analytic * direction).sum()
        assert abs(numeric - (analytic * direction).sum()) <= 1e-6 * scale + 1e-7


@pytest.mark.parametrize("case", PAIRED, ids=str)
def test_module_is_the_same_as_pytorchs(case: Case) -> None:
    ours, theirs = build(case, nn), build(case, torch.nn)
    assert repr(ours) == repr(theirs)
    state = theirs.state_dict()
    assert list(ours.state_dict()) == list(state)
    ours.load_state_dict({key: chainrule.tensor(value.numpy()) for key, value in state.items()})
    if case.name in RANDOM_MODULES:
        ours.eval()
        theirs.eval()
    arrays = make_inputs(case)
    mine = [chainrule.tensor(array) for array in arrays]
    other = [torch.tensor(array) for array in arrays]
    if mine[0].dtype.kind == "f":
        mine[0].requires_grad_()
        other[0].requires_grad_()
    output, expected = ours(*mine), theirs(*other)
    np.testing.assert_allclose(output.array, expected.detach().numpy(), rtol=1e-10, atol=1e-12)
    output.sum().backward()
    expected.sum().backward()
    if mine[0].requires_grad:
        tolerance = PYTORCH_ROUNDS.get(case.name.lower(), 1e-9)
        np.testing.assert_allclose(
            mine[0].grad.array, other[0].grad.numpy(), rtol=tolerance, atol=1e-12
        )
    for (name, parameter), (_, reference) in zip(
        ours.named_parameters(), theirs.named_parameters(), strict=True
    ):
        np.testing.assert_allclose(
            parameter.grad.array, reference.grad.numpy(), rtol=1e-9, atol=1e-11, err_msg=name
        )
    for (name, buffer), (_, reference) in zip(
        ours.named_buffers(), theirs.named_buffers(), strict=True
    ):
        np.testing.assert_allclose(buffer.array, reference.numpy(), rtol=1e-10, err_msg=name)


def test_no_public_module_is_missing_from_the_tables() -> None:
    public = {
        name
        for name, value in vars(nn).items()
        if isinstance(value, type) and issubclass(value, nn.Module) and not name.startswith("_")
    }
    assert public - CONTAINERS <= {case.name for case in CASES}
