"""NaN and infinity: found where they begin, named, and nothing of the model changed by them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import nn, optim
from chainrule.autograd.tensor import Tensor
from chainrule.engines import EagerEngine
from chainrule.errors import NotFinite
from chainrule.randomness import default_generator


class Apply(nn.Module):
    """A layer of one function."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Named(nn.Module):
    """A network whose own forward computes something between its parts."""

    def __init__(self, between: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.norm = nn.BatchNorm1d(3)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Linear(3, 1)
        self.between = between

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.between(self.drop(self.norm(self.first(x)))))


def sequence(function: Callable[[Tensor], Tensor]) -> nn.Module:
    """A network with a function as its layer 3."""
    chainrule.manual_seed(0)
    return nn.Sequential(
        nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.5), Apply(function), nn.Linear(3, 1)
    )


def named(function: Callable[[Tensor], Tensor]) -> nn.Module:
    chainrule.manual_seed(0)
    return Named(function)


def make(model: nn.Module, loss: Any = None, clip_norm: float | None = None) -> EagerEngine:
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    return EagerEngine(model, loss or nn.MSELoss(), optimizer, clip_norm)


def batch(seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = np.random.default_rng(seed)
    arrays = generator.normal(size=(6, 2)), generator.normal(size=(6, 1))
    return tuple(chainrule.from_numpy(array.astype(np.float32)) for array in arrays)  # type: ignore


def state(engine: EagerEngine) -> Any:
    """All that a step may change, bit for bit."""
    model = {path: tensor.array.tobytes() for path, tensor in engine.model.state_dict().items()}
    saved = engine.optimizer.state_dict()["state"]
    rule = {
        (number, name): tensor.array.tobytes()
        for number, entry in saved.items()
        for name, tensor in entry.items()
    }
    return model, rule, default_generator.state_dict()


def refused(engine: EagerEngine, inputs: Tensor, targets: Tensor, observe: bool = False) -> str:
    """The message of a step that is refused, after which everything is as before."""
    before = state(engine)
    with pytest.raises(NotFinite) as caught:
        engine.train_step(inputs, targets, observe)
    assert state(engine) == before
    assert "Lower the learning rate" in str(caught.value)
    return str(caught.value)


FORWARD = [
    (lambda x: (x - x.max() - 1).log(), "operation log"),
    (lambda x: (x * 1e30).exp(), "operation exp"),
    (lambda x: x / (x - x), "operation div"),
    (lambda x: (x - 100.0).sqrt(), "operation sqrt"),
]


@pytest.mark.parametrize("observe", [False, True])
@pytest.mark.parametrize(("function", "operation"), FORWARD)
def test_a_loss_that_is_not_finite_names_layer_and_operation(
    function: Callable[[Tensor], Tensor], operation: str, observe: bool
) -> None:
    engine = make(sequence(function))
    message = refused(engine, *batch(), observe)
    assert f"{operation} in layer 3 (Apply) was the first" in message
    assert message.startswith("The loss is ")
    message = refused(make(named(function)), *batch(), observe)
    assert f"{operation} in the model itself was the first" in message


@pytest.mark.parametrize("observe", [False, True])
@pytest.mark.parametrize("clip_norm", [None, 1.0])
def test_a_gradient_that_is_not_finite_names_layer_and_operation(
    clip_norm: float | None, observe: bool
) -> None:
    def root(x: Tensor) -> Tensor:
        return (x - x).sqrt()

    message = refused(make(sequence(root), clip_norm=clip_norm), *batch(), observe)
    assert "a gradient is not finite" in message
    assert "the derivative of operation sqrt in layer 3 (Apply) was the first" in message
    message = refused(make(named(root), clip_norm=clip_norm), *batch(), observe)
    assert "the derivative of operation sqrt in the model itself was the first" in message


def test_a_derivative_that_overflows_is_named() -> None:
    def steep(x: Tensor) -> Tensor:
        return (x * 1e-20) * 1e-20 * 1e38 * 1e38

    model = sequence(steep)
    message = refused(make(model, lambda outputs, _: (outputs * 1e-35).sum()), *batch())
    assert "not finite" in message
    assert "layer 3 (Apply)" in message


@pytest.mark.parametrize("observe", [False, True])
def test_what_the_loss_itself_computes_is_outside_the_model(observe: bool) -> None:
    def hopeless(outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs - outputs).log().sum() + targets.sum()

    message = refused(make(sequence(lambda x: x), hopeless), *batch(), observe)
    assert "operation log, outside the model was the first to give" in message


def test_after_a_refused_step_training_goes_on_as_if_it_had_not_been() -> None:
    engine, other = make(sequence(lambda x: x)), make(sequence(lambda x: x))
    bad = batch(1)
    bad[1].array[0] = np.inf
    for one in (engine, other):
        chainrule.manual_seed(5)
        for step in range(4):
            one.train_step(*batch(step))
            if one is engine:
                with pytest.raises(NotFinite):
                    one.train_step(*bad)
                with pytest.raises(NotFinite):
                    one.train_step(bad[0] * np.nan, bad[1])
    assert state(engine) == state(other)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_bad_data_are_named_by_sample(value: float) -> None:
    engine = make(sequence(lambda x: x))
    inputs, targets = batch()
    inputs.array[4, 1] = value
    assert "the data are not finite, first in sample 4 of the batch" in refused(
        engine, inputs, targets
    )


def test_bad_targets_show_in_the_loss() -> None:
    inputs, targets = batch()
    targets.array[4] = np.nan
    message = refused(make(sequence(lambda x: x)), inputs, targets)
    assert "operation mse_loss" in message
    assert "outside the model" in message


def test_bad_parameters_are_named_by_path() -> None:
    engine = make(sequence(lambda x: x))
    engine.model[4].weight.array[0, 1] = np.nan
    assert "parameter 4.weight was not finite before this step" in refused(engine, *batch())


def test_large_finite_gradients_are_none_of_these() -> None:
    """Their squares overflow, which the quick check must not take for infinity."""
    model = nn.Linear(1, 1)
    engine = EagerEngine(
        model, lambda outputs, _: (outputs * 1e25).sum(), optim.SGD(model.parameters(), lr=0)
    )
    result = engine.train_step(chainrule.tensor([[1.0]]), chainrule.tensor([[0.0]]))
    assert np.isfinite(result.loss)
    assert model.weight.grad.item() == pytest.approx(1e25)
