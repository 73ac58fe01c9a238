"""Estimators with scikit-learn's conventions."""

import importlib
from typing import TYPE_CHECKING, Any

from chainrule.estimators.boundary import Boundary as Boundary
from chainrule.estimators.perceptron import Perceptron as Perceptron
from chainrule.estimators.threshold_neuron import ThresholdNeuron as ThresholdNeuron

if TYPE_CHECKING:
    from chainrule.estimators.multilayer_perceptron import MLPClassifier as MLPClassifier
    from chainrule.estimators.multilayer_perceptron import MLPRegressor as MLPRegressor

LATE_NAMES = ("MLPClassifier", "MLPRegressor")


def __getattr__(name: str) -> Any:
    """Load the multilayer perceptrons, and scikit-learn with them, when they are first named."""
    if name in LATE_NAMES:
        return getattr(importlib.import_module("chainrule.estimators.multilayer_perceptron"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what is loaded and what would be."""
    return sorted({*globals(), *LATE_NAMES})
