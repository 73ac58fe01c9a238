"""Printing a module gives the very text PyTorch prints."""

from collections import OrderedDict

import pytest
import torch

import chainrule
from chainrule import nn


def nested(library):
    """Containers in containers."""
    return library.Sequential(
        OrderedDict(
            features=library.Sequential(library.Conv2d(1, 8, 3, padding=1), library.ReLU()),
            flatten=library.Flatten(),
            heads=library.ModuleDict(
                {"a": library.Linear(8, 2), "b": library.ModuleList([library.Dropout(0.2)])}
            ),
        )
    )


def custom(library):
    """A class with text of several lines of its own, and parts."""

    class Custom(library.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = library.Linear(2, 3)
            self.absent = None

        def extra_repr(self) -> str:
            return "first line\nsecond line"

    return Custom()


def lines_only(library):
    """The same without parts."""
    module = custom(library)
    del module.layer
    return module


@pytest.mark.parametrize(
    "make",
    [
        nested,
        custom,
        lines_only,
        lambda library: library.Module(),
        lambda library: library.Sequential(),
        lambda library: library.ModuleList(),
        lambda library: library.ModuleDict(),
        lambda library: library.ModuleList([library.Linear(2, 2) for _ in range(3)]),
        lambda library: library.ModuleList(
            [library.ReLU(), library.ReLU(), library.Tanh(), library.ReLU()]
        ),
        lambda library: library.ModuleList(
            [library.Sequential(library.ReLU()), library.Sequential(library.ReLU())]
        ),
        lambda library: library.Identity(),
        lambda library: library.Unflatten(1, (2, 3)),
    ],
)
def test_repr_is_pytorchs(make) -> None:
    assert repr(make(nn)) == repr(make(torch.nn))


def test_parameter_prints_as_pytorchs() -> None:
    ours = nn.Parameter(chainrule.tensor([1.0, 2.5]))
    assert repr(ours) == repr(torch.nn.Parameter(torch.tensor([1.0, 2.5])))
