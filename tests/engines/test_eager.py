"""The eager engine against the five lines written by hand, bit for bit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import nn, optim
from chainrule.autograd.gradient import grad
from chainrule.autograd.tensor import Tensor
from chainrule.engines import EagerEngine, LossFunction, StepResult
from chainrule.errors import InvalidIndex, InvalidShape
from chainrule.randomness import default_generator

STEPS = 6
CROSS_ENTROPY = nn.CrossEntropyLoss()
SCALES = (0.01, 1.0, 100.0)


def network() -> nn.Sequential:
    chainrule.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 3, 3),
        nn.BatchNorm2d(3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(27, 6),
        nn.Dropout(0.5),
        nn.Linear(6, 4),
    )


def batch(step: int, scale: float = 1.0) -> tuple[Tensor, Tensor]:
    generator = np.random.default_rng(step)
    pictures = (scale * generator.normal(size=(5, 1, 5, 5))).astype(np.float32)
    return chainrule.from_numpy(pictures), chainrule.from_numpy(generator.integers(4, size=5))


def bits(model: nn.Module) -> dict[str, bytes]:
    return {path: tensor.array.tobytes() for path, tensor in model.state_dict().items()}


def state_bits(optimizer: optim.Optimizer) -> dict[tuple[int, str], bytes]:
    state = optimizer.state_dict()["state"]
    return {(n, name): t.array.tobytes() for n, entry in state.items() for name, t in entry.items()}


def step_by_hand(
    model: nn.Module,
    loss: LossFunction,
    optimizer: optim.Optimizer,
    inputs: Tensor,
    targets: Tensor,
    clip_norm: float | None = None,
) -> StepResult:
    """The textbook's five lines."""
    optimizer.zero_grad()
    outputs = model(inputs)
    value = loss(outputs, targets)
    value.backward()
    if clip_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    return StepResult(value.item(), outputs.detach().array)


def make(
    make_optimizer: Callable[[Any], optim.Optimizer], clip_norm: float | None = None
) -> EagerEngine:
    model = network()
    return EagerEngine(model, CROSS_ENTROPY, make_optimizer(model.parameters()), clip_norm)


def adam(parameters: Any) -> optim.Optimizer:
    return optim.Adam(parameters, lr=0.01)


@pytest.mark.parametrize("observe", [False, True])
@pytest.mark.parametrize("clip_norm", [None, 0.05])
@pytest.mark.parametrize(
    "make_optimizer",
    [
        lambda parameters: optim.SGD(parameters, lr=0.1, momentum=0.9, nesterov=True),
        lambda parameters: optim.RMSprop(parameters, lr=0.01, centered=True),
        lambda parameters: optim.Adagrad(parameters, lr=0.1),
        adam,
        lambda parameters: optim.AdamW(parameters, lr=0.01, amsgrad=True),
    ],
    ids=["SGD", "RMSprop", "Adagrad", "Adam", "AdamW"],
)
def test_steps_are_the_five_lines(
    make_optimizer: Callable[[Any], optim.Optimizer], clip_norm: float | None, observe: bool
) -> None:
    engine = make(make_optimizer, clip_norm)
    chainrule.manual_seed(1)
    results = [engine.train_step(*batch(step), observe) for step in range(STEPS)]
    model = network()
    optimizer = make_optimizer(model.parameters())
    chainrule.manual_seed(1)
    for step, result in enumerate(results):
        expected = step_by_hand(model, CROSS_ENTROPY, optimizer, *batch(step), clip_norm)
        assert result.loss == expected.loss
        assert result.outputs.tobytes() == expected.outputs.tobytes()
        assert (result.observation is not None) == observe
    assert bits(engine.model) == bits(model)
    assert state_bits(engine.optimizer) == state_bits(optimizer)


@pytest.mark.parametrize("observe", [False, True])
def test_gradients_of_an_earlier_backward_pass_are_forgotten(observe: bool) -> None:
    clean, used = make(adam), make(adam)
    for engine in (clean, used):
        chainrule.manual_seed(1)
        if engine is used:
            used.model(batch(9)[0]).sum().backward()
            used.model.load_state_dict(network().state_dict())
            chainrule.manual_seed(1)
        engine.train_step(*batch(0), observe)
    assert bits(clean.model) == bits(used.model)


@pytest.mark.parametrize("observe", [False, True])
def test_hooks_on_parameters_change_the_step(observe: bool) -> None:
    """Observing runs its own backward pass, which must call them, too."""
    engine, model = make(adam), network()
    optimizer = adam(model.parameters())
    for one in (engine.model, model):
        one[4].weight.register_hook(lambda gradient: gradient * 0)
        one[6].bias.register_hook(lambda gradient: -gradient)
    chainrule.manual_seed(1)
    engine.train_step(*batch(0), observe)
    chainrule.manual_seed(1)
    step_by_hand(model, CROSS_ENTROPY, optimizer, *batch(0))
    assert bits(engine.model) == bits(model)
    assert engine.model[4].weight.array.tobytes() == network()[4].weight.array.tobytes()


@pytest.mark.parametrize("observe", [False, True])
@pytest.mark.parametrize("scale", SCALES)
def test_clipping_only_ever_shortens(scale: float, observe: bool) -> None:
    def descent(parameters: Any) -> optim.Optimizer:
        return optim.SGD(parameters, lr=1.0)

    lengths = []
    for clip_norm in (None, 0.5):
        engine = make(descent, clip_norm)
        before = {path: p.array.copy() for path, p in engine.model.named_parameters()}
        chainrule.manual_seed(1)
        engine.train_step(*batch(0, scale), observe)
        moved = [p.array - before[path] for path, p in engine.model.named_parameters()]
        lengths.append(np.sqrt(sum(float((move.astype(np.float64) ** 2).sum()) for move in moved)))
    assert lengths[1] == pytest.approx(min(lengths[0], 0.5), rel=1e-3)


# Evaluation


def test_evaluating_changes_nothing_and_leaves_no_graph() -> None:
    engine = make(adam)
    engine.train_step(*batch(0))
    engine.model.eval()
    weights, states = bits(engine.model), state_bits(engine.optimizer)
    gradients = {path: p.grad.array.copy() for path, p in engine.model.named_parameters()}
    drawn = default_generator.state_dict()
    seen: list[Tensor] = []

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        seen.append(outputs)
        seen.append(CROSS_ENTROPY(outputs, targets))
        return seen[-1]

    engine.loss = loss
    first, second = engine.evaluate_step(*batch(1)), engine.evaluate_step(*batch(1))
    assert first.loss == second.loss
    assert first.outputs.tobytes() == second.outputs.tobytes()
    assert first.observation is None
    assert not any(tensor.requires_grad for tensor in seen)
    assert not any(tensor.grad_fn for tensor in seen)
    assert bits(engine.model) == weights
    assert state_bits(engine.optimizer) == states
    assert default_generator.state_dict() == drawn
    assert not any(module.training for module in engine.model.modules())
    for path, parameter in engine.model.named_parameters():
        np.testing.assert_array_equal(parameter.grad.array, gradients[path])


def test_evaluating_computes_what_the_model_and_the_loss_do() -> None:
    engine = make(adam)
    engine.model.eval()
    inputs, targets = batch(1)
    outputs = engine.model(inputs)
    result = engine.evaluate_step(inputs, targets)
    assert result.outputs.tobytes() == outputs.detach().array.tobytes()
    assert result.loss == CROSS_ENTROPY(outputs, targets).item()


def test_evaluating_gives_a_loss_that_is_not_finite_as_it_is() -> None:
    engine = make(adam)
    engine.model.eval()
    inputs, targets = batch(1)
    inputs.array[0] = np.nan
    assert np.isnan(engine.evaluate_step(inputs, targets).loss)


# Mistakes


@pytest.mark.parametrize("observe", [False, True])
def test_a_batch_that_does_not_fit_changes_no_weight(observe: bool) -> None:
    engine = make(adam)
    parameters = {path: p.array.copy() for path, p in engine.model.named_parameters()}
    inputs, targets = batch(0)
    with pytest.raises(InvalidShape, match="labels of shape"):
        engine.train_step(inputs, chainrule.from_numpy(targets.array[:3]), observe)
    with pytest.raises(InvalidIndex, match="labels must lie from 0 to 3"):
        engine.train_step(inputs, targets + 4, observe)
    assert not engine.optimizer.state
    for path, parameter in engine.model.named_parameters():
        np.testing.assert_array_equal(parameter.array, parameters[path])


# Observation


def test_an_observation_agrees_with_a_backward_pass_of_ones_own() -> None:
    engine, model = make(adam), network()
    chainrule.manual_seed(1)
    observation = engine.train_step(*batch(0), observe=True).observation
    assert observation is not None
    values: dict[str, Tensor] = {}
    for path, module in model.named_modules():
        if path:
            module.register_forward_hook(lambda *given, path=path: values.update({path: given[-1]}))
    chainrule.manual_seed(1)
    inputs, targets = batch(0)
    loss = CROSS_ENTROPY(model(inputs), targets)
    gradients = dict(zip(values, grad(loss, list(values.values()), retain_graph=True), strict=True))
    loss.backward()
    assert observation.loss == loss.item()
    assert list(observation.activations()) == list(values)
    assert list(observation.gradients()) == list(values)
    for path, value in values.items():
        np.testing.assert_array_equal(observation.activations()[path], value.detach().array)
        np.testing.assert_array_equal(observation.gradients()[path], gradients[path].array)
    assert observation.module_paths[-1] is None
    assert observation.nodes[-1].operation.name == "cross_entropy"
    assert list(observation.parameter_gradients) == [path for path, _ in model.named_parameters()]
    after = dict(engine.model.named_parameters())
    for path, parameter in model.named_parameters():
        np.testing.assert_array_equal(observation.parameter_gradients[path], parameter.grad.array)
        np.testing.assert_array_equal(
            observation.updates[path], after[path].array - parameter.array
        )


def test_an_observation_stays_what_it_was_in_later_steps() -> None:
    engine = make(adam, clip_norm=0.01)
    observation = engine.train_step(*batch(0), observe=True).observation
    assert observation is not None
    parts = (observation.activations, observation.gradients)
    before = [{path: array.copy() for path, array in part().items()} for part in parts]
    updates = {path: array.copy() for path, array in observation.updates.items()}
    slopes = {path: array.copy() for path, array in observation.parameter_gradients.items()}
    for step in range(3):
        engine.train_step(*batch(step), observe=step == 1)
    for part, earlier in zip(parts, before, strict=True):
        for path, array in part().items():
            np.testing.assert_array_equal(array, earlier[path])
    for path in updates:
        np.testing.assert_array_equal(observation.updates[path], updates[path])
        np.testing.assert_array_equal(observation.parameter_gradients[path], slopes[path])


def test_a_layer_used_twice_is_observed_at_its_last_use() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(self.layer(x))

    chainrule.manual_seed(0)
    model = Twice()
    weight, bias = model.layer.weight.array.copy(), model.layer.bias.array.copy()
    inputs = chainrule.tensor([[1.0, -2.0]])
    engine = EagerEngine(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))
    result = engine.train_step(inputs, chainrule.tensor([[0.0, 0.0]]), observe=True)
    assert result.observation is not None
    first = inputs.array @ weight.T + bias
    second = first @ weight.T + bias
    np.testing.assert_allclose(result.observation.activations()["layer"], second, rtol=1e-5)
    np.testing.assert_allclose(result.observation.gradients()["layer"], second, rtol=1e-5)
    expected = second.T @ first + (second @ weight).T @ inputs.array
    np.testing.assert_allclose(
        result.observation.parameter_gradients["layer.weight"], expected, rtol=1e-4
    )


def test_a_parameter_that_is_not_used_has_no_gradient_and_no_update() -> None:
    model = nn.Linear(2, 1)
    model.idle = nn.Parameter(chainrule.tensor([1.0]))
    engine = EagerEngine(model, nn.MSELoss(), optim.Adam(model.parameters()))
    result = engine.train_step(chainrule.zeros(3, 2), chainrule.zeros(3, 1), observe=True)
    assert result.observation is not None
    assert list(result.observation.parameter_gradients) == ["weight", "bias"]
    assert result.observation.updates["idle"].tolist() == [0.0]
