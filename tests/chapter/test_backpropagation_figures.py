"""Section 9.4: gradient descent, the chain rule and backpropagation."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

import chainrule as torch
import chainrule.nn.functional as F
from chainrule import nn
from chainrule.optim import SGD


def test_gradient_descent_on_a_parabola() -> None:
    x = torch.tensor(5.0, dtype=torch.float64, requires_grad=True)
    optimizer = SGD([x], lr=0.1)
    values = []
    for _ in range(10):
        value = x**2 + 2 * x + 1
        values.append(value.item())
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    assert values[0] == 36.0
    assert x.item() == pytest.approx(-0.3558, abs=5e-5)


def test_chain_rule_on_one_neuron() -> None:
    w, b, x, target = (torch.tensor(v, dtype=torch.float64) for v in (0.5, 0.1, 2.0, 1.0))
    w.requires_grad_()
    b.requires_grad_()
    z = w * x + b
    y = torch.relu(z)
    y.retain_grad()
    loss = (y - target) ** 2
    loss.backward()
    assert z.item() == pytest.approx(1.1)
    assert loss.item() == pytest.approx(0.01)
    assert y.grad.item() == pytest.approx(0.2)
    assert w.grad.item() == pytest.approx(0.4)
    assert b.grad.item() == pytest.approx(0.2)


def test_the_graph_names_its_operations() -> None:
    w = torch.tensor(0.5, requires_grad=True)
    node = torch.relu(w * 2.0 + 0.1).grad_fn
    names = []
    while node is not None:
        names.append(node.operation.name)
        node = node.inputs[0].grad_fn
    assert names == ["relu", "add", "mul"]


def test_every_intermediate_gradient_of_one_sample() -> None:
    torch.manual_seed(0)
    hidden, output = nn.Linear(3, 4).double(), nn.Linear(4, 2).double()
    x, label = torch.randn(1, 3, dtype=torch.float64), torch.tensor([1])
    z1 = hidden(x)
    a1 = torch.relu(z1)
    z2 = output(a1)
    for value in (z1, a1, z2):
        value.retain_grad()
    F.cross_entropy(z2, label).backward()
    delta2 = torch.softmax(z2, dim=1).detach() - torch.tensor([[0.0, 1.0]], dtype=torch.float64)
    delta1 = (delta2 @ output.weight.detach()) * (z1.detach() > 0).double()
    assert torch.allclose(z2.grad, delta2, atol=1e-15)
    assert torch.allclose(output.weight.grad, delta2.T @ a1.detach(), atol=1e-15)
    assert torch.allclose(output.bias.grad, delta2[0], atol=1e-15)
    assert torch.allclose(a1.grad, delta2 @ output.weight.detach(), atol=1e-15)
    assert torch.allclose(z1.grad, delta1, atol=1e-15)
    assert torch.allclose(hidden.weight.grad, delta1.T @ x, atol=1e-15)


def chapter_network(random: np.random.RandomState, sizes: list[int]) -> nn.Sequential:
    """A ReLU network whose weights are drawn as the chapter draws them: (in, out), He."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        linear = nn.Linear(inputs, outputs).double()
        with torch.no_grad():
            weight = random.randn(inputs, outputs) * np.sqrt(2 / inputs)
            linear.weight.copy_(torch.from_numpy(weight.T.copy()))
            linear.bias.zero_()
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def train_step(network: nn.Module, lr: float) -> Callable[[torch.Tensor, torch.Tensor], float]:
    """One gradient-descent step, returning the loss before it."""
    optimizer = SGD(network.parameters(), lr=lr)

    def step(x: torch.Tensor, y: torch.Tensor) -> float:
        loss = F.cross_entropy(network(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def test_full_batch_gradient_descent() -> None:
    random = np.random.RandomState(42)
    x = torch.from_numpy(random.randn(200, 4))
    y = torch.from_numpy(random.randint(0, 3, 200))
    step = train_step(chapter_network(random, [4, 16, 8, 3]), lr=0.1)
    losses = [step(x, y) for _ in range(5)]
    assert [losses[0], losses[-1]] == pytest.approx([1.2518, 1.1731], abs=5e-5)


def test_mini_batches_shuffled_every_epoch() -> None:
    random = np.random.RandomState(42)
    x = torch.from_numpy(random.randn(1000, 10))
    y = torch.from_numpy(random.randint(0, 5, 1000))
    step = train_step(chapter_network(random, [10, 32, 5]), lr=0.01)
    means = []
    for _ in range(3):
        order = random.permutation(1000)
        starts = range(0, 1000 - 63, 64)  # the last, smaller batch is left out
        means.append(np.mean([step(x[order[i : i + 64]], y[order[i : i + 64]]) for i in starts]))
    assert [means[0], means[-1]] == pytest.approx([2.3420, 2.0674], abs=5e-5)


def test_exploding_and_vanishing_products() -> None:
    exploding = nn.Parameter(torch.tensor([0.0]))
    exploding.grad = torch.tensor([2.0**10])
    norm = nn.utils.clip_grad_norm_([exploding], max_norm=10.0)
    assert norm.item() == 1024.0
    assert exploding.grad.item() == pytest.approx(10.0, rel=1e-6)
    quarter = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(quarter).backward()
    assert quarter.grad.item() ** 10 == pytest.approx(9.54e-07, rel=1e-3)
