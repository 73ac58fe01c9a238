"""Small random networks of every kind, whose gradients are derived."""

from collections.abc import Callable

import numpy as np

import chainrule
from chainrule import Tensor, nn

Batch = tuple[nn.Module, nn.Module, Tensor, Tensor]


def normal(*shape: int, seed: int) -> Tensor:
    """Random numbers in float64."""
    return chainrule.from_numpy(np.random.default_rng(seed).normal(size=shape))


def labels(count: int, classes: int, seed: int) -> Tensor:
    return chainrule.from_numpy(np.random.default_rng(seed).integers(0, classes, count))


def dense(seed: int) -> Batch:
    model = nn.Sequential(
        nn.Linear(6, 9), nn.ReLU(), nn.Linear(9, 8), nn.Tanh(), nn.LayerNorm(8), nn.Linear(8, 4)
    )
    return model, nn.CrossEntropyLoss(), normal(5, 6, seed=seed), labels(5, 4, seed)


def convolution(seed: int) -> Batch:
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 3, 2),
        nn.Sigmoid(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(3, 3),
    )
    return model, nn.CrossEntropyLoss(), normal(3, 2, 6, 6, seed=seed), labels(3, 3, seed)


def batch_norm(seed: int) -> Batch:
    model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.GELU(), nn.Linear(6, 2))
    return model, nn.MSELoss(), normal(7, 4, seed=seed), normal(7, 2, seed=seed + 1)


class Words(nn.Module):
    """Means of embedded words, which stand at several places of a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(5, 4)
        self.out = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.table(x).mean(1).softmax(1))


def embedding(seed: int) -> Batch:
    words = chainrule.from_numpy(np.random.default_rng(seed).integers(0, 5, (4, 6)))
    return Words(), nn.CrossEntropyLoss(), words, labels(4, 3, seed)


class Shared(nn.Module):
    """One layer used twice, and its weight a third time by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(5, 5)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.layer(self.layer(x).tanh()).sigmoid()
        return hidden @ self.layer.weight.t() + hidden * hidden


def shared(seed: int) -> Batch:
    return Shared(), nn.MSELoss(), normal(3, 5, seed=seed), normal(3, 5, seed=seed + 1)


class Branches(nn.Module):
    """Ways that part and join: a residual, a gate, pieces cut out and put together."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 6)
        self.second = nn.Linear(6, 6)
        self.scale = nn.Parameter(chainrule.tensor([0.7], dtype=chainrule.float64))

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.first(x).tanh()
        left = hidden + self.second(hidden).sigmoid() * self.scale
        right = chainrule.cat([left[:, :2], hidden[:, 3:] * 2], dim=1)
        norm = (right * right).sum(1, keepdim=True).sqrt()
        return right / norm + left.logsumexp(1, keepdim=True) + right.max()


def branches(seed: int) -> Batch:
    return Branches(), nn.SmoothL1Loss(), normal(4, 4, seed=seed), normal(4, 5, seed=seed + 1)


NETWORKS: tuple[Callable[[int], Batch], ...] = (
    dense,
    convolution,
    batch_norm,
    embedding,
    shared,
    branches,
)


def build(network: Callable[[int], Batch], seed: int) -> Batch:
    """The network in float64, with weights from this seed."""
    chainrule.manual_seed(seed)
    model, loss_function, inputs, target = network(seed)
    return model.double(), loss_function, inputs, target


def two_two_one() -> tuple[nn.Sequential, Tensor, Tensor]:
    """A 2-2-1 sigmoid network whose units are at 0, ln 3 and 0, so that they give 1/2, 3/4, 1/2."""
    model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1), nn.Sigmoid()).double()
    ln3 = float(np.log(3.0))
    with chainrule.no_grad():
        model[0].weight[:] = chainrule.tensor([[1.0, -2.0], [0.5, 0.0]])
        model[0].bias[:] = chainrule.from_numpy(np.array([0.0, ln3 - 1.0]))
        model[2].weight[:] = chainrule.tensor([[2.0, -1.0]])
        model[2].bias[:] = chainrule.tensor([-0.25])
    inputs = chainrule.tensor([[2.0, 1.0]], dtype=chainrule.float64)
    return model, inputs, chainrule.tensor([[1.0]], dtype=chainrule.float64)
