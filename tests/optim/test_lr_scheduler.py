"""Every learning-rate schedule against PyTorch's of the same name."""

from typing import Any

import numpy as np
import pytest
import torch

from chainrule import optim
from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleWarning, InvalidArgument, InvalidType

STEPS = 60
EXACT = 1e-12  # both compute in float64 with formulas that differ by rounding at most


class Doubling:
    """A factor with state, which a schedule can save."""

    def __init__(self, base: float) -> None:
        self.base = base

    def __call__(self, step: int) -> float:
        return self.base ** (step % 7)


SCHEDULES: list[tuple[str, dict[str, Any]]] = [
    ("StepLR", {"step_size": 7}),
    ("StepLR", {"step_size": 1, "gamma": 0.9}),
    ("MultiStepLR", {"milestones": [5, 20, 20, 41]}),
    ("MultiStepLR", {"milestones": [0, 3], "gamma": 2.0}),
    ("ExponentialLR", {"gamma": 0.95}),
    ("LambdaLR", {"lr_lambda": lambda step: 1 / (1 + step)}),
    ("LambdaLR", {"lr_lambda": [Doubling(1.5), lambda step: 0.9**step]}),
    ("CosineAnnealingLR", {"T_max": 25}),
    ("CosineAnnealingLR", {"T_max": 10, "eta_min": 0.01}),
    ("CosineAnnealingLR", {"T_max": 1, "eta_min": 0.01}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 60}),
    ("OneCycleLR", {"max_lr": [0.5, 0.2], "epochs": 6, "steps_per_epoch": 10}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 60, "three_phase": True}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 60, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 60, "cycle_momentum": False}),
    ("OneCycleLR", {"max_lr": 1, "total_steps": 60, "pct_start": 0.5, "base_momentum": [0.8, 0.7],
                    "max_momentum": 0.9, "div_factor": 3.0, "final_div_factor": 10.0}),
]  # fmt: skip
CASES = [pytest.param(n, o, id=f"{n}-{i}") for i, (n, o) in enumerate(SCHEDULES)]


def our_optimizer(name: str = "SGD", **options: Any) -> Any:
    tensors = [Tensor([1.0], requires_grad=True) for _ in range(2)]
    groups = [{"params": tensors[:1]}, {"params": tensors[1:], "lr": 0.3}]
    return getattr(optim, name)(groups, lr=0.1, **options)


def their_optimizer(name: str = "SGD", **options: Any) -> Any:
    tensors = [torch.tensor([1.0], requires_grad=True) for _ in range(2)]
    groups = [{"params": tensors[:1]}, {"params": tensors[1:], "lr": 0.3}]
    return getattr(torch.optim, name)(groups, lr=0.1, **options)


def values(optimizer: Any) -> list[Any]:
    """Learning rate and momentum of each group."""
    return [
        (group["lr"], group["betas"][0] if "betas" in group else group["momentum"])
        for group in optimizer.param_groups
    ]


def follow(scheduler: Any, steps: int) -> list[Any]:
    """What the groups have before the first and after every step."""
    path = [values(scheduler.optimizer)]
    for _ in range(steps):
        scheduler.optimizer.step()
        scheduler.step()
        path.append(values(scheduler.optimizer))
    return path


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_schedule_equals_pytorchs(name: str, options: dict[str, Any], optimizer: str) -> None:
    momentum = {"momentum": 0.9} if optimizer == "SGD" else {}
    mine = getattr(optim.lr_scheduler, name)(our_optimizer(optimizer, **momentum), **options)
    theirs = getattr(torch.optim.lr_scheduler, name)(
        their_optimizer(optimizer, **momentum), **options
    )
    assert np.allclose(follow(mine, STEPS), follow(theirs, STEPS), rtol=EXACT, atol=EXACT)
    assert mine.get_last_lr() == [group["lr"] for group in mine.optimizer.param_groups]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_state_dict_has_pytorchs_names(name: str, options: dict[str, Any]) -> None:
    mine = getattr(optim.lr_scheduler, name)(our_optimizer(momentum=0.9), **options)
    theirs = getattr(torch.optim.lr_scheduler, name)(their_optimizer(momentum=0.9), **options)
    own_bookkeeping = {"_get_lr_called_within_step"}
    assert set(mine.state_dict()) == set(theirs.state_dict()) - own_bookkeeping


@pytest.mark.parametrize(("name", "options"), CASES)
def test_loaded_schedule_goes_on_the_same(name: str, options: dict[str, Any]) -> None:
    whole = getattr(optim.lr_scheduler, name)(our_optimizer(momentum=0.9), **options)
    expected = follow(whole, 30)
    first = getattr(optim.lr_scheduler, name)(our_optimizer(momentum=0.9), **options)
    follow(first, 12)
    second = getattr(optim.lr_scheduler, name)(our_optimizer(momentum=0.9), **options)
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    second.load_state_dict(first.state_dict())
    assert follow(second, 18) == expected[12:]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("StepLR", {"step_size": 4}),
        ("MultiStepLR", {"milestones": [8, 15]}),
        ("ExponentialLR", {"gamma": 0.9}),
        ("LambdaLR", {"lr_lambda": lambda step: 0.9**step}),
        ("CosineAnnealingLR", {"T_max": 11}),
    ],
)
def test_last_epoch_goes_on_as_pytorchs_does(name: str, options: dict[str, Any]) -> None:
    paths = []
    for module, make in ((optim, our_optimizer), (torch.optim, their_optimizer)):
        optimizer = make(momentum=0.9)
        for group in optimizer.param_groups:
            group["initial_lr"] = 2 * group["lr"]
        kind = getattr(module.lr_scheduler, name)
        paths.append(follow(kind(optimizer, **options, last_epoch=6), 30))
    assert np.allclose(*paths, rtol=EXACT, atol=EXACT)


def test_last_epoch_without_the_saved_rates_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="group 0 has no 'initial_lr'"):
        optim.lr_scheduler.StepLR(our_optimizer(), 3, last_epoch=4)


def test_changes_by_hand_stay_in_effect() -> None:
    scheduler = optim.lr_scheduler.ExponentialLR(our_optimizer(), gamma=0.5)
    scheduler.optimizer.param_groups[0]["lr"] = 8.0
    scheduler.optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr()[0] == 4.0


def test_saved_schedule_restores_the_attributes_of_callable_objects() -> None:
    first = optim.lr_scheduler.LambdaLR(our_optimizer(), Doubling(3.0))
    second = optim.lr_scheduler.LambdaLR(our_optimizer(), Doubling(5.0))
    second.load_state_dict(first.state_dict())
    assert first.state_dict()["lr_lambdas"] == [{"base": 3.0}] * 2
    assert second.lr_lambdas[0].base == 3.0


def test_a_schedule_stepped_before_its_optimizer_warns_once() -> None:
    scheduler = optim.lr_scheduler.StepLR(our_optimizer(), 3)
    with pytest.warns(ChainruleWarning, match=r"before optimizer.step\(\)"):
        scheduler.step()
    scheduler.step()
    assert scheduler.last_epoch == 2


def test_an_optimizer_with_a_step_of_its_own_is_not_warned_about() -> None:
    class Still(optim.Optimizer):
        def step(self, closure: Any = None) -> Any:
            return closure

    scheduler = optim.lr_scheduler.LRScheduler(Still([Tensor([1.0])], {"lr": 0.5}))
    scheduler.optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr() == [0.5]


PLATEAUS: list[dict[str, Any]] = [
    {"patience": 2},
    {"mode": "max", "patience": 1, "factor": 0.5},
    {"patience": 1, "threshold": 0.3, "threshold_mode": "abs"},
    {"mode": "max", "patience": 0, "threshold": 0.3, "threshold_mode": "abs", "factor": 0.7},
    {"patience": 0, "cooldown": 3, "min_lr": 1e-3},
    {"patience": 0, "min_lr": [1e-2, 1e-4], "eps": 1e-3},
]


@pytest.mark.parametrize("options", PLATEAUS)
def test_plateau_equals_pytorchs(options: dict[str, Any]) -> None:
    mine = optim.lr_scheduler.ReduceLROnPlateau(our_optimizer(), **options)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(their_optimizer(), **options)
    measured = np.random.default_rng(3).normal(size=STEPS).cumsum() / 5
    for value in [*measured, float("nan"), float("inf")]:
        mine.step(value)
        theirs.step(value)
        assert np.allclose(mine.get_last_lr(), theirs.get_last_lr(), rtol=EXACT)
        assert mine.num_bad_epochs == theirs.num_bad_epochs
    assert set(mine.state_dict()) == set(theirs.state_dict())


def test_loaded_plateau_goes_on_the_same() -> None:
    first = optim.lr_scheduler.ReduceLROnPlateau(our_optimizer(), patience=3)
    for value in (1.0, 2.0, 2.0):
        first.step(value)
    second = optim.lr_scheduler.ReduceLROnPlateau(our_optimizer(), patience=9)
    second.load_state_dict(first.state_dict())
    second.step(2.0)
    second.step(Tensor([2.0]))
    assert second.get_last_lr() == [pytest.approx(0.01), pytest.approx(0.03)]


def test_plateau_counts_groups_added_later() -> None:
    optimizer = our_optimizer()
    scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    fixed = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0.0, 0.0])
    optimizer.add_param_group({"params": Tensor([1.0], requires_grad=True), "lr": 1.0})
    scheduler.step(1.0)
    scheduler.step(1.0)
    assert scheduler.get_last_lr()[2] == pytest.approx(0.1)
    fixed.step(1.0)
    with pytest.raises(InvalidArgument, match=r"min_lr for 2 parameter groups.*has 3"):
        fixed.step(1.0)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("StepLR", {"step_size": 0}, "step_size must be an integer of at least 1, got 0"),
        ("CosineAnnealingLR", {"T_max": 0}, "T_max"),
        ("LambdaLR", {"lr_lambda": [abs]}, "1 functions for 2"),
        ("OneCycleLR", {"max_lr": 1.0}, "total_steps, or both"),
        ("OneCycleLR", {"max_lr": 1.0, "epochs": 3}, "total_steps, or both"),
        ("OneCycleLR", {"max_lr": 1.0, "total_steps": -1}, "total_steps"),
        ("OneCycleLR", {"max_lr": 1.0, "epochs": 2, "steps_per_epoch": 1.5}, "steps_per_epoch"),
        ("OneCycleLR", {"max_lr": [1.0], "total_steps": 5}, "max_lr has 1 values"),
        ("OneCycleLR", {"max_lr": 1.0, "total_steps": 5, "pct_start": 2.0}, "pct_start=2.0"),
        ("OneCycleLR", {"max_lr": 1.0, "total_steps": 5, "anneal_strategy": "up"}, "'up'"),
        ("ReduceLROnPlateau", {"factor": 1.0}, "factor=1.0"),
        ("ReduceLROnPlateau", {"mode": "up"}, "mode='up'"),
        ("ReduceLROnPlateau", {"threshold_mode": "up"}, "threshold_mode='up'"),
        ("ReduceLROnPlateau", {"min_lr": [0.1]}, "min_lr has 1 values"),
    ],
)
def test_wrong_arguments_are_refused(name: str, options: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        getattr(optim.lr_scheduler, name)(our_optimizer(), **options)


def test_one_cycle_needs_a_momentum_to_cycle() -> None:
    with pytest.raises(InvalidArgument, match="Adagrad has no momentum"):
        optim.lr_scheduler.OneCycleLR(our_optimizer("Adagrad"), 1.0, total_steps=5)


def test_one_cycle_refuses_more_steps_than_announced() -> None:
    scheduler = optim.lr_scheduler.OneCycleLR(our_optimizer(), 1.0, total_steps=2)
    follow(scheduler, 2)
    with pytest.raises(InvalidArgument, match="made for 2 steps and is asked for step 3"):
        scheduler.step()


@pytest.mark.parametrize("name", ["StepLR", "OneCycleLR", "ReduceLROnPlateau", "LambdaLR"])
def test_a_schedule_without_an_optimizer_is_refused(name: str) -> None:
    options: dict[str, dict[str, Any]] = {
        "StepLR": {"step_size": 1},
        "OneCycleLR": {"max_lr": 1.0, "total_steps": 5},
        "LambdaLR": {"lr_lambda": abs},
    }
    with pytest.raises(InvalidType, match="got int, expected an optimizer"):
        getattr(optim.lr_scheduler, name)(3, **options.get(name, {}))
