"""Whether a loss is a mean or a sum over samples, which several processes have to know."""

import pytest
import torch

from chainrule.engines.torch.reduction import reduction_of
from chainrule.errors import InvalidArgument

OUTPUTS = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(20) % 3
WEIGHTS = torch.tensor([1.0, 2.0, 5.0])


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_means_and_sums_are_told_apart(reduction: str) -> None:
    assert (
        reduction_of(torch.nn.CrossEntropyLoss(reduction=reduction), OUTPUTS, LABELS) == reduction
    )
    assert reduction_of(torch.nn.MSELoss(reduction=reduction), OUTPUTS, OUTPUTS**2) == reduction


def test_a_mean_weighted_by_class_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="neither the mean nor the sum"):
        reduction_of(torch.nn.CrossEntropyLoss(weight=WEIGHTS), OUTPUTS, LABELS)
