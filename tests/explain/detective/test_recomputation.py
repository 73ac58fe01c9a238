"""Without mistakes, the recomputation is what the library's own training loop gives."""

import copy

import numpy as np
import pytest

from chainrule import manual_seed, nn, optim
from chainrule.autograd.graph import wrap
from chainrule.errors import GradientError, InvalidArgument, InvalidType
from chainrule.explain.detective import MISTAKES
from chainrule.explain.detective.question import read_question
from chainrule.explain.detective.recomputation import Recomputation
from chainrule.explain.detective.scenario import make_scenario
from explain.detective.planted_cases import MAKERS, Case

RTOL = 1e-12  # the same operations in the same order


def convolutional(rng: np.random.Generator) -> Case:
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8, 3)
    ).double()
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    batches = [(rng.normal(size=(2, 1, 6, 6)), rng.integers(0, 3, 2)) for _ in range(2)]
    return Case(model, nn.CrossEntropyLoss(), optimizer, batches, "")


def normalised(rng: np.random.Generator) -> Case:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1)).double()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    batches = [(rng.normal(size=(5, 3)), rng.normal(size=(5, 1))) for _ in range(2)]
    return Case(model, nn.MSELoss(), optimizer, batches, "")


@pytest.mark.parametrize("maker", [*MAKERS, convolutional, normalised])
def test_gradients_weights_and_losses_are_those_of_training(maker) -> None:
    manual_seed(0)
    case: Case = maker(np.random.default_rng(0))
    twin = copy.deepcopy(case)
    batches = [(wrap(x), wrap(t)) for x, t in twin.batches]
    gradients: dict[str, np.ndarray] = {}
    for x, t in batches:
        twin.optimizer.zero_grad()
        twin.loss(twin.model(x), t).backward()
        gradients = {path: p.grad.array.copy() for path, p in twin.model.named_parameters()}
        twin.optimizer.step()
    for path, parameter in twin.model.named_parameters():
        for asked, expected in [("gradient", gradients[path]), ("weight", parameter.array)]:
            case.asked = f"{asked} {path}"
            np.testing.assert_allclose(
                Recomputation(case.scenario()).answer(), expected, rtol=RTOL, atol=1e-16
            )
    case.asked = "loss"
    after = twin.loss(twin.model(batches[-1][0]), batches[-1][1]).item()
    assert Recomputation(case.scenario()).answer() == pytest.approx(after, rel=RTOL)
    case.asked = "output"
    np.testing.assert_allclose(
        Recomputation(case.scenario()).answer(), twin.model(batches[-1][0]).array, rtol=RTOL
    )


@pytest.mark.parametrize("maker", [*MAKERS, convolutional, normalised])
def test_mistakes_leave_model_optimizer_and_batches_as_they_are(maker) -> None:
    case: Case = maker(np.random.default_rng(1))
    case.asked = "loss"
    before = copy.deepcopy(case)
    scenario = case.scenario()
    recomputation = Recomputation(scenario)
    for mistake in MISTAKES:
        for variant in mistake.variants(scenario):
            recomputation.answer((variant.change,))
    for one, other in zip(case.model.parameters(), before.model.parameters(), strict=True):
        np.testing.assert_array_equal(one.array, other.array)
        assert one.grad is None
    for one, other in zip(case.model.buffers(), before.model.buffers(), strict=True):
        np.testing.assert_array_equal(one.array, other.array)
    assert all(
        not entry or set(entry) <= {"step", "sum"} for entry in case.optimizer.state.values()
    )
    for one, other in zip(case.batches, before.batches, strict=True):
        np.testing.assert_array_equal(one[0], other[0])


def test_an_optimizer_that_has_taken_steps_goes_on_from_there() -> None:
    model = nn.Linear(2, 1).double()
    adam = optim.Adam(model.parameters(), lr=0.1)
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(3, 2)), rng.normal(size=(3, 1))
    for _ in range(2):
        adam.zero_grad()
        nn.MSELoss()(model(wrap(x)), wrap(t)).backward()
        adam.step()
    scenario = make_scenario(model, nn.MSELoss(), adam, [(x, t)], read_question("weight weight"))
    answer = Recomputation(scenario).answer()
    adam.zero_grad()
    nn.MSELoss()(model(wrap(x)), wrap(t)).backward()
    adam.step()
    np.testing.assert_allclose(answer, model.weight.array, rtol=RTOL)


def test_a_parameter_shared_by_two_layers_is_updated_once_it_is_complete() -> None:
    layer = nn.Linear(2, 2).double()
    model = nn.Sequential(layer, nn.Tanh(), layer)
    rng = np.random.default_rng(0)
    batch = (rng.normal(size=(3, 2)), rng.normal(size=(3, 2)))
    sgd = optim.SGD(model.parameters(), lr=0.1)
    scenario = make_scenario(model, nn.MSELoss(), sgd, [batch], read_question("weight 0.weight"))
    recomputation = Recomputation(scenario)
    updated = next(m for m in MISTAKES if m.name.startswith("updated weights"))
    [variant] = updated.variants(scenario)
    # Its gradient is complete only in the first layer, through which no error goes on.
    np.testing.assert_allclose(
        recomputation.answer((variant.change,)), recomputation.answer(), rtol=RTOL
    )


def test_a_model_that_the_loss_does_not_depend_on_is_refused() -> None:
    model = nn.Linear(1, 1).double()
    with pytest.raises(GradientError, match="does not depend on the network's parameters"):
        make_scenario(
            model, lambda _, target: target.sum(), None, [([[1.0]], [[1.0]])],
            read_question("gradient weight"),
        )  # fmt: skip


def test_a_loss_of_several_numbers_is_refused() -> None:
    model = nn.Linear(1, 1).double()
    with pytest.raises(GradientError, match=r"one number, got shape \(2, 1\)"):
        make_scenario(
            model, nn.MSELoss(reduction="none"), None, [([[1.0], [2.0]], [[1.0], [0.0]])],
            read_question("gradient weight"),
        )  # fmt: skip


def test_steps_without_an_optimizer_are_refused() -> None:
    model = nn.Linear(1, 1).double()
    with pytest.raises(InvalidArgument, match="needs an optimizer"):
        make_scenario(model, nn.MSELoss(), None, [([[1.0]], [[1.0]])], read_question("loss"))


def test_an_optimizer_of_another_model_is_refused() -> None:
    sgd = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
    with pytest.raises(InvalidArgument, match="none of the model's parameters"):
        make_scenario(
            nn.Linear(1, 1), nn.MSELoss(), sgd, [([[1.0]], [[1.0]])], read_question("loss")
        )


def test_an_optimizer_without_a_rule_is_refused() -> None:
    class Own(optim.Optimizer):
        pass

    model = nn.Linear(1, 1)
    with pytest.raises(InvalidType, match="Own has no update rule"):
        make_scenario(
            model, nn.MSELoss(), Own(model.parameters(), {}), [([[1.0]], [[1.0]])],
            read_question("loss"),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("batches", "steps", "words"), [([], None, "at least one batch"), ([(0, 0)], -1, "steps=-1")]
)
def test_a_run_of_nothing_is_refused(batches: list, steps: int | None, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        make_scenario(nn.Linear(1, 1), nn.MSELoss(), None, batches, read_question("loss"), steps)


def test_a_gradient_of_no_step_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="steps=0"):
        make_scenario(
            nn.Linear(1, 1), nn.MSELoss(), None, [(0, 0)], read_question("gradient weight"), 0
        )


def test_a_batch_of_words_is_refused() -> None:
    with pytest.raises(InvalidType, match="pass tensors, arrays or lists"):
        make_scenario(
            nn.Linear(1, 1), nn.MSELoss(), None, [("a", "b")], read_question("gradient weight")
        )
