"""Section 9.1: from the threshold neuron to the limits of the perceptron."""

from chainrule.labs.lab import Lab
from chainrule.labs.perceptrons import (
    boundary,
    convergence,
    learning_rule,
    perceptron,
    threshold_neuron,
    xor_perceptron,
)

LABS: tuple[Lab, ...] = (
    threshold_neuron.LAB,
    perceptron.LAB,
    learning_rule.LAB,
    boundary.LAB,
    convergence.LAB,
    xor_perceptron.LAB,
)
