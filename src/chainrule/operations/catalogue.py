"""All operations there are, so that tests, documentation and commands can go through them."""

from chainrule.operations.activations import ACTIVATIONS as ACTIVATIONS
from chainrule.operations.arithmetic import ARITHMETIC as ARITHMETIC
from chainrule.operations.comparison import COMPARISONS as COMPARISONS
from chainrule.operations.convolution import CONVOLUTIONS as CONVOLUTIONS
from chainrule.operations.dropout import DROPOUT_OPERATIONS as DROPOUT_OPERATIONS
from chainrule.operations.embedding import EMBEDDINGS as EMBEDDINGS
from chainrule.operations.gated import GATED as GATED
from chainrule.operations.indexing import INDEXING as INDEXING
from chainrule.operations.joining import JOINING as JOINING
from chainrule.operations.linear import LINEAR as LINEAR
from chainrule.operations.losses import LOSS_OPERATIONS as LOSS_OPERATIONS
from chainrule.operations.matmul import MATMUL_OPERATIONS as MATMUL_OPERATIONS
from chainrule.operations.normalization import NORMALIZATIONS as NORMALIZATIONS
from chainrule.operations.operation import Operation
from chainrule.operations.padding import PADDING as PADDING
from chainrule.operations.pointwise import POINTWISE as POINTWISE
from chainrule.operations.pooling import POOLING as POOLING
from chainrule.operations.reductions import REDUCTIONS as REDUCTIONS
from chainrule.operations.shaping import SHAPING as SHAPING
from chainrule.operations.softmax import SOFTMAX_OPERATIONS as SOFTMAX_OPERATIONS

OPERATIONS: tuple[Operation, ...] = (
    *ARITHMETIC,
    *POINTWISE,
    *COMPARISONS,
    *REDUCTIONS,
    *SHAPING,
    *JOINING,
    *INDEXING,
    *PADDING,
    *MATMUL_OPERATIONS,
    LINEAR,
    *CONVOLUTIONS,
    *POOLING,
    *EMBEDDINGS,
    *NORMALIZATIONS,
    *DROPOUT_OPERATIONS,
    *ACTIVATIONS,
    *GATED,
    *SOFTMAX_OPERATIONS,
    *LOSS_OPERATIONS,
)
