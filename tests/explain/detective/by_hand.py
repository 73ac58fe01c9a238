"""A small network computed by hand, with every quantity that a mistake may get wrong."""

from dataclasses import dataclass

import numpy as np

from chainrule import nn, optim

LR = 0.5
COUNT = 6  # numbers in the mean: 3 samples of 2 outputs
HALVED = 2  # what a sum of squares is divided by where there is ½ and no mean


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


@dataclass
class ByHand:
    """Two layers of sigmoids, with the squared error divided by a count."""

    x: np.ndarray
    t: np.ndarray
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray
    count: int = COUNT

    def __post_init__(self) -> None:
        self.z1 = self.x @ self.W1.T + self.b1
        self.a1 = sigmoid(self.z1)
        self.z2 = self.a1 @ self.W2.T + self.b2
        self.a2 = sigmoid(self.z2)
        self.loss = np.sum((self.a2 - self.t) ** 2) / self.count
        self.slope1 = self.a1 * (1 - self.a1)
        self.slope2 = self.a2 * (1 - self.a2)
        self.error = 2 * (self.a2 - self.t) / self.count
        self.delta2 = self.error * self.slope2
        self.delta1 = (self.delta2 @ self.W2) * self.slope1
        self.G1, self.G2 = self.delta1.T @ self.x, self.delta2.T @ self.a1
        self.g1, self.g2 = self.delta1.sum(0), self.delta2.sum(0)

    def after(self, lr: float = LR, layers: str = "12", biases: bool = True) -> "ByHand":
        """The network after a step."""
        rate1, rate2 = lr * ("1" in layers), lr * ("2" in layers)
        return ByHand(
            self.x,
            self.t,
            self.W1 - rate1 * self.G1,
            self.b1 - rate1 * self.g1 * biases,
            self.W2 - rate2 * self.G2,
            self.b2 - rate2 * self.g2 * biases,
            self.count,
        )

    def model(self) -> nn.Sequential:
        model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 2), nn.Sigmoid()).double()
        arrays = (self.W1, self.b1, self.W2, self.b2)
        for parameter, array in zip(model.parameters(), arrays, strict=True):
            parameter.array[...] = array
        return model

    def optimizer(self, model: nn.Module) -> optim.SGD:
        return optim.SGD(model.parameters(), lr=LR)


def example(seed: int = 0) -> ByHand:
    """A network with random numbers."""
    rng = np.random.default_rng(seed)
    x, t = rng.normal(size=(3, 2)), rng.random((3, 2))
    return ByHand(x, t, *(rng.normal(size=shape) for shape in [(2, 2), 2, (2, 2), 2]))


def mazur() -> ByHand:
    """The network of Mazur's worked example."""
    return ByHand(
        np.array([[0.05, 0.10]]),
        np.array([[0.01, 0.99]]),
        np.array([[0.15, 0.20], [0.25, 0.30]]),
        np.array([0.35, 0.35]),
        np.array([[0.40, 0.45], [0.50, 0.55]]),
        np.array([0.60, 0.60]),
        HALVED,
    )
