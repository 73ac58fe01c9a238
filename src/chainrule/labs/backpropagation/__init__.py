"""Section 9.4: gradients by the chain rule, descent, and its pitfalls."""

from chainrule.labs.backpropagation import vanishing_gradients
from chainrule.labs.lab import Lab

LABS: tuple[Lab, ...] = (vanishing_gradients.LAB,)
