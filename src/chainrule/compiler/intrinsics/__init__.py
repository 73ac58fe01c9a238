"""The primitives in machine code: arrays on given memory, threads that meet, matrix products.

Imports Numba, and is imported only when something is to be compiled.
"""

from typing import Any

from numba import njit

from chainrule.compiler import primitives
from chainrule.compiler.intrinsics.functions import FUNCTIONS, numpy_with
from chainrule.compiler.intrinsics.products import matrix_product as matrix_product
from chainrule.compiler.intrinsics.threads import TEAM as TEAM
from chainrule.compiler.intrinsics.threads import in_numpy, meet, share
from chainrule.compiler.intrinsics.tiles import TILED as TILED
from chainrule.compiler.intrinsics.tiles import narrow_product as narrow_product
from chainrule.compiler.intrinsics.tiles import tiled_product as tiled_product
from chainrule.compiler.intrinsics.turning import turning as turning
from chainrule.compiler.intrinsics.views import COLUMN_MAJOR as COLUMN_MAJOR
from chainrule.compiler.intrinsics.views import ROW_MAJOR as ROW_MAJOR
from chainrule.compiler.intrinsics.views import array_on_memory as array_on_memory
from chainrule.compiler.intrinsics.views import as_matrix, block, flat, line
from chainrule.compiler.intrinsics.views import as_table as as_table
from chainrule.compiler.intrinsics.views import table_of as table_of
from chainrule.compiler.numba_options import OPTIONS
from chainrule.operations import numbers


@njit(**OPTIONS)
def select(condition, chosen, otherwise):
    return chosen if condition else otherwise


FORMS: dict[Any, Any] = {
    primitives.share: share,
    numbers.select: select,
    primitives.meet: meet,
    primitives.in_numpy: in_numpy,
    primitives.flat: flat,
    primitives.as_matrix: as_matrix,
    primitives.line: line,
    primitives.block: block,
    **FUNCTIONS,
}
"""Primitive -> its form in machine code."""

NUMPY = numpy_with(FUNCTIONS)
"""What programs know as ``np``."""
