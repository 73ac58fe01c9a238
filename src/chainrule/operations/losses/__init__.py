"""Losses: how far an output is from its target.

Losses of single numbers are elementwise operations, and their sum or mean is an operation of its
own: the two meet in the graph, where each can be seen, and a compiler fuses them without help.
Losses of whole rows of scores (labels choose one score of a row, and weights and labels to be
ignored decide what the mean divides by) are one operation with its reduction inside.

To add one: write its record, and its line in LOSS_OPERATIONS.
"""

from chainrule.operations.losses.cross_entropy import CROSS_ENTROPY as CROSS_ENTROPY
from chainrule.operations.losses.margin import HINGE_EMBEDDING_LOSS as HINGE_EMBEDDING_LOSS
from chainrule.operations.losses.margin import MULTI_MARGIN_LOSS as MULTI_MARGIN_LOSS
from chainrule.operations.losses.margin import SOFT_MARGIN_LOSS as SOFT_MARGIN_LOSS
from chainrule.operations.losses.nll import NLL_LOSS as NLL_LOSS
from chainrule.operations.losses.probabilities import BINARY_CROSS_ENTROPY as BINARY_CROSS_ENTROPY
from chainrule.operations.losses.probabilities import (
    BINARY_CROSS_ENTROPY_WITH_LOGITS as BINARY_CROSS_ENTROPY_WITH_LOGITS,
)
from chainrule.operations.losses.probabilities import KL_DIV as KL_DIV
from chainrule.operations.losses.probabilities import KL_DIV_LOG_TARGET as KL_DIV_LOG_TARGET
from chainrule.operations.losses.probabilities import (
    WEIGHTED_BINARY_CROSS_ENTROPY_WITH_LOGITS as WEIGHTED_BINARY_CROSS_ENTROPY_WITH_LOGITS,
)
from chainrule.operations.losses.regression import HUBER_LOSS as HUBER_LOSS
from chainrule.operations.losses.regression import L1_LOSS as L1_LOSS
from chainrule.operations.losses.regression import MSE_LOSS as MSE_LOSS
from chainrule.operations.losses.regression import SMOOTH_L1_LOSS as SMOOTH_L1_LOSS
from chainrule.operations.losses.soft_cross_entropy import (
    CROSS_ENTROPY_WITH_PROBABILITIES as CROSS_ENTROPY_WITH_PROBABILITIES,
)
from chainrule.operations.operation import Operation

LOSS_OPERATIONS: tuple[Operation, ...] = (
    MSE_LOSS,
    L1_LOSS,
    SMOOTH_L1_LOSS,
    HUBER_LOSS,
    BINARY_CROSS_ENTROPY,
    BINARY_CROSS_ENTROPY_WITH_LOGITS,
    WEIGHTED_BINARY_CROSS_ENTROPY_WITH_LOGITS,
    KL_DIV,
    KL_DIV_LOG_TARGET,
    HINGE_EMBEDDING_LOSS,
    SOFT_MARGIN_LOSS,
    MULTI_MARGIN_LOSS,
    NLL_LOSS,
    CROSS_ENTROPY,
    CROSS_ENTROPY_WITH_PROBABILITIES,
)
