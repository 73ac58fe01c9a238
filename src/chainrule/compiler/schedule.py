"""The order of work inside a step: formulas fused into loops, and where the threads must meet.

Neighbouring formulas of the same shape become one loop nest; what only they exchange never goes
through memory. Every array is worked on in shares, one per thread, cut along one axis. Threads meet
only where one reads, or overwrites, what another one's share holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from chainrule.compiler.extent import Extents
from chainrule.compiler.graph import Call, Graph, Value, is_table
from chainrule.compiler.memory import Buffer

WHOLE = None
"""Instead of an axis: every thread touches all of it."""


@dataclass(eq=False)
class Loop:
    """Formulas applied to all elements of one shape.

    Attributes:
        calls: In order.
        shape: Of all they write.
        local: Values that only these calls need: they stay in registers.
    """

    calls: list[Call]
    shape: Extents
    local: set[Value] = field(default_factory=set)

    def results(self) -> list[Value]:
        """Return the values that others need."""
        return [v for call in self.calls for v in call.outputs if v not in self.local]


@dataclass(eq=False)
class LearnedInBlocks:
    """The gradient of a weight, and the update that uses it up, a few rows at a time.

    Attributes:
        derivative: The call that gives the gradient.
        update: The call that learns from it.
        rows: How many make a block.
    """

    derivative: Call
    update: Call
    rows: int

    @property
    def calls(self) -> tuple[Call, Call]:
        """Both, in order."""
        return self.derivative, self.update


@dataclass(frozen=True)
class Meeting:
    """All threads wait for each other."""


Item: TypeAlias = "Call | Loop | LearnedInBlocks | Meeting"


def fuse(graph: Graph) -> list[Item]:
    """Return the calls with neighbouring formulas of the same shape gathered into loops."""
    items: list[Item] = []
    for call in graph.calls:
        if not call.is_elementwise:
            items.append(call)
            continue
        shape = call.outputs[0].shape
        last = items[-1] if items else None
        if isinstance(last, Loop) and last.shape == shape and last.calls[0].phase == call.phase:
            last.calls.append(call)
        else:
            items.append(Loop([call], shape))
    readers: dict[Value, set[int]] = {}
    for position, item in enumerate(items):
        for value in reads_of(item):
            readers.setdefault(value, set()).add(position)
    wanted = {*graph.results(), *graph.gradients.values()}
    for position, item in enumerate(items):
        if isinstance(item, Loop):
            item.local = {
                value
                for value in writes_of(item)
                if readers.get(value, set()) <= {position} and value not in wanted
            }
    return items


def reads_of(item: Item) -> Iterator[Value]:
    """Yield what a call or a loop reads."""
    if isinstance(item, Call):
        yield from item.reads()
    elif isinstance(item, (Loop, LearnedInBlocks)):
        for call in item.calls:
            yield from call.reads()


def writes_of(item: Item) -> Iterator[Value]:
    """Yield what a call or a loop writes."""
    if isinstance(item, Call):
        yield from item.outputs
    elif isinstance(item, (Loop, LearnedInBlocks)):
        for call in item.calls:
            yield from call.outputs


def outer_axis(shape: Extents) -> int:
    """Return the axis along which computed values are cut into the threads' shares.

    Tables are cut into units, all other arrays along their first axis.
    """
    return 1 if is_table(shape) else 0


def cuts(item: Item) -> Iterator[tuple[Value, int | None, bool]]:
    """Yield each value an item touches, the axis of the shares, and whether it is written."""
    if isinstance(item, Loop):
        axis = outer_axis(item.shape)
        for value in reads_of(item):
            if value not in item.local:
                yield value, _aligned(value.shape, item.shape, axis), False
        for value in writes_of(item):
            if value not in item.local:
                yield value, axis, True
    elif isinstance(item, LearnedInBlocks):
        for call in item.calls:
            yield from cuts(call)
    elif isinstance(item, Call):
        for name, argument in item.arguments.items():
            for value in argument if isinstance(argument, tuple) else (argument,):
                if isinstance(value, Value):
                    yield value, _axis(_cut_of(item, name), value), False
        for name, value in item.written.items():
            yield value, _axis(_cut_of(item, name), value), True


def _cut_of(call: Call, name: str) -> int | None:
    return None if call.kernel is None else call.kernel.cut.get(name)


def _axis(axis: int | None, value: Value) -> int | None:
    return WHOLE if axis is None else axis % max(len(value.shape), 1)


def _aligned(shape: Extents, loop: Extents, axis: int) -> int | None:
    """Return the axis of a repeated input that goes along with the loop's, if it is as long."""
    own = axis - (len(loop) - len(shape))
    return own if 0 <= own < len(shape) and shape[own] == loop[axis] else WHOLE


def place_meetings(items: list[Item], buffers: dict[Value, Buffer]) -> list[Item]:
    """Return the items with meetings where one thread needs what another one did or still needs.

    Args:
        items: In order.
        buffers: Value -> the memory it lives in, for those that share memory.
    """
    result: list[Item] = []
    written: dict[object, tuple[Value, int | None]] = {}
    read: dict[object, set[tuple[Value, int | None]]] = {}
    for item in items:
        touched = [(buffers.get(v, v), v, axis, writes) for v, axis, writes in cuts(item)]
        if any(_collides(*touch, written, read) for touch in touched):
            result.append(Meeting())
            written.clear()
            read.clear()
        for place, value, axis, writes in touched:
            if writes:
                written[place] = (value, axis)
            else:
                read.setdefault(place, set()).add((value, axis))
        result.append(item)
    return result


def _collides(
    place: object,
    value: Value,
    axis: int | None,
    writes: bool,
    written: dict[object, tuple[Value, int | None]],
    read: dict[object, set[tuple[Value, int | None]]],
) -> bool:
    """Return whether another thread may be at this memory in another share since they last met."""
    mine = (value, axis)
    before = written.get(place)
    if before is not None and (before != mine or axis is WHOLE):
        return True
    return writes and any(other != mine or axis is WHOLE for other in read.get(place, ()))
