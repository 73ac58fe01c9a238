"""Networks written as classes of one's own."""

import math

import chainrule
from chainrule import nn
from chainrule.nn import functional as F

FACTOR = 0.5


def scaled(x: chainrule.Tensor, by: float = FACTOR) -> chainrule.Tensor:
    """A function of one's own that a network uses."""
    return chainrule.tanh(x) * by


class Residual(nn.Module):
    """A branch around a layer, functions by three ways, a number and a list as attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(6, 6) for _ in range(2)])
        self.norm = nn.LayerNorm(6)
        self.factor, self.names = math.sqrt(2), ["a", "b"]
        self.activation = F.relu

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        for layer in self.layers:
            x = x + scaled(self.activation(layer(x)), by=self.factor)
        return F.softmax(self.norm(x), dim=1) / len(self.names)


class Branching(Residual):
    """A subclass that calls its base class, with a property and a static method."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Parameter(chainrule.full((6,), 0.3))
        self.register_buffer("mask", chainrule.tensor([1.0, 0.0, 1.0, 1.0, 0.0, 1.0]))

    @property
    def openness(self) -> chainrule.Tensor:
        return chainrule.sigmoid(self.gate)

    @staticmethod
    def halves(x: chainrule.Tensor) -> tuple[chainrule.Tensor, ...]:
        return chainrule.chunk(x, 2, dim=1)

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        left, right = self.halves(super().forward(x) * self.openness * self.mask)
        return chainrule.cat([right, left], dim=1)


class Block(nn.Sequential):
    """A container of one's own."""

    def forward(self, input: chainrule.Tensor) -> chainrule.Tensor:
        return input + super().forward(input)


class Deep(nn.Module):
    """Containers of one's own inside each other."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            *(Block(nn.Linear(6, 6), nn.GELU(), nn.Linear(6, 6)) for _ in range(3))
        )
        self.heads = nn.ModuleDict({"a": nn.Linear(6, 2), "b": Residual()})

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        x = self.blocks(x)
        return self.heads["a"](x) + self.heads["b"](x)[:, :2]


class Head(nn.Module):
    """A closure, and reshaping by methods of tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(6, 4)

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        def shaped(y: chainrule.Tensor) -> chainrule.Tensor:
            return y.reshape(len(x), 2, 2).transpose(1, 2).flatten(1)

        return shaped(self.linear(x)).mean(dim=1, keepdim=True) + chainrule.zeros(1, dtype=x.dtype)
