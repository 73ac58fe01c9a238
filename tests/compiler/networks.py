"""Training the same network by a program and by the eager engine, side by side."""

import copy
from collections.abc import Callable

import numpy as np

import chainrule
from chainrule import nn
from chainrule.compiler import Program
from chainrule.optim import Adam, Optimizer
from chainrule.randomness import default_generator

Maker = Callable[[list[nn.Parameter]], Optimizer]


def data(
    features: tuple[int, ...], classes: int, samples: int = 50
) -> tuple[np.ndarray, np.ndarray]:
    """Samples and labels without meaning."""
    random = np.random.default_rng(0)
    inputs = random.standard_normal((samples, *features))
    return inputs, random.integers(0, classes, samples)


def eager_losses(
    model: nn.Module,
    loss: nn.Module,
    optimizer: Optimizer,
    inputs: np.ndarray,
    targets: np.ndarray,
    order: np.ndarray,
    batch_size: int,
) -> list[float]:
    """Train step by step, as the chapter does."""
    losses = []
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        optimizer.zero_grad()
        value = loss(model(chainrule.from_numpy(inputs[chosen])), _tensor(targets[chosen]))
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


def _tensor(array: np.ndarray) -> chainrule.Tensor:
    return chainrule.from_numpy(np.ascontiguousarray(array))


def compare(
    model: nn.Module,
    loss: nn.Module,
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    make: Maker = Adam,
    steps: int = 100,
    batch_size: int = 8,
    threads: int = 1,
) -> Program:
    """Hold a program against the eager engine after some steps, and return it.

    In float32 to 1e-5, in float64 to 1e-10, of the largest number.
    """
    twin = copy.deepcopy(model)
    optimizer, other = make(model.parameters()), make(twin.parameters())
    dtype = next(model.parameters()).dtype
    inputs = inputs.astype(dtype) if inputs.dtype.kind == "f" else inputs
    targets = targets.astype(dtype) if targets.dtype.kind == "f" else targets
    program = Program(model, loss, optimizer, inputs[:8], targets[:8], threads=threads)
    random = np.random.default_rng(1)
    order = random.integers(0, len(inputs), steps * batch_size - batch_size // 2)
    counter = default_generator.counter
    losses, _ = program.epoch(inputs, targets, order, batch_size)
    used, default_generator.counter = default_generator.counter, counter
    expected = eager_losses(twin, loss, other, inputs, targets, order, batch_size)
    assert default_generator.counter == used
    tolerance = 1e-5 if dtype == np.float32 else 1e-10
    np.testing.assert_allclose(losses, expected, rtol=tolerance * 10, atol=tolerance)
    for name, tensor in twin.state_dict().items():
        ours = model.state_dict()[name].array
        scale = max(float(np.abs(tensor.array).max(initial=0)), 1e-3)
        np.testing.assert_allclose(ours, tensor.array, rtol=0, atol=tolerance * scale, err_msg=name)
    return program
