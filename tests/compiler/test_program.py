"""A program does what the eager engine does, step for step."""

import copy

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.compiler import NotCompilable, Program
from chainrule.compiler import compile as compile_step
from chainrule.errors import InvalidShape
from chainrule.nn.feedforward import feedforward
from chainrule.operations.activations import ACTIVATIONS
from chainrule.optim import SGD, Adagrad, Adam, AdamW, RMSprop
from compiler.networks import compare, data


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_dropout_network_in_float32(threads: int) -> None:
    chainrule.manual_seed(0)
    inputs, targets = data((20,), 5)
    compare(
        feedforward([20, 64, 32, 5], "relu", dropout=0.2),
        nn.CrossEntropyLoss(),
        inputs,
        targets,
        threads=threads,
    )


def test_float64_is_followed_to_ten_digits() -> None:
    chainrule.manual_seed(0)
    inputs, targets = data((6,), 3)
    model = feedforward([6, 16, 8, 3], "tanh", dropout=0.1).double()
    compare(model, nn.CrossEntropyLoss(label_smoothing=0.1), inputs, targets)


OPTIMIZERS = {
    "sgd": lambda p: SGD(p, lr=0.05),
    "nesterov": lambda p: SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "dampened": lambda p: SGD(p, lr=0.05, momentum=0.9, dampening=0.5),
    "rmsprop": lambda p: RMSprop(p, lr=0.005),
    "centered": lambda p: RMSprop(p, lr=0.005, centered=True, momentum=0.5),
    "adagrad": lambda p: Adagrad(p, lr=0.05, lr_decay=0.01),
    "amsgrad": lambda p: Adam(p, lr=0.01, amsgrad=True, weight_decay=0.01),
    "adamw": lambda p: AdamW(p, lr=0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer(name: str) -> None:
    chainrule.manual_seed(0)
    inputs, targets = data((6,), 3)
    model = feedforward([6, 8, 3]).double()
    compare(model, nn.CrossEntropyLoss(), inputs, targets, make=OPTIMIZERS[name])


def test_groups_have_their_own_options() -> None:
    chainrule.manual_seed(0)
    inputs, targets = data((6,), 3)
    model = feedforward([6, 8, 3]).double()

    def make(parameters: object) -> Adam:
        del parameters
        weights = [p for p in chosen[0].parameters() if p.ndim == 2]
        biases = [p for p in chosen[0].parameters() if p.ndim == 1]
        chosen.pop(0)
        groups = [{"params": weights, "weight_decay": 0.1}, {"params": biases, "lr": 0.05}]
        return Adam(groups, lr=0.01)

    twin = copy.deepcopy(model)
    chosen = [model, twin]
    one = make(None)
    program = Program(model, nn.CrossEntropyLoss(), one, inputs[:8], targets[:8])
    other = make(None)
    for _ in range(20):
        program.step(inputs[:8], targets[:8])
        other.zero_grad()
        nn.CrossEntropyLoss()(
            twin(chainrule.from_numpy(inputs[:8])), chainrule.from_numpy(targets[:8])
        ).backward()
        other.step()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        np.testing.assert_allclose(ours.array, theirs.array, atol=1e-11)


def test_the_eager_engine_goes_on_where_the_program_stopped() -> None:
    chainrule.manual_seed(0)
    inputs, targets = data((6,), 3)
    model = feedforward([6, 8, 3]).double()
    twin = copy.deepcopy(model)
    optimizer, other = Adam(model.parameters()), Adam(twin.parameters())
    program = Program(model, nn.CrossEntropyLoss(), optimizer, inputs[:8], targets[:8])
    x, y = chainrule.from_numpy(inputs[:8]), chainrule.from_numpy(targets[:8])
    for _ in range(3):
        program.step(inputs[:8], targets[:8])
        for network, moved in ((model, optimizer), (twin, other)):
            if network is model:
                continue
            moved.zero_grad()
            nn.CrossEntropyLoss()(network(x), y).backward()
            moved.step()
        for network, moved in ((model, optimizer), (twin, other)):
            moved.zero_grad()
            nn.CrossEntropyLoss()(network(x), y).backward()
            moved.step()
    assert optimizer.state_dict()["state"][0]["step"].item() == 6
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        np.testing.assert_allclose(ours.array, theirs.array, atol=1e-12)


def test_same_seed_and_threads_give_the_same_bits() -> None:
    inputs, targets = data((20,), 5)
    inputs = inputs.astype(np.float32)
    results = []
    for _ in range(2):
        chainrule.manual_seed(3)
        model = feedforward([20, 64, 32, 5], dropout=0.5)
        optimizer = Adam(model.parameters())
        program = Program(
            model, nn.CrossEntropyLoss(), optimizer, inputs[:8], targets[:8], threads=2
        )
        program.epoch(inputs, targets, np.arange(50), 8)
        results.append([p.array.tobytes() for p in model.parameters()])
    assert results[0] == results[1]


def test_compiling_leaves_no_trace() -> None:
    chainrule.manual_seed(0)
    inputs, targets = data((6,), 3)
    model = feedforward([6, 8, 3], dropout=0.5)
    before = [p.array.copy() for p in model.parameters()]
    counter = chainrule.randomness.default_generator.counter
    compile_step(
        model, nn.CrossEntropyLoss(), SGD(model.parameters()), inputs.astype("f4"), targets
    )
    assert chainrule.randomness.default_generator.counter == counter
    assert all(p.grad is None for p in model.parameters())
    for parameter, array in zip(model.parameters(), before, strict=True):
        assert (parameter.array == array).all()


class Branching(nn.Module):
    """Does different things for different numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 3)

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        scores = self.fc(x)
        return scores * 2 if scores.sum().item() > 0 else scores


def test_a_module_that_branches_on_values_is_refused_by_name() -> None:
    inputs, targets = data((6,), 3)
    model = Branching()
    with pytest.raises(NotCompilable, match=r"Branching .*item\(\) in test_program.py, line"):
        compile_step(
            model, nn.CrossEntropyLoss(), SGD(model.parameters()), inputs.astype("f4"), targets
        )


def test_other_samples_than_compiled_for_are_refused() -> None:
    inputs, targets = data((6,), 3)
    model = feedforward([6, 8, 3])
    program = compile_step(
        model, nn.CrossEntropyLoss(), SGD(model.parameters()), inputs.astype("f4"), targets
    )
    with pytest.raises(InvalidShape, match=r"\(6,\).*\(5,\)"):
        program.step(inputs[:, :5], targets)


def test_the_source_reads_as_backpropagation_by_hand() -> None:
    inputs, targets = data((6,), 3)
    model = feedforward([6, 8, 3])
    program = compile_step(
        model, nn.CrossEntropyLoss(), SGD(model.parameters()), inputs.astype("f4"), targets
    )
    places = [
        program.source.index(text)
        for text in (
            "# Forward",
            "relu(",
            "cross_entropy(",
            "# Backward",
            "cross_entropy_backward(",
            "linear_backward_weight(",
            "relu_backward(",
            "# Update",
        )
    ]
    assert places == sorted(places)
    compile(program.source, "step", "exec")


MODULES = [
    getattr(nn, activation.module_name)
    for activation in ACTIVATIONS
    if activation.module_name is not None and activation.module_name != "Threshold"
]


@pytest.mark.parametrize("start", range(0, len(MODULES), 8))
def test_activations(start: int) -> None:
    chainrule.manual_seed(0)
    inputs, targets = data((6,), 3)
    layers = [part for make in MODULES[start : start + 8] for part in (nn.Linear(6, 6), make())]
    network = nn.Sequential(*layers, nn.Linear(6, 3)).double()
    compare(network, nn.CrossEntropyLoss(), inputs, targets, steps=10)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_deep_network_is_compiled_in_parts(threads: int) -> None:
    chainrule.manual_seed(0)
    inputs, targets = data((6,), 3)
    layers: list[nn.Module] = [nn.Linear(6, 8)]
    for _ in range(20):
        layers += [nn.Tanh(), nn.Linear(8, 8)]
    model = nn.Sequential(*layers, nn.Dropout(0.1), nn.LayerNorm(8), nn.Linear(8, 3)).double()
    loss = nn.CrossEntropyLoss()
    program = compare(model, loss, inputs, targets, steps=20, threads=threads)
    text = program._build.text
    assert 2 < text.count("def part_") < text.count("    part_")  # like layers share theirs
