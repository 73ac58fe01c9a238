"""Readers of the graph: derive a gradient, draw it, find the mistake behind a wrong number."""

from chainrule.explain.check import Diagnosis as Diagnosis
from chainrule.explain.check import check_gradient as check_gradient
from chainrule.explain.derivation import Derivation as Derivation
from chainrule.explain.derivation import explain as explain
from chainrule.explain.derivation import explain_batch as explain_batch
