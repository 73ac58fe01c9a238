"""A long step as several functions, so that compiling it takes time in proportion to its length.

Layers that are alike, with the formulas around them, become calls of the same function.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from chainrule.compiler.emit import array_text
from chainrule.compiler.graph import Value
from chainrule.compiler.schedule import Item, Loop, Meeting, reads_of, writes_of
from chainrule.compiler.text import indented

LONGEST_WHOLE = 60  # items of a step that is compiled as one function
SHORTEST_PART = 12  # items; a part ends with the next meeting of the threads ...
LONGEST_PART = 24  # ... or here
COMMON = ("table", "n", "counter", "numbers", "key", "caller", "team")
"""What every part is given, before the positions of its arrays in the table."""


@dataclass(frozen=True)
class Parts:
    """A step in parts.

    Attributes:
        functions: Their definitions.
        calls: The calls that make up the step.
    """

    functions: list[str]
    calls: list[str]


def in_parts(
    items: list[Item], lines_of: Callable[[list[Item]], list[str]], positions: dict[Value, int]
) -> Parts:
    """Return a step as calls of functions, each of a few items.

    Args:
        items: The step.
        lines_of: Gives the statements of some items.
        positions: Value -> where in the table the address of its array is.
    """
    names: dict[str, str] = {}
    calls: list[str] = []
    for part in cut(items):
        values = arrays_of(part)
        local = [v for item in part if isinstance(item, Loop) for v in item.local]
        short = {v.name: f"v{number}" for number, v in enumerate([*values, *local])}
        arrays = [
            f"{short[value.name]} = {array_text(value, f'table[p{number}]')}"
            for number, value in enumerate(values)
        ]
        body = [*arrays, *(renamed(line, short) for line in lines_of(part))]
        parameters = ", ".join([*COMMON, *(f"p{number}" for number in range(len(values)))])
        text = "\n".join([f"({parameters}):", *indented(filter(None, body), 1)])
        name = names.setdefault(text, f"part_{len(names) + 1}")
        places = ", ".join([*COMMON, *(str(positions[value]) for value in values)])
        calls.append(f"{name}({places})")
    return Parts([f"def {name}{text}\n" for text, name in names.items()], calls)


def cut(items: list[Item]) -> list[list[Item]]:
    """Return the items in runs, which end with a meeting where there is one."""
    parts: list[list[Item]] = [[]]
    for item in items:
        parts[-1].append(item)
        shortest = SHORTEST_PART if isinstance(item, Meeting) else LONGEST_PART
        if len(parts[-1]) >= shortest:
            parts.append([])
    return [part for part in parts if part]


def arrays_of(part: list[Item]) -> list[Value]:
    """Return the values with memory that a part touches, in order."""
    seen: dict[Value, None] = {}
    for item in part:
        local = item.local if isinstance(item, Loop) else ()
        touched = (*reads_of(item), *writes_of(item))
        seen.update(dict.fromkeys(value for value in touched if value not in local))
    return list(seen)


def renamed(line: str, names: dict[str, str]) -> str:
    """Return a statement under other names and without its comment.

    >>> renamed("relu(x_1, x)  # x", {"x": "v0", "x_1": "v1"})
    'relu(v1, v0)'
    """
    code = line.partition("  # ")[0]
    if code.lstrip().startswith("#"):
        return ""
    return re.sub(r"\b[A-Za-z_]\w*", lambda found: names.get(found[0], found[0]), code)
