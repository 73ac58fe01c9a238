"""Section 9.3: feedforward networks: shapes, parameters, initialisation, depth and width."""

from chainrule.labs.lab import Lab

LABS: tuple[Lab, ...] = ()
