"""Section 9.1: from the threshold neuron to the limits of the perceptron."""

from chainrule.labs.lab import Lab
from chainrule.labs.perceptrons import (
    boundary,
    convergence,
    learning_rule,
    parameter_counts,
    perceptron,
    three_activations,
    threshold_neuron,
    xor_network,
    xor_perceptron,
)

LABS: tuple[Lab, ...] = (
    threshold_neuron.LAB,
    perceptron.LAB,
    learning_rule.LAB,
    boundary.LAB,
    convergence.LAB,
    xor_perceptron.LAB,
    three_activations.LAB,
    xor_network.LAB,
    parameter_counts.LAB,
)
