"""Networks that pictures are drawn of: small ones, branched ones, deep ones."""

from collections.abc import Callable

import chainrule as torch
from chainrule import nn
from chainrule.explain.drawing import Picture, draw
from chainrule.nn.feedforward import feedforward


def seeded(make: Callable[[], nn.Module]) -> nn.Module:
    """A network with the same weights every time."""
    torch.manual_seed(0)
    return make()


def xor() -> nn.Sequential:
    """The 2-2-1 network."""
    return nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1), nn.Sigmoid())


def three_four_two() -> nn.Sequential:
    """The 3-4-2 network."""
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2), nn.Softmax(1))


def cnn() -> nn.Sequential:
    """Two convolutions for pictures of 28 × 28."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.5), nn.Linear(32 * 7 * 7, 10),
    )  # fmt: skip


class Block(nn.Module):
    """Two convolutions with a way around them."""

    def __init__(self, channels: int, wider: bool = False) -> None:
        super().__init__()
        out, stride = (2 * channels, 2) if wider else (channels, 1)
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Conv2d(channels, out, 1, stride) if wider else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(h)) + self.shortcut(x))


def residual() -> nn.Sequential:
    """Two blocks with ways around them."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), Block(4), Block(4, wider=True),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3),
    )  # fmt: skip


def normalised() -> nn.Sequential:
    """Fully connected layers with batch normalisation and dropout."""
    return nn.Sequential(
        nn.Linear(20, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10)
    )


def shared() -> nn.Sequential:
    """The same layer three times."""
    layer = nn.Linear(4, 4)
    return nn.Sequential(layer, nn.Tanh(), layer, nn.Tanh(), layer)


class Dense(nn.Module):
    """Every layer reads the results of all before it."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4 * (i + 1), 4) for i in range(depth)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        known = [x]
        for layer in self.layers:
            known.append(torch.relu(layer(torch.cat(known, 1))))
        return torch.cat(known, 1)


def deep() -> nn.Sequential:
    """Thirty layers."""
    return feedforward([784, *[64] * 29, 10])


def xor_loss(model: nn.Module) -> torch.Tensor:
    """The loss of the 2-2-1 network on all four samples."""
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    target = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    return nn.MSELoss()(model(x), target)


def training_picture() -> Picture:
    """The whole graph of a loss of the 2-2-1 network, with values and gradients."""
    model = seeded(xor)
    return draw(xor_loss(model), model=model, values=True, gradients=True, layout="own")


def pictures() -> dict[str, Callable[[], Picture]]:
    """How to draw each of the networks, by name."""

    def of(make: Callable[[], nn.Module], *shape: int, **options: object) -> Callable[[], Picture]:
        def picture() -> Picture:
            model = seeded(make)
            return draw(model, torch.randn(*shape), layout="own", **options)  # type: ignore[arg-type]

        return picture

    graph = {"kind": "graph", "values": True, "gradients": True}
    return {
        "training": training_picture,
        "cnn": of(cnn, 1, 1, 28, 28),
        "cnn graph": of(cnn, 1, 1, 28, 28, **graph),
        "residual": of(residual, 1, 3, 8, 8),
        "residual unfolded": of(residual, 1, 3, 8, 8, depth=2),
        "residual graph": of(residual, 1, 3, 8, 8, **graph),
        "normalised graph": of(normalised, 4, 20, kind="graph"),
        "shared": of(shared, 1, 4),
        "shared graph": of(shared, 1, 4, **graph),
        "dense": of(lambda: Dense(6), 1, 4, depth=2),
        "deep": of(deep, 1, 784),
        "feedforward graph": of(lambda: feedforward([784, 256, 128, 10]), 4, 784, **graph),
    }
