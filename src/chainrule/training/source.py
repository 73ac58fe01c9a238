"""The training step of a network as readable source."""

import numpy as np

from chainrule.compiler.build import build
from chainrule.errors import InvalidArgument
from chainrule.nn import CrossEntropyLoss, MSELoss
from chainrule.nn.module import Module
from chainrule.nn.summary import example_input
from chainrule.optim import find_optimizer

SAMPLES = 2  # of any numbers: the source is the same


def step_source(
    model: Module, feature_shape: tuple[int, ...] | None = None, optimizer: str = "adam"
) -> str:
    """Return the program that one training step of a network is, as Python.

    The loss is cross-entropy for several outputs, and the mean squared error for one.

    Args:
        model: The network; it is left as it is.
        feature_shape: Shape of one sample; may be left out where the first layer says it.
        optimizer: By name.

    Raises:
        InvalidArgument: if the shape of a sample is not known, or there is no such optimiser.
        NotCompilable: naming what in the network cannot be compiled.

    >>> from chainrule.nn.feedforward import feedforward
    >>> print(step_source(feedforward([2, 3]), optimizer="sgd").splitlines()[0])
    def sgd(parameter, gradient, numbers, team):
    """
    sample = example_input(model, feature_shape)
    if sample is None:
        raise InvalidArgument(
            "The first layer does not say what a sample looks like: pass the shape of one."
        )
    inputs = np.zeros((SAMPLES, *sample.shape[1:]), sample.dtype)
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        columns = build(model, None, None, inputs, None).graph.outputs.shape[1:]
        model.train()
        chosen = find_optimizer(optimizer)(model.parameters())
        if len(columns) == 1 and columns[0].count > 1:
            labels = np.zeros(SAMPLES, np.int64)
            return build(model, CrossEntropyLoss(), chosen, inputs, labels).source
        shape = (SAMPLES, *(extent.count for extent in columns))
        return build(model, MSELoss(), chosen, inputs, np.zeros(shape, inputs.dtype)).source
    finally:
        for module, training in modes:
            module.training = training
