"""Every optimiser against PyTorch's of the same name."""

import copy
from typing import Any

import numpy as np
import pytest
import torch

from chainrule import optim
from chainrule.autograd.modes import no_grad
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.optim import bundle as bundles

STEPS = 50
SHAPES = [(3, 4), (), (5,), (0, 2), (2, 1, 3)]
# Rounding accumulates over the steps; the formulas are the same to the order of operations.
TOLERANCE = {np.float64: 1e-10, np.float32: 1e-5}
ADAM = [
    {},
    {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3},
    {"lr": 0.01, "weight_decay": 0.3},
    {"lr": 0.01, "amsgrad": True},
    {"lr": 0.01, "maximize": True, "weight_decay": 0.1, "amsgrad": True},
    {"lr": 0.01, "betas": (0.0, 0.0)},
    {"lr": 0.0},
    {"lr": 0.01, "weight_decay": 0},
]
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {},
        {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.01, "momentum": 0.9},
        {"lr": 0.01, "momentum": 0.9, "dampening": 0.4, "weight_decay": 0.01},
        {"lr": 0.01, "momentum": 0.9, "nesterov": True},
        {"lr": 0.01, "momentum": 0.5, "weight_decay": 0.2, "nesterov": True, "maximize": True},
        {"lr": 0.01, "maximize": True},
    ],
    "RMSprop": [
        {},
        {"lr": 0.1, "alpha": 0.5, "eps": 1e-3},
        {"lr": 0.01, "weight_decay": 0.1},
        {"lr": 0.01, "momentum": 0.9},
        {"lr": 0.01, "centered": True},
        {"lr": 0.01, "centered": True, "momentum": 0.7, "weight_decay": 0.1, "maximize": True},
    ],
    "Adagrad": [
        {},
        {"lr": 0.1, "lr_decay": 0.01, "weight_decay": 0.1},
        {"lr": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3},
        {"lr": 0.1, "maximize": True},
    ],
    "Adam": ADAM,
    "AdamW": ADAM,
}
CASES = [
    pytest.param(name, options, id=f"{name}-{i}")
    for name, rows in OPTIONS.items()
    for i, options in enumerate(rows)
]


def beginning(dtype: type, seed: int = 0) -> list[np.ndarray]:
    generator = np.random.default_rng(seed)
    return [np.asarray(generator.standard_normal(shape)).astype(dtype) for shape in SHAPES]


def gradients(step: int, dtype: type) -> list[np.ndarray]:
    return [2 * array + 0.1 for array in beginning(dtype, 100 + step)]


def our_parameters(arrays: list[np.ndarray]) -> list[Tensor]:
    tensors = []
    for array in arrays:
        tensor = Tensor([], requires_grad=True)
        tensor.array = array.copy()
        tensors.append(tensor)
    return tensors


def their_parameters(arrays: list[np.ndarray]) -> list[torch.Tensor]:
    return [torch.tensor(array, requires_grad=True) for array in arrays]


def ours(array: np.ndarray) -> Tensor:
    tensor = Tensor([])
    tensor.array = array.copy()
    return tensor


def run(optimizer: Any, steps: range, dtype: type, wrap: Any) -> None:
    """Take steps with the same sequence of gradients, whichever the library."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for step in steps:
        for parameter, gradient in zip(parameters, gradients(step, dtype), strict=True):
            parameter.grad = wrap(gradient)
        optimizer.step()


def make_pair(name: str, options: dict[str, Any], dtype: type = np.float64) -> tuple[Any, Any]:
    start = beginning(dtype)
    return (
        getattr(optim, name)(our_parameters(start), **options),
        getattr(torch.optim, name)(their_parameters(start), **options),
    )


def assert_equal_parameters(mine: Any, theirs: Any, tolerance: float) -> None:
    for group, other in zip(mine.param_groups, theirs.param_groups, strict=True):
        for parameter, expected in zip(group["params"], other["params"], strict=True):
            assert parameter.dtype == expected.detach().numpy().dtype
            np.testing.assert_allclose(
                parameter.array, expected.detach().numpy(), rtol=tolerance, atol=tolerance
            )


def leaf() -> Tensor:
    return Tensor([1.0], requires_grad=True)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_optimizer_follows_pytorchs(name: str, options: dict[str, Any], dtype: type) -> None:
    mine, theirs = make_pair(name, options, dtype)
    run(mine, range(STEPS), dtype, ours)
    run(theirs, range(STEPS), dtype, torch.tensor)
    assert_equal_parameters(mine, theirs, TOLERANCE[dtype])


@pytest.mark.parametrize(("name", "options"), CASES)
def test_large_parameters_in_blocks_follow_pytorchs(
    name: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "BLOCK", 5)
    mine, theirs = make_pair(name, options)
    run(mine, range(5), np.float64, ours)
    run(theirs, range(5), np.float64, torch.tensor)
    assert_equal_parameters(mine, theirs, 1e-10)


def plain(value: Any) -> Any:
    """A state dictionary with arrays in place of either library's tensors."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, torch.Tensor):
        return value.detach().numpy()
    return value.array if isinstance(value, Tensor) else value


@pytest.mark.parametrize("steps", [0, 3])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_state_dict_has_pytorchs_structure_and_numbers(
    name: str, options: dict[str, Any], steps: int
) -> None:
    mine, theirs = make_pair(name, options)
    run(mine, range(steps), np.float64, ours)
    run(theirs, range(steps), np.float64, torch.tensor)
    saved, expected = plain(mine.state_dict()), plain(theirs.state_dict())
    assert list(saved) == list(expected)
    assert {k: list(v) for k, v in saved["state"].items()} == {
        k: list(v) for k, v in expected["state"].items()
    }
    for number, entry in expected["state"].items():
        for key, array in entry.items():
            assert saved["state"][number][key].dtype == array.dtype
            np.testing.assert_allclose(saved["state"][number][key], array, rtol=1e-10, atol=1e-12)
    left_out = {"foreach", "capturable", "differentiable", "fused", "decoupled_weight_decay"}
    for group, other in zip(saved["param_groups"], expected["param_groups"], strict=True):
        assert list(group.items()) == [(k, v) for k, v in other.items() if k not in left_out]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_loaded_state_continues_bit_for_bit(name: str, options: dict[str, Any]) -> None:
    whole, _ = make_pair(name, options, np.float32)
    run(whole, range(8), np.float32, ours)
    first, _ = make_pair(name, options, np.float32)
    run(first, range(4), np.float32, ours)
    parameters = our_parameters([p.array for p in first.param_groups[0]["params"]])
    second = getattr(optim, name)(parameters, lr=0.7)
    second.load_state_dict(first.state_dict())
    run(first, range(1), np.float32, ours)  # the copy must not change with the original
    run(second, range(4, 8), np.float32, ours)
    for parameter, expected in zip(parameters, whole.param_groups[0]["params"], strict=True):
        assert np.array_equal(parameter.array, expected.array)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_pytorchs_state_loads_and_continues(name: str, options: dict[str, Any]) -> None:
    mine, theirs = make_pair(name, options)
    run(theirs, range(4), np.float64, torch.tensor)
    for parameter, other in zip(
        mine.param_groups[0]["params"], theirs.param_groups[0]["params"], strict=True
    ):
        parameter.array[...] = other.detach().numpy()
    mine.load_state_dict(theirs.state_dict())
    run(mine, range(4, 8), np.float64, ours)
    run(theirs, range(4, 8), np.float64, torch.tensor)
    assert_equal_parameters(mine, theirs, 1e-10)


@pytest.mark.parametrize("name", list(OPTIONS))
def test_groups_keep_their_own_options(name: str) -> None:
    def groups(parameters: list[Any]) -> list[dict[str, Any]]:
        return [
            {"params": parameters[:2], "lr": 0.1},
            {"params": parameters[2], "weight_decay": 0.3},
            {"params": parameters[3:]},
        ]

    start = beginning(np.float64)
    mine = getattr(optim, name)(groups(our_parameters(start)), lr=0.02)
    theirs = getattr(torch.optim, name)(groups(their_parameters(start)), lr=0.02)
    run(mine, range(10), np.float64, ours)
    run(theirs, range(10), np.float64, torch.tensor)
    assert_equal_parameters(mine, theirs, 1e-10)


@pytest.mark.parametrize(
    ("name", "options"),
    [("SGD", {"momentum": 0.9, "dampening": 0.5}), ("Adam", {}), ("RMSprop", {}), ("Adagrad", {})],
)
def test_parameters_without_gradient_are_skipped(name: str, options: dict[str, Any]) -> None:
    """Which parameters have a gradient changes from step to step, and so do their step counts."""
    mine, theirs = make_pair(name, {"lr": 0.1, **options})
    for step in range(12):
        for optimizer, wrap in ((mine, ours), (theirs, torch.tensor)):
            parameters = optimizer.param_groups[0]["params"]
            for position, (parameter, gradient) in enumerate(
                zip(parameters, gradients(step, np.float64), strict=True)
            ):
                parameter.grad = wrap(gradient) if (step // 3 + position) % 3 else None
            optimizer.step()
    assert_equal_parameters(mine, theirs, 1e-10)
    steps = [int(e["step"].item()) for e in theirs.state_dict()["state"].values() if "step" in e]
    assert steps == [int(e["step"].array) for e in mine.state.values() if "step" in e]


def test_a_step_without_any_gradient_changes_nothing() -> None:
    mine, _ = make_pair("Adam", {})
    mine.step()
    assert not mine.state
    assert np.array_equal(mine.param_groups[0]["params"][0].array, beginning(np.float64)[0])


def test_parameters_may_differ_in_dtype() -> None:
    start = beginning(np.float64)[:1] + beginning(np.float32)[2:3]
    mine, theirs = optim.Adam(our_parameters(start)), torch.optim.Adam(their_parameters(start))
    for optimizer, wrap in ((mine, ours), (theirs, torch.tensor)):
        for parameter, array in zip(optimizer.param_groups[0]["params"], start, strict=True):
            parameter.grad = wrap(array)
        optimizer.step()
    assert_equal_parameters(mine, theirs, 1e-5)


@pytest.mark.parametrize("block", [4, 1000])
def test_transposed_parameters_and_gradients_are_updated(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "BLOCK", block)
    start = np.arange(12.0).reshape(3, 4)
    weight = ours(start)
    weight.array = np.asfortranarray(start)
    weight.grad = ours(start)
    weight.grad.array = np.asfortranarray(start)
    plain_weight = ours(start)
    plain_weight.grad = ours(start)
    plain_weight.grad.array = np.asfortranarray(start)
    optim.SGD([weight, plain_weight], lr=0.5).step()
    np.testing.assert_array_equal(weight.array, start / 2)
    np.testing.assert_array_equal(plain_weight.array, start / 2)


def test_step_writes_into_the_parameters_own_memory() -> None:
    weight = Tensor([1.0, 2.0], requires_grad=True)
    memory = weight.array
    weight.grad = Tensor([1.0, 1.0])
    version = weight.shared_version().count
    optim.SGD([weight], lr=1.0).step()
    assert weight.array is memory
    assert memory.tolist() == [0.0, 1.0]
    assert weight.shared_version().count == version + 1
    assert weight.shared_version().changed_by == "optimizer.step()"


def test_a_parameter_whose_array_was_replaced_goes_on_with_its_state() -> None:
    mine, theirs = make_pair("Adam", {"lr": 0.1}, np.float64)
    run(mine, range(3), np.float64, ours)
    run(theirs, range(6), np.float64, torch.tensor)
    for parameter in mine.param_groups[0]["params"]:
        parameter.array = parameter.array.copy()
    run(mine, range(3, 6), np.float64, ours)
    assert_equal_parameters(mine, theirs, 1e-10)


def test_clearing_the_state_begins_anew() -> None:
    mine, _ = make_pair("Adam", {})
    run(mine, range(3), np.float64, ours)
    mine.state.clear()
    run(mine, range(1), np.float64, ours)
    assert {float(entry["step"].array) for entry in mine.state.values()} == {1.0}


def test_a_group_added_later_is_trained() -> None:
    start = beginning(np.float64)
    parameters, others = our_parameters(start), their_parameters(start)
    mine, theirs = optim.Adam(parameters[:2]), torch.optim.Adam(others[:2])
    for optimizer, rest, wrap in ((mine, parameters, ours), (theirs, others, torch.tensor)):
        for parameter, gradient in zip(rest, start, strict=True):
            parameter.grad = wrap(gradient)
        optimizer.step()
        optimizer.add_param_group({"params": rest[2:], "lr": 0.2})
        optimizer.step()
    assert_equal_parameters(mine, theirs, 1e-10)


def test_adagrad_starts_the_sums_of_a_group_added_later() -> None:
    first, second = our_parameters(beginning(np.float64))[:2]
    optimizer = optim.Adagrad([first])
    optimizer.add_param_group({"params": [second], "initial_accumulator_value": 2.0})
    assert optimizer.state[second]["sum"].array == 2.0


def test_a_deep_copy_goes_on_by_itself() -> None:
    mine, theirs = make_pair("Adam", {"lr": 0.1})
    run(mine, range(3), np.float64, ours)
    copied = copy.deepcopy(mine)
    run(mine, range(7, 9), np.float64, ours)
    run(copied, range(3, 6), np.float64, ours)
    run(theirs, range(6), np.float64, torch.tensor)
    assert_equal_parameters(copied, theirs, 1e-10)
    assert {float(entry["step"].array) for entry in copied.state.values()} == {6.0}


def test_a_refused_step_does_not_count() -> None:
    weight = leaf()
    optimizer = optim.Adam([weight])
    for gradient in ([1.0], [1.0, 2.0], [1.0]):
        weight.grad = Tensor(gradient)
        if len(gradient) == 1:
            optimizer.step()
        else:
            with pytest.raises(InvalidShape):
                optimizer.step()
    assert float(optimizer.state[weight]["step"].array) == 2.0


def test_an_optimizer_of_ones_own_needs_a_rule_alone() -> None:
    def sign_update(parameter: Any, gradient: Any, lr: Any) -> tuple[Any, ...]:
        return (parameter - lr * np.sign(gradient),)

    class SignDescent(optim.Optimizer):
        rule = optim.UpdateRule(sign_update, (), counts_steps=False)

    weight = Tensor([1.0, 1.0], requires_grad=True)
    weight.grad = Tensor([5.0, -0.1])
    SignDescent([weight], {"lr": 0.5}).step()
    assert weight.array.tolist() == [0.5, 1.5]


def test_changes_of_the_learning_rate_take_effect_at_once() -> None:
    weight = Tensor([0.0], requires_grad=True)
    weight.grad = Tensor([1.0])
    optimizer = optim.SGD([weight], lr=1.0)
    optimizer.param_groups[0]["lr"] = np.float64(0.25)
    optimizer.step()
    assert weight.array[0] == -0.25
    assert weight.dtype == np.float32


def test_a_steady_gradient_never_makes_centered_rmsprop_nan() -> None:
    weight = Tensor([1.0, -3.7], requires_grad=True)
    optimizer = optim.RMSprop([weight], alpha=0.5, centered=True)
    for _ in range(100):
        weight.grad = Tensor([0.1, 0.3])
        optimizer.step()
    assert np.isfinite(weight.array).all()


def test_large_float32_gradients_do_not_overflow_their_square_too_early() -> None:
    weight = Tensor([1.0], requires_grad=True)
    weight.grad = Tensor([3e19])
    optimizer = optim.Adam([weight])
    optimizer.step()
    assert np.isfinite(optimizer.state[weight]["exp_avg_sq"].array).all()


def test_gradients_that_are_not_finite_reach_the_parameters_silently() -> None:
    weight = Tensor([1.0, 1.0, 1.0], requires_grad=True)
    weight.grad = Tensor([np.inf, np.nan, 1.0])
    optim.Adam([weight]).step()
    assert np.isfinite(weight.array).tolist() == [False, False, True]


def test_step_runs_the_closure_with_gradients_on_and_returns_its_loss() -> None:
    weight = Tensor([2.0], requires_grad=True)
    optimizer = optim.SGD([weight], lr=0.25)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (weight * weight).sum()
        loss.backward()
        return loss

    with no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 4.0
    assert weight.array[0] == 1.0


def test_zero_grad_forgets_or_zeroes() -> None:
    weight, idle = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True)
    optimizer = optim.SGD([weight, idle])
    weight.grad = Tensor([3.0])
    optimizer.zero_grad(set_to_none=False)
    assert weight.grad.array.tolist() == [0.0]
    assert idle.grad is None
    optimizer.zero_grad()
    assert weight.grad is None


def test_named_parameters_leave_their_names_in_the_group() -> None:
    weight = Tensor([1.0], requires_grad=True)
    optimizer = optim.SGD([("weight", weight)])
    assert optimizer.param_groups[0]["params"] == [weight]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight"]


def test_printing_lists_the_options_as_pytorch_does() -> None:
    left_out = ("foreach", "capturable", "differentiable", "fused")
    mine, theirs = make_pair("Adam", {"lr": 0.5})
    kept = [line for line in repr(theirs).split("\n") if not line.strip().startswith(left_out)]
    assert repr(mine).split("\n") == [line for line in kept if "decoupled" not in line]


# Rules and names


@pytest.mark.parametrize("optimizer", optim.OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rule_works_on_single_numbers_and_keeps_their_dtype(optimizer: Any, dtype: type) -> None:
    chosen = optimizer([leaf()])
    group = chosen.param_groups[0]
    kept = chosen.state_names(group)
    states = [dtype(0.5) if name in kept else None for name in optimizer.rule.states]
    numbers, flags = chosen.numbers(group, 1), chosen.flags(group)
    assert len(numbers) == len(optimizer.rule.numbers)
    results = optimizer.rule.function(dtype(1), dtype(2), *states, *numbers, *flags)
    assert len(results) == 1 + len(optimizer.rule.states)
    assert [None if r is None else r.dtype for r in results[1:]] == [
        None if s is None else s.dtype for s in states
    ]
    assert results[0].dtype == dtype


def test_a_rule_whose_parameters_do_not_fit_is_refused() -> None:
    with pytest.raises(TypeError, match="must take parameter, gradient, 1 states"):
        optim.UpdateRule(lambda parameter, slope: (parameter - slope,), ("velocity",))


def test_optimizers_are_found_by_name() -> None:
    assert [optim.find_optimizer(o.__name__.lower()) for o in optim.OPTIMIZERS] == list(
        optim.OPTIMIZERS
    )
    with pytest.raises(InvalidArgument, match="'lion': choose one of sgd, rmsprop"):
        optim.find_optimizer("lion")
