"""Activation functions, one file each. To add one: write its file, and its line in ACTIVATIONS."""

from chainrule.operations.activations.activation import Activation as Activation
from chainrule.operations.activations.relu import RELU as RELU

ACTIVATIONS: tuple[Activation, ...] = (RELU,)
