"""Derivations add up: at every level, to the gradient, beside every witness."""

import time
from collections.abc import Callable

import numpy as np
import pytest

import chainrule
from chainrule import Tensor, nn
from chainrule.autograd.graph import apply
from chainrule.errors import (
    GradientError,
    InPlaceError,
    InvalidArgument,
    InvalidIndex,
    InvalidType,
)
from chainrule.explain import explain, explain_batch
from chainrule.operations.operation import Elementwise
from explain.derivation.networks import (
    NETWORKS,
    Batch,
    batch_norm,
    branches,
    build,
    dense,
    normal,
    shared,
    two_two_one,
)

WEIGHTS = 204


def random_weight(model, random: np.random.Generator) -> tuple[str, tuple[int, ...]]:
    named = dict(model.named_parameters())
    name = str(random.choice(list(named)))
    index = tuple(int(random.integers(length)) for length in named[name].shape)
    return name, index


def test_derivations_of_random_weights_add_up_at_every_level() -> None:
    worst = worst_level = 0.0
    for number in range(WEIGHTS):
        model, loss_function, inputs, target = build(NETWORKS[number % len(NETWORKS)], number)
        random = np.random.default_rng(number)
        name, index = random_weight(model, random)
        loss = loss_function(model(inputs), target)
        derivation = explain(
            loss,
            f"{name}{list(index)}",
            model=model,
            terms=int(random.integers(1, 5)),
            equations=int(random.integers(1, 25)),
        )
        loss.backward()
        gradient = float(dict(model.named_parameters())[name].grad.array[index])
        assert derivation.gradient == gradient
        worst = max(worst, abs(derivation.total - gradient), derivation.relative_difference)
        for equation in derivation.equations:
            difference = abs(equation.total - equation.gradient)
            worst_level = max(worst_level, difference, equation.relative_difference)
        assert derivation.adds_up
        assert derivation.numeric is not None
        assert derivation.numeric.agrees, str(derivation.numeric)
    print(f"{WEIGHTS} weights: worst difference {worst:.1e}, at any level {worst_level:.1e}")
    assert worst < 1e-10
    assert worst_level < 1e-10


# By hand


# With L = (y - 1)^2: dL/dy = -1, times sigmoid'(0) = 1/4, times the weight 2 or -1, times
# sigmoid'(0) = 1/4 or sigmoid'(ln 3) = 3/16, times the input 2 or 1.
@pytest.mark.parametrize(
    ("name", "factors", "gradient"),
    [
        ("0.weight[0, 0]", (2, 1 / 4, 2, 1 / 4, -1, 1), -1 / 4),
        ("0.weight[0, 1]", (1, 1 / 4, 2, 1 / 4, -1, 1), -1 / 8),
        ("0.weight[1, 0]", (2, 3 / 16, -1, 1 / 4, -1, 1), 3 / 32),
        ("0.bias[1]", (1, 3 / 16, -1, 1 / 4, -1, 1), 3 / 64),
        ("2.weight[0, 1]", (3 / 4, 1 / 4, -1, 1), -3 / 16),
        ("2.bias[0]", (1, 1 / 4, -1, 1), -1 / 4),
    ],
)
def test_a_network_computed_on_paper(
    name: str, factors: tuple[float, ...], gradient: float
) -> None:
    model, inputs, target = two_two_one()
    derivation = explain(nn.MSELoss()(model(inputs), target), name, model=model)
    np.testing.assert_allclose(derivation.main_chain, factors, rtol=1e-14)
    assert derivation.is_one_path
    assert derivation.gradient == pytest.approx(gradient, rel=1e-14)
    assert derivation.total == pytest.approx(gradient, rel=1e-14)
    assert derivation.loss == pytest.approx(1 / 4)


def test_factors_are_called_what_they_are() -> None:
    model, inputs, target = two_two_one()
    derivation = explain(nn.MSELoss()(model(inputs), target), "0.weight[1, 0]", model=model)
    symbols = [equation.terms[0].symbol for equation in derivation.equations]
    assert symbols == [
        "x[0, 0]",
        "sigmoid'(1.099)",
        "2.weight[0, 1]",
        "sigmoid'(0)",
        "mse_loss'(0.5, 1)",
        "mean'",
    ]


def test_the_right_one_of_equal_numbers_is_named() -> None:
    x = chainrule.from_numpy(np.full((3, 4), 0.5))
    w = normal(2, 4, seed=0).requires_grad_()
    derivation = explain((x @ w.t()).sum(), w, (1, 2))
    symbols = [term.symbol for term in derivation.equations[1].terms]
    assert symbols == ["a[0, 2]", "a[1, 2]", "a[2, 2]"]


def test_an_equal_number_that_is_not_multiplied_by_is_not_named() -> None:
    x = chainrule.tensor([1.5], dtype=chainrule.float64, requires_grad=True)
    target = chainrule.tensor([1.0], dtype=chainrule.float64)  # as large as 2 (x - target)
    derivation = explain(nn.functional.mse_loss(x, target), x)
    assert derivation.equations[0].terms[0].symbol == "mse_loss'(1.5, 1)"


# What is shown


def test_terms_left_out_are_one_rest_that_keeps_the_sum() -> None:
    w = normal(30, seed=3).requires_grad_()
    data = normal(8, 30, seed=4)
    derivation = explain(((data @ w) ** 2).sum(), w, 7, terms=3)
    (equation, *_) = derivation.equations
    assert len(equation.terms) == 3
    assert equation.rest is not None
    assert equation.rest.count == 5
    sizes = [abs(term.product) for term in equation.terms]
    assert sizes == sorted(sizes, reverse=True)
    expected = 2 * data.array[:, 7] * (data.array @ w.detach().array)
    np.testing.assert_allclose(sizes, np.sort(np.abs(expected))[::-1][:3], rtol=1e-12)
    assert equation.total == pytest.approx(expected.sum(), rel=1e-13)


def test_the_main_chain_reaches_the_loss_whatever_the_limit() -> None:
    model, loss_function, inputs, target = build(dense, 0)
    loss = loss_function(model(inputs), target)
    short = explain(loss, "0.weight[0, 0]", model=model, equations=1)
    assert short.path[-1] == "cross_entropy"
    assert len(short.equations) == len(short.path) - 1
    long = explain(loss, "0.weight[0, 0]", model=model, equations=40)
    assert len(long.equations) == 40
    assert long.equations[0].terms[0].target == short.equations[0].terms[0].target


def test_what_two_paths_share_is_derived_once() -> None:
    x = chainrule.tensor([0.5], dtype=chainrule.float64, requires_grad=True)
    middle = x.exp()
    derivation = explain((middle.sin() + middle.cos()).sum(), x, equations=50)
    names = [equation.name for equation in derivation.equations]
    assert len(names) == len(set(names))
    assert derivation.total == pytest.approx(np.exp(0.5) * (np.cos(y := np.exp(0.5)) - np.sin(y)))


def test_a_gradient_of_zero_is_followed_to_where_it_ends() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)).double()
    with chainrule.no_grad():
        model[0].bias.fill_(-10.0)
    loss = model(normal(3, 2, seed=0)).sum()
    derivation = explain(loss, "0.weight[0, 1]", model=model)
    assert derivation.gradient == 0
    assert derivation.path == ("0.weight", "0.linear", "1.relu", "2.linear", "sum")
    assert derivation.main_chain[1] == 0
    assert "nothing passes here" in derivation.to_text()
    assert derivation.adds_up


def test_a_derivative_without_a_slope_is_found_all_the_same() -> None:
    def value(x: np.ndarray) -> np.ndarray:
        return np.sign(x)

    def straight_through(gradient: np.ndarray) -> np.ndarray:
        return gradient

    record = Elementwise("sign_through", value, (straight_through,))
    x = normal(40, seed=0).requires_grad_()
    derivation = explain((apply(record, (x,)) * normal(40, seed=1)).sum(), x, 17)
    assert derivation.equations[0].terms[0].target == "sign_through[17]"
    assert derivation.adds_up
    assert derivation.numeric is not None
    assert not derivation.numeric.agrees


def test_an_operation_that_refuses_float64_is_explained_all_the_same() -> None:
    def value(x: np.ndarray) -> np.ndarray:
        if x.dtype != np.float32:
            raise TypeError("float32 only")
        return x * x

    record = Elementwise("strict_square", value, (lambda gradient, x: 2 * gradient * x,))
    x = normal(40, seed=0).float().requires_grad_()
    derivation = explain(apply(record, (x,)).sum(), x, 17)
    assert derivation.equations[0].terms[0].target == "strict_square[17]"
    assert derivation.gradient == pytest.approx(2 * float(x.array[17]))
    assert derivation.numeric is None


def test_dropout_keeps_its_mask() -> None:
    chainrule.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.5), nn.Linear(6, 2)).double()
    inputs, target = normal(5, 4, seed=1), normal(5, 2, seed=2)
    derivation = explain_batch(model, nn.MSELoss(), inputs, target, "0.weight[3, 2]")
    assert derivation.adds_up
    assert derivation.numeric is not None
    assert derivation.numeric.agrees
    assert derivation.pytorch is None  # it would draw another mask


def test_batch_norm_keeps_its_running_statistics() -> None:
    model, loss_function, inputs, target = build(batch_norm, 0)
    loss = loss_function(model(inputs), target)
    before = [buffer.array.copy() for buffer in model.buffers()]
    derivation = explain(loss, "0.weight[1, 1]", model=model)
    assert derivation.numeric is not None
    assert derivation.numeric.agrees
    for buffer, numbers in zip(model.buffers(), before, strict=True):
        np.testing.assert_array_equal(buffer.array, numbers)


def test_a_layer_of_many_outputs_takes_seconds() -> None:
    chainrule.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()
    ).double()
    loss = (model(normal(20, 1, 28, 28, seed=0)) ** 2).mean()  # 62,720 outputs of the convolution
    start = time.perf_counter()
    derivation = explain(loss, "0.weight[1, 0, 2, 1]", model=model)
    assert time.perf_counter() - start < 10
    assert derivation.worst_difference < 1e-10
    assert derivation.equations[0].rest is not None
    assert derivation.equations[0].rest.count > 10_000


def test_a_deep_graph_does_not_recurse() -> None:
    x = chainrule.tensor([0.1], dtype=chainrule.float64, requires_grad=True)
    y = x
    for _ in range(1500):
        y = y * 1.001
    derivation = explain(y.sum(), x)
    assert derivation.total == pytest.approx(1.001**1500)
    assert derivation.to_tree().count("\n") == len(derivation.equations)


def test_float32_adds_up_to_its_own_rounding() -> None:
    model, loss_function, inputs, target = build(dense, 0)
    loss = loss_function(model.float()(inputs.float()), target)
    derivation = explain(loss, "0.weight[0, 0]", model=model)
    assert derivation.adds_up
    assert derivation.worst_difference > 1e-12
    assert derivation.numeric is not None
    assert derivation.numeric.agrees


# What may be asked


def test_numbers_can_be_meant_in_every_way() -> None:
    model, loss_function, inputs, target = build(dense, 0)
    weight = model[0].weight
    loss = loss_function(model(inputs), target)
    expected = explain(loss, "0.weight[2, 1]", model=model)
    for other in (
        explain(loss, weight, (2, 1), model=model),
        explain(loss, weight[2, 1], model=model),
        explain(loss, weight[2][1], model=model),
        explain(loss, "0.weight[-7, -5]", model=model),
        explain(loss, "0.weight", (2, 1), model=model),
    ):
        assert other.to_dict() == expected.to_dict()
    assert explain(loss, weight, (2, 1)).gradient == expected.gradient
    assert explain(loss, weight, (2, 1)).name == "weight[2, 1]"


def test_a_single_number_needs_no_index() -> None:
    model, loss_function, inputs, target = build(branches, 0)
    loss = loss_function(model(inputs), target)
    assert explain(loss, "scale", model=model).name == "scale[0]"


def test_results_can_be_asked_for_by_the_names_shown() -> None:
    model, loss_function, inputs, target = build(dense, 0)
    hidden = model[0](inputs)
    loss = loss_function(model[1:](hidden), target)
    by_name = explain(loss, "0.linear[1, 2]", model=model)
    assert by_name.to_dict() == explain(loss, hidden, (1, 2), model=model).to_dict()
    assert by_name.gradient == pytest.approx(
        float(chainrule.autograd.grad(loss, hidden)[0].array[1, 2]), rel=1e-14
    )


def test_a_layer_used_twice_has_two_results() -> None:
    model, loss_function, inputs, target = build(shared, 0)
    loss = loss_function(model(inputs), target)
    derivation = explain(loss, "layer.weight[0, 1]", model=model, terms=20)
    targets = {term.target.split("[")[0] for term in derivation.equations[0].terms}
    assert targets == {"layer.linear", "layer.linear#2", "permute"}


def test_nothing_is_left_behind() -> None:
    model, loss_function, inputs, target = build(dense, 0)
    hidden = model[0](inputs)
    hidden.retain_grad()
    calls: list[Tensor] = []
    model[0].weight.register_hook(calls.append)
    loss = loss_function(model[1:](hidden), target)
    explain(loss, "0.weight[0, 0]", model=model)
    assert hidden.grad is None
    assert not calls
    assert all(parameter.grad is None for parameter in model.parameters())
    loss.backward()
    assert len(calls) == 1


def test_the_graph_may_have_been_walked_before() -> None:
    model, loss_function, inputs, target = build(dense, 0)
    loss = loss_function(model(inputs), target)
    loss.backward(retain_graph=True)
    gradient = model[0].weight.grad.array[2, 1]
    assert explain(loss, "0.weight[2, 1]", model=model).gradient == gradient


# Witnesses


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)
def test_pytorch_says_the_same(network: Callable[[int], Batch]) -> None:
    model, loss_function, inputs, target = build(network, 5)
    name = next(iter(dict(model.named_parameters())))
    index = [0] * dict(model.named_parameters())[name].ndim
    derivation = explain_batch(model, loss_function, inputs, target, f"{name}{index}")
    assert derivation.pytorch is not None
    assert derivation.pytorch == pytest.approx(derivation.gradient, rel=1e-9, abs=1e-14)
    assert "PyTorch" in derivation.to_text()


def test_pytorch_is_left_out_where_it_has_no_counterpart() -> None:
    model, _, inputs, target = build(dense, 0)
    for loss_function in (nn.functional.cross_entropy, lambda y, t: nn.CrossEntropyLoss()(y, t)):
        derivation = explain_batch(model, loss_function, inputs, target, "0.weight[0, 0]")
        assert derivation.pytorch is None


def test_a_kink_is_told() -> None:
    x = chainrule.tensor([0.0], dtype=chainrule.float64, requires_grad=True)
    text = explain(x.relu().sum(), x).to_text()
    assert "kink" in text


def test_a_changed_value_leaves_no_central_difference() -> None:
    x = normal(3, seed=0).requires_grad_()
    constant = normal(3, seed=1)
    loss = (x + constant).sum()
    constant.mul_(2.0)
    assert explain(loss, x, 0).numeric is None


# What is refused


def changed_in_place() -> None:
    w = normal(3, seed=0).requires_grad_()
    loss = (w * w).sum()
    with chainrule.no_grad():
        w.mul_(2.0)
    explain(loss, w, 0)


def freed() -> None:
    w = normal(3, seed=0).requires_grad_()
    loss = (w * w).sum()
    loss.backward()
    explain(loss, w, 0)


W = normal(3, 2, seed=0).requires_grad_()
OTHER = normal(3, seed=0).requires_grad_()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (freed, GradientError, r"backward\(\) has freed it.*retain_graph=True"),
        (changed_in_place, InPlaceError, "changed it in place"),
        (lambda: explain(W * 2, W, (0, 0)), GradientError, "single number"),
        (lambda: explain(W.detach().sum(), W, (0, 0)), GradientError, "does not require"),
        (lambda: explain((W * 2).sum(), OTHER, 0), GradientError, "does not depend on"),
        (lambda: explain((W * 2).sum(), OTHER[0]), GradientError, "does not depend on"),
        (lambda: explain((W * 2).sum(), W), InvalidIndex, r"got no index.*tensor\[0, 0\]"),
        (lambda: explain((W * 2).sum(), W, 1), InvalidIndex, r"got the index \[1\]"),
        (lambda: explain((W * 2).sum(), W, (3, 0)), InvalidIndex, r"no number at \[3, 0\]"),
        (lambda: explain((W * 2).sum(), "w[0, 0]"), InvalidArgument, "'w'.*Pass model="),
        (lambda: explain((W * 2).sum(), "tensor[a]"), InvalidArgument, "a name and an index"),
        (lambda: explain((W * 2).sum(), "tensor[0, 0]", 1), InvalidArgument, "an index in"),
        (lambda: explain((W * 2).sum(), 3), InvalidType, "int to differentiate by"),
        (lambda: explain((W * 2).sum(), W, (0, 0), terms=0), InvalidArgument, "terms=0"),
        (lambda: explain((W * 2).sum(), W, (0, 0), equations=0), InvalidArgument, "equations=0"),
    ],
)
def test_mistakes_are_named(call: Callable[[], object], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_a_name_that_is_none_gets_those_there_are() -> None:
    model, loss_function, inputs, target = build(batch_norm, 0)
    loss = loss_function(model(inputs), target)
    with pytest.raises(InvalidArgument, match=r"'7\.weight'.*0\.weight, 0\.bias.*2\.gelu"):
        explain(loss, "7.weight[0, 0]", model=model)
