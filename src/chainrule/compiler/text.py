"""Lines of Python as they are written."""

import textwrap
from collections.abc import Iterable

INDENT = "    "
LINE_LENGTH = 100


def indented(lines: Iterable[str], depth: int) -> list[str]:
    """Return lines moved to the right."""
    return [INDENT * depth + line if line else "" for line in lines]


def broken(line: str) -> list[str]:
    """Return a call as several lines if it is too long for one; its comment goes before it.

    >>> broken("    add(first, second)  # a sum")
    ['    add(first, second)  # a sum']
    """
    if len(line) <= LINE_LENGTH:
        return [line]
    code, _, comment = line.partition("  # ")
    indent = code[: len(code) - len(code.lstrip())]
    before = textwrap.wrap(comment, LINE_LENGTH - len(indent) - 2)
    lines = [f"{indent}# {part}" for part in before]
    name, bracket, arguments = code.partition("(")
    if len(code) <= LINE_LENGTH or not arguments.endswith(")"):
        return [*lines, code]
    width = LINE_LENGTH - len(indent) - len(INDENT)
    parts = textwrap.wrap(f"{arguments[:-1]},", width, break_long_words=False)
    return [
        *lines,
        f"{name}{bracket}",
        *(f"{indent}{INDENT}{part}" for part in parts),
        f"{indent})",
    ]
