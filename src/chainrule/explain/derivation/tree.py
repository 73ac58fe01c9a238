"""A derivation as a tree: below each number stand those it leads to."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chainrule.explain.derivation.equation import Equation
from chainrule.explain.derivation.numerals import numeral

if TYPE_CHECKING:
    from chainrule.explain.derivation.derivation import Derivation


def page(derivation: "Derivation") -> str:
    """Return the tree as text."""
    root = f"{derivation.name}  dL/d = {numeral(derivation.gradient)}"
    if not derivation.equations:
        return root
    return "\n".join([root, *_branches(derivation, derivation.equations[0], set())])


def _branches(derivation: "Derivation", equation: Equation, done: set[int]) -> Iterator[str]:
    """Yield the lines below one number; what was shown before is not shown again.

    Walks with a stack of its own: a chain may be longer than Python's recursion goes.
    """
    stack = [(equation, "", 0)]
    done.add(equation.number)
    while stack:
        equation, indent, position = stack.pop()
        is_last = position == len(equation.terms) - (equation.rest is None)
        joint = "└─ " if is_last else "├─ "
        if position < len(equation.terms):
            term = equation.terms[position]
            stack.append((equation, indent, position + 1))
            seen = term.equation in done
            yield (
                f"{indent}{joint}× {numeral(term.factor)} ({term.symbol}) → {term.target}  dL/d = "
                f"{numeral(term.gradient)}{'  (derived above)' if seen else ''}"
            )
            if term.equation is not None and not seen:
                done.add(term.equation)
                below = derivation.equations[term.equation - 1]
                stack.append((below, indent + ("   " if is_last else "│  "), 0))
        elif equation.rest is not None:
            yield f"{indent}{joint}{equation.rest} = {numeral(equation.rest.total)}"
