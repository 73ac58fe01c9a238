"""What an operation computes and what its derivative is, in the words of its own documentation."""

import inspect
import re
from dataclasses import dataclass

from chainrule.operations import OPERATIONS
from chainrule.operations.operation import Operation

NEXT_FORMULA = re.compile(r"\n +(?=[\w\[\], ]+ = )")
REFERENCE = re.compile(r"^as for ``(\w+)``")
DERIVATIVE = re.compile(r"^Derivative: (.+?)(?=\n\n|\n\w[\w ]*: |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Rule:
    """An operation in two lines.

    Attributes:
        operation: Its name.
        formula: What it computes; empty where the documentation has no formula.
        derivative: Likewise.
    """

    operation: str
    formula: str
    derivative: str


def rule_of(operation: Operation) -> Rule:
    """Return the formula and the derivative that an operation's docstring states.

    >>> from chainrule.operations.activations.relu import RELU
    >>> print(rule_of(RELU).formula)
    relu(x) = max(x, 0)
    """
    documentation = inspect.getdoc(operation.value) or ""
    formulas = [part for part in documentation.split("\n\n") if part.startswith("    ")]
    formula = NEXT_FORMULA.sub("; ", formulas[0].strip()) if formulas else ""
    return Rule(operation.name, " ".join(formula.split()), derivative_of(documentation))


def derivative_of(documentation: str) -> str:
    r"""Return the derivative that a docstring states, and that of the operation it refers to.

    >>> derivative_of("Sum.\n\nDerivative: 1 for every\n    number.")
    '1 for every number.'
    """
    found = DERIVATIVE.search(documentation)
    if found is None:
        return ""
    text = " ".join(found[1].split())
    reference = REFERENCE.match(text)
    other = next((o for o in OPERATIONS if reference and o.name == reference[1]), None)
    if other is not None:
        text += f" That is: {derivative_of(inspect.getdoc(other.value) or '')}"
    return text.replace("``", "")
