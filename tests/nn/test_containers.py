"""Containers: Sequential, ModuleList and ModuleDict behave as PyTorch's do."""

from collections import OrderedDict

import numpy as np
import pytest
import torch

import chainrule
from chainrule import nn
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidType


def named(library) -> object:
    """The chapter's network with names, in either library."""
    return library.Sequential(
        OrderedDict(
            [
                ("fc1", library.Linear(10, 20)),
                ("act", library.ReLU()),
                ("fc2", library.Linear(20, 3)),
            ]
        )
    )


def test_positional_sequential_is_named_by_number_and_runs_in_order() -> None:
    net = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
    assert [name for name, _ in net.named_children()] == ["0", "1", "2"]
    x = chainrule.randn(4, 10)
    np.testing.assert_array_equal(net(x).array, net[2](net[1](net[0](x))).array)
    assert sum(p.numel() for p in net.parameters()) == 283


def test_sequential_takes_names_one_by_one_or_all_at_once() -> None:
    one_by_one = nn.Sequential()
    for name, module in (("fc1", nn.Linear(10, 20)), ("act", nn.ReLU()), ("fc2", nn.Linear(20, 3))):
        one_by_one.add_module(name, module)
    for net in (one_by_one, named(nn)):
        assert [name for name, _ in net.named_children()] == ["fc1", "act", "fc2"]
        assert net.fc2 is net[2]
    assert repr(one_by_one) == repr(named(torch.nn))


def edits(library, kind: str):
    """A container of five layers, each of its own size."""
    layers = [library.Linear(i, i) for i in range(1, 6)]
    return library.ModuleList(layers) if kind == "ModuleList" else library.Sequential(*layers)


@pytest.mark.parametrize("kind", ["Sequential", "ModuleList"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda m, _: m[1],
        lambda m, _: m[-1],
        lambda m, _: m[1:4],
        lambda m, _: m[::-2],
        lambda m, new: m.append(new()),
        lambda m, new: m.extend([new(), new()]),
        lambda m, new: m.insert(2, new()) and None,
        lambda m, new: m.insert(0, new()) and None,
        lambda m, _: m.pop(1),
        lambda m, _: m.__delitem__(0),
        lambda m, _: m.__delitem__(slice(1, 3)),
        lambda m, new: m.__setitem__(-2, new()),
        lambda m, _: m.__iadd__(m[:2]),
        lambda m, _: m + m[:2],
        lambda m, _: len(m),
        lambda m, _: list(m),
    ],
)
def test_edits_are_pytorchs(edit, kind: str) -> None:
    ours, theirs = edits(nn, kind), edits(torch.nn, kind)
    mine = edit(ours, lambda: nn.Linear(9, 9))
    other = edit(theirs, lambda: torch.nn.Linear(9, 9))
    assert repr(mine) == repr(other)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())


@pytest.mark.parametrize("edit", [lambda m: m.__delitem__(0), lambda m: m[1:], lambda m: m[0:1]])
def test_names_after_an_edit_are_pytorchs(edit) -> None:
    ours, theirs = named(nn), named(torch.nn)
    mine, other = edit(ours), edit(theirs)
    assert repr(mine) == repr(other)
    assert list(ours.state_dict()) == list(theirs.state_dict())


@pytest.mark.parametrize(
    "call", [lambda m: m[3], lambda m: m[-4], lambda m: m.insert(4, nn.ReLU()), lambda m: m.pop(9)]
)
def test_position_outside_is_refused(call) -> None:
    with pytest.raises(InvalidIndex, match="has 3 parts, none"):
        call(named(nn))


@pytest.mark.parametrize(
    "call",
    [
        lambda: nn.Sequential(nn.ReLU),
        lambda: nn.Sequential([nn.ReLU()]),
        lambda: nn.ModuleList([3]),
        lambda: nn.ModuleDict({"a": "b"}),
        lambda: named(nn).__setitem__(0, 3),
    ],
)
def test_only_modules_can_be_parts(call) -> None:
    with pytest.raises(InvalidType, match="pass a module, an object and not its class"):
        call()


def test_missing_part_is_left_out_of_the_calculation() -> None:
    net = nn.Sequential(nn.ReLU())
    net.add_module("nothing", None)
    assert net(chainrule.ones(1)).item() == 1
    assert "(nothing): None" in repr(net)


def test_module_list_registers_its_parts() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(3))

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    net = Net()
    assert len(list(net.parameters())) == 6
    assert net(chainrule.ones(1, 2)).shape == (1, 2)


def test_module_list_is_not_called() -> None:
    with pytest.raises(NotImplementedError, match=r"ModuleList has no forward\(\)"):
        nn.ModuleList()(chainrule.ones(1))


def test_module_dict_is_a_dict_that_registers() -> None:
    parts = nn.ModuleDict({"a": nn.Linear(1, 1), "b": nn.ReLU()})
    parts["c"] = nn.Tanh()
    parts["a"] = nn.Linear(2, 2)
    assert list(parts) == list(parts.keys()) == ["a", "b", "c"]
    assert [name for name, _ in parts.items()] == ["a", "b", "c"]
    assert list(parts.values()) == [parts["a"], parts["b"], parts["c"]]
    assert len(parts) == 3
    assert "b" in parts
    assert list(parts.state_dict()) == ["a.weight", "a.bias"]
    assert isinstance(parts.pop("b"), nn.ReLU)
    del parts["c"]
    assert list(parts) == ["a"]
    parts.clear()
    assert len(parts) == 0


def test_unknown_key_of_a_module_dict_names_those_there_are() -> None:
    with pytest.raises(InvalidArgument, match="no part 'x': parts are a"):
        nn.ModuleDict({"a": nn.ReLU()})["x"]


def test_flatten_and_unflatten_are_inverse() -> None:
    x = chainrule.randn(2, 3, 4)
    flat = nn.Flatten()(x)
    assert flat.shape == (2, 12)
    np.testing.assert_array_equal(nn.Unflatten(1, (3, 4))(flat).array, x.array)
    assert nn.Unflatten(-1, (3, 4))(flat).shape == (2, 3, 4)
    assert nn.Flatten(0, 1)(x).shape == (6, 4)


def test_identity_ignores_its_arguments() -> None:
    x = chainrule.ones(2)
    assert nn.Identity(54, unused=0.1)(x) is x
