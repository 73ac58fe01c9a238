"""The short form of modules: the call that makes them, without what goes without saying."""

import pytest

from chainrule import nn
from chainrule.nn.short_form import short_form


class Attention(nn.Module):
    """Keeps one of its arguments."""

    def __init__(self, size: int, heads: int, scale: float = 1.0) -> None:
        super().__init__()
        self.heads = heads
        self.scale = scale


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (nn.Linear(784, 256), "Linear(784, 256)"),
        (nn.Linear(2, 3, bias=False), "Linear(2, 3, bias=False)"),
        (nn.Conv2d(1, 16, 3, padding=1), "Conv2d(1, 16, 3, padding=1)"),
        (nn.Conv2d(3, 8, (3, 5), stride=2), "Conv2d(3, 8, (3, 5), stride=2)"),
        (nn.Conv2d(1, 2, 2, stride=2), "Conv2d(1, 2, 2, stride=2)"),
        (nn.Conv2d(4, 8, 1, padding="same"), "Conv2d(4, 8, 1, padding='same')"),
        (nn.MaxPool2d(2), "MaxPool2d(2)"),
        (nn.MaxPool2d(3, stride=2), "MaxPool2d(3, stride=2)"),
        (nn.Dropout(0.2), "Dropout(p=0.2)"),
        (nn.LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)"),
        (nn.Threshold(0.1, 20), "Threshold(0.1, 20)"),
        (nn.ReLU(), "ReLU"),
        (nn.Sequential(nn.ReLU()), "Sequential"),
        (nn.CrossEntropyLoss(label_smoothing=0.1), "CrossEntropyLoss(label_smoothing=0.1)"),
        (Attention(8, 2), "Attention(heads=2)"),
        (Attention(8, 2, 0.5), "Attention(heads=2, scale=0.5)"),
    ],
    ids=str,
)
def test_arguments_with_defaults_are_left_out(module: nn.Module, expected: str) -> None:
    assert short_form(module) == expected
