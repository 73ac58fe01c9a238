"""What the tests of training share: small networks and data, and their numbers bit for bit."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import chainrule
from chainrule import nn
from chainrule.training import History

TIMES = ("seconds", "samples_per_second")


def network(outputs: int = 3, dropout: float = 0.0, seed: int = 0) -> nn.Sequential:
    """A small network of two features, with batch normalisation, the same for the same seed."""
    chainrule.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(2, 8),
        nn.BatchNorm1d(8),
        nn.Tanh(),
        nn.Dropout(dropout),
        nn.Linear(8, outputs),
    )


def regression(num_samples: int = 20, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points and a target of shape (samples, 1)."""
    x = np.random.default_rng(seed).normal(size=(num_samples, 2)).astype(np.float32)
    return x, x[:, :1] - 2 * x[:, 1:]


def bits(state: Mapping[str, chainrule.Tensor]) -> dict[str, bytes]:
    """The values of a state dict, bit for bit."""
    return {path: tensor.array.tobytes() for path, tensor in state.items()}


def weights(model: nn.Module) -> dict[str, bytes]:
    """All parameters and buffers of a model, bit for bit."""
    return bits(model.state_dict())


def optimizer_bits(optimizer: chainrule.optim.Optimizer) -> Any:
    """The state and options of an optimiser, bit for bit."""
    saved = optimizer.state_dict()
    return {number: bits(entry) for number, entry in saved["state"].items()}, saved["param_groups"]


def figures(history: History) -> list[dict[str, float]]:
    """All figures of a history but the times, which differ from run to run."""
    rows = history.to_rows()
    return [{name: row[name] for name in row if name not in TIMES} for row in rows]
