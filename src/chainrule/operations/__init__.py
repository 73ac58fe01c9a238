"""What an operation is: value, derivative, shape rule, domain, kinks and source.

``OPERATIONS`` lists all of them, and tuples such as ``ACTIVATIONS`` those of one kind. They are put
together when first asked for, so that a program loads only the operations it uses.
"""

import importlib
from typing import TYPE_CHECKING, Any

from chainrule.operations.operation import Elementwise as Elementwise
from chainrule.operations.operation import Example as Example
from chainrule.operations.operation import Integers as Integers
from chainrule.operations.operation import Operation as Operation

if TYPE_CHECKING:
    from chainrule.operations.catalogue import ACTIVATIONS as ACTIVATIONS
    from chainrule.operations.catalogue import ARITHMETIC as ARITHMETIC
    from chainrule.operations.catalogue import COMPARISONS as COMPARISONS
    from chainrule.operations.catalogue import CONVOLUTIONS as CONVOLUTIONS
    from chainrule.operations.catalogue import DROPOUT_OPERATIONS as DROPOUT_OPERATIONS
    from chainrule.operations.catalogue import EMBEDDINGS as EMBEDDINGS
    from chainrule.operations.catalogue import GATED as GATED
    from chainrule.operations.catalogue import INDEXING as INDEXING
    from chainrule.operations.catalogue import JOINING as JOINING
    from chainrule.operations.catalogue import LINEAR as LINEAR
    from chainrule.operations.catalogue import LOSS_OPERATIONS as LOSS_OPERATIONS
    from chainrule.operations.catalogue import MATMUL_OPERATIONS as MATMUL_OPERATIONS
    from chainrule.operations.catalogue import NORMALIZATIONS as NORMALIZATIONS
    from chainrule.operations.catalogue import OPERATIONS as OPERATIONS
    from chainrule.operations.catalogue import PADDING as PADDING
    from chainrule.operations.catalogue import POINTWISE as POINTWISE
    from chainrule.operations.catalogue import POOLING as POOLING
    from chainrule.operations.catalogue import REDUCTIONS as REDUCTIONS
    from chainrule.operations.catalogue import SHAPING as SHAPING
    from chainrule.operations.catalogue import SOFTMAX_OPERATIONS as SOFTMAX_OPERATIONS


def __getattr__(name: str) -> Any:
    """Return one of the tuples in the catalogue, which are the names in capitals."""
    if not name.isupper():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.catalogue"), name)
