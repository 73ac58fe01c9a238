"""What optimisers refuse, and what they say."""

from typing import Any

import pytest

from chainrule import optim, tensor
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType, StateMismatch


def leaf() -> Tensor:
    return Tensor([1.0], requires_grad=True)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ([], InvalidArgument, "empty list"),
        (leaf(), InvalidType, "got Tensor"),
        ({leaf()}, InvalidType, "got set"),
        ({"params": [leaf()]}, InvalidType, "got dict"),
        (leaf, InvalidType, r"got function.*model.parameters\(\)"),
        ([leaf(), 3.0], InvalidType, "parameter 1 is a float"),
        ([leaf(), leaf() * 2], InvalidArgument, "parameter 1 was computed"),
        ([("a", leaf()), leaf()], InvalidArgument, "all named"),
        ([{"params": [leaf()]}, {"lr": 0.1}], InvalidType, "must be a dictionary with 'params'"),
    ],
)
def test_wrong_parameters_are_refused(parameters: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        optim.SGD(parameters)


def test_integer_parameters_are_refused() -> None:
    counts = tensor([1, 2, 3])
    with pytest.raises(InvalidType, match="int64"):
        optim.SGD([counts])


def test_a_parameter_given_twice_is_refused() -> None:
    weight = leaf()
    with pytest.raises(InvalidArgument, match="parameter 1 appears more than once"):
        optim.SGD([weight, weight])
    with pytest.raises(InvalidArgument, match="parameter 0 appears more than once"):
        optim.SGD([{"params": [weight]}, {"params": [weight]}])


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("SGD", {"lr": -1.0}, "lr=-1.0 must be at least 0"),
        ("SGD", {"lr": float("nan")}, "lr=nan"),
        ("SGD", {"momentum": -0.1}, "momentum"),
        ("SGD", {"weight_decay": -0.1}, "weight_decay"),
        ("SGD", {"nesterov": True}, "momentum=0"),
        ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "dampening=0.1"),
        ("RMSprop", {"alpha": -1}, "alpha"),
        ("RMSprop", {"eps": -1}, "eps"),
        ("Adagrad", {"lr_decay": -1}, "lr_decay"),
        ("Adagrad", {"initial_accumulator_value": -1}, "initial_accumulator_value"),
        ("Adam", {"betas": (1.0, 0.9)}, "beta1=1.0"),
        ("Adam", {"betas": (0.9, -0.1)}, "beta2=-0.1"),
        ("AdamW", {"weight_decay": -1}, "weight_decay"),
        ("AdamW", {"eps": -1}, "eps"),
    ],
)
def test_options_out_of_range_are_refused(name: str, options: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        getattr(optim, name)([leaf()], **options)


def test_options_of_the_wrong_kind_are_refused() -> None:
    with pytest.raises(InvalidType, match="lr must be a number, got str"):
        optim.SGD([leaf()], lr="0.1")
    with pytest.raises(InvalidType, match="two numbers"):
        optim.Adam([leaf()], betas=0.9)


def test_a_gradient_of_another_shape_is_refused() -> None:
    weight = leaf()
    weight.grad = Tensor([1.0, 2.0])
    with pytest.raises(InvalidShape, match=r"shape \(1,\) has a gradient of shape \(2,\)"):
        optim.SGD([weight]).step()


def test_state_of_other_groups_is_refused() -> None:
    saved = optim.Adam([leaf()]).state_dict()
    with pytest.raises(StateMismatch, match=r"groups of \[1\] parameters.*\[2\]"):
        optim.Adam([leaf(), leaf()]).load_state_dict(saved)


def test_state_of_another_shape_is_refused() -> None:
    weight = leaf()
    weight.grad = Tensor([1.0])
    optimizer = optim.Adam([weight])
    optimizer.step()
    wider = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(StateMismatch, match="exp_avg of parameter 0 has shape"):
        optim.Adam([wider]).load_state_dict(optimizer.state_dict())


def test_state_of_an_unknown_parameter_is_refused() -> None:
    optimizer = optim.Adam([leaf()])
    saved = optimizer.state_dict()
    saved["state"] = {7: {}}
    with pytest.raises(StateMismatch, match="parameter 7"):
        optimizer.load_state_dict(saved)
