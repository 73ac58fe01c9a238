"""Losses of one class among several: cross-entropy and its relatives."""

from chainrule.autograd.conversion import cast, operands, require_floating
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.nn.losses.loss import (
    Reduction,
    WeightedLoss,
    check_reduction,
    check_tensors,
    check_weight,
    warn_caller,
    warn_of_origin,
)
from chainrule.operations.activations.sigmoid import SIGMOID
from chainrule.operations.losses import (
    CROSS_ENTROPY,
    CROSS_ENTROPY_WITH_PROBABILITIES,
    MULTI_MARGIN_LOSS,
    NLL_LOSS,
)
from chainrule.operations.softmax import SOFTMAX


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the mean surprise, in nats, at the right classes when softmax(input) was predicted.

        loss = mean(-log(softmax(input)[target]))

    Args:
        input: Raw scores (logits). Softmax is part of the loss: the network ends in its last
            linear layer.
        target: Class labels, integers from 0 to classes - 1; or probabilities of the classes.
        weight: How much each class counts. The mean over labels divides by the weights' sum.
        ignore_index: Label of samples that do not count.
        reduction: "mean", "sum", or "none" for one loss per label.
        label_smoothing: Share of the truth, from 0 to 1, that is spread evenly over all classes.

    Shape:
        input: (batch, classes), (batch, classes, ...) or (classes); labels: the same without the
        axis of classes; probabilities: the same as input; weight: (classes)
        ->  () or, without reduction, one number for each label.

    Derivative: softmax(input) - onehot(target), divided by the batch for the mean.
    Numerics: finite for all finite scores. The mean over no labels at all is NaN.
    Raises: InvalidShape, InvalidType or InvalidIndex if target does not fit; InvalidArgument for
        an option out of range.
    Warns: ChainruleWarning if input was made by softmax or sigmoid, or there is but one class.
    Source: Bridle 1990; label smoothing Szegedy et al. 2016.

    >>> scores = Tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.1, 0.2, 3.0]])
    >>> round(cross_entropy(scores, Tensor([0, 1, 2]).long()).item(), 4)
    0.2489
    """
    check_reduction("cross_entropy", reduction)
    check_smoothing("cross_entropy", label_smoothing)
    check_tensors("cross_entropy", input, target)
    require_floating(input, "cross_entropy")
    if input._node is not None:
        warn_of_origin(
            "cross_entropy",
            input,
            (SOFTMAX, SIGMOID),
            "It takes raw scores and applies softmax itself; done before, it flattens the "
            "gradient. Remove it from the end of the network.",
        )
    shape = input.array.shape
    if len(shape) > 1 and shape[1] == 1:
        warn_caller(
            f"cross_entropy got input of shape {shape}, scores for a single class: its loss is 0 "
            "whatever they are. For yes or no use binary_cross_entropy_with_logits "
            "(nn.BCEWithLogitsLoss), or give the network two outputs."
        )
    options = (ignore_index, reduction, label_smoothing)
    if target.array.shape != shape:
        return apply(
            CROSS_ENTROPY, (input, target, class_weight("cross_entropy", weight, input)), options
        )
    _check_probabilities(target)
    scores, probabilities = operands(input, target)
    inputs = (scores, probabilities, class_weight("cross_entropy", weight, scores))
    return apply(CROSS_ENTROPY_WITH_PROBABILITIES, inputs, options)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> Tensor:
    """Return the mean negative log-likelihood: cross-entropy after ``log_softmax``.

        loss = mean(-input[target])

    Args:
        input: Logarithms of probabilities, as from ``log_softmax``.
        target: Class labels, integers from 0 to classes - 1.
        weight: How much each class counts. The mean divides by the labels' weights.
        ignore_index: Label of samples that do not count.
        reduction: "mean", "sum", or "none" for one loss per label.

    Shape:
        input: (batch, classes), (batch, classes, ...) or (classes); target: the same without the
        axis of classes; weight: (classes)  ->  () or, without reduction, the target's.

    Raises: InvalidShape, InvalidType or InvalidIndex if target does not fit.
    Warns: ChainruleWarning if input was made by softmax or sigmoid.
    """
    check_reduction("nll_loss", reduction)
    check_tensors("nll_loss", input, target)
    require_floating(input, "nll_loss")
    if input._node is not None:
        warn_of_origin(
            "nll_loss",
            input,
            (SOFTMAX, SIGMOID),
            "It takes logarithms of probabilities: use log_softmax, or cross_entropy on raw "
            "scores.",
        )
    inputs = (input, target, class_weight("nll_loss", weight, input))
    return apply(NLL_LOSS, inputs, (ignore_index, reduction))


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Return the mean of what right scores lack of a margin over each of the others.

        loss = mean(weight[target] / classes
                    * sum over j != target of max(margin - input[target] + input[j], 0)^p)

    Args:
        input: Scores.
        target: Class labels, integers from 0 to classes - 1.
        p: 1, or 2 to square what lacks.
        margin: How far ahead the right class is to be, in units of the scores.
        weight: How much each class counts. The mean divides by the number of labels.
        reduction: "mean", "sum", or "none" for one loss per label.

    Shape:
        input: (batch, classes) or (classes); target: (batch) or (); weight: (classes)
        ->  () or, without reduction, the target's.

    Raises: InvalidShape, InvalidType or InvalidIndex if target does not fit; InvalidArgument if p
        is neither 1 nor 2.
    Source: Weston and Watkins 1999; Crammer and Singer 2001.
    """
    check_reduction("multi_margin_loss", reduction)
    check_power("multi_margin_loss", p)
    check_tensors("multi_margin_loss", input, target)
    require_floating(input, "multi_margin_loss")
    inputs = (input, target, class_weight("multi_margin_loss", weight, input))
    return apply(MULTI_MARGIN_LOSS, inputs, (p, margin, reduction))


class CrossEntropyLoss(WeightedLoss):
    """Cross-entropy of raw scores with labels or probabilities; see ``functional.cross_entropy``.

    The network in front of it ends in a linear layer: softmax is part of the loss.

    Args:
        weight: How much each class counts: (classes).
        ignore_index: Label of samples that do not count.
        reduction: "mean", "sum" or "none".
        label_smoothing: Share of the truth, from 0 to 1, that is spread evenly over all classes.

    >>> loss = CrossEntropyLoss()(Tensor([[0.0, 0.0]]), Tensor([1]).long())
    >>> round(loss.item(), 4)
    0.6931
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: Reduction = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, reduction)
        check_smoothing("CrossEntropyLoss", label_smoothing)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return cross_entropy(
            input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing
        )


class NLLLoss(WeightedLoss):
    """Negative log-likelihood, for networks that end in LogSoftmax; see ``functional.nll_loss``.

    Args:
        weight: How much each class counts: (classes).
        ignore_index: Label of samples that do not count.
        reduction: "mean", "sum" or "none".
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(weight, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class MultiMarginLoss(WeightedLoss):
    """Hinge loss of several classes; see ``functional.multi_margin_loss``.

    Args:
        p: 1, or 2 to square what lacks of the margin.
        margin: How far ahead the right class is to be.
        weight: How much each class counts: (classes).
        reduction: "mean", "sum" or "none".
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(weight, reduction)
        check_power("MultiMarginLoss", p)
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return multi_margin_loss(input, target, self.p, self.margin, self.weight, self.reduction)


def class_weight(name: str, weight: Tensor | None, input: TensorCore) -> TensorCore | None:
    """Return class weights in the dtype of the scores."""
    if weight is None:
        return None
    check_weight(name, "weight", weight)
    return cast(weight, input.array.dtype)


def check_smoothing(name: str, label_smoothing: float) -> None:
    """Refuse a share below 0 or above 1."""
    if not 0.0 <= label_smoothing <= 1.0:
        raise InvalidArgument(
            f"{name} got label_smoothing={label_smoothing}: it is a share of the truth, from 0 to "
            "1, e.g. 0.1."
        )


def check_power(name: str, p: int) -> None:
    """Refuse powers other than 1 and 2."""
    if p not in (1, 2):
        raise InvalidArgument(f"{name} got p={p}: it must be 1 or 2.")


def _check_probabilities(target: Tensor) -> None:
    """Refuse a target of the scores' shape that is not of floating-point numbers."""
    kind, shape = target.array.dtype.kind, target.array.shape
    if kind == "f":
        return
    if len(shape) == 1:
        raise InvalidShape(
            f"cross_entropy got input of shape {shape} and labels of the same shape. Input of one "
            f"axis is one sample with a score for each of {shape[0]} classes: expected input of "
            "shape (batch, classes), or one label of shape ()."
        )
    raise InvalidType(
        f"cross_entropy got a target of the input's shape {shape} and dtype {target.array.dtype}: "
        "a target of that shape holds probabilities. Convert one-hot rows to labels with "
        "target.argmax(1), or to probabilities with target.float()."
    )
