"""Every mistake against the same mistake made by hand, in formulas written out."""

from collections.abc import Callable

import numpy as np
import pytest

from chainrule import nn, optim
from chainrule.autograd.tensor import Tensor
from chainrule.explain.detective import MISTAKES, Mistake
from chainrule.explain.detective.graph import LossFunction
from chainrule.explain.detective.question import read_question
from chainrule.explain.detective.recomputation import Recomputation
from chainrule.explain.detective.scenario import make_scenario
from chainrule.operations.softmax import softmax
from explain.detective.by_hand import COUNT, LR, ByHand, example, sigmoid

TESTED: set[str] = set()
HAND = example()
RTOL = 1e-11  # both in float64; the operations differ in the order of their sums


def find(name: str) -> Mistake:
    TESTED.add(name)
    return next(mistake for mistake in MISTAKES if mistake.name == name)


def computed(
    name: str,
    where: str,
    asked: str,
    model: nn.Module,
    loss: LossFunction,
    optimizer: optim.Optimizer | None,
    batches: list[tuple[np.ndarray, np.ndarray]],
) -> np.ndarray:
    """What the detective says comes out of one form of a mistake."""
    scenario = make_scenario(model, loss, optimizer, batches, read_question(asked))
    found = [v for v in find(name).variants(scenario) if where in v.where]
    assert len(found) == 1, [v.where for v in find(name).variants(scenario)]
    answer = Recomputation(scenario).answer((found[0].change,))
    assert answer is not None
    return answer


def updated_weights(h: ByHand) -> np.ndarray:
    return ((h.delta2 @ (h.W2 - LR * h.G2)) * h.slope1).T @ h.x


def without_bias(h: ByHand) -> np.ndarray:
    return ByHand(h.x, h.t, h.W1, 0 * h.b1, h.W2, h.b2).G1


def without_output_activation(h: ByHand) -> np.ndarray:
    return ((2 * (h.z2 - h.t) / COUNT @ h.W2) * h.slope1).T @ h.x


def slope_at_activation(h: ByHand) -> np.ndarray:
    slope = sigmoid(h.a1) * (1 - sigmoid(h.a1))
    return ((h.delta2 @ h.W2) * slope).T @ h.x


def last_sample(h: ByHand) -> np.ndarray:
    return np.outer(h.delta1[-1], h.x[-1])


def rounded(h: ByHand) -> np.ndarray:
    z1 = np.round(h.x @ h.W1.T + h.b1, 3)
    a1 = np.round(sigmoid(z1), 3)
    z2 = np.round(a1 @ h.W2.T + h.b2, 3)
    a2 = np.round(sigmoid(z2), 3)
    error = np.round(2 * (a2 - h.t) / COUNT, 3)
    delta2 = np.round(error * a2 * (1 - a2), 3)
    error1 = np.round(delta2 @ h.W2, 3)
    return np.round(error1 * a1 * (1 - a1), 3).T @ h.x


G1 = "gradient 0.weight"
GRADIENTS: list[tuple[str, str, Callable[[ByHand], np.ndarray]]] = [
    ("updated weights in the hidden gradient", "", updated_weights),
    ("missing activation derivative", "layer 1", lambda h: (h.delta2 @ h.W2).T @ h.x),
    ("missing activation derivative", "all", lambda h: (h.error @ h.W2).T @ h.x),
    ("wrong sign", "", lambda h: -h.G1),
    ("sum for mean", "all 6", lambda h: 6 * h.G1),
    ("sum for mean", "3 samples", lambda h: 3 * h.G1),
    ("sum for mean", "2 outputs", lambda h: 2 * h.G1),
    ("½ of the squared error", "put in", lambda h: h.G1 / 2),
    ("factor 2 of the squared error's derivative", "missing", lambda h: h.G1 / 2),
    ("1/N missing in the gradient", "N = 6", lambda h: 6 * h.G1),
    ("1/N twice in the gradient", "N = 3", lambda h: h.G1 / 3),
    ("forgotten bias", "layer 0", without_bias),
    ("forgotten activation", "layer 3", without_output_activation),
    ("derivative taken at the activation", "layer 1", slope_at_activation),
    (
        "z(1 − z) for a(1 − a)",
        "layer 1",
        lambda h: ((h.delta2 @ h.W2) * h.z1 * (1 - h.z1)).T @ h.x,
    ),
    ("weight matrix the wrong way round", "", lambda h: ((h.delta2 @ h.W2.T) * h.slope1).T @ h.x),
    (
        "missing weight in the hidden error",
        "",
        lambda h: (h.delta2.sum(1, keepdims=True) * h.slope1).T @ h.x,
    ),
    ("missing input in the weight's gradient", "layer 0", lambda h: h.delta1.T @ np.ones((3, 2))),
    (
        "hidden error from one output only",
        "output 1",
        lambda h: ((h.delta2[:, 1:] @ h.W2[1:]) * h.slope1).T @ h.x,
    ),
    ("gradient of the last sample only", "1/N", last_sample),
    ("gradient of the last sample only", "times", lambda h: 3 * last_sample(h)),
    ("intermediate results rounded", "3 decimals", rounded),
    ("number of steps", "too many", lambda h: h.after().G1),
]


@pytest.mark.parametrize(("name", "where", "formula"), GRADIENTS)
def test_the_gradient_is_that_of_the_mistake_made_by_hand(
    name: str, where: str, formula: Callable[[ByHand], np.ndarray]
) -> None:
    model = HAND.model()
    batches = [(HAND.x, HAND.t)]
    value = computed(name, where, G1, model, nn.MSELoss(), HAND.optimizer(model), batches)
    assert not np.allclose(value, HAND.G1, rtol=1e-6)
    np.testing.assert_allclose(value, formula(HAND), rtol=RTOL)


AFTER_A_STEP: list[tuple[str, str, Callable[[ByHand], float]]] = [
    ("learning rate off by a power of ten", "η = 5", lambda h: h.after(5.0).loss),
    ("learning rate off by a power of ten", "η = 0.005", lambda h: h.after(0.005).loss),
    ("learning rate left out", "", lambda h: h.after(1.0).loss),
    ("wrong sign", "", lambda h: h.after(-LR).loss),
    ("bias not updated", "", lambda h: h.after(biases=False).loss),
    ("layer not updated", "layer 0", lambda h: h.after(layers="2").loss),
    ("number of steps", "too few", lambda h: h.loss),
    ("number of steps", "too many", lambda h: h.after().after().loss),
    ("sum for mean", "all 6", lambda h: 6 * h.after(6 * LR).loss),
    ("1/N missing in the gradient", "N = 6", lambda h: h.after(6 * LR).loss),
    ("½ of the squared error", "put in", lambda h: h.after(LR / 2).loss / 2),
]


@pytest.mark.parametrize(("name", "where", "formula"), AFTER_A_STEP)
def test_the_loss_after_a_step_is_that_of_the_mistake_made_by_hand(
    name: str, where: str, formula: Callable[[ByHand], float]
) -> None:
    model = HAND.model()
    batches = [(HAND.x, HAND.t)]
    scenario = make_scenario(
        model, nn.MSELoss(), HAND.optimizer(model), batches, read_question("loss")
    )
    # "η = 5" is part of "η = 50": the whole text counts where there is one like it.
    forms = list(find(name).variants(scenario))
    forms.sort(key=lambda v: (v.where != where, where not in v.where))
    value = Recomputation(scenario).answer((forms[0].change,))
    assert value == pytest.approx(formula(HAND), rel=RTOL)


def test_biases_that_should_stay_are_updated() -> None:
    model = HAND.model()
    weights = optim.SGD([model[0].weight, model[2].weight], lr=LR)
    value = computed("bias updated", "", "loss", model, nn.MSELoss(), weights, [(HAND.x, HAND.t)])
    assert value == pytest.approx(HAND.after().loss, rel=RTOL)


def half_summed(output: Tensor, target: Tensor) -> Tensor:
    return ((output - target) ** 2).sum() / 2


SUMMED: list[tuple[str, str, float, float]] = [
    ("mean for sum", "all 6", 1 / 6, 1 / 6),
    ("mean for sum", "3 samples", 1 / 3, 1 / 3),
    ("½ of the squared error", "left out", 2.0, 2.0),
    ("factor 2 of the squared error's derivative", "is there", 2.0, 1.0),
]


@pytest.mark.parametrize(("name", "where", "gradient_factor", "loss_factor"), SUMMED)
def test_factors_of_the_halved_sum(
    name: str, where: str, gradient_factor: float, loss_factor: float
) -> None:
    model = HAND.model()
    rest = (model, half_summed, HAND.optimizer(model), [(HAND.x, HAND.t)])
    gradient = computed(name, where, G1, *rest)
    # The gradient of the mean is that of the halved sum divided by 3.
    np.testing.assert_allclose(gradient, gradient_factor * 3 * HAND.G1, rtol=RTOL)
    loss = computed(name, where, "loss", *rest)
    by_hand = loss_factor * 3 * HAND.after(3 * gradient_factor * LR).loss
    assert loss == pytest.approx(by_hand, rel=RTOL)


def test_row_and_column_swapped_is_the_other_weight() -> None:
    model = HAND.model()
    rest = (model, nn.MSELoss(), HAND.optimizer(model), [(HAND.x, HAND.t)])
    value = computed("row and column swapped", "[1,0]", "gradient 0.weight[0,1]", *rest)
    assert value == pytest.approx(HAND.G1[1, 0], rel=RTOL)


# Several steps: the mistake made in a real training loop.

Loop = Callable[[nn.Module, optim.Optimizer, list[tuple[Tensor, Tensor]]], None]


def without_zero_grad(
    model: nn.Module, optimizer: optim.Optimizer, batches: list[tuple[Tensor, Tensor]]
) -> None:
    for x, t in batches:
        nn.MSELoss()(model(x), t).backward()
        optimizer.step()


def old_gradient(
    model: nn.Module, optimizer: optim.Optimizer, batches: list[tuple[Tensor, Tensor]]
) -> None:
    before: list[Tensor] = []
    for x, t in batches:
        optimizer.zero_grad()
        nn.MSELoss()(model(x), t).backward()
        now = [parameter.grad for parameter in model.parameters()]
        for parameter, gradient in zip(model.parameters(), before or now, strict=True):
            parameter.grad = gradient
        optimizer.step()
        before = now


def old_data(
    model: nn.Module, optimizer: optim.Optimizer, batches: list[tuple[Tensor, Tensor]]
) -> None:
    for x, t in [batches[0], *batches[:-1]]:
        optimizer.zero_grad()
        nn.MSELoss()(model(x), t).backward()
        optimizer.step()


@pytest.mark.parametrize(
    ("name", "where", "loop"),
    [
        ("zero_grad() forgotten", "", without_zero_grad),
        ("gradient of the previous batch", "then", old_gradient),
        ("gradient of the previous batch", "data", old_data),
    ],
)
def test_several_steps_end_where_the_wrong_loop_ends(name: str, where: str, loop: Loop) -> None:
    examples = [example(seed) for seed in range(3)]
    arrays = [(h.x, h.t) for h in examples]
    model = HAND.model()
    value = computed(
        name, where, "weight 0.weight", model, nn.MSELoss(), HAND.optimizer(model), arrays
    )
    loop(model, HAND.optimizer(model), [(as_tensor(x), as_tensor(t)) for x, t in arrays])
    np.testing.assert_allclose(value, model[0].weight.array, rtol=RTOL)


def as_tensor(array: np.ndarray) -> Tensor:
    tensor = Tensor([0.0])
    tensor.array = array
    return tensor


# Outputs that are probabilities.


def one_layer(rng: np.random.Generator, *after: nn.Module) -> tuple[nn.Module, np.ndarray]:
    model = nn.Sequential(nn.Linear(2, 3), *after).double()
    x = rng.normal(size=(4, 2))
    return model, x


LABELS = np.array([0, 2, 1, 1])
ONE_HOT = np.eye(3)[LABELS]


def weight_gradient(
    name: str, where: str, model: nn.Module, loss: LossFunction, x: np.ndarray, t: np.ndarray
) -> np.ndarray:
    return computed(name, where, G1, model, loss, None, [(x, t)])


def test_softmax_applied_twice() -> None:
    model, x = one_layer(np.random.default_rng(1))
    value = weight_gradient("softmax applied twice", "", model, nn.CrossEntropyLoss(), x, LABELS)
    p = softmax(x @ model[0].weight.array.T + model[0].bias.array, 1)
    error = (softmax(p, 1) - ONE_HOT) / 4
    delta = p * (error - (error * p).sum(1, keepdims=True))
    np.testing.assert_allclose(value, delta.T @ x, rtol=RTOL)


def test_softmax_derivative_of_the_diagonal_only() -> None:
    model, x = one_layer(np.random.default_rng(2), nn.Softmax(1))
    name = "softmax derivative p(1 − p) only"
    value = weight_gradient(name, "", model, nn.MSELoss(), x, ONE_HOT)
    p = softmax(x @ model[0].weight.array.T + model[0].bias.array, 1)
    np.testing.assert_allclose(value, (2 * (p - ONE_HOT) / 12 * p * (1 - p)).T @ x, rtol=RTOL)


def test_activation_derivative_twice() -> None:
    model, x = one_layer(np.random.default_rng(3))
    name = "activation derivative twice"
    scores = x @ model[0].weight.array.T + model[0].bias.array
    p = softmax(scores, 1)
    value = weight_gradient(name, "", model, nn.CrossEntropyLoss(), x, LABELS)
    np.testing.assert_allclose(value, ((p - ONE_HOT) / 4 * p * (1 - p)).T @ x, rtol=RTOL)
    p = sigmoid(scores)
    value = weight_gradient(name, "", model, nn.BCEWithLogitsLoss(), x, ONE_HOT)
    np.testing.assert_allclose(value, ((p - ONE_HOT) / 12 * p * (1 - p)).T @ x, rtol=RTOL)


@pytest.mark.parametrize("with_logits", [True, False])
def test_second_half_of_binary_cross_entropy(with_logits: bool) -> None:
    after = () if with_logits else (nn.Sigmoid(),)
    model, x = one_layer(np.random.default_rng(4), *after)
    loss = nn.BCEWithLogitsLoss() if with_logits else nn.BCELoss()
    name = "second half of the binary cross-entropy left out"
    p = sigmoid(x @ model[0].weight.array.T + model[0].bias.array)
    value = weight_gradient(name, "", model, loss, x, ONE_HOT)
    np.testing.assert_allclose(value, (-ONE_HOT * (1 - p) / 12).T @ x, rtol=RTOL)


@pytest.mark.parametrize(("base", "logarithm"), [(10, np.log10), (2, np.log2)])
def test_logarithm_to_another_base(
    base: int, logarithm: Callable[[np.ndarray], np.ndarray]
) -> None:
    model, x = one_layer(np.random.default_rng(5))
    optimizer = optim.SGD(model.parameters(), lr=LR)
    W, b = model[0].weight.array, model[0].bias.array
    delta = (softmax(x @ W.T + b, 1) - ONE_HOT) / 4
    for where, factor in [("in the loss", 1.0), ("in loss and", 1 / np.log(base))]:
        value = computed(
            "logarithm to another base", f"base {base} {where}", "loss", model,
            nn.CrossEntropyLoss(), optimizer, [(x, LABELS)],
        )  # fmt: skip
        rate = LR * factor
        p = softmax(x @ (W - rate * delta.T @ x).T + b - rate * delta.sum(0), 1)
        by_hand = -logarithm(p[np.arange(4), LABELS]).mean()
        assert value == pytest.approx(by_hand, rel=RTOL)


def test_every_mistake_is_made_by_hand_here_or_beside() -> None:
    from explain.detective.test_optimizer_mistakes import NAMES

    names = {name for name, *_ in [*GRADIENTS, *AFTER_A_STEP, *SUMMED]}
    assert {mistake.name for mistake in MISTAKES} - names - NAMES == {
        "bias updated",
        "row and column swapped",
        "zero_grad() forgotten",
        "gradient of the previous batch",
        "softmax applied twice",
        "softmax derivative p(1 − p) only",
        "activation derivative twice",
        "second half of the binary cross-entropy left out",
        "logarithm to another base",
    }
