"""Items: what each box of a graph picture stands for, and the lines of text that say so."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from chainrule.array_types import Array
from chainrule.explain.drawing.diagram import Line
from chainrule.explain.drawing.number_text import array_rows, number_text, shape_text
from chainrule.explain.drawing.text_width import shortened
from chainrule.explain.drawing.theme import Role

MAX_TITLE = 60  # characters
MAX_DETAIL = 60
SEPARATOR = " · "


@dataclass(frozen=True, eq=False)
class Item:
    """What one box stands for.

    Attributes:
        role: Of the box.
        title: Name of the operation, module or leaf.
        path: Of the module it belongs to; empty where that says nothing.
        array: The result, or the leaf's numbers.
        gradient: Of the result; None where none was asked for or none flows.
        note: What else is to be said in a few words.
        num_parameters: Of a module; None for everything else.
        repeated: The items of one round, for layers that come several times in a row.
        count: How many rounds there are.
    """

    role: Role
    title: str
    path: str
    array: Array
    gradient: Array | None = None
    note: str = ""
    num_parameters: int | None = None
    repeated: "tuple[Item, ...]" = field(default=())
    count: int = 1

    @property
    def signature(self) -> tuple[object, ...]:
        """What two items must have in common to be rounds of the same."""
        return self.role, self.title, self.array.shape, self.num_parameters, self.note


def lines_of(item: Item, values: bool) -> tuple[Line, ...]:
    """Return the text of an item's box, with the numbers where asked for."""
    if item.repeated:
        return tuple(_repeated_lines(item))
    title = f"{item.path}: {item.title}" if item.path else item.title
    lines = [Line(shortened(title, MAX_TITLE), "title")]
    detail = _detail(item)
    if detail:
        lines.append(Line(shortened(detail, MAX_DETAIL)))
    is_said = item.role == "constant"  # the title of a constant is its value
    return (*lines, *_number_lines(item.array if values and not is_said else None, item.gradient))


def _detail(item: Item) -> str:
    """Return shape, note and number of parameters in one line."""
    parts: list[str] = [item.role] if item.role in ("output", "loss") else []
    if item.array.ndim > 0:
        parts.append(shape_text(item.array.shape))
    elif item.role not in ("loss", "constant"):
        parts.append("one number")
    if item.note:
        parts.append(item.note)
    if item.num_parameters:
        parts.append(parameters_text(item.num_parameters))
    return SEPARATOR.join(parts)


def parameters_text(count: int) -> str:
    """Return a number of parameters in words.

    >>> parameters_text(1), parameters_text(200960)
    ('1 parameter', '200,960 parameters')
    """
    return f"{count:,} parameter" + ("" if count == 1 else "s")


def _repeated_lines(item: Item) -> Iterator[Line]:
    """Yield how many rounds there are, and the layers of one."""
    yield Line(f"{item.count} ×", "title")
    for part in item.repeated:
        yield Line(shortened(part.title, MAX_TITLE), "title")
    yield Line(f"each {shape_text(item.array.shape)}")
    total = item.count * sum(part.num_parameters or 0 for part in item.repeated)
    if total:
        yield Line(f"together {parameters_text(total)}")


def _number_lines(value: Array | None, gradient: Array | None) -> Iterator[Line]:
    """Yield values and gradients: one above the other, or tables side by side."""
    if value is None or gradient is None:
        if value is not None:
            yield from _named_rows("value", _rows(value))
        if gradient is not None:
            yield from _named_rows("gradient", _rows(gradient))
        return
    values, gradients = _rows(value), _rows(gradient)
    if len(values) == len(gradients) == 1:
        above, below = _in_columns(values[0], gradients[0])
        yield Line(f"value    {above}", "value")
        yield Line(f"gradient {below}", "gradient")
        return
    left = max(len("value"), *map(len, values))
    right = max(len("gradient"), *map(len, gradients))
    yield Line(f"{'value':<{left}}", "value", f"{'gradient':<{right}}")
    for row, beside in zip_longest(values, gradients, fillvalue=""):
        yield Line(f"{row:<{left}}", "value", f"{beside:<{right}}")


def _in_columns(above: str, below: str) -> tuple[str, str]:
    """Return two rows of equally many numbers with each number below its counterpart."""
    pairs = list(zip(above.split(), below.split(), strict=True))
    widths = [max(len(a), len(b)) for a, b in pairs]
    return (
        " ".join(a.rjust(width) for (a, _), width in zip(pairs, widths, strict=True)),
        " ".join(b.rjust(width) for (_, b), width in zip(pairs, widths, strict=True)),
    )


def _named_rows(name: Literal["value", "gradient"], rows: list[str]) -> Iterator[Line]:
    for i, row in enumerate(rows):
        yield Line(f"{name if i == 0 else '':<{len(name)}} {row}", name)


def _rows(array: Array) -> list[str]:
    return [number_text(array.item())] if array.size == 1 else array_rows(array)
