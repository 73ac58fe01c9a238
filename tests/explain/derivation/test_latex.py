"""A derivation as LaTeX and Markdown."""

import re

from chainrule import nn
from chainrule.explain import explain, explain_batch
from explain.derivation.networks import build, dense, two_two_one


def test_equations_of_a_path() -> None:
    model, inputs, target = two_two_one()
    derivation = explain(nn.MSELoss()(model(inputs), target), "2.weight[0, 1]", model=model)
    assert derivation.to_latex().splitlines()[1:3] == [
        r"(1)\quad \frac{\partial L}{\partial\,\texttt{2.weight[0, 1]}} &= "
        r"\texttt{1.sigmoid[0, 1]} \cdot \frac{\partial L}{\partial\,\texttt{2.linear[0, 0]}} \\",
        r"&= 0.75 \cdot (-0.25) = -0.1875 \\",
    ]
    assert r"\mathrm{mse\_loss}'(0.5, 1)" in derivation.to_latex()
    assert r"&= \mathrm{mean}' = 1" in derivation.to_latex()


def test_the_rest_is_under_a_brace_and_braces_match() -> None:
    model, loss_function, inputs, target = build(dense, 0)
    derivation = explain(loss_function(model(inputs), target), "0.weight[0, 0]", model=model)
    latex = derivation.to_latex()
    assert re.search(r"\\underbrace\{[^}]+\}_\{\\text\{\d+ other terms?\}\}", latex)
    assert latex.count("{") == latex.count("}")
    assert latex.startswith(r"\begin{align*}")
    assert latex.endswith(r"\end{align*}")


def test_markdown_has_formulas_witnesses_and_rules() -> None:
    model, inputs, target = two_two_one()
    derivation = explain_batch(model, nn.MSELoss(), inputs, target, "0.weight[0, 1]")
    markdown = derivation._repr_markdown_()
    assert markdown.startswith("**Why is** $")
    assert markdown.count("$$") == 2 * len(derivation.equations)
    assert "| PyTorch | -0.125" in markdown
    assert "- `sigmoid`: `sigmoid(x) = 1 / (1 + exp(-x))`; derivative: y (1 - y)" in markdown
