"""Formulas as loops over arrays, in Python."""

from typing import Any

import numpy as np

from chainrule.compiler.extent import Extent
from chainrule.compiler.graph import RUN_KEY, Place, Value
from chainrule.compiler.memory import size_of
from chainrule.compiler.schedule import Loop, outer_axis
from chainrule.compiler.text import INDENT

AXES = ("i", "j", "k", "l", "m", "o")


def loop_lines(loop: Loop) -> list[str]:
    """Return a loop nest around formulas.

    The outer loop goes over the thread's own share. Of an array with many axes, all but the first
    are gone through as one: long inner loops are quick ones.
    """
    shape = loop.shape or (Extent(1),)
    if is_flat(loop):
        heads = [f"for i in own({shape[0]}, team):", f"for j in range({width_of(loop)}):"]
    else:
        outer = outer_axis(shape)
        order = [outer, *(axis for axis in range(len(shape)) if axis != outer)]
        heads = [f"for {AXES[outer]} in own({shape[outer]}, team):"]
        heads += [f"for {AXES[axis]} in range({shape[axis]}):" for axis in order[1:]]
    heads[0] += f"  # {', '.join(map(str, loop.results()))}"
    lines = [INDENT * depth + head for depth, head in enumerate(heads)]
    for call in loop.calls:
        [output] = call.outputs
        texts = [operand(argument, loop) for argument in call.arguments.values()]
        target = output.name if output in loop.local else element(output, loop)
        body = f"{target} = {call.function.__name__}({', '.join(texts)})"
        lines.append(f"{INDENT * len(heads)}{body}")
    return lines


def is_flat(loop: Loop) -> bool:
    """Return whether all axes but the first can be gone through as one."""
    values = [value for call in loop.calls for value in (*call.reads(), *call.outputs)]
    return (
        len(loop.shape) > 2
        and not any(extent.per_sample for extent in loop.shape[1:])
        and all(value.shape in (loop.shape, ()) for value in values)
    )


def width_of(loop: Loop) -> int:
    """Return how many numbers there are for each position along the first axis."""
    return size_of(loop.shape[1:], 1)


def operand(argument: Any, loop: Loop) -> str:
    """Return an argument of a formula as source."""
    if isinstance(argument, Value):
        return argument.name if argument in loop.local else element(argument, loop)
    if argument is RUN_KEY:
        return "key"
    if isinstance(argument, Place):
        offset = f"{argument.offset} + " if str(argument.offset) != "0" else ""
        return f"uint64(counter + {offset}{place_in(loop)})"
    if isinstance(argument, Extent):
        return f"real({argument})"
    if isinstance(argument, np.unsignedinteger):
        return f"uint64({int(argument)})"
    if isinstance(argument, float):
        return f"real({argument!r})"
    return repr(argument)


def place_in(loop: Loop) -> str:
    """Return the number of an element among all, in the order of an array by rows."""
    if is_flat(loop):
        return f"i * {width_of(loop)} + j"
    index = AXES[0]
    for axis, extent in enumerate(loop.shape[1:], start=1):
        before = f"({index})" if axis > 1 else index
        index = f"{before} * {extent} + {AXES[axis]}"
    return index


def element(value: Value, loop: Loop) -> str:
    """Return one element of an array, which may be repeated along some axes."""
    if is_flat(loop) and value.shape:
        width = width_of(loop)
        return f"line({value.name}, i * {width}, {width})[j]"
    shape = value.shape or (Extent(1),)
    skipped = len(loop.shape or (Extent(1),)) - len(shape)
    around = loop.shape or (Extent(1),)
    indices = [
        "0" if extent == Extent(1) and around[axis + skipped] != extent else AXES[axis + skipped]
        for axis, extent in enumerate(shape)
    ]
    return f"{value.name}[{', '.join(indices)}]"
