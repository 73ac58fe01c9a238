"""Section 9.5: building networks from modules, training and keeping them."""

from chainrule.labs.lab import Lab

LABS: tuple[Lab, ...] = ()
