"""Whether a loss is the mean over the samples of a batch or their sum, found out by trying."""

from collections.abc import Callable
from typing import Literal, TypeAlias

import torch

from chainrule.errors import InvalidArgument

Reduction: TypeAlias = Literal["mean", "sum"]
TOLERANCE = 1e-4  # of float32 sums


@torch.no_grad()
def reduction_of(
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    outputs: torch.Tensor,
    targets: torch.Tensor,
) -> Reduction:
    """Return how a batch's loss follows from the losses of its parts.

    Args:
        loss: Takes outputs and targets.
        outputs: Of some samples, at least two.
        targets: Theirs, as various as they come.

    Raises:
        InvalidArgument: if it is neither their mean nor their sum: a batch whose parts are in
            several processes would then have another loss than the whole.
    """
    count = len(outputs)
    first = count // 3 or 1
    whole = float(loss(outputs, targets))
    one = float(loss(outputs[:first], targets[:first]))
    other = float(loss(outputs[first:], targets[first:]))
    scale = max(abs(whole), abs(one), abs(other), 1e-30)
    if abs(whole - (first * one + (count - first) * other) / count) <= TOLERANCE * scale:
        return "mean"
    if abs(whole - (one + other)) <= TOLERANCE * scale:
        return "sum"
    raise InvalidArgument(
        f"The loss of a batch, {whole:.6g}, is neither the mean nor the sum over its samples (its "
        f"parts have {one:.6g} and {other:.6g}), so several processes cannot share a batch: train "
        "in one process, or choose a loss without weights for classes."
    )
