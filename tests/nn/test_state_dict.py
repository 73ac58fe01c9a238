"""State dicts: the values of a module by path, taken out and put back."""

import numpy as np
import pytest
import torch

import chainrule
from chainrule import nn
from chainrule.errors import InvalidType, StateMismatch


def network(library=nn):
    """Parameters, buffers and a dropout."""
    return library.Sequential(
        library.Linear(4, 8), library.BatchNorm1d(8), library.Dropout(0.5), library.Linear(8, 3)
    )


def test_keys_are_pytorchs() -> None:
    assert list(network().state_dict()) == list(network(torch.nn).state_dict())


def test_values_survive_bit_for_bit_and_evaluate_the_same() -> None:
    net, twin = network(), network()
    net(chainrule.randn(16, 4))
    twin.load_state_dict(net.state_dict())
    for name, tensor in net.state_dict().items():
        assert tensor.array.tobytes() == twin.state_dict()[name].array.tobytes()
    x = chainrule.randn(5, 4)
    assert net.eval()(x).array.tobytes() == twin.eval()(x).array.tobytes()


def test_state_shares_memory_and_is_outside_the_graph() -> None:
    layer = nn.Linear(2, 2)
    state = layer.state_dict()
    layer.weight.array[...] = 3
    assert (state["weight"].array == 3).all()
    assert not state["weight"].requires_grad


def test_buffers_that_are_not_persistent_are_left_out() -> None:
    module = nn.Module()
    module.register_buffer("kept", chainrule.ones(1))
    module.register_buffer("left_out", chainrule.ones(1), persistent=False)
    assert list(module.state_dict()) == ["kept"]
    module.register_buffer("left_out", chainrule.ones(1))
    assert list(module.state_dict()) == ["kept", "left_out"]


def test_everything_that_does_not_fit_is_named_at_once_and_nothing_is_changed() -> None:
    net = network()
    before = {name: tensor.array.copy() for name, tensor in net.state_dict().items()}
    state = {name: chainrule.ones(*tensor.shape) for name, tensor in net.state_dict().items()}
    del state["1.running_mean"], state["0.bias"]
    state["extra"] = chainrule.ones(1)
    state["3.weight"] = chainrule.ones(7, 8)
    with pytest.raises(StateMismatch) as caught:
        net.load_state_dict(state)
    for part in (
        "missing: 0.bias",
        "missing: 1.running_mean",
        "unexpected: extra",
        "3.weight has shape (3, 8), but the state has (7, 8)",
    ):
        assert part in str(caught.value)
    for name, tensor in net.state_dict().items():
        np.testing.assert_array_equal(tensor.array, before[name])


def test_without_strict_the_keys_that_fit_are_loaded_and_the_others_reported() -> None:
    layer = nn.Linear(2, 2)
    report = layer.load_state_dict(
        {"weight": chainrule.ones(2, 2), "other": chainrule.ones(1)}, strict=False
    )
    assert report.missing_keys == ["bias"]
    assert report.unexpected_keys == ["other"]
    assert str(report) == "IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['other'])"
    assert (layer.weight.array == 1).all()
    with pytest.raises(StateMismatch, match="weight has shape"):
        layer.load_state_dict({"weight": chainrule.ones(3, 2)}, strict=False)


def test_full_match_is_reported_as_pytorch_does() -> None:
    layer, theirs = nn.Linear(2, 2), torch.nn.Linear(2, 2)
    report = layer.load_state_dict(layer.state_dict())
    assert str(report) == str(theirs.load_state_dict(theirs.state_dict()))


def test_loading_keeps_the_dtype_of_the_module_unless_assigned() -> None:
    values = {"weight": chainrule.ones(2, 2).double(), "bias": chainrule.ones(2).double()}
    layer = nn.Linear(2, 2)
    parameter = layer.weight
    layer.load_state_dict(values)
    assert str(layer.weight.dtype) == "float32"
    layer.load_state_dict(values, assign=True)
    assert str(layer.weight.dtype) == "float64"
    assert np.shares_memory(layer.weight.array, values["weight"].array)
    assert layer.weight is parameter


def test_arrays_may_stand_in_for_tensors() -> None:
    layer = nn.Linear(2, 2)
    layer.load_state_dict({"weight": np.eye(2), "bias": np.zeros(2)})
    np.testing.assert_array_equal(layer.weight.array, np.eye(2))


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (nn.Linear(2, 2), "got Linear: pass what state_dict"),
        ({"weight": chainrule.ones(2, 2), "bias": [1.0, 2.0]}, "got list for 'bias'"),
    ],
)
def test_what_is_no_state_is_refused(state, message: str) -> None:
    layer = nn.Linear(2, 2)
    before = layer.weight.array.copy()
    with pytest.raises(InvalidType, match=message):
        layer.load_state_dict(state)
    np.testing.assert_array_equal(layer.weight.array, before)


def test_loading_between_forward_and_backward_is_noticed() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    output = net(chainrule.ones(1, 2))
    net.load_state_dict({name: t.clone() for name, t in net.state_dict().items()})
    with pytest.raises(chainrule.errors.InPlaceError, match="load_state_dict has changed it"):
        output.sum().backward()
