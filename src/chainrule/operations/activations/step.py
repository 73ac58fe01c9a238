"""Step: the activation of the perceptron."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.activations.activation import Activation


def step(x: Number) -> Number:
    """Say yes (1) from 0 on, and no (0) below.

        step(x) = 1 where x >= 0, else 0

    Derivative: 0 wherever there is one, so nothing can be learned through it.

    >>> step(np.array([-0.5, 0.0, 2.0]))
    array([0., 1., 1.])
    """
    return np.minimum(np.sign(x) + 1, 1)  # in the dtype of x, as a comparison is not


STEP = Activation(
    "step",
    "Step",
    step,
    None,
    source="McCulloch and Pitts 1943; with 1 at 0, Rosenblatt 1958.",
    kinks=(0.0,),
    integers="kept",
)
