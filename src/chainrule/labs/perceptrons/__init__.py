"""Section 9.1: from the threshold neuron to the limits of the perceptron."""

from chainrule.labs.lab import Lab
from chainrule.labs.perceptrons import threshold_neuron

LABS: tuple[Lab, ...] = (threshold_neuron.LAB,)
