"""A derivation as plain text, for a terminal."""

import math
import textwrap
from typing import TYPE_CHECKING

from chainrule.explain.derivation.equation import Equation, Term
from chainrule.explain.derivation.names import LOSS
from chainrule.explain.derivation.numerals import numeral
from chainrule.explain.derivation.witnesses import witnesses

if TYPE_CHECKING:
    from chainrule.explain.derivation.derivation import Derivation

WIDTH = 100
INDENT = "      "


def page(derivation: "Derivation") -> str:
    """Return the question, the equations, whether they hold, and the rules they follow."""
    blocks = [
        header(derivation),
        *(equation_block(equation) for equation in derivation.equations),
        remark(derivation),
        chain(derivation),
        check(derivation),
        rules(derivation),
    ]
    return "\n\n".join(block for block in blocks if block)


def header(derivation: "Derivation") -> str:
    """Return what is asked, and the way to the loss."""
    way = [*derivation.path[:-1], f"{derivation.path[-1]} = L = {numeral(derivation.loss)}"]
    lines = [
        f"Why is {slope(derivation.name)} = {numeral(derivation.gradient)}?",
        *textwrap.wrap(" → ".join(way), WIDTH, subsequent_indent="  ", break_on_hyphens=False),
    ]
    return "\n".join(lines)


def equation_block(equation: Equation) -> str:
    """Return one equation: in one line if it has one term, else with a line for each."""
    left = f"({equation.number})".ljust(6) + slope(equation.name)
    if not equation.terms and equation.rest is None:
        return f"{left} = 0, for nothing passes on from here"
    rows = [[symbols(term), numbers(term), numeral(term.product)] for term in equation.terms]
    notes = [note(term) for term in equation.terms]
    if equation.is_single:
        parts = [part for part in dict.fromkeys(rows[0]) if part]
        line = " = ".join([left, *parts]) + notes[0]
        return line if len(line) <= WIDTH else line.replace(" = ", "\n        = ", 2)
    if equation.rest:
        rows.append([str(equation.rest), "", numeral(equation.rest.total)])
        notes.append("")
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [left]
    for position, ((first, second, third), remark) in enumerate(zip(rows, notes, strict=True)):
        sign = "=" if position == 0 else "+"
        middle = ("= " if second else "  ") + second.ljust(widths[1])
        line = f"        {sign} {first:<{widths[0]}} {middle} = {third:<{widths[2]}}{remark}"
        lines.append(line.rstrip())
    return "\n".join([*lines, f"        = {numeral(equation.gradient)}"])


def symbols(term: Term) -> str:
    """Return a term with names."""
    return term.symbol if term.target == LOSS else f"{term.symbol} × {slope(term.target)}"


def numbers(term: Term) -> str:
    """Return a term with numbers; nothing where the first factor is all there is."""
    if term.target == LOSS:
        return ""
    return f"{numeral(term.factor)} × {numeral(term.gradient)}"


def slope(name: str) -> str:
    """Return how a gradient is written.

    >>> slope("1.weight[0, 1]")
    'dL/d 1.weight[0, 1]'
    """
    return f"dL/d {name}"


def note(term: Term) -> str:
    """Return where a term's gradient is derived, and where a gradient ends."""
    reference = f"   see ({term.equation})" if term.equation else ""
    return ("   nothing passes here" if term.factor == 0 else "") + reference


def remark(derivation: "Derivation") -> str:
    """Return where the gradients come from that no equation derives."""
    terms = [term for equation in derivation.equations for term in equation.terms]
    if all(term.equation or term.target == LOSS for term in terms):
        return ""
    return "Gradients without a reference are taken as the backward pass computed them."


def chain(derivation: "Derivation") -> str:
    """Return the product of the factors along the largest terms."""
    factors = derivation.main_chain
    if len(factors) < 2:
        return ""
    product = f"{' × '.join(map(numeral, factors))} = {numeral(math.prod(factors))}"
    if derivation.is_one_path:
        text = f"All factors together: {product}"
    else:
        text = (
            f"The path of the largest terms alone gives {product}; the gradient is the sum over "
            "all paths."
        )
    return "\n".join(textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False))


def check(derivation: "Derivation") -> str:
    """Return the gradient as everybody computes it."""
    return "\n".join(
        f"{witness.name:<20}{witness.value:<22.12g}{witness.verdict}".rstrip()
        for witness in witnesses(derivation)
    )


def rules(derivation: "Derivation") -> str:
    """Return what the operations on the way compute, and their derivatives."""
    lines = ["Rules"]
    for rule in derivation.rules:
        title = f"  {rule.operation}" + (f":  {rule.formula}" if rule.formula else "")
        lines += textwrap.wrap(title, WIDTH, subsequent_indent=INDENT)
        if rule.derivative:
            text = f"derivative: {rule.derivative}"
            lines += textwrap.wrap(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
    return "\n".join(lines)
