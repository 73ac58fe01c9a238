"""Estimators with scikit-learn's conventions."""

from chainrule.estimators.boundary import Boundary as Boundary
from chainrule.estimators.perceptron import Perceptron as Perceptron
from chainrule.estimators.threshold_neuron import ThresholdNeuron as ThresholdNeuron
