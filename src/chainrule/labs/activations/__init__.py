"""Section 9.2: activation functions, and what they do to gradients."""

from chainrule.labs.activations import (
    activation_values,
    dead_unit,
    gradient_product,
    linear_collapse,
    output_layer,
    sigmoid_slope,
    softmax,
)
from chainrule.labs.lab import Lab

LABS: tuple[Lab, ...] = (
    linear_collapse.LAB,
    sigmoid_slope.LAB,
    gradient_product.LAB,
    activation_values.LAB,
    dead_unit.LAB,
    softmax.LAB,
    output_layer.LAB,
)
