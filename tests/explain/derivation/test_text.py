"""What a terminal shows."""

import pytest

import chainrule
from chainrule import nn
from chainrule.explain import Derivation, explain, explain_batch
from chainrule.nn.feedforward import feedforward
from explain.derivation.networks import batch_norm, build, convolution, normal, two_two_one


@pytest.fixture
def derivation() -> Derivation:
    model, inputs, target = two_two_one()
    return explain_batch(model, nn.MSELoss(), inputs, target, "0.weight[0, 1]")


def test_a_path_is_one_equation_after_the_other(derivation: Derivation) -> None:
    lines = derivation.to_text().splitlines()
    assert lines[:2] == [
        "Why is dL/d 0.weight[0, 1] = -0.125?",
        "0.weight → 0.linear → 1.sigmoid → 2.linear → 3.sigmoid → mse_loss → mean = L = 0.25",
    ]
    assert lines[3] == (
        "(1)   dL/d 0.weight[0, 1] = x[0, 1] × dL/d 0.linear[0, 0] = 1 × -0.125 = -0.125   see (2)"
    )
    assert "(6)   dL/d mse_loss[0, 0] = mean' = 1" in lines
    assert "All factors together: 1 × 0.25 × 2 × 0.25 × -1 × 1 = -0.125" in lines


def test_every_witness_has_a_line(derivation: Derivation) -> None:
    lines = derivation.to_text().splitlines()
    names = ("backward()", "these equations", "central difference", "PyTorch")
    found = [line for line in lines if line.startswith(names)]
    assert [line[: len(name)] for line, name in zip(found, names, strict=True)] == list(names)
    assert all("-0.125" in line or "-0.12499" in line for line in found)
    assert "they add up: largest relative difference" in found[1]
    assert "agrees: relative difference" in found[2]


def test_rules_come_from_the_operations(derivation: Derivation) -> None:
    text = derivation.to_text()
    assert "linear:  y = x W^T + b" in text
    assert "derivative: y (1 - y), from the output alone" in text


def test_a_rule_that_refers_to_another_brings_it_along() -> None:
    model, loss_function, inputs, target = build(convolution, 0)
    loss = loss_function(model(inputs), target)
    text = " ".join(explain(loss, "0.weight[0, 0, 0, 0]", model=model).to_text().split())
    assert "as for max_pool1d" in text
    assert "dL/dy goes to the element that was largest" in text


def test_sums_are_written_with_their_rest() -> None:
    model, loss_function, inputs, target = build(batch_norm, 0)
    loss = loss_function(model(inputs), target)
    text = explain(loss, "0.weight[2, 1]", model=model, terms=2, equations=3).to_text()
    first = text.split("\n\n")[1].splitlines()
    assert first[0] == "(1)   dL/d 0.weight[2, 1]"
    assert first[1].startswith("        = x[")
    assert first[2].startswith("        + x[")
    assert first[3].startswith("        + 5 other terms")
    assert first[4].startswith("        = ")
    assert "the gradient is the sum over all paths" in " ".join(text.split())
    assert "Gradients without a reference" in text


def test_a_wide_network_gives_a_page() -> None:
    chainrule.manual_seed(0)
    model = feedforward([784, 256, 128, 10])
    labels = chainrule.tensor([index % 10 for index in range(32)])
    loss = nn.CrossEntropyLoss()(model(normal(32, 784, seed=0).float()), labels)
    text = explain(loss, "1.weight[2, 1]", model=model).to_text()
    assert len(text.splitlines()) < 90
    assert max(len(line) for line in text.splitlines()) <= 110
