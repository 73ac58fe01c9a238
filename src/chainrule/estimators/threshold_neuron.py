"""ThresholdNeuron: the first artificial neuron, which fires when its inputs weigh enough."""

from collections.abc import Sequence

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.estimators.base import Estimator


class ThresholdNeuron(Estimator):
    """Outputs 1 if the weighted sum of its inputs reaches a threshold, else 0; it does not learn.

        y = 1 if w · x >= threshold else 0

    Args:
        weights: w, one for each input.
        threshold: The least sum at which it fires.

    Raises:
        InvalidShape: if the weights are no row of numbers.
        InvalidArgument: if a number is not finite.

    Source: McCulloch and Pitts 1943, with weights as in Rosenblatt 1958.

    >>> neuron = ThresholdNeuron(weights=[0.4, 0.6, 0.2], threshold=0.5)
    >>> round(float(neuron.weighted_sum([0.5, 0.3, 0.8])), 2)
    0.54
    >>> int(neuron.predict([0.5, 0.3, 0.8]))
    1
    """

    def __init__(self, weights: Sequence[float] | Array, threshold: float) -> None:
        row = np.asarray(weights, dtype=np.float64)
        if row.ndim != 1 or row.size == 0:
            raise InvalidShape(
                f"ThresholdNeuron got weights of shape {row.shape}: expected one number per input."
            )
        if not (np.isfinite(row).all() and np.isfinite(threshold)):
            raise InvalidArgument("ThresholdNeuron got a weight or threshold that is not finite.")
        self.weights = weights
        self.threshold = threshold

    def weighted_sum(self, x: Sequence[float] | Array) -> Array:
        """Return w · x for one sample or for each of a batch.

        Shape:
            x: (inputs,) or (samples, inputs)  ->  () or (samples,).

        Raises:
            InvalidShape: if a sample has more or fewer numbers than there are weights.
        """
        row = np.asarray(self.weights, dtype=np.float64)
        samples = np.asarray(x, dtype=np.float64)
        if samples.ndim not in (1, 2) or samples.shape[-1] != len(row):
            raise InvalidShape(
                f"ThresholdNeuron with {len(row)} weights got inputs of shape {samples.shape}: "
                f"expected ({len(row)},) or (samples, {len(row)})."
            )
        return np.asarray(samples @ row)

    def predict(self, x: Sequence[float] | Array) -> Array:
        """Return 1 where the neuron fires and 0 elsewhere.

        Shape:
            x: (inputs,) or (samples, inputs)  ->  () or (samples,), int64.
        """
        return np.asarray(self.weighted_sum(x) >= self.threshold).astype(np.int64)
