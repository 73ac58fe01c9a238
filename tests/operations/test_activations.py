"""Activations: extremes, digits that a careless formula loses, and what the records promise."""

import inspect

import numpy as np
import pytest
import torch
from scipy import integrate
from torch.nn import functional

from chainrule.operations.activations import ACTIVATIONS, Activation
from chainrule.operations.activations.celu import celu, celu_backward
from chainrule.operations.activations.gelu import gelu, gelu_tanh
from chainrule.operations.activations.logsigmoid import logsigmoid
from chainrule.operations.activations.selu import selu
from chainrule.operations.activations.sigmoid import sigmoid
from chainrule.operations.activations.silu import silu
from chainrule.operations.activations.softplus import softplus
from chainrule.operations.activations.step import step

EXTREMES = [0.0, 1e-30, 1.0, 17.0, 88.0, 89.0, 104.0, 710.0, 1e4]  # exp(89) overflows in float32
NUMBERS = np.linspace(-30, 30, 601)


def all_curves() -> list[tuple[Activation, tuple[float, ...]]]:
    """Every activation with each set of options its record has an example of."""
    curves = []
    for record in ACTIVATIONS:
        parameters = inspect.signature(record.value).parameters
        defaults = {name: parameters[name].default for name in record.option_names}
        given = {tuple({**defaults, **example.options}.values()) for example in record.examples}
        curves += [(record, options) for options in sorted(given)]
    return curves


@pytest.mark.parametrize(("record", "options"), all_curves(), ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_and_gradient_stay_finite_at_extremes(
    record: Activation, options: tuple[float, ...], dtype: type
) -> None:
    x = np.array([*EXTREMES, *(-number for number in EXTREMES)], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = record.value(x, *options)
        assert np.isfinite(y).all()
        assert y.dtype == dtype
        if record.is_differentiable:
            gradient = record.differentiate(0, np.ones_like(x), (x,), y, (), options)
            assert np.isfinite(gradient).all()
            assert gradient.dtype == dtype


@pytest.mark.parametrize("record", ACTIVATIONS, ids=repr)
def test_every_option_is_explained_and_the_source_named(record: Activation) -> None:
    assert tuple(record.option_help) == record.option_names
    assert record.source


@pytest.mark.parametrize(("record", "options"), all_curves(), ids=str)
def test_kinks_are_just_where_value_or_slope_jumps(
    record: Activation, options: tuple[float, ...]
) -> None:
    step_size = 1e-3
    x = np.arange(-8, 8, step_size) + step_size / 2
    curves = [record.value(x, *options)]
    if record.is_differentiable:
        slopes = record.differentiate(0, np.ones_like(x), (x,), curves[0], (), options)
        curves.append(slopes)
    # The steepest curve rises by 1.6e-3 within a step; the smallest jump is 0.1.
    jumps = {
        round(float(place), 9)
        for curve in curves
        for place in x[:-1][np.abs(np.diff(curve)) > 0.05] + step_size / 2
    }
    declared = [kink for kink in record.kinks_for(options) if abs(kink) < 8]
    assert sorted(jumps) == pytest.approx(sorted(declared), abs=step_size)


WITH_SLOPES = [
    (record, options)
    for record, options in all_curves()
    if record.is_differentiable and hasattr(functional, record.name)
]


@pytest.mark.parametrize(("record", "options"), WITH_SLOPES, ids=str)
def test_at_zero_and_at_kinks_pytorch_takes_the_same_side(
    record: Activation, options: tuple[float, ...]
) -> None:
    x = np.array([0.0, -0.0, *record.kinks_for(options)])
    y = record.value(x, *options)
    gradient = record.differentiate(0, np.ones_like(x), (x,), y, (), options)
    reference = torch.tensor(x, requires_grad=True)
    expected = getattr(functional, record.name)(reference, *options)
    expected.sum().backward()
    tolerance = 1e-7 if record.name == "hardsigmoid" else 1e-14  # PyTorch's 1/6 is a float32
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-14)
    np.testing.assert_allclose(gradient, reference.grad.numpy(), rtol=tolerance)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "relu6"])
def test_derivative_reads_the_output_alone(name: str) -> None:
    [record] = [record for record in ACTIVATIONS if record.name == name]
    assert record.reads == (("gradient", "y"),)


# Truth in closed form: (function, numbers, result), at which rounding would eat a careless formula.
DIGITS = [
    pytest.param(softplus, -40.0, np.exp(-40.0), id="softplus"),
    pytest.param(logsigmoid, 40.0, -np.exp(-40.0), id="logsigmoid"),
    pytest.param(logsigmoid, -1e4, -1e4, id="logsigmoid far below"),
    pytest.param(sigmoid, -80.0, np.exp(-80.0), id="sigmoid"),
    pytest.param(selu, -1e-12, -1.0507009873554805 * 1.6732632423543772 * 1e-12, id="selu"),
    pytest.param(celu, -1e-12, -1e-12, id="celu"),
]


@pytest.mark.parametrize(("function", "x", "expected"), DIGITS)
def test_small_results_keep_their_digits(function: object, x: float, expected: float) -> None:
    # 1 + exp(-40) is 1 in float64, so log(1 + exp(-40)) would be 0. Here a few roundings remain.
    assert float(function(np.array(x))) == pytest.approx(expected, rel=1e-11)


def test_reflections() -> None:
    x = NUMBERS
    np.testing.assert_allclose(sigmoid(-x), 1 - sigmoid(x), atol=1e-15)
    np.testing.assert_allclose(
        softplus(x) - softplus(-x), x, atol=1e-8
    )  # from 20 on it is x itself
    np.testing.assert_allclose(logsigmoid(x), -softplus(-x), atol=3e-9)
    np.testing.assert_allclose(gelu(x) - gelu(-x), x, atol=1e-13)
    np.testing.assert_allclose(silu(x) - silu(-x), x, atol=1e-13)


def test_selu_keeps_mean_zero_and_variance_one() -> None:
    def moment(power: int) -> float:
        def weighted(z: float) -> float:
            density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
            return float(selu(np.array(z))) ** power * density

        return sum(integrate.quad(weighted, *ends)[0] for ends in ((-12, 0), (0, 12)))

    assert moment(1) == pytest.approx(0, abs=1e-8)  # quad's error estimate is near 1e-9
    assert moment(2) == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("alpha", [0.1, 1.0, 7.0])
def test_celu_has_slope_one_at_zero_for_any_alpha(alpha: float) -> None:
    below = celu_backward(np.array(1.0), np.array(-1e-12), alpha)
    assert float(below) == pytest.approx(1, abs=1e-10)


def test_silu_is_lowest_where_its_docstring_says() -> None:
    x = np.linspace(-3, 0, 300_001)
    y = silu(x)
    assert x[y.argmin()] == pytest.approx(-1.278, abs=5e-4)
    assert y.min() == pytest.approx(-0.278, abs=5e-4)


def test_gelu_forms_differ_by_less_than_half_a_thousandth() -> None:
    np.testing.assert_allclose(gelu(NUMBERS), gelu_tanh(NUMBERS), atol=5e-4)


def test_step_answers_in_the_kind_of_its_input() -> None:
    for dtype in (np.float32, np.float64, np.int64):
        y = step(np.array([-2, 0, 3], dtype))
        assert y.tolist() == [0, 1, 1]
        assert y.dtype == dtype


def test_step_of_not_a_number_is_none() -> None:
    assert np.isnan(step(np.array([np.nan]))).all()
    assert step(np.array([-np.inf, -0.0, np.inf])).tolist() == [0, 1, 1]


def test_a_record_explains_only_options_it_has() -> None:
    def square(x: np.ndarray, scale: float = 1.0) -> np.ndarray:
        return scale * x * x

    with pytest.raises(TypeError, match=r"square: option_help explains 'slope', which is none of"):
        Activation("square", None, square, None, option_help={"slope": "Of what?"})
