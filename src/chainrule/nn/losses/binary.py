"""Losses of yes or no, given as a probability or as a raw score."""

from chainrule.autograd.conversion import cast
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument
from chainrule.nn.losses.loss import (
    Reduction,
    WeightedLoss,
    check_reduction,
    check_repeats,
    check_weight,
    first_outside_unit,
    matched,
    reduced,
    warn_caller,
    warn_of_origin,
    weighted,
)
from chainrule.operations.activations.sigmoid import SIGMOID
from chainrule.operations.losses import (
    BINARY_CROSS_ENTROPY,
    BINARY_CROSS_ENTROPY_WITH_LOGITS,
    WEIGHTED_BINARY_CROSS_ENTROPY_WITH_LOGITS,
)
from chainrule.operations.softmax import SOFTMAX


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: Reduction = "mean"
) -> Tensor:
    """Return the mean surprise, in nats, at yes-or-no targets, given the probabilities of yes.

        loss = mean(-(target * log(input) + (1 - target) * log(1 - input)))

    Each logarithm is cut off at -100. ``binary_cross_entropy_with_logits`` takes raw scores and is
    exact where probabilities round to 0 or 1.

    Args:
        input: Probabilities, as from sigmoid.
        target: 0, 1 or probabilities between.
        weight: How much each number counts; the mean divides by their number, whatever the weights.
        reduction: "mean", "sum" or "none".

    Shape:
        input and target: (...), both the same; weight: the same or one that repeats to it
        ->  () or, without reduction, (...).

    Raises: InvalidShape if the shapes differ, InvalidArgument if input leaves 0 to 1.
    Warns: ChainruleWarning if target leaves 0 to 1.
    Source: Good 1952, the logarithmic score.

    >>> round(binary_cross_entropy(Tensor([0.8]), Tensor([1.0])).item(), 4)
    0.2231
    """
    name = "binary_cross_entropy"
    check_reduction(name, reduction)
    inputs = matched(name, input, target)
    stray = first_outside_unit(inputs[0].array)
    if stray is not None:
        raise InvalidArgument(
            f"{name} got {inputs[0].array[stray]:.6g} at position {stray} of its input: "
            "probabilities lie from 0 to 1. Give raw scores to binary_cross_entropy_with_logits "
            "(nn.BCEWithLogitsLoss), or apply sigmoid first."
        )
    _warn_of_targets(name, inputs[1])
    losses = apply(BINARY_CROSS_ENTROPY, inputs)
    return reduced(weighted(name, losses, weight), reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: Reduction = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Return the mean surprise, in nats, at yes-or-no targets, given raw scores.

        loss = mean(-(pos_weight * target * log(p) + (1 - target) * log(1 - p))), p = sigmoid(input)

    Args:
        input: Raw scores (logits). Sigmoid is part of the loss.
        target: 0, 1 or probabilities between.
        weight: How much each number counts; the mean divides by their number, whatever the weights.
        reduction: "mean", "sum" or "none".
        pos_weight: How often each positive counts, e.g. negatives / positives in the data.

    Shape:
        input and target: (...), both the same; weight and pos_weight: the same or one that repeats
        to it  ->  () or, without reduction, (...).

    Derivative: sigmoid(input) - target, divided by their number for the mean.
    Numerics: finite for all finite scores.
    Raises: InvalidShape if the shapes differ.
    Warns: ChainruleWarning if input was made by sigmoid or softmax, or target leaves 0 to 1.
    Source: Cox 1958.

    >>> round(binary_cross_entropy_with_logits(Tensor([0.0]), Tensor([1.0])).item(), 4)
    0.6931
    """
    name = "binary_cross_entropy_with_logits"
    check_reduction(name, reduction)
    inputs = matched(name, input, target)
    if input._node is not None:
        warn_of_origin(
            name,
            input,
            (SIGMOID, SOFTMAX),
            "It takes raw scores and applies sigmoid itself; done before, it flattens the "
            "gradient. Remove it from the end of the network, or use binary_cross_entropy.",
        )
    _warn_of_targets(name, inputs[1])
    if pos_weight is None:
        losses = apply(BINARY_CROSS_ENTROPY_WITH_LOGITS, inputs)
    else:
        check_repeats(name, "pos_weight", pos_weight, inputs[0].array.shape)
        positives = cast(pos_weight, inputs[0].array.dtype)
        losses = apply(WEIGHTED_BINARY_CROSS_ENTROPY_WITH_LOGITS, (*inputs, positives))
    return reduced(weighted(name, losses, weight), reduction)


class BCELoss(WeightedLoss):
    """Binary cross-entropy of probabilities; see ``functional.binary_cross_entropy``.

    Args:
        weight: How much each number counts.
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, weight: Tensor | None = None, reduction: Reduction = "mean") -> None:
        super().__init__(weight, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(WeightedLoss):
    """Binary cross-entropy of raw scores; see ``functional.binary_cross_entropy_with_logits``.

    The network in front of it ends in a linear layer: sigmoid is part of the loss.

    Args:
        weight: How much each number counts.
        reduction: "mean", "sum" or "none".
        pos_weight: How often each positive counts.

    >>> loss = BCEWithLogitsLoss(pos_weight=Tensor([3.0]))(Tensor([0.0]), Tensor([1.0]))
    >>> round(loss.item(), 4)
    2.0794
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        reduction: Reduction = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, reduction)
        check_weight("BCEWithLogitsLoss", "pos_weight", pos_weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return binary_cross_entropy_with_logits(
            input, target, self.weight, self.reduction, self.pos_weight
        )


def _warn_of_targets(name: str, target: TensorCore) -> None:
    """Warn of targets that are no probabilities, with which the loss has no lower bound."""
    stray = first_outside_unit(target.array)
    if stray is not None:
        warn_caller(
            f"{name} got the target {target.array[stray]:.6g} at position {stray}: targets are 0, "
            "1 or probabilities between, and beyond them the loss falls without end. For targets "
            "-1 and 1 use soft_margin_loss."
        )
