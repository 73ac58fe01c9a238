"""Buffer planning: which values share memory."""

from collections.abc import Iterable

from chainrule.compiler.graph import Value
from chainrule.compiler.memory import Buffer, size_of
from chainrule.compiler.schedule import Item, Loop, Meeting, reads_of, writes_of


def plan_buffers(items: list[Item], kept: Iterable[Value]) -> dict[Value, Buffer]:
    """Return a buffer for every computed value that needs memory.

    Two values share one if they have equally many numbers per sample and of the same kind, and
    threads have met since the first was needed: sharing must not make them meet more often.

    Args:
        items: The step, in order, with the meetings it needs anyway.
        kept: Values that are wanted when the step is over.
    """
    last_use: dict[Value, int] = {}
    for position, item in enumerate(items):
        for value in (*reads_of(item), *writes_of(item)):
            last_use[value] = position
    for value in kept:
        last_use[value] = len(items)
    buffers: dict[Value, Buffer] = {}
    pool: list[Buffer] = []
    met = -1
    for position, item in enumerate(items):
        if isinstance(item, Meeting):
            met = position
        for value in writes_of(item):
            if value.role != "computed" or value in buffers:
                continue
            if isinstance(item, Loop) and value in item.local:
                continue
            buffer = _free(pool, value, met)
            if buffer is None:
                buffer = Buffer(value.shape, value.dtype)
                pool.append(buffer)
            buffer.free_after = last_use[value]
            buffers[value] = buffer
    return buffers


def _free(pool: list[Buffer], value: Value, met: int) -> Buffer | None:
    """Return a buffer of the right size whose value nobody has needed since threads have met."""
    for buffer in pool:
        if (
            buffer.free_after < met
            and buffer.dtype == value.dtype
            and size_of(buffer.shape, 1) == size_of(value.shape, 1)
            and size_of(buffer.shape, 2) == size_of(value.shape, 2)
        ):
            return buffer
    return None
