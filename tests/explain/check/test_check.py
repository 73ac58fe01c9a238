"""Each usual mistake in a gradient is recognised, and none where there is none."""

from collections.abc import Callable

import numpy as np
import pytest

import chainrule
from chainrule import Tensor, nn
from chainrule.autograd.graph import apply
from chainrule.errors import GradientError, InvalidType
from chainrule.explain import check_gradient
from chainrule.operations.operation import Operation

Derivative = Callable[..., np.ndarray]


def normal(*shape: int, seed: int = 0) -> Tensor:
    return chainrule.from_numpy(np.random.default_rng(seed).normal(size=shape))


def product(
    x_derivative: Derivative | None = None, weight_derivative: Derivative | None = None
) -> Callable[[Tensor, Tensor], Tensor]:
    """y = x W^T with one derivative of another's making."""

    def right_x(gradient: np.ndarray, weight: np.ndarray) -> np.ndarray:
        return gradient @ weight

    def right_weight(gradient: np.ndarray, x: np.ndarray) -> np.ndarray:
        return gradient.T @ x

    record = Operation(
        "product",
        lambda x, weight: x @ weight.T,
        (x_derivative or right_x, weight_derivative or right_weight),
        lambda x, weight: (x[0], weight[0]),
    )
    return lambda x, weight: apply(record, (x, weight))


def cube(derivative: Derivative) -> Callable[[Tensor], Tensor]:
    record = Operation("cube", lambda x: x**3, (derivative,), lambda x: x)
    return lambda x: apply(record, (x,))


def mean_of_squares(derivative: Derivative) -> Callable[[Tensor], Tensor]:
    record = Operation("mean_of_squares", lambda x: (x * x).mean(), (derivative,), lambda _: ())
    return lambda x: apply(record, (x,))


def overwritten(gradient: np.ndarray, x: np.ndarray, places: np.ndarray) -> np.ndarray:
    result = np.zeros_like(x)
    result[places] = gradient  # not added up where a place comes twice
    return result


TAKE = Operation("take", lambda x, places: x[places], (overwritten, None), lambda _, places: places)
SWAPPED = Operation(
    "mul",
    lambda x, y: x * y,
    (lambda gradient, x: gradient * x, lambda gradient, y: gradient * y),
    lambda x, _: x,
)


Case = tuple[Callable[..., Tensor], list[tuple[int, ...]], str]
WRONG: dict[str, Case] = {
    "a factor 2 is missing": (
        cube(lambda gradient, x: gradient * 1.5 * x**2),
        [(2, 3)],
        "every derivative of input 0 is 1/2 of what it should be: a factor 2 is missing, and 2 is",
    ),
    "twice": (
        cube(lambda gradient, x: gradient * 6 * x**2),
        [(4, 3)],
        "every derivative of input 0 is twice what it should be: a factor 1/2 is missing",
    ),
    "sign": (
        cube(lambda gradient, x: gradient * -3 * x**2),
        [(4, 3)],
        "the negative of what it should be: a sign is turned",
    ),
    "mean or sum": (
        mean_of_squares(lambda gradient, x: gradient * 2 * x),
        [(7, 3)],
        "21 times what it should be.*21 is the number of elements of input 0.*mean and a sum",
    ),
    "batch size": (
        product(weight_derivative=lambda gradient, x: gradient.T @ x / len(x)),
        [(17, 3), (4, 3)],
        "derivative of input 1 is 0.05882 of.*17 is the length of axis 0 of input 0",
    ),
    "odd factor": (
        cube(lambda gradient, x: gradient * 3.7 * x**2),
        [(5, 3)],
        r"1\.233 times what it should be: a factor 0\.8108 is missing",
    ),
    "transposed": (
        product(weight_derivative=lambda gradient, x: x.T @ gradient),
        [(5, 3), (3, 3)],
        "the gradient of input 1 is transposed",
    ),
    "transposed and reshaped": (
        product(weight_derivative=lambda gradient, x: (x.T @ gradient).reshape(4, 3)),
        [(5, 3), (4, 3)],
        "the gradient of input 1 is transposed",
    ),
    "reversed": (
        product(weight_derivative=lambda gradient, x: (gradient.T @ x)[:, ::-1]),
        [(5, 3), (4, 3)],
        "the gradient of input 1 is in reverse order along axis 1",
    ),
    "zero": (
        product(weight_derivative=lambda weight: np.zeros_like(weight)),
        [(5, 3), (4, 3)],
        "no gradient reaches input 1",
    ),
    "detached": (lambda x, y: x * y.detach(), [(3,), (3,)], "no gradient reaches input 1"),
    "another input's": (
        lambda x, y: apply(SWAPPED, (x, y)),
        [(4, 3), (4, 3)],
        "the gradient of input 0 arrived at input 1: the order of the derivatives",
    ),
    "multiplicand": (
        cube(lambda gradient, x: gradient * 3 * x),
        [(4, 3)],
        "the derivatives of input 0 miss a factor: the numbers of input 0",
    ),
    "multiplicand too often": (
        cube(lambda gradient, x: gradient * 3 * x**3),
        [(4, 3)],
        "the derivatives of input 0 have too often a factor: the numbers of input 0",
    ),
    "masked": (
        cube(lambda gradient, x: gradient * 3 * x**2 * (x > 0)),
        [(4, 3)],
        r"\d of 12 derivatives of input 0 are 0 and should not be.*overwritten.*or masked out",
    ),
    "overwritten": (
        lambda x: apply(TAKE, (x, chainrule.tensor([0, 1, 1, 2]))),
        [(3,)],
        r"only some derivatives of input 0 are wrong, all at \[1\]",
    ),
    "by axis": (
        product(
            weight_derivative=lambda gradient, x: gradient.T @ x * np.array([[1.0], [2.0], [5.0]])
        ),
        [(5, 4), (3, 4)],
        r"a factor for each index of axis 0 \(1, 2, 5\)",
    ),
    "one row": (
        product(
            weight_derivative=lambda gradient, x: gradient.T @ x + np.array([[0.0], [0.3], [0.0]])
        ),
        [(5, 4), (3, 4)],
        r"only some derivatives of input 1 are wrong, all at \[1, :\]",
    ),
    "kink": (  # a tent narrower than the step
        lambda x: (1 - (x - normal(1, seed=10) + 5e-7).abs() * 1e6).relu() + x,
        [(1,)],
        "a kink or a jump of the function lies within 7e-06 of input 0",
    ),
    "float32": (
        lambda x: (x.float() ** 3).double(),
        [(4, 3)],
        "cast gives float32 numbers, in which a nudge is lost: keep float64",
    ),
    "not finite": (lambda x: (x * 0).log() + x, [(3,)], "not finite at input 0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_usual_mistake_is_recognised(name: str) -> None:
    function, shapes, words = WRONG[name]
    inputs = [normal(*shape, seed=seed) for seed, shape in enumerate(shapes, start=10)]
    with pytest.raises(GradientError, match=f"(?s)DIFFERS.*Likely reason: .*{words}"):
        check_gradient(function, inputs)
    diagnosis = check_gradient(function, inputs, raise_on_failure=False)
    assert not diagnosis
    wrong_tensors = {c.name for c in diagnosis.comparisons if not c.agrees}
    assert 1 <= len(diagnosis.reasons) <= len(wrong_tensors)


def test_a_random_function_is_recognised() -> None:
    random = np.random.default_rng(0)

    def dropout(x: Tensor) -> Tensor:
        return x * chainrule.from_numpy(random.random(x.shape) > 0.5)

    diagnosis = check_gradient(dropout, normal(4), raise_on_failure=False)
    assert len(diagnosis.reasons) == 1
    assert "the function is random" in diagnosis.reasons[0]
    assert check_gradient(nn.Dropout(0.5), normal(4))


def test_a_difference_without_a_pattern_has_no_made_up_reason() -> None:
    odd = np.random.default_rng(5).normal(size=(4, 3))
    function = product(weight_derivative=lambda gradient, x: gradient.T @ x + odd)
    diagnosis = check_gradient(function, [normal(5, 3), normal(4, 3)], raise_on_failure=False)
    assert diagnosis.reasons == ()
    assert "Likely reason: unknown" in str(diagnosis)


def test_the_bottom_of_a_parabola_is_no_kink() -> None:
    """There the slopes to both sides differ by 200 %, on any scale."""
    parabola = Operation(
        "parabola", lambda x: x * x, (lambda gradient, x: gradient * (2 * x + 1),), lambda x: x
    )
    x = chainrule.zeros(3, dtype=chainrule.float64)
    diagnosis = check_gradient(lambda x: apply(parabola, (x,)), x, raise_on_failure=False)
    assert not diagnosis
    assert "kink" not in str(diagnosis)


def test_a_constant_factor_is_seen_in_random_directions() -> None:
    function = cube(lambda gradient, x: gradient * 6 * x**2)
    diagnosis = check_gradient(function, normal(50, 3), num_directions=3, raise_on_failure=False)
    assert "twice" in diagnosis.reasons[0]


def test_what_is_right_has_no_reason() -> None:
    diagnosis = check_gradient(product(), [normal(5, 3), normal(4, 3)])
    assert diagnosis
    assert diagnosis.reasons == ()
    assert "Likely reason" not in str(diagnosis)
    assert diagnosis.to_dict()["verdict"] == "agrees"


def test_the_worst_derivative_is_reported_with_both_values() -> None:
    function = cube(lambda gradient, x: gradient * 6 * x**2)
    worst = check_gradient(function, normal(4), raise_on_failure=False).to_dict()["worst"]
    assert isinstance(worst, dict)
    assert worst["name"] == "input 0"
    assert worst["analytic"] == pytest.approx(2 * worst["numeric"], rel=1e-6)
    assert worst["relative_error"] == pytest.approx(0.5, rel=1e-5)
    assert not worst["agrees"]


def test_modules_are_checked_by_parameter() -> None:
    class Halved(nn.Linear):
        def forward(self, input: Tensor) -> Tensor:
            return product(weight_derivative=lambda gradient, x: gradient.T @ x / 2)(
                input, self.weight
            )

    diagnosis = check_gradient(Halved(3, 4).double(), normal(5, 3), raise_on_failure=False)
    assert diagnosis.reasons == (
        "every derivative of weight is 1/2 of what it should be: a factor 2 is missing.",
    )


def test_nothing_is_left_changed() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).double()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    wrong = cube(lambda gradient: gradient)
    diagnosis = check_gradient(
        lambda x: wrong(network(x)),
        normal(6, 3),
        parameters=network.parameters(),
        raise_on_failure=False,
    )
    assert not diagnosis
    # The function is no module, so running statistics are its own business; parameters are not.
    for name, parameter in network.named_parameters():
        assert parameter.equal(before[name])
        assert parameter.grad is None


def test_the_package_hands_out_this_check() -> None:
    assert chainrule.check_gradient is check_gradient
    with pytest.raises(InvalidType, match="float64"):
        chainrule.check_gradient(nn.Linear(2, 2), normal(1, 2))
