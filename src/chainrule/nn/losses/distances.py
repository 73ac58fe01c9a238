"""Losses of distances: between distributions, within pairs, and from a boundary."""

from typing import Literal, TypeAlias

import numpy as np

from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.tensor import Tensor
from chainrule.nn.losses.loss import (
    REDUCTIONS,
    Loss,
    Reduction,
    check_reduction,
    matched,
    reduced,
    warn_caller,
)
from chainrule.nn.module import Module
from chainrule.operations.arithmetic import DIVIDE
from chainrule.operations.losses import (
    HINGE_EMBEDDING_LOSS,
    KL_DIV,
    KL_DIV_LOG_TARGET,
    SOFT_MARGIN_LOSS,
)

BatchReduction: TypeAlias = Literal["mean", "sum", "none", "batchmean"]
BATCH_REDUCTIONS = (*REDUCTIONS, "batchmean")


def kl_div(
    input: Tensor, target: Tensor, reduction: BatchReduction = "mean", log_target: bool = False
) -> Tensor:
    """Return the Kullback–Leibler divergence, in nats, of predictions from true distributions.

        loss = sum(target * (log(target) - input)) / batch, with "batchmean"

    Args:
        input: Logarithms of the predicted probabilities, as from ``log_softmax``.
        target: The true probabilities.
        reduction: "batchmean" for the divergence of the definition; "sum"; "none"; or "mean", the
            default for PyTorch's sake, which divides by the number of classes, too.
        log_target: Whether target, too, holds logarithms.

    Shape:
        input and target: (batch, ...), both the same  ->  () or, without reduction, the same.

    Raises: InvalidShape if the shapes differ.
    Warns: ChainruleWarning for reduction "mean", as PyTorch does.
    Source: Kullback and Leibler 1951.

    >>> prediction, truth = Tensor([[0.5, 0.5]]).log(), Tensor([[1.0, 0.0]])
    >>> round(kl_div(prediction, truth, "batchmean").item(), 4)
    0.6931
    """
    check_reduction("kl_div", reduction, BATCH_REDUCTIONS)
    inputs = matched("kl_div", input, target)
    if reduction == "mean":
        warn_caller(
            "kl_div with reduction='mean' divides by the number of classes, too, which makes it "
            "smaller than the divergence: use reduction='batchmean'."
        )
    losses = apply(KL_DIV_LOG_TARGET if log_target else KL_DIV, inputs)
    if reduction != "batchmean":
        return reduced(losses, reduction)
    summed = reduced(losses, "sum")
    if not losses.shape:
        return summed
    batch = np.array(losses.shape[0], dtype=losses.array.dtype)
    return apply(DIVIDE, (summed, wrap(batch)))


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, reduction: Reduction = "mean"
) -> Tensor:
    """Return the mean distance of pairs that belong together, and what others lack of a margin.

        loss = mean(input where target is 1, max(margin - input, 0) where it is -1)

    Args:
        input: Distances of pairs.
        target: 1 for pairs that belong together, -1 for others.
        margin: How far apart others are to be.
        reduction: "mean", "sum" or "none".

    Shape:
        input and target: (...), both the same  ->  () or, without reduction, (...).

    Raises: InvalidShape if the shapes differ.
    Source: Hadsell, Chopra and LeCun 2006.
    """
    check_reduction("hinge_embedding_loss", reduction)
    inputs = matched("hinge_embedding_loss", input, target)
    return reduced(apply(HINGE_EMBEDDING_LOSS, inputs, (margin,)), reduction)


def soft_margin_loss(input: Tensor, target: Tensor, reduction: Reduction = "mean") -> Tensor:
    """Return the mean logistic loss of scores for targets 1 and -1.

        loss = mean(log(1 + exp(-target * input)))

    Args:
        input: Raw scores.
        target: 1 or -1.
        reduction: "mean", "sum" or "none".

    Shape:
        input and target: (...), both the same  ->  () or, without reduction, (...).

    Numerics: finite for all finite scores, where PyTorch's overflows beyond about 88 in float32.
    Raises: InvalidShape if the shapes differ.
    """
    check_reduction("soft_margin_loss", reduction)
    return reduced(apply(SOFT_MARGIN_LOSS, matched("soft_margin_loss", input, target)), reduction)


class KLDivLoss(Module):
    """Kullback–Leibler divergence of log-probabilities; see ``functional.kl_div``.

    Args:
        reduction: "batchmean" for the divergence of the definition, "mean", "sum" or "none".
        log_target: Whether target, too, holds logarithms.
    """

    def __init__(self, reduction: BatchReduction = "mean", log_target: bool = False) -> None:
        super().__init__()
        check_reduction("KLDivLoss", reduction, BATCH_REDUCTIONS)
        self.reduction = reduction
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return kl_div(input, target, self.reduction, self.log_target)


class HingeEmbeddingLoss(Loss):
    """Loss of distances of pairs; see ``functional.hinge_embedding_loss``.

    Args:
        margin: How far apart pairs are to be that do not belong together.
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, margin: float = 1.0, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return hinge_embedding_loss(input, target, self.margin, self.reduction)


class SoftMarginLoss(Loss):
    """Logistic loss for targets 1 and -1; see ``functional.soft_margin_loss``.

    Args:
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return soft_margin_loss(input, target, self.reduction)
