"""The kernels: one for every function of ``operations/`` that is not elementwise."""

from collections.abc import Callable
from typing import Any

from chainrule.compiler.kernels.average_pooling import AVERAGE_POOLING_KERNELS
from chainrule.compiler.kernels.batch_normalization import BATCH_NORMALIZATION_KERNELS
from chainrule.compiler.kernels.channel_sums import CHANNEL_SUM_KERNELS
from chainrule.compiler.kernels.convolution import CONVOLUTION_KERNELS
from chainrule.compiler.kernels.cross_entropy import CROSS_ENTROPY_KERNELS
from chainrule.compiler.kernels.embedding import EMBEDDING_KERNELS
from chainrule.compiler.kernels.kernel import Kernel as Kernel
from chainrule.compiler.kernels.kernel import Known
from chainrule.compiler.kernels.linear import LINEAR_KERNELS
from chainrule.compiler.kernels.max_pooling import MAX_POOLING_KERNELS
from chainrule.compiler.kernels.reductions import REDUCTION_KERNELS
from chainrule.compiler.kernels.shaping import SHAPING_KERNELS

KERNELS: tuple[Kernel, ...] = (
    *LINEAR_KERNELS,
    *CONVOLUTION_KERNELS,
    *MAX_POOLING_KERNELS,
    *AVERAGE_POOLING_KERNELS,
    *EMBEDDING_KERNELS,
    *BATCH_NORMALIZATION_KERNELS,
    *CHANNEL_SUM_KERNELS,
    *REDUCTION_KERNELS,
    *SHAPING_KERNELS,
    *CROSS_ENTROPY_KERNELS,
)


def find_kernel(function: Callable[..., Any], known: Known) -> Kernel | None:
    """Return the kernel that does a function's work on these arguments, or None."""
    for kernel in KERNELS:
        if kernel.of is function and kernel.fits(known):
            return kernel
    return None
