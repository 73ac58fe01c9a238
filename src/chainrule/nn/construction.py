"""Building modules around numbers that exist already, as when a model is loaded from its file.

Inside ``without_values`` new parameters get no first values, because they would be overwritten at
once, and no more memory than was granted: sizes from a file cannot fill the machine.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from chainrule.array_types import Shape
from chainrule.errors import InvalidArgument


class _Construction(threading.local):
    """What holds for the modules made by one thread."""

    elements_left: int | None = None  # None: modules are made as usual


_construction = _Construction()


@contextmanager
def without_values(max_elements: int) -> Iterator[None]:
    """Have the modules made in this block keep whatever numbers their memory happens to hold.

    Args:
        max_elements: How many numbers their parameters and buffers may have together.
    """
    outer = _construction.elements_left
    _construction.elements_left = max_elements
    try:
        yield
    finally:
        _construction.elements_left = outer


def needs_values() -> bool:
    """Return whether new parameters are to be given first values.

    >>> needs_values()
    True
    """
    return _construction.elements_left is None


def account_for(shape: Shape) -> None:
    """Count a new parameter or buffer against what was granted.

    Raises:
        InvalidArgument: if it would be more.
    """
    if _construction.elements_left is None:
        return
    count = 1
    for length in shape:
        count *= length
    if count > _construction.elements_left:
        raise InvalidArgument(
            f"A tensor of shape {shape} has more than the {_construction.elements_left} numbers "
            "that are left for it."
        )
    _construction.elements_left -= count
