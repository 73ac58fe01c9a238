"""The compiler: a network's training step as one machine-code program, and as readable source."""

from chainrule.compiler.program import Program as Program
from chainrule.compiler.program import compile as compile
from chainrule.compiler.refusal import NotCompilable as NotCompilable
