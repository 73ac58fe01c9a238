"""Losses of predicted probabilities: binary cross-entropy and Kullback–Leibler divergence."""

import numpy as np

from chainrule.array_types import Number
from chainrule.operations.numbers import logistic, select
from chainrule.operations.operation import REAL, UNIT, Elementwise, Example, default_examples

SMALLEST_LOGARITHM = -100.0
"""Where the logarithm of a probability is cut off, as in PyTorch: log(0) is minus infinity."""

SMALLEST_VARIANCE = 1e-12
"""Least p (1 - p) that a gradient is divided by, as in PyTorch."""


def binary_cross_entropy(input: Number, target: Number) -> Number:
    """Take the surprise at the target when ``input`` was the probability given to 1.

        y = -(target * log(input) + (1 - target) * log(1 - input))

    Each logarithm is cut off at -100: certainty in the wrong answer costs 100, not infinity.

    Derivative: (input - target) / (input (1 - input)), the denominator cut off at 1e-12;
    for the target log(1 - input) - log(input), cut off like the loss itself.

    >>> round(float(binary_cross_entropy(np.array(0.8), np.array(1.0))), 4)
    0.2231
    """
    return (target - 1.0) * np.maximum(np.log1p(-input), SMALLEST_LOGARITHM) - target * np.maximum(
        np.log(input), SMALLEST_LOGARITHM
    )


def binary_cross_entropy_backward_input(gradient: Number, input: Number, target: Number) -> Number:
    """Return dL/dinput = dL/dy * (input - target) / (input (1 - input))."""
    return gradient * (input - target) / np.maximum((1.0 - input) * input, SMALLEST_VARIANCE)


def binary_cross_entropy_backward_target(gradient: Number, input: Number) -> Number:
    """Return dL/dtarget = dL/dy * (log(1 - input) - log(input))."""
    return gradient * (
        np.maximum(np.log1p(-input), SMALLEST_LOGARITHM)
        - np.maximum(np.log(input), SMALLEST_LOGARITHM)
    )


def binary_cross_entropy_with_logits(input: Number, target: Number) -> Number:
    """Take the binary cross-entropy of sigmoid(input), exact and finite however large the score.

        y = max(input, 0) - input * target + log(1 + exp(-|input|))

    Derivative: sigmoid(input) - target; for the target -input.

    >>> binary_cross_entropy_with_logits(np.array([-1000.0, 1000.0]), np.array([1.0, 1.0]))
    array([1000.,    0.])
    """
    return np.maximum(input, 0.0) - input * target + np.log1p(np.exp(-np.abs(input)))


def binary_cross_entropy_with_logits_backward_input(
    gradient: Number, input: Number, target: Number
) -> Number:
    """Return dL/dinput = dL/dy * (sigmoid(input) - target)."""
    return gradient * (logistic(input) - target)


def binary_cross_entropy_with_logits_backward_target(gradient: Number, input: Number) -> Number:
    """Return dL/dtarget = -dL/dy * input."""
    return -gradient * input


def weighted_binary_cross_entropy_with_logits(
    input: Number, target: Number, pos_weight: Number
) -> Number:
    """Take the binary cross-entropy of sigmoid(input), positive targets counted pos_weight times.

        y = pos_weight * target * softplus(-input) + (1 - target) * softplus(input)

    with softplus(x) = log(1 + exp(x)) = -log(1 - sigmoid(x)).

    Derivative: (1 - target) sigmoid(input) - pos_weight * target * sigmoid(-input);
    for the target pos_weight * softplus(-input) - softplus(input).
    """
    common = np.log1p(np.exp(-np.abs(input)))
    return pos_weight * target * (np.maximum(-input, 0.0) + common) + (1.0 - target) * (
        np.maximum(input, 0.0) + common
    )


def weighted_binary_cross_entropy_with_logits_backward_input(
    gradient: Number, input: Number, target: Number, pos_weight: Number
) -> Number:
    """Return dL/dinput; sigmoid(-input) is taken by itself, 1 - sigmoid(input) would cancel."""
    return gradient * ((1.0 - target) * logistic(input) - pos_weight * target * logistic(-input))


def weighted_binary_cross_entropy_with_logits_backward_target(
    gradient: Number, input: Number, pos_weight: Number
) -> Number:
    """Return dL/dtarget = dL/dy * (pos_weight * softplus(-input) - softplus(input))."""
    common = np.log1p(np.exp(-np.abs(input)))
    return gradient * (
        pos_weight * (np.maximum(-input, 0.0) + common) - (np.maximum(input, 0.0) + common)
    )


def kl_div(input: Number, target: Number) -> Number:
    """Take each outcome's share of the divergence of a prediction from the true distribution.

        y = target * (log(target) - input), and -target * input = 0 for target 0

    Args:
        input: Logarithms of the predicted probabilities.
        target: The true probabilities.

    Derivative: -target; for the target log(target) + 1 - input.
    Source: Kullback and Leibler 1951.
    """
    return select(target == 0, 0.0, target * np.log(target)) - target * input


def kl_div_backward_input(gradient: Number, target: Number) -> Number:
    """Return dL/dinput = -dL/dy * target."""
    return -gradient * target


def kl_div_backward_target(gradient: Number, input: Number, target: Number) -> Number:
    """Return dL/dtarget = dL/dy * (log(target) + 1 - input)."""
    return gradient * (np.log(target) + 1.0 - input)


def kl_div_log_target(input: Number, target: Number) -> Number:
    """Take the same shares when the target, too, is given by its logarithm.

        y = exp(target) * (target - input)

    Derivative: -exp(target); for the target exp(target) * (target - input + 1).
    """
    return np.exp(target) * (target - input)


def kl_div_log_target_backward_input(gradient: Number, target: Number) -> Number:
    """Return dL/dinput = -dL/dy * exp(target)."""
    return -gradient * np.exp(target)


def kl_div_log_target_backward_target(gradient: Number, input: Number, target: Number) -> Number:
    """Return dL/dtarget = dL/dy * exp(target) * (target - input + 1)."""
    return gradient * (np.exp(target) * (target - input + 1.0))


BINARY_CROSS_ENTROPY = Elementwise(
    "binary_cross_entropy",
    binary_cross_entropy,
    (binary_cross_entropy_backward_input, binary_cross_entropy_backward_target),
    source="Good 1952, the logarithmic score; limits of the logarithm as in PyTorch.",
    domain=(UNIT, UNIT),
)
BINARY_CROSS_ENTROPY_WITH_LOGITS = Elementwise(
    "binary_cross_entropy_with_logits",
    binary_cross_entropy_with_logits,
    (
        binary_cross_entropy_with_logits_backward_input,
        binary_cross_entropy_with_logits_backward_target,
    ),
    source="Cox 1958, logistic regression.",
    domain=(REAL, UNIT),
    examples=(
        *default_examples(2),
        Example((np.array([-1e4, 1e4, -40.0, 0.0]), np.array([0.0, 1.0, 1.0, 0.5]))),
    ),
)
WEIGHTED_BINARY_CROSS_ENTROPY_WITH_LOGITS = Elementwise(
    "weighted_binary_cross_entropy_with_logits",
    weighted_binary_cross_entropy_with_logits,
    (
        weighted_binary_cross_entropy_with_logits_backward_input,
        weighted_binary_cross_entropy_with_logits_backward_target,
        None,
    ),
    source="King and Zeng 2001, weighting for rare events.",
    domain=(REAL, UNIT, UNIT),
    examples=(
        *default_examples(3),
        Example((np.array([-1e4, 1e4, -40.0]), np.array([0.0, 1.0, 1.0]), np.array([2.0]))),
    ),
)
KL_DIV = Elementwise(
    "kl_div",
    kl_div,
    (kl_div_backward_input, kl_div_backward_target),
    source="Kullback and Leibler 1951, On information and sufficiency.",
    domain=(REAL, UNIT),
)
KL_DIV_LOG_TARGET = Elementwise(
    "kl_div_log_target",
    kl_div_log_target,
    (kl_div_log_target_backward_input, kl_div_log_target_backward_target),
    source="Kullback and Leibler 1951, On information and sufficiency.",
)
