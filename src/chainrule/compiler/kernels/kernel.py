"""What a kernel is: the loops that do the work of one function that is not elementwise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from chainrule.compiler.extent import Extents
from chainrule.operations.operation import parameter_names

TEAM = "team"
RESULT = "result"
BY_ROWS, BY_COLUMNS = "rows", "columns"

Known: TypeAlias = Mapping[str, Any]
"""What is known of a call, by name: an object with ``shape`` for an array, options as they are."""


def always(known: Known) -> bool:
    """Fit every call."""
    del known
    return True


@dataclass(frozen=True)
class Kernel:
    """Loops that a team of threads runs in place of a NumPy function.

    Args:
        of: The function of ``operations/`` whose work it does.
        function: ``function(*arguments, team)``, in plain Python that Numba compiles. It names what
            it reads as the operation does: inputs, options, what was saved, ``gradient``. What it
            writes is called as the operation calls it, ``y`` for the output and the names of what
            is saved; a derivative is called ``result``. It need not take or write everything.
        cut: Name -> the axis along which each thread reads or writes its own share. What is not
            listed is read, or written, as a whole.
        scratch: Name -> a function of what is known that returns the shape of memory needed only
            while the kernel runs.
        derived: Name -> a function of what is known that returns a number, or an extent, which the
            kernel takes under that name.
        fits: Whether the kernel can do a call. Of several kernels of one function the first that
            fits is taken.
        orders: Name -> the order in which a table is best stored for it, where it may be either.
        in_blocks: Whether it does the same work a few rows of its result at a time, given the parts
            of what it reads that ``cut`` says.
    """

    of: Callable[..., Any]
    function: Callable[..., None]
    cut: dict[str, int]
    scratch: dict[str, Callable[[Known], Extents]] = field(default_factory=dict)
    derived: dict[str, Callable[[Known], Any]] = field(default_factory=dict)
    fits: Callable[[Known], bool] = always
    orders: dict[str, str] = field(default_factory=dict)
    in_blocks: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of what it takes, without the team."""
        names = parameter_names(self.function)
        return tuple(name for name in names if name != TEAM)
