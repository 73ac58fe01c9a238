"""Hooks: functions called before and after forward."""

import pytest

import chainrule
from chainrule import nn


class Scaled(nn.Module):
    """Multiplies by a factor given by name."""

    def forward(self, x, factor=1.0):
        return x * factor


def test_forward_hook_sees_module_inputs_and_output() -> None:
    seen = []
    layer = nn.ReLU()
    layer.register_forward_hook(lambda *given: seen.append(given))
    x = chainrule.tensor([-1.0, 2.0])
    output = layer(x)
    assert seen == [(layer, (x,), output)]


def test_forward_hook_may_replace_the_output() -> None:
    layer = nn.ReLU()
    layer.register_forward_hook(lambda _module, _inputs, output: output + 1)
    layer.register_forward_hook(lambda _module, _inputs, output: output * 10)
    assert layer(chainrule.tensor([1.0])).item() == 20


def test_pre_hook_may_replace_the_inputs() -> None:
    layer = nn.ReLU()
    layer.register_forward_pre_hook(lambda _module, inputs: inputs[0] + 1)
    layer.register_forward_pre_hook(lambda _module, inputs: (inputs[0] * 10,))
    layer.register_forward_pre_hook(lambda _module, _inputs: None)
    assert layer(chainrule.tensor([1.0])).item() == 20


def test_prepended_hooks_run_first() -> None:
    order = []
    layer = nn.ReLU()
    for name, prepend in (("a", False), ("b", True), ("c", False)):
        layer.register_forward_hook(lambda *_, name=name: order.append(name), prepend=prepend)
        layer.register_forward_pre_hook(lambda *_, name=name: order.append(name), prepend=prepend)
    layer(chainrule.ones(1))
    assert order == ["b", "a", "c"] * 2


def test_hooks_with_kwargs_see_and_change_inputs_by_name() -> None:
    seen = []
    module = Scaled()
    module.register_forward_pre_hook(
        lambda _m, inputs, named: (inputs, {"factor": named["factor"] + 1}), with_kwargs=True
    )
    module.register_forward_pre_hook(lambda _m, _inputs, _named: None, with_kwargs=True)
    module.register_forward_hook(
        lambda _m, _i, named, _output: seen.append(named), with_kwargs=True
    )
    assert module(chainrule.ones(1), factor=2.0).item() == 3
    assert seen == [{"factor": 3.0}]


@pytest.mark.parametrize("register", ["register_forward_hook", "register_forward_pre_hook"])
def test_removed_hook_is_called_no_more(register: str) -> None:
    calls = []
    layer = nn.ReLU()
    first = getattr(layer, register)(lambda *_: calls.append("first"))
    getattr(layer, register)(lambda *_: calls.append("second"))
    first.remove()
    first.remove()
    layer(chainrule.ones(1))
    assert calls == ["second"]


def test_hook_may_remove_itself_while_it_runs() -> None:
    layer = nn.ReLU()
    handles = []
    handles.append(layer.register_forward_hook(lambda *_: handles[0].remove()))
    layer(chainrule.ones(1))
    assert not layer._forward_hooks
