"""All normalisation operations, to go through."""

from chainrule.operations.batch_normalization import BATCH_NORM
from chainrule.operations.group_normalization import GROUP_NORM
from chainrule.operations.layer_normalization import LAYER_NORM
from chainrule.operations.operation import Operation

NORMALIZATIONS: tuple[Operation, ...] = (BATCH_NORM, LAYER_NORM, GROUP_NORM)
