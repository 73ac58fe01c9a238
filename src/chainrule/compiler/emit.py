"""A step as Python source: readable as the by-hand backpropagation of that very network."""

import textwrap
from collections.abc import Iterable
from typing import Any

from chainrule.compiler.emit_loops import loop_lines
from chainrule.compiler.extent import Extent, Extents
from chainrule.compiler.graph import Call, IllegalGraph, NumpyCall, Value
from chainrule.compiler.schedule import Item, Loop, Meeting
from chainrule.compiler.text import INDENT, LINE_LENGTH, broken, indented
from chainrule.compiler.update import Update

LEGEND = (
    "n is the number of samples; own(...) are this thread's indices along an axis, and meet(team)",
    "waits for the other threads.",
)
REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}
LONGEST_OPTION = 60


def step_lines(items: Iterable[Item], numpy_calls: list[NumpyCall]) -> list[str]:
    """Return the statements of one step, in order, without indentation.

    Args:
        items: The step.
        numpy_calls: What NumPy does, in the order of their numbers.
    """
    lines: list[str] = []
    phase = ""
    for item in items:
        if isinstance(item, Meeting):
            lines.append("meet(team)")
            continue
        call = item.calls[0] if isinstance(item, Loop) else item
        if call.phase != phase:
            phase = call.phase
            lines += ["", f"# {phase.capitalize()}"]
        if isinstance(item, Loop):
            lines += loop_lines(item)
        elif isinstance(call, NumpyCall):
            lines.append(_numpy_line(call, numpy_calls.index(call)))
        else:
            lines.append(_call_line(call))
    return lines


def step_source(name: str, title: str, lines: list[str], arguments: list[Value]) -> str:
    """Return the definition of the function that does one step.

    Args:
        name: Of the function.
        title: Its docstring.
        lines: Its statements.
        arguments: The values that live outside, in the order in which they are passed.
    """
    own = ["n", *(v.name for v in arguments), "numbers", "key", "counter", "caller", "team"]
    parameters = textwrap.wrap(f"{', '.join(own)},", LINE_LENGTH - 2 * len(INDENT))
    head = [f"def {name}(", *indented(parameters, 1), "):"]
    body = [f'"""{title}', "", *LEGEND, '"""', *lines]
    text = [part for line in [*head, *indented(body, 1)] for part in broken(line)]
    return "\n".join(text) + "\n"


def _call_line(call: Call) -> str:
    if isinstance(call, Update):
        names = [call.written["parameter"].name, call.arguments["gradient"].name]
        names += [call.written[state].name for state in call.form.states]
        names.append(f"numbers[{call.numbers}:]")
        if "factor" in call.arguments:
            names.append(call.arguments["factor"].name)
        return f"{call.form.name}({', '.join([*names, 'team'])})"
    kernel = call.kernel
    if kernel is None:
        raise IllegalGraph(f"{call} is a formula outside a loop.")
    known = {**call.arguments, **call.written}
    texts = [_argument(known.get(name)) for name in kernel.parameters]
    function = kernel.function.__name__
    return f"{function}({', '.join([*texts, 'team'])})  # {call.outputs[0]}"


def _numpy_line(call: NumpyCall, number: int) -> str:
    """Return the call of Python's own function, and as a comment what it is."""
    texts = [
        f"({', '.join(part.name for part in argument)})"
        if isinstance(argument, tuple) and any(isinstance(part, Value) for part in argument)
        else argument.name
        if isinstance(argument, Value)
        else f"{name}={option_text(argument)}"
        for name, argument in call.arguments.items()
        if argument is not None
    ]
    results = ", ".join(map(str, call.outputs))
    what = f"{results} = {call.function.__name__}({', '.join(texts)})"
    return f"in_numpy({number}, n, counter, caller, team)  # {what}"


def option_text(option: Any) -> str:
    """Return an option in a line of source, e.g. (n, 3)."""
    if isinstance(option, tuple):
        return f"({', '.join(map(option_text, option))})"
    text = str(option) if isinstance(option, Extent) else repr(option)
    return " ".join(text.split()) if len(text) <= LONGEST_OPTION else f"<{type(option).__name__}>"


def _argument(argument: Any) -> str:
    """Return an argument of a kernel as source."""
    if isinstance(argument, Value):
        return argument.name
    if isinstance(argument, Extent):
        return str(argument)
    if isinstance(argument, tuple):
        texts = [_argument(part) for part in argument]
        return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"
    if isinstance(argument, str):
        return str(REDUCTIONS[argument])
    return repr(argument)


def shape_text(shape: Extents) -> str:
    """Return a shape as text, e.g. (n, 256)."""
    return f"({', '.join(map(str, shape))})" if shape else "one number"


def array_text(value: Value, address: str) -> str:
    """Return the source that makes a value's array on its memory."""
    shape = value.shape or (Extent(1),)
    order = "F" if value.by_columns else "C"
    sizes = ", ".join(map(str, shape))
    return f"{order}_{value.dtype.name}({address}, ({sizes},))"
