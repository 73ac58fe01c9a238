"""One number of a gradient, derived node by node with the numbers of the recorded graph."""

from chainrule.explain.derivation.derivation import Derivation as Derivation
from chainrule.explain.derivation.entrance import explain as explain
from chainrule.explain.derivation.entrance import explain_batch as explain_batch
