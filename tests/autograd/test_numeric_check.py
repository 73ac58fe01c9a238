"""The gradient check passes what is right, finds what is wrong and leaves nothing changed."""

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.autograd import check_gradient, gradcheck
from chainrule.autograd.graph import apply
from chainrule.autograd.numeric_check import Comparison, GradientReport
from chainrule.errors import GradientError, InvalidArgument, InvalidType
from chainrule.operations.operation import Elementwise, Example


def double(*shape: int, seed: int = 0) -> chainrule.Tensor:
    """Random numbers in float64."""
    return chainrule.from_numpy(np.asarray(np.random.default_rng(seed).normal(size=shape)))


def wrong_square(factor: float) -> object:
    """A square whose derivative is off by a factor at its second element."""

    def square(x: np.ndarray) -> np.ndarray:
        return x * x

    def square_backward(gradient: np.ndarray, x: np.ndarray) -> np.ndarray:
        result = 2 * x * gradient
        result.reshape(-1)[1:2] *= factor
        return result

    record = Elementwise("square", square, (square_backward,), examples=(Example(((2,),)),))
    return lambda x: apply(record, (x,))


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda x: (x * x).sum(), [(2, 3)]),
        (lambda x: x.exp(), [(2, 3)]),
        (lambda x, y: x @ y, [(2, 3), (3, 4)]),
        (lambda x, y: (x * y, x + y), [(3,), (3,)]),
        (lambda x: x.softmax(1).log(), [(3, 4)]),
        (lambda x: x.sum() * 1e6, [(5,)]),
        (lambda x: (x * 1e-9).sum(), [(5,)]),
        (lambda x: x * 2, [()]),
        (lambda x: x * 2, [(0, 3)]),
        (lambda x, unused: x * 2 + 0 * unused.detach(), [(2,), (2,)]),
    ],
)
@pytest.mark.parametrize("num_directions", [None, 3])
def test_correct_gradients_pass(
    function: object, shapes: list[tuple[int, ...]], num_directions: int | None
) -> None:
    inputs = [double(*shape, seed=i) for i, shape in enumerate(shapes)]
    report = check_gradient(function, inputs, num_directions=num_directions)
    assert report
    assert "agrees with" in str(report)


@pytest.mark.parametrize("factor", [0.0, -1.0, 1.0001, 1.00001])
def test_a_wrong_derivative_is_found_and_located(factor: float) -> None:
    x = chainrule.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=chainrule.float64)
    with pytest.raises(GradientError, match=r"(?s)DIFFERS.*: 3 of 4.*input 0 at \[0, 1\]") as e:
        check_gradient(wrong_square(factor), x)
    assert "finite differences" in str(e.value)
    report = check_gradient(wrong_square(factor), x, raise_on_failure=False)
    assert not report
    worst = report.worst
    assert worst is not None
    assert worst.index == (0, 1)
    assert worst.analytic == pytest.approx(worst.numeric * factor, rel=1e-6, abs=1e-9)
    expected = abs(1 - factor) / max(1, abs(factor))
    assert worst.relative_error == pytest.approx(expected, rel=1e-3)


def test_a_wrong_derivative_is_found_in_a_random_direction() -> None:
    x = double(1000)
    assert check_gradient(lambda x: x * x, x, num_directions=2)
    report = check_gradient(wrong_square(0.0), x, num_directions=2, raise_on_failure=False)
    assert not report.passed
    assert len(report.comparisons) == 2
    assert "in a random direction" in str(report)


def test_the_second_input_is_named() -> None:
    function = wrong_square(0.5)
    with pytest.raises(GradientError, match=r"(?s)0: 2 of 2.*1: 1 of 2.*input 1 at \[1\]"):
        check_gradient(lambda x, y: x + function(y), [double(2), double(2, seed=1)])  # type: ignore[operator]


def test_a_gradient_that_is_missing_counts_as_zero() -> None:
    with pytest.raises(GradientError, match=r"backward\(\) gives 0, "):
        check_gradient(lambda x, y: x * y.detach(), [double(2), double(2, seed=1)])


def test_a_value_that_is_not_finite_fails() -> None:
    with pytest.raises(GradientError, match="DIFFERS"):
        check_gradient(lambda x: x.log().sum(), chainrule.zeros(1, dtype=chainrule.float64))


def test_points_at_a_kink_are_told_apart() -> None:
    x = chainrule.tensor([-1.0, 0.0, 1.0], dtype=chainrule.float64)
    report = check_gradient(lambda x: x.relu().sum(), x)
    assert report.num_kinks == 1
    assert "1 of them at a kink" in str(report)


# Modules and parameters


def test_parameters_of_a_module_are_checked_by_name() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    report = check_gradient(network, double(5, 3))
    names = {comparison.name for comparison in report.comparisons}
    assert names == {"input 0", "0.weight", "0.bias", "2.weight", "2.bias"}
    assert len(report.comparisons) == 15 + 12 + 4 + 8 + 2


def test_parameters_can_be_given() -> None:
    weight = double(3).requires_grad_()
    report = check_gradient(lambda: (weight * weight).sum(), [], parameters=[weight])
    assert report.worst is not None
    assert report.worst.name == "parameter 0"


def test_nothing_is_left_changed() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5)).double()
    x = double(6, 3).requires_grad_()
    chainrule.manual_seed(3)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = chainrule.randomness.default_generator.state_dict()
    numbers = x.tolist()
    check_gradient(network, x)
    assert chainrule.randomness.default_generator.state_dict() == state
    assert all(value.equal(before[name]) for name, value in network.state_dict().items())
    assert x.tolist() == numbers
    assert x.grad is None
    assert all(parameter.grad is None for parameter in network.parameters())


def test_labels_are_handed_over_as_they_are() -> None:
    labels = chainrule.tensor([0, 2])
    report = check_gradient(nn.CrossEntropyLoss(), [double(2, 3), labels])
    assert {comparison.name for comparison in report.comparisons} == {"input 0"}


# What is refused


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: check_gradient(lambda x, y: x * y, [double(2), chainrule.ones(2)]),
            InvalidType,
            r"float32 for input 1.*\.double\(\)",
        ),
        (
            lambda: check_gradient(nn.Linear(2, 2), double(1, 2)),
            InvalidType,
            "float32 for weight",
        ),
        (lambda: check_gradient(lambda: double(1), []), InvalidArgument, "no floating-point"),
        (lambda: check_gradient(lambda x: x.detach(), double(2)), GradientError, "detached"),
        (lambda: check_gradient(lambda x: x, double(2), step=0.0), InvalidArgument, "step 0.0"),
    ],
)
def test_what_cannot_be_checked_is_refused(call: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        call()  # type: ignore[operator]


# PyTorch's name for it


def test_gradcheck_answers_as_pytorchs() -> None:
    assert gradcheck(lambda x: x * x, double(3)) is True
    assert gradcheck(wrong_square(0.5), double(3), raise_exception=False) is False
    with pytest.raises(GradientError, match="DIFFERS"):
        gradcheck(wrong_square(0.5), double(3))


def test_gradcheck_takes_a_looser_tolerance() -> None:
    assert gradcheck(wrong_square(1.5), double(3), rtol=0.6)


# The report itself


def test_an_empty_report_passes_and_has_no_worst() -> None:
    report = GradientReport((), 1e-6)
    assert report.passed
    assert report.worst is None


def test_relative_error_of_two_zeros_is_zero() -> None:
    assert Comparison("input 0", (0,), 0.0, 0.0, 1e-9).relative_error == 0.0
