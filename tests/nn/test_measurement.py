"""Measurement: one run of a model, with everything as it was afterwards."""

import pytest

import chainrule as torch
from chainrule import nn
from chainrule.autograd.modes import state
from chainrule.nn.costs import Cost
from chainrule.nn.measurement import in_evaluation, measure
from chainrule.randomness import default_generator


class Residual(nn.Module):
    """Adds its input to what a layer makes of it."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.layer = nn.Linear(size, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layer(x)


def test_operations_belong_to_the_module_whose_forward_applies_them() -> None:
    run = measure(nn.Sequential(Residual(4)), torch.zeros(1, 4))
    assert run.costs == {"0.layer": Cost(16, 16, 16), "0": Cost(4, 16, 16)}


def test_output_shapes_leave_out_the_batch() -> None:
    run = measure(nn.Sequential(nn.Conv2d(1, 3, 3), nn.Flatten()), torch.zeros(2, 1, 5, 5))
    assert run.output_shapes == {"0": (3, 3, 3), "1": (27,), "": (27,)}


def test_a_shared_module_costs_as_often_as_it_is_called() -> None:
    layer = nn.Linear(4, 4)
    run = measure(nn.Sequential(layer, layer, layer), torch.zeros(1, 4))
    assert run.costs["0"].multiply_adds == 3 * 16


def test_the_model_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    model[0].eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    counter = default_generator.counter
    measure(model, torch.zeros(1, 3))
    assert [module.training for module in model] == [False, True, True]
    assert all((tensor == before[name]).all() for name, tensor in model.state_dict().items())
    assert default_generator.counter == counter
    assert not any(module._forward_hooks for module in model.modules())


def test_a_run_that_fails_leaves_no_hooks_and_no_tracer() -> None:
    model = nn.Sequential(nn.Linear(3, 3))
    with pytest.raises(ValueError, match="expected 3"):
        measure(model, torch.zeros(1, 4))
    assert model.training
    assert state.tracer is None
    assert not model._forward_hooks


def test_a_module_may_look_at_numbers() -> None:
    class Looks(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * 2 if x.sum().item() == 0 else x

    assert measure(Looks(), torch.zeros(1, 4)).costs[""].multiply_adds == 4 + 4


def test_evaluation_lasts_for_the_block() -> None:
    model = nn.Sequential(nn.Dropout(0.5))
    with in_evaluation(model):
        assert not model[0].training
    assert model[0].training
