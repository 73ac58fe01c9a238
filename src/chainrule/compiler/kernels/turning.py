"""A table in the other order: for products that want it so."""

from chainrule.array_types import Array
from chainrule.compiler.kernels.kernel import Kernel
from chainrule.compiler.primitives import Team, share, turn


def turned(x: Array, y: Array) -> None:
    """Copy a table."""
    y[...] = x


def turn_units(x: Array, y: Array, team: Team) -> None:
    """Copy a table stored by columns into one stored by rows."""
    first, last = share(x.shape[1], team)
    turn(x[:, first:last], y[:, first:last])


def turn_samples(x: Array, y: Array, team: Team) -> None:
    """Copy a table stored by rows into one stored by columns."""
    first, last = share(x.shape[0], team)
    turn(x[first:last], y[first:last])


TO_ROWS = Kernel(turned, turn_units, {"x": 1, "y": 1})
TO_COLUMNS = Kernel(turned, turn_samples, {"x": 0, "y": 0})
