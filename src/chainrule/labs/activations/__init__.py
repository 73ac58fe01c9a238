"""Section 9.2: activation functions, and what they do to gradients."""

from chainrule.labs.lab import Lab

LABS: tuple[Lab, ...] = ()
