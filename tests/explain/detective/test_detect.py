"""Verdicts: what the detective makes of right numbers, wrong ones, and too few digits."""

import json

import numpy as np
import pytest

from chainrule import nn, optim
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidShape
from chainrule.explain.detective import Change, Findings, Mistake, Variant, detect
from chainrule.explain.detective.examples import MAZUR
from chainrule.explain.detective.search import Hypothesis, coincidences
from explain.detective.by_hand import HALVED, ByHand, example, mazur

BATCH = ([[0.05, 0.10]], [[0.01, 0.99]])


def half_summed(output: Tensor, target: Tensor) -> Tensor:
    return 0.5 * ((output - target) ** 2).sum()


def ask(observed: object, asked: str = "loss", **options: object) -> Findings:
    """Ask about Mazur's network, whose biases stay."""
    model = MAZUR.model()
    weights = [p for path, p in model.named_parameters() if path.endswith("weight")]
    sgd = optim.SGD(weights, lr=0.5)
    return detect(model, half_summed, sgd, BATCH, observed, asked, **options)


def named(findings: Findings) -> list[str]:
    return [str(explanation) for explanation in findings.explanations]


def test_mazurs_published_loss_comes_from_updated_weights() -> None:
    findings = ask("0.291027924")
    assert findings.verdict == "explained"
    assert named(findings) == ["updated weights in the hidden gradient"]
    assert findings.explanations[0].digits == 9
    assert float(findings.explanations[0].value) == pytest.approx(0.29102792390544, abs=1e-14)
    assert float(findings.correct) == pytest.approx(0.291027773694, abs=5e-13)


def test_mazurs_loss_by_hand_is_the_published_one_with_updated_weights() -> None:
    right = mazur()
    wrong = right.delta2 @ (right.W2 - 0.5 * right.G2) * right.slope1
    after = ByHand(
        right.x, right.t, right.W1 - 0.5 * wrong.T @ right.x, right.b1,
        right.W2 - 0.5 * right.G2, right.b2, HALVED,
    )  # fmt: skip
    assert f"{after.loss:.9f}" == "0.291027924"
    assert f"{right.after(0.5, biases=False).loss:.12f}" == "0.291027773694"


@pytest.mark.parametrize("text", ["0.291027774", "0.29102777", "0.291028", "0.291027773694"])
def test_a_right_number_is_called_correct(text: str) -> None:
    findings = ask(text)
    assert findings.verdict == "correct"
    assert not findings.explanations


def test_a_right_number_with_a_wrong_last_digit_is_nearly_correct() -> None:
    findings = ask("0.00043856773", "gradient 0.weight[0,0]")
    assert findings.verdict == "correct"
    findings = ask("0.00043856779", "gradient 0.weight[0,0]")
    assert findings.verdict == "nearly correct"
    assert "keep more digits on the way" in str(findings)


def test_a_number_of_nothing_known_has_no_explanation() -> None:
    findings = ask("0.2873219401")
    assert findings.verdict == "none of these"
    assert findings.num_pairs > 100
    assert "None of the mistakes known here" in str(findings)


def test_three_digits_are_too_few_to_tell() -> None:
    findings = ask("0.298")
    assert findings.verdict == "too few digits"
    assert findings.num_fitting > 3
    assert len(findings.explanations) == 3
    assert "Too few digits to tell" in str(findings)


def test_pairs_are_found_where_no_single_mistake_fits() -> None:
    h = mazur()
    unsloped = (h.error @ h.W2 * h.slope1).T @ h.x  # the output's activation derivative missing
    findings = ask(f"{h.W1[0, 1] + 0.5 * unsloped[0, 1]:.10f}", "weight 0.weight[0,1]")
    assert findings.verdict == "explained"
    assert [str(mistake) for mistake in findings.explanations[0].mistakes] == [
        "missing activation derivative (in layer 3, sigmoid)",
        "wrong sign",
    ]
    assert "Two mistakes explain" in str(findings)
    none = ask(f"{h.W1[0, 1] + 0.5 * unsloped[0, 1]:.10f}", "weight 0.weight[0,1]", pairs=False)
    assert none.verdict == "none of these"


def test_mistakes_of_the_same_value_are_all_named() -> None:
    rng = np.random.default_rng(0)
    model = nn.Linear(1, 1).double()
    batch = (rng.normal(size=(10, 1)), rng.normal(size=(10, 1)))
    sgd = optim.SGD(model.parameters(), lr=0.1)
    # The sum over ten samples is ten times the mean: so is a step with ten times the rate.
    gradient = 2 * np.mean((batch[0] * model.weight.array + model.bias.array - batch[1]) * batch[0])
    value = f"{model.weight.array.item() - 0.1 * 10 * gradient:.10f}"
    findings = detect(model, nn.MSELoss(), sgd, batch, value, "weight weight[0,0]")
    assert named(findings)[0] == "sum for mean (not divided by all 10 numbers)"
    assert "learning rate off by a power of ten (η = 1)" in named(findings)
    assert all(explanation.is_same_as_first for explanation in findings.explanations)
    assert "only you can tell which" in str(findings)


def test_whole_arrays_are_compared_number_by_number() -> None:
    h = mazur()
    value = [[f"{number:.8f}" for number in row] for row in h.W2 + 0.5 * h.G2]
    assert named(ask(value, "weight 2.weight")) == ["wrong sign"]
    one_right = np.array(value, dtype=object)
    one_right[0, 0] = f"{h.W2[0, 0] - 0.5 * h.G2[0, 0]:.8f}"
    assert ask(one_right, "weight 2.weight").verdict == "none of these"


def test_a_wrong_output_comes_from_the_forward_pass() -> None:
    h = mazur()
    unbiased = ByHand(h.x, h.t, h.W1, h.b1, h.W2, 0 * h.b2, HALVED)
    findings = ask([[f"{a:.8f}" for a in unbiased.a2[0]]], "output", steps=0)
    assert named(findings) == ["forgotten bias (in layer 2, linear)"]


def test_the_number_must_have_the_shape_of_what_is_asked() -> None:
    with pytest.raises(InvalidShape, match=r"has shape \(2, 2\), the number given \(\)"):
        ask("0.5", "weight 2.weight")


def test_of_a_float32_network_six_digits_count() -> None:
    model = nn.Linear(1, 1)
    model.weight.array[...], model.bias.array[...] = 0.1, 0.2
    sgd = optim.SGD(model.parameters(), lr=0.1)
    findings = detect(
        model, nn.MSELoss(), sgd, ([[1.0]], [[1.0]]), "0.24000000", "weight weight[0,0]"
    )
    assert findings.verdict == "correct"
    assert findings.given_digits == 6
    assert "call model.double()" in str(findings)


def test_ones_own_mistake_can_be_tried() -> None:
    def variants(_: object) -> list[Variant]:
        return [Variant(Change(gradient_scale=lambda _: 7.0))]

    own = Mistake("seven", "You multiplied by seven.", "Do not.", variants)
    h = example()
    model = h.model()
    findings = detect(
        model, nn.MSELoss(), h.optimizer(model), (h.x, h.t), f"{7 * h.G1[0, 0]:.9f}",
        "gradient 0.weight[0,0]", mistakes=[own],
    )  # fmt: skip
    assert named(findings) == ["seven"]


def test_findings_are_plain_python_and_markdown() -> None:
    findings = ask("0.291027924")
    plain = json.loads(json.dumps(findings.to_dict()))
    assert plain["verdict"] == "explained"
    assert plain["explanations"][0]["digits"] == 9
    assert plain["explanations"][0]["mistakes"][0]["name"].startswith("updated weights")
    markdown = findings._repr_markdown_()
    assert "**One mistake explains your number to all 9 digits.**" in markdown
    assert "1. **updated weights in the hidden gradient: 0.29102792391**" in markdown
    assert findings.text == str(findings)


def hypotheses(*errors: float) -> list[Hypothesis]:
    return [Hypothesis((), (), np.array(0.0), error, False) for error in errors]


def test_what_fits_by_chance_is_judged_by_how_densely_hypotheses_lie() -> None:
    # The best is left out; of those evenly spread, one in ten units, a tenth fits by chance.
    assert coincidences(hypotheses(0.2, *range(10, 200, 10))) == pytest.approx(0.1)
    assert coincidences(hypotheses(0.2, *range(10, 200, 10)), 5) == pytest.approx(0.5)
    assert coincidences(hypotheses(0.2, 1.0, 2.0, 1e6)) == pytest.approx(1.0)  # a cluster
    assert coincidences(hypotheses(0.2, 0.2, 100.0)) == pytest.approx(0.01)  # equal ones are one
    assert coincidences(hypotheses(0.2)) == 0
