"""Activations as functions and modules: how they are made, printed, checked, changed in place."""

import copy
import inspect
from typing import Any

import numpy as np
import pytest
import torch

from chainrule import nn
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import no_grad
from chainrule.autograd.tensor import Tensor
from chainrule.errors import (
    ChainruleWarning,
    InPlaceError,
    InvalidArgument,
    InvalidIndex,
    InvalidShape,
    InvalidType,
)
from chainrule.nn import functional
from chainrule.nn.activations import ACTIVATION_MODULES, MADE_FROM_RECORDS
from chainrule.nn.functional_activations import ACTIVATION_FUNCTIONS
from chainrule.operations.activations import ACTIVATIONS

RECORDS = [record for record in ACTIVATIONS if record.module_name is not None]
INPLACE = [record for record in RECORDS if record.has_inplace]
NEEDED = {"threshold": (0.5, -1.0)}
"""Options of activations that have no defaults for them."""


def numbers() -> Tensor:
    """A leaf with numbers on both sides of every kink."""
    return wrap(np.linspace(-8, 8, 33) + 0.1).requires_grad_()


# Printing


REPRS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    *[(name, NEEDED.get(name.lower(), ()), {}) for name in ACTIVATION_MODULES if name != "Step"],
    *[
        (str(record.module_name), NEEDED.get(record.name, ()), {"inplace": True})
        for record in INPLACE
        if record.name not in ("hardsigmoid", "hardswish")
    ],
    ("LeakyReLU", (0.2,), {}),
    ("Hardtanh", (-2, 2.5), {}),
    ("Softplus", (2,), {"threshold": 5}),
    ("Softshrink", (1,), {}),
    ("GELU", ("tanh",), {}),
    ("PReLU", (3,), {}),
    ("GLU", (1,), {}),
    ("Softmax", (), {}),
    ("Softmax", (1,), {}),
    ("LogSoftmax", (-1,), {}),
    ("Softmin", (0,), {}),
    ("Softmax2d", (), {}),
]


@pytest.mark.parametrize(("name", "arguments", "options"), REPRS, ids=str)
def test_repr_is_that_of_pytorch(
    name: str, arguments: tuple[Any, ...], options: dict[str, Any]
) -> None:
    ours = getattr(nn, name)(*arguments, **options)
    assert repr(ours) == repr(getattr(torch.nn, name)(*arguments, **options))


@pytest.mark.parametrize("name", ["Hardsigmoid", "Hardswish"])
def test_repr_tells_of_inplace_also_where_pytorch_forgets_to(name: str) -> None:
    assert repr(getattr(nn, name)(inplace=True)) == f"{name}(inplace=True)"
    assert repr(getattr(torch.nn, name)(inplace=True)) == f"{name}()"


# Signatures and help


def test_signatures_show_the_options() -> None:
    assert str(inspect.signature(nn.ELU)) == "(alpha: float = 1.0, inplace: bool = False)"
    assert list(inspect.signature(nn.ELU.__init__).parameters) == ["self", "alpha", "inplace"]
    assert str(inspect.signature(nn.Sigmoid)) == "()"
    signature = inspect.signature(functional.elu)
    assert list(signature.parameters) == ["input", "alpha", "inplace"]
    assert signature.return_annotation is Tensor


@pytest.mark.parametrize("record", RECORDS, ids=repr)
def test_help_explains_every_option(record: Any) -> None:
    function = ACTIVATION_FUNCTIONS[record.name]
    module = MADE_FROM_RECORDS[record.module_name]
    for made in (function, module):
        for name in inspect.signature(made).parameters:
            assert f"    {name}: " in made.__doc__
        assert record.source in made.__doc__
        assert made.__doc__.splitlines()[0] == record.value.__doc__.splitlines()[0]
        assert "np.array" not in made.__doc__  # the example is one on arrays


def test_what_is_made_says_where_it_is_found() -> None:
    for function in ACTIVATION_FUNCTIONS.values():
        assert function.__module__ == "chainrule.nn.functional"
        assert getattr(functional, function.__qualname__) is function
    for module in MADE_FROM_RECORDS.values():
        assert module.__module__ == "chainrule.nn"
        assert getattr(nn, module.__qualname__) is module


def test_swish_is_found_in_the_help_of_silu() -> None:
    assert "Swish" in nn.SiLU.__doc__
    assert "Swish" in functional.silu.__doc__


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: functional.threshold(Tensor([1.0])), r"^threshold\(\): missing .* 'threshold'"),
        (lambda: functional.relu(Tensor([1.0]), slope=1), r"^relu\(\): .*'slope'"),
        (lambda: nn.Threshold(0.5), r"^Threshold\(\): missing .* 'value'"),
        (lambda: nn.Sigmoid(inplace=True), r"^Sigmoid\(\): .*'inplace'"),
        (lambda: nn.ELU(1.0, False, 3), r"^ELU\(\): too many"),
    ],
)
def test_wrong_arguments_are_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


# Options


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("Softplus", {"beta": 0.0}, r"softplus got an option .*beta=0\.0 must be positive"),
        ("Softplus", {"beta": -1.0}, r"beta=-1\.0 must be positive"),
        ("Hardtanh", {"min_val": 2.0}, r"hardtanh .*min_val=2\.0 must be below max_val=1\.0"),
        ("Softshrink", {"lambd": -0.5}, r"softshrink .*lambd=-0\.5 must not be negative"),
        ("CELU", {"alpha": 0.0}, r"celu .*alpha must not be 0"),
    ],
)
def test_options_out_of_range_are_refused(name: str, options: dict, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        getattr(nn, name)(**options)
    with pytest.raises(InvalidArgument, match=message):
        getattr(functional, name.lower())(Tensor([1.0]), **options)


def test_gelu_has_two_forms_and_refuses_a_third() -> None:
    x = Tensor([-1.0, 2.0])
    assert functional.gelu(x, "tanh").tolist() != functional.gelu(x).tolist()
    for call in (lambda: functional.gelu(x, "Tanh"), lambda: nn.GELU("Tanh")):
        with pytest.raises(InvalidArgument, match=r"approximate='Tanh': pass 'none' or 'tanh'"):
            call()


def test_options_are_given_by_position_name_or_default() -> None:
    x = Tensor([-2.0, 4.0])
    for y in (
        functional.leaky_relu(x, 0.5),
        functional.leaky_relu(x, negative_slope=0.5),
        functional.leaky_relu(input=x, negative_slope=0.5),
        nn.LeakyReLU(0.5)(x),
        nn.LeakyReLU(negative_slope=0.5)(x),
    ):
        assert y.tolist() == [-1, 4]
    assert functional.leaky_relu(x).tolist() == nn.LeakyReLU()(x).tolist()
    assert functional.leaky_relu(x).tolist() == pytest.approx([-0.02, 4])


def test_an_option_changed_later_counts() -> None:
    module = nn.LeakyReLU()
    module.negative_slope = 0.5
    assert module(Tensor([-2.0])).tolist() == [-1]
    assert repr(module) == "LeakyReLU(negative_slope=0.5)"


def test_modules_can_be_copied_and_extended() -> None:
    assert repr(copy.deepcopy(nn.ELU(0.5, inplace=True))) == "ELU(alpha=0.5, inplace=True)"

    class Gentle(nn.ELU):
        def __init__(self, share: float) -> None:
            super().__init__(alpha=share / 2)

    assert str(inspect.signature(Gentle)) == "(share: float) -> None"
    assert repr(Gentle(1.0)) == "Gentle(alpha=0.5)"


# In place


@pytest.mark.parametrize("record", INPLACE, ids=repr)
def test_in_place_the_input_takes_over_the_result(record: Any) -> None:
    function, options = ACTIVATION_FUNCTIONS[record.name], NEEDED.get(record.name, ())
    module = MADE_FROM_RECORDS[record.module_name](*options, inplace=True)
    expected_leaf = numbers()
    expected = function(expected_leaf * 1.5, *options)
    (expected * expected).sum().backward()
    for change in (lambda x: function(x, *options, inplace=True), module):
        leaf = numbers()
        x = leaf * 1.5
        assert change(x) is x
        np.testing.assert_array_equal(x.array, expected.array)
        (x * x).sum().backward()
        np.testing.assert_allclose(leaf.grad.array, expected_leaf.grad.array, rtol=1e-14)


def test_in_place_on_a_leaf_is_refused_unless_nothing_is_recorded() -> None:
    x = numbers()
    before = x.array.copy()
    with pytest.raises(InPlaceError, match="relu_ would change a leaf"):
        functional.relu(x, inplace=True)
    np.testing.assert_array_equal(x.array, before)
    memory = x.array
    with no_grad():
        functional.relu(x, inplace=True)
    assert x.array is memory
    assert x.array.min() == 0


# Kinds of numbers


@pytest.mark.parametrize("record", [*RECORDS, *[r for r in ACTIVATIONS if r.module_name is None]])
def test_integers_are_treated_as_the_record_says(record: Any) -> None:
    name = "gelu" if record.name == "gelu_tanh" else record.name
    options = ("tanh",) if record.name == "gelu_tanh" else NEEDED.get(name, ())
    x = wrap(np.array([-2, 0, 3]))
    if record.integers == "refused":
        with pytest.raises(InvalidType, match=f"{name}.* needs floating-point numbers, got int64"):
            getattr(functional, name)(x, *options)
        return
    y = getattr(functional, name)(x, *options)
    assert y.dtype == (np.int64 if record.integers == "kept" else np.float32)
    reference = getattr(torch.nn.functional, name, None)
    if reference is not None:
        expected = reference(torch.tensor([-2, 0, 3])).numpy()
        assert y.dtype == expected.dtype
        np.testing.assert_allclose(y.array, expected, rtol=1e-6)


def test_truth_values_are_converted_or_refused() -> None:
    truth = wrap(np.array([False, True]))
    assert functional.sigmoid(truth).tolist() == pytest.approx([0.5, 0.7310586])
    with pytest.raises(InvalidType, match="relu needs floating-point numbers, got bool"):
        functional.relu(truth)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: functional.softmax(x, 0),
        lambda x: functional.log_softmax(x, 0),
        lambda x: functional.softmin(x, 0),
        lambda x: functional.glu(x),
        lambda x: functional.prelu(x, Tensor([0.25])),
        nn.Softmax(0),
    ],
)
def test_functions_written_by_hand_refuse_integers(call: Any) -> None:
    with pytest.raises(InvalidType, match=r"needs floating-point numbers, got int64.*\.float\(\)"):
        call(wrap(np.array([1, 2])))


# PReLU, GLU and the softmax family


def test_prelu_starts_at_a_quarter_and_learns() -> None:
    module = nn.PReLU(3)
    assert module.weight.tolist() == [0.25] * 3
    module(Tensor([[-1.0, -2.0, 5.0]])).sum().backward()
    assert module.weight.grad.tolist() == [-1, -2, 0]
    assert list(module.state_dict()) == ["weight"]


def test_prelu_takes_a_first_value_and_a_dtype() -> None:
    module = nn.PReLU(2, init=0.1, dtype=np.float64)
    assert module.weight.tolist() == [0.1, 0.1]
    with no_grad():
        module.weight.array[:] = 9
    module.reset_parameters()
    assert module.weight.tolist() == [0.1, 0.1]


def test_prelu_refuses_no_slopes_another_device_and_other_channels() -> None:
    with pytest.raises(InvalidArgument, match="PReLU got num_parameters=0"):
        nn.PReLU(0)
    with pytest.raises(InvalidArgument, match="no device 'cuda'"):
        nn.PReLU(device="cuda")
    with pytest.raises(InvalidShape, match=r"weight of shape \(2,\) for input of shape \(4, 3\)"):
        nn.PReLU(2)(Tensor(np.ones((4, 3))))


def test_softmax2d_goes_over_the_channels() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    module = nn.Softmax2d()
    np.testing.assert_allclose(module(wrap(x)).array.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_array_equal(module(wrap(x[0])).array, module(wrap(x)).array[0])
    with pytest.raises(InvalidShape, match=r"Softmax2d got input of shape \(4, 5\)"):
        module(wrap(x[0, 0]))


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4), (2, 3, 4, 5), (1, 2, 3, 2, 2)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_without_dim_the_axis_is_pytorchs_with_a_warning(name: str, shape: tuple[int, ...]) -> None:
    x = np.asarray(np.random.default_rng(1).normal(size=shape))
    with pytest.warns(UserWarning, match="Implicit dimension choice"):
        expected = getattr(torch.nn.functional, name)(torch.from_numpy(x.copy()))
    chosen = 0 if x.ndim in (0, 1, 3) else 1
    with pytest.warns(ChainruleWarning, match=rf"^{name} was called .* takes dim={chosen}") as said:
        y = getattr(functional, name)(wrap(x))
    assert said[0].filename == __file__
    np.testing.assert_allclose(y.array, expected.numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_dtype_converts_the_scores_first_and_passes_gradients(name: str) -> None:
    function = getattr(functional, name)
    whole = wrap(np.array([1, 2, 4]))
    np.testing.assert_array_equal(
        function(whole, 0, dtype=np.float64).array, function(wrap(np.array([1.0, 2, 4])), 0).array
    )
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = function(x, 0, dtype=np.float64)
    assert y.dtype == np.float64
    y.backward(wrap(np.array([1.0, 0.0])))
    assert x.grad.dtype == np.float32


def test_an_axis_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidIndex, match="log_softmax got dim 1 for a tensor of 1 axes"):
        nn.LogSoftmax(1)(Tensor([1.0, 2.0]))
