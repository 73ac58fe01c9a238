"""Rules are read from the documentation of operations."""

import pytest

from chainrule.explain.derivation.rules import rule_of
from chainrule.operations import OPERATIONS
from chainrule.operations.operation import Operation

DIFFERENTIABLE = [o for o in OPERATIONS if o.is_differentiable and o.value.__doc__]


@pytest.mark.parametrize("operation", DIFFERENTIABLE, ids=lambda operation: operation.name)
def test_every_derivative_that_is_documented_is_found(operation: Operation) -> None:
    rule = rule_of(operation)
    assert bool(rule.derivative) == ("Derivative: " in str(operation.value.__doc__))
    assert "\n" not in rule.derivative + rule.formula
    for section in ("Args:", "Source:", "Raises:", "Shape:", "Numerics:", ">>>"):
        assert section not in rule.derivative


def test_an_operation_without_documentation_has_an_empty_rule() -> None:
    plain = Operation("plain", lambda x: x, (lambda gradient: gradient,), lambda x: x)
    rule = rule_of(plain)
    assert (rule.formula, rule.derivative) == ("", "")
