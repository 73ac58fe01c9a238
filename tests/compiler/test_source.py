"""The source of programs, held against files that were read and found good.

    UPDATE_GOLDEN=1 pytest tests/compiler/test_source.py

writes them anew, to be read again before they are committed.
"""

import ast
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.compiler.build import build
from chainrule.nn.feedforward import feedforward
from chainrule.optim import SGD, Adam

GOLDEN = Path(__file__).parent / "golden"
LINES_ON_TWO_SCREENS = 120
LONGEST_LINE = 100


def mnist() -> str:
    model = feedforward([784, 256, 128, 10], dropout=0.2)
    inputs, labels = np.zeros((2, 784), np.float32), np.zeros(2, np.int64)
    return build(model, nn.CrossEntropyLoss(), Adam(model.parameters()), inputs, labels).source


def pictures() -> str:
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 3),
    )
    inputs, labels = np.zeros((2, 1, 8, 8), np.float32), np.zeros(2, np.int64)
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    return build(model, nn.CrossEntropyLoss(), optimizer, inputs, labels).source


class Regression(nn.Module):
    """Uses an operation without a kernel, and one layer twice."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, 4)
        self.norm = nn.LayerNorm(4)
        self.out = nn.Linear(4, 1)

    def forward(self, x: chainrule.Tensor) -> chainrule.Tensor:
        y: chainrule.Tensor = self.out(self.norm(self.hidden(self.hidden(x).tanh())))
        return y


def clipped() -> str:
    model = Regression()
    inputs, targets = np.zeros((2, 4)), np.zeros((2, 1))
    model.double()
    optimizer = SGD(model.parameters(), lr=0.1)
    return build(model, nn.MSELoss(), optimizer, inputs, targets, clip_norm=1.0).source


def outputs_only() -> str:
    model = feedforward([4, 3]).eval()
    return build(model, None, None, np.zeros((2, 4), np.float32), None).source


SOURCES: dict[str, Callable[[], str]] = {
    "mnist": mnist, "pictures": pictures, "clipped": clipped, "outputs_only": outputs_only,
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_source_is_the_one_that_was_read(name: str) -> None:
    source, path = SOURCES[name](), GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(source)
    assert source == path.read_text()


@pytest.mark.parametrize("name", SOURCES)
def test_source_is_python_of_readable_lines(name: str) -> None:
    source = SOURCES[name]()
    ast.parse(source)
    assert max(len(line) for line in source.splitlines()) <= LONGEST_LINE


def test_the_step_of_the_mnist_network_fits_on_two_screens() -> None:
    assert len(mnist().splitlines()) <= LINES_ON_TWO_SCREENS
