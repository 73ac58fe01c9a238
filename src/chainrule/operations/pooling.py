"""All pooling operations, to go through."""

from chainrule.operations.adaptive_pooling import ADAPTIVE_AVG_POOL1D, ADAPTIVE_AVG_POOL2D
from chainrule.operations.average_pooling import AVG_POOL1D, AVG_POOL2D
from chainrule.operations.max_pooling import MAX_POOL1D, MAX_POOL2D
from chainrule.operations.operation import Operation

POOLING: tuple[Operation, ...] = (
    MAX_POOL1D,
    MAX_POOL2D,
    AVG_POOL1D,
    AVG_POOL2D,
    ADAPTIVE_AVG_POOL1D,
    ADAPTIVE_AVG_POOL2D,
)
