"""A gradient checked against finite differences, with the likely reason where it is wrong."""

from chainrule.explain.check.entrance import check_gradient as check_gradient
from chainrule.explain.check.network import check_network as check_network
from chainrule.explain.check.report import Diagnosis as Diagnosis
