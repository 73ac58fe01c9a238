"""Section 9.2: activation functions, and what they do to gradients."""

from chainrule.labs.activations import (
    activation_values,
    linear_collapse,
    sigmoid_slope,
    softmax,
)
from chainrule.labs.lab import Lab

LABS: tuple[Lab, ...] = (
    linear_collapse.LAB,
    sigmoid_slope.LAB,
    activation_values.LAB,
    softmax.LAB,
)
