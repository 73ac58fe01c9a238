"""ThresholdNeuron: fires when its inputs weigh enough."""

import numpy as np
import pytest

from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.estimators import ThresholdNeuron


def test_weighted_sum_and_output_of_the_worked_example():
    neuron = ThresholdNeuron(weights=(0.4, 0.6, 0.2), threshold=0.5)
    x = [0.5, 0.3, 0.8]
    assert float(neuron.weighted_sum(x)) == pytest.approx(0.54, abs=1e-15)
    assert int(neuron.predict(x)) == 1


def test_neuron_fires_at_its_very_threshold():
    neuron = ThresholdNeuron([1.0], 0.5)
    assert neuron.predict([[0.5], [0.49], [0.51]]).tolist() == [1, 0, 1]


def test_batch_gives_one_output_per_sample():
    neuron = ThresholdNeuron([1.0, 1.0], 2.0)
    assert neuron.predict(np.array([[0, 0], [0, 1], [1, 0], [1, 1]])).tolist() == [0, 0, 0, 1]
    assert neuron.predict(np.zeros((0, 2))).shape == (0,)


@pytest.mark.parametrize("x", [[1.0], [[1.0, 2.0, 3.0]], 1.0, np.zeros((1, 1, 2))])
def test_inputs_of_another_size_are_refused(x):
    with pytest.raises(InvalidShape, match="2 weights got inputs of shape"):
        ThresholdNeuron([1.0, 1.0], 0.0).predict(x)


@pytest.mark.parametrize("weights", [[], [[1.0]], 1.0])
def test_weights_must_be_a_row(weights):
    with pytest.raises(InvalidShape, match="one number per input"):
        ThresholdNeuron(weights, 0.0)


@pytest.mark.parametrize(("weights", "threshold"), [([np.nan], 0.0), ([1.0], np.inf)])
def test_numbers_must_be_finite(weights, threshold):
    with pytest.raises(InvalidArgument, match="not finite"):
        ThresholdNeuron(weights, threshold)
