"""A derivation as LaTeX and as Markdown."""

from typing import TYPE_CHECKING

from chainrule.explain.derivation.equation import Equation, Term
from chainrule.explain.derivation.names import LOSS
from chainrule.explain.derivation.numerals import numeral
from chainrule.explain.derivation.witnesses import witnesses

if TYPE_CHECKING:
    from chainrule.explain.derivation.derivation import Derivation


def align(derivation: "Derivation") -> str:
    """Return the equations in an ``align*`` environment of amsmath."""
    lines = [line for equation in derivation.equations for line in equation_lines(equation)]
    body = " \\\\\n".join(lines)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"


def markdown(derivation: "Derivation") -> str:
    """Return heading, formulas and the table of witnesses."""
    blocks = [
        f"**Why is** ${slope(derivation.name)} = {numeral_of(derivation.gradient)}$**?**",
        f"{' → '.join(f'`{name}`' for name in derivation.path)} $= L = {numeral(derivation.loss)}$",
        *(equation_block(equation) for equation in derivation.equations),
        "\n".join(
            [
                "| computed by | value | |",
                "|---|---|---|",
                *(f"| {w.name} | {w.value:.12g} | {w.verdict} |" for w in witnesses(derivation)),
            ]
        ),
        "\n".join(
            f"- `{rule.operation}`"
            + (f": `{rule.formula}`" if rule.formula else "")
            + (f"; derivative: {rule.derivative}" if rule.derivative else "")
            for rule in derivation.rules
        ),
    ]
    return "\n\n".join(block for block in blocks if block)


def equation_block(equation: Equation) -> str:
    """Return one equation as a displayed formula."""
    body = " \\\\\n".join(equation_lines(equation))
    return f"$$\\begin{{aligned}}\n{body}\n\\end{{aligned}}$$"


def equation_lines(equation: Equation) -> list[str]:
    """Return the lines of one equation, aligned at their equals sign."""
    left = f"({equation.number})\\quad {slope(equation.name)}"
    right = numeral_of(equation.gradient)
    parts = [product(symbol(term.symbol), slope(term.target), term) for term in equation.terms]
    values = [product(factor(term.factor), factor(term.gradient), term) for term in equation.terms]
    if equation.rest:
        total = factor(equation.rest.total)
        parts.append(f"\\underbrace{{{total}}}_{{\\text{{{equation.rest}}}}}")
        values.append(total)
    if not parts:
        return [f"{left} &= {right}"]
    lines = [f"{left} &= {' + '.join(parts)}", f"&= {' + '.join(values)} = {right}"]
    return [f"{lines[0]} = {right}"] if values == [factor(equation.gradient)] else lines


def product(first: str, second: str, term: Term) -> str:
    """Return two factors; the first alone if it leads to the loss."""
    return first if term.target == LOSS else f"{first} \\cdot {second}"


def slope(name: str) -> str:
    r"""Return the derivative of the loss by a number.

    >>> print(slope("1.weight[0, 1]"))
    \frac{\partial L}{\partial\,\texttt{1.weight[0, 1]}}
    """
    return f"\\frac{{\\partial L}}{{\\partial\\,{symbol(name)}}}"


def symbol(name: str) -> str:
    r"""Return a name, or a derivative such as ``relu'(0.5)``, as LaTeX writes it.

    >>> print(symbol("0.max_pool2d[1, 2]"), symbol("relu'(0.5)"))
    \texttt{0.max\_pool2d[1, 2]} \mathrm{relu}'(0.5)
    """
    function, mark, arguments = name.partition("'")
    escaped = function.replace("_", r"\_").replace("#", r"\#")
    return f"\\mathrm{{{escaped}}}'{arguments}" if mark else f"\\texttt{{{escaped}}}"


def numeral_of(value: float) -> str:
    r"""Return a number as LaTeX writes it.

    >>> print(numeral_of(1.5e-7))
    1.5 \cdot 10^{-7}
    """
    mantissa, _, exponent = numeral(value).partition("e")
    return f"{mantissa} \\cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def factor(value: float) -> str:
    """Return a number to be multiplied or added: a negative one in brackets."""
    return f"({numeral_of(value)})" if value < 0 else numeral_of(value)
