"""Module: what it registers, what it finds, how it is called, converted and copied."""

import copy

import numpy as np
import pytest
import torch

import chainrule
from chainrule import nn
from chainrule.autograd.modes import state
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType


class Block(nn.Module):
    """A module with one of everything, in both libraries' words."""

    def __init__(self, nn=nn, library=chainrule) -> None:
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.scale = nn.Parameter(library.ones(4))
        self.register_buffer("count", library.zeros(2))
        self.register_buffer("cache", library.zeros(1), persistent=False)
        self.inner = nn.Sequential(nn.ReLU(), nn.Linear(4, 2, bias=False))

    def forward(self, x):
        return self.inner(self.first(x) * self.scale)


def torch_block() -> torch.nn.Module:
    """The same module made of PyTorch's parts."""
    block = torch.nn.Module()
    block.first = torch.nn.Linear(3, 4)
    block.scale = torch.nn.Parameter(torch.ones(4))
    block.register_buffer("count", torch.zeros(2))
    block.register_buffer("cache", torch.zeros(1), persistent=False)
    block.inner = torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Linear(4, 2, bias=False))
    return block


def test_chapters_custom_module_has_283_parameters() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = nn.Linear(10, 20)
            self.fc2 = nn.Linear(20, 3)

        def forward(self, x):
            return self.fc2(nn.functional.relu(self.fc1(x)))

    net = Net()
    assert sum(p.numel() for p in net.parameters()) == 283
    assert {name: tuple(p.shape) for name, p in net.named_parameters()} == {
        "fc1.weight": (20, 10),
        "fc1.bias": (20,),
        "fc2.weight": (3, 20),
        "fc2.bias": (3,),
    }
    assert net(chainrule.randn(5, 10)).shape == (5, 3)


@pytest.mark.parametrize(
    "walk",
    [
        "named_parameters",
        "named_buffers",
        "named_modules",
        "named_children",
    ],
)
def test_everything_is_found_under_pytorchs_names_in_pytorchs_order(walk: str) -> None:
    expected = [name for name, _ in getattr(torch_block(), walk)()]
    assert [name for name, _ in getattr(Block(), walk)()] == expected
    if walk != "named_children":
        assert [name for name, _ in getattr(Block(), walk)(prefix="p")] == [
            name for name, _ in getattr(torch_block(), walk)(prefix="p")
        ]


def test_only_own_parameters_and_buffers_are_found_without_recursion() -> None:
    block = Block()
    assert [name for name, _ in block.named_parameters(recurse=False)] == ["scale"]
    assert list(block.buffers(recurse=False)) == [block.count, block.cache]
    assert list(block.inner.parameters(recurse=False)) == []


def test_shared_parts_are_found_once_unless_asked_for() -> None:
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, nn.ReLU(), layer)
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias"]
    assert len(list(net.named_parameters(remove_duplicate=False))) == 4
    assert len(list(net.modules())) == 3
    assert len(list(net.modules(remove_duplicate=False))) == 4
    assert len(list(net.children())) == 2
    assert list(net.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_tied_weights_are_found_once() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]


def test_parts_parameters_and_buffers_are_found_by_path() -> None:
    block = Block()
    assert block.get_submodule("inner.1") is block.inner[1]
    assert block.get_submodule("") is block
    assert block.get_parameter("inner.1.weight") is block.inner[1].weight
    assert block.get_buffer("count") is block.count


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda b: b.get_submodule("inner.7"), "no part '7' in 'inner.7': parts are 0, 1"),
        (lambda b: b.get_submodule("first.x"), "no part 'x' in 'first.x': parts are none"),
        (lambda b: b.get_parameter("inner.1.bias"), "no parameter 'inner.1.bias'.*first.weight"),
        (lambda b: b.get_buffer("scale"), "no buffer 'scale': buffers are count, cache"),
        (lambda b: b.register_buffer("a.b", None), "'a.b' cannot be the name .* no dot"),
        (lambda b: b.register_parameter("", None), "'' cannot be the name"),
        (lambda b: b.add_module("forward", nn.ReLU()), "already has an attribute 'forward'"),
        (lambda b: b.register_parameter("count", None), "already has an attribute 'count'"),
        (lambda b: b.register_buffer("first", None), "already has an attribute 'first'"),
        (lambda b: b.cuda(), "no device 'cuda'.*handed to PyTorch"),
        (lambda b: b.to("cuda"), "no device 'cuda'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(call, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        call(Block())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda b: b.add_module("x", nn.ReLU), "got type: pass a module, an object and not"),
        (lambda b: b.register_parameter("x", chainrule.ones(2)), "got Tensor: pass nn.Parameter"),
        (lambda b: b.register_buffer("x", np.ones(2)), "got ndarray: pass a tensor"),
        (lambda b: setattr(b, "scale", chainrule.ones(4)), "scale is a parameter and cannot"),
        (lambda b: setattr(b, "count", 3), "count is a buffer and cannot become a int"),
        (lambda b: b.to(chainrule.int64), "only be converted to floating-point numbers, got int64"),
        (lambda _: nn.Parameter(np.ones(2)), "Parameter got ndarray: pass a tensor"),
        (lambda _: nn.Parameter(chainrule.arange(3)), "Only floating-point tensors can require"),
    ],
)
def test_what_is_of_the_wrong_kind_is_refused_with_the_reason(call, message: str) -> None:
    with pytest.raises(InvalidType, match=message):
        call(Block())


def test_assigning_before_super_init_says_what_to_do() -> None:
    class Net(nn.Module):
        def __init__(self, value) -> None:
            self.part = value
            super().__init__()

    for value in (nn.Parameter(chainrule.ones(1)), nn.ReLU()):
        with pytest.raises(AttributeError, match=r"Net assigns 'part' before super\(\).__init__"):
            Net(value)
    assert Net(3).part == 3


def test_forgetting_super_init_says_what_to_do() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.size = 3

    with pytest.raises(AttributeError, match=r"as super\(\).__init__\(\) was not called"):
        Net()(chainrule.ones(1))


def test_missing_forward_says_so() -> None:
    class Net(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match=r"Net has no forward\(\): define"):
        Net()(chainrule.ones(1))


def test_missing_attribute_is_named() -> None:
    with pytest.raises(AttributeError, match="Linear has no attribute 'wieght'"):
        nn.Linear(1, 1).wieght  # noqa: B018 - reading it is the test
    with pytest.raises(AttributeError, match="Linear has no attribute 'wieght'"):
        del nn.Linear(1, 1).wieght


def test_reassigned_parameter_keeps_its_place_in_the_order() -> None:
    layer = nn.Linear(2, 2)
    layer.weight = nn.Parameter(chainrule.zeros(2, 2))
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]


def test_name_moves_between_kinds_with_what_is_assigned() -> None:
    block = Block()
    block.scale = nn.ReLU()
    assert "scale" in dict(block.named_children())
    assert "scale" not in dict(block.named_parameters())
    block.scale = "plain"
    assert block.scale == "plain"
    assert "scale" not in dict(block.named_children())
    block.scale = nn.Parameter(chainrule.ones(1))
    assert vars(block).get("scale") is None
    block.count = None
    assert "count" not in block.state_dict()
    block.first = None
    assert block.first is None
    block.scale = None
    assert block.scale is None


def test_deleted_attribute_is_gone() -> None:
    block = Block()
    del block.scale, block.count, block.inner
    assert list(block.state_dict()) == ["first.weight", "first.bias"]


def test_dir_lists_what_is_registered() -> None:
    assert {"first", "scale", "count", "forward"} <= set(dir(Block()))


def test_train_and_eval_reach_all_parts() -> None:
    block = Block()
    assert block.training
    assert block.eval() is block
    assert not any(module.training for module in block.modules())
    assert all(module.training for module in block.train().modules())


def test_requires_grad_and_zero_grad_reach_all_parameters() -> None:
    block = Block()
    block(chainrule.ones(2, 3)).sum().backward()
    block.zero_grad(set_to_none=False)
    assert all(not p.grad.array.any() for p in block.parameters())
    block.zero_grad()
    assert all(p.grad is None for p in block.parameters())
    assert block.requires_grad_(False) is block
    assert not block(chainrule.ones(2, 3)).requires_grad


def test_apply_visits_parts_before_the_whole() -> None:
    visited = []
    block = Block()
    assert block.apply(lambda module: visited.append(type(module).__name__)) is block
    assert visited == ["Linear", "ReLU", "Linear", "Sequential", "Block"]


@pytest.mark.parametrize(
    "convert",
    [
        lambda m: m.double(),
        lambda m: m.to(chainrule.float64),
        lambda m: m.to("cpu", chainrule.float64),
        lambda m: m.to(device="cpu", dtype=chainrule.float64, non_blocking=True),
        lambda m: m.to(chainrule.zeros(1, dtype=chainrule.float64)),
    ],
)
def test_conversion_reaches_parameters_gradients_and_floating_buffers(convert) -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    net(chainrule.ones(3, 2)).sum().backward()
    parameters = list(net.parameters())
    assert convert(net) is net
    assert all(a is b for a, b in zip(parameters, net.parameters(), strict=True))
    assert {str(p.dtype) for p in parameters} == {"float64"}
    assert {str(p.grad.dtype) for p in parameters} == {"float64"}
    assert str(net[1].running_mean.dtype) == "float64"
    assert str(net[1].num_batches_tracked.dtype) == "int64"
    assert str(net.float()[0].weight.dtype) == "float32"
    assert str(net.half()[0].weight.dtype) == "float16"
    assert net.cpu() is net


def test_deepcopy_is_independent_and_keeps_sharing() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Linear(2, 2))
    net[2].weight = net[0].weight
    net(chainrule.randn(4, 2)).sum().backward()
    twin = copy.deepcopy(net)
    assert twin[2].weight is twin[0].weight
    assert twin[0].weight is not net[0].weight
    np.testing.assert_array_equal(twin[0].weight.grad.array, net[0].weight.grad.array)
    before = {name: tensor.array.copy() for name, tensor in net.state_dict().items()}
    for tensor in (*twin.parameters(), *twin.buffers()):
        tensor.array[...] = 7
    twin[0].weight.grad.array[...] = 7
    for name, tensor in net.state_dict().items():
        np.testing.assert_array_equal(tensor.array, before[name])
    assert not (net[0].weight.grad.array == 7).any()
    twin(chainrule.randn(4, 2)).sum().backward()


def test_scope_is_the_innermost_module_and_is_restored() -> None:
    seen = []

    class Probe(nn.Module):
        def forward(self, x):
            seen.append(state.scope)
            return x

    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.probe = Probe()

        def forward(self, x):
            x = self.probe(x)
            seen.append(state.scope)
            return x

    outer = Outer()
    outer(chainrule.ones(1))
    assert seen == [outer.probe, outer]
    assert state.scope is None
    with pytest.raises(InvalidShape):
        nn.Linear(2, 2)(chainrule.ones(3))
    assert state.scope is None


def test_wrong_shape_names_the_innermost_module_once() -> None:
    net = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Linear(784, 256)))
    with pytest.raises(InvalidShape) as caught:
        net(chainrule.zeros(32, 28, 28))
    assert caught.value.__notes__ == ["in Linear(in_features=784, out_features=256, bias=True)"]


@pytest.mark.parametrize("value", [np.ones((1, 2)), [[1.0, 2.0]], 1.5])
@pytest.mark.parametrize(
    "module", [nn.Linear(2, 2), nn.ReLU(), nn.Flatten(), nn.Sequential(nn.ReLU(), nn.Linear(2, 2))]
)
def test_input_that_is_no_tensor_is_refused_with_the_remedy(module: nn.Module, value) -> None:
    with pytest.raises(InvalidType, match=r"chainrule\.tensor\(|\.from_numpy\("):
        module(value)


def test_unrelated_attribute_error_is_left_alone() -> None:
    class Net(nn.Module):
        def forward(self, x):
            return x.no_such_method()

    with pytest.raises(AttributeError, match="no_such_method"):
        Net()(chainrule.ones(1))


def test_inputs_by_name_reach_forward() -> None:
    class Net(nn.Module):
        def forward(self, x, *, factor=1.0):
            return x * factor

    assert Net()(chainrule.ones(1), factor=3.0).item() == 3.0


def test_parameter_shares_the_memory_it_is_given() -> None:
    values = chainrule.zeros(3)
    parameter = nn.Parameter(values, requires_grad=False)
    values.array[0] = 5
    assert parameter.tolist() == [5, 0, 0]
    assert not parameter.requires_grad
    assert nn.Parameter().shape == (0,)
