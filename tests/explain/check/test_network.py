"""All gradients of a network on one batch."""

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.explain.check import check_network


def batch() -> tuple[chainrule.Tensor, chainrule.Tensor]:
    random = np.random.default_rng(0)
    inputs = chainrule.from_numpy(random.normal(size=(6, 3)))
    return inputs, chainrule.from_numpy(random.integers(0, 2, 6))


def test_parameters_and_samples_are_checked_and_targets_are_not() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2)).double()
    statistics = model[1].running_mean.clone()
    found = check_network(model, nn.CrossEntropyLoss(), *batch())
    assert found
    names = {comparison.name for comparison in found.comparisons}
    assert names == {"input 0", *dict(model.named_parameters())}
    assert model[1].running_mean.equal(statistics)


def test_the_number_of_directions_may_be_chosen() -> None:
    model = nn.Linear(3, 2).double()
    found = check_network(model, nn.CrossEntropyLoss(), *batch(), num_directions=2)
    assert len(found.comparisons) == 3 * 2
    assert len(check_network(model, nn.CrossEntropyLoss(), *batch(), 0).comparisons) == 18 + 6 + 2


def test_what_cannot_be_checked_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="-2 directions"):
        check_network(nn.Linear(3, 2).double(), nn.CrossEntropyLoss(), *batch(), -2)
    with pytest.raises(InvalidType, match="float64"):
        check_network(nn.Linear(3, 2), nn.CrossEntropyLoss(), *batch())
