"""A step as Python source: readable as the by-hand backpropagation of that very network."""

import textwrap
from collections.abc import Callable, Iterable
from typing import Any

from chainrule.compiler.emit_loops import loop_lines
from chainrule.compiler.extent import Extent, Extents
from chainrule.compiler.graph import Call, IllegalGraph, NumpyCall, Value
from chainrule.compiler.schedule import Item, LearnedInBlocks, Loop, Meeting
from chainrule.compiler.text import INDENT, LINE_LENGTH, broken, indented
from chainrule.compiler.update import Update

LEGEND = (
    "n is the number of samples; own(...) are this thread's indices along an axis, and meet(team)",
    "waits for the other threads; blocks(...) are its rows, some at a time.",
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
        call = item if isinstance(item, Call) else item.calls[0]
        if call.phase != phase:
            phase = call.phase
            lines += ["", f"# {phase.capitalize()}"]
        if isinstance(item, Loop):
            lines += loop_lines(item)
        elif isinstance(item, LearnedInBlocks):
            lines += _block_lines(item)
        elif isinstance(call, NumpyCall):
            lines.append(_numpy_line(call, numpy_calls.index(call)))
        else:
            lines.append(f"{_call_text(call, _whole, 'team')}{_comment(call)}")
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


def _block_lines(item: LearnedInBlocks) -> list[str]:
    """Return the loop over the blocks of a weight's rows."""
    [gradient] = item.derivative.outputs

    def text(call: Call, name: str, argument: Any) -> str:
        if argument is gradient:
            return "gradient"
        axis = call.kernel.cut.get(name) if call.kernel is not None else None
        if axis is None:
            return _argument(argument)
        before = ":, " * (axis % len(argument.shape))
        return f"{argument.name}[{before}first:last]"

    return [
        f"for first, last, place in blocks({gradient.shape[0]}, {item.rows}, team):"
        f"  # {gradient} in blocks, each learned from at once",
        f"{INDENT}gradient = {gradient.name}[place : place + last - first]",
        *(f"{INDENT}{_call_text(call, text, 'alone(team)')}" for call in item.calls),
    ]


def _whole(call: Call, name: str, argument: Any) -> str:
    del call, name
    return _argument(argument)


def _call_text(call: Call, text: Callable[[Call, str, Any], str], team: str) -> str:
    """Return the call of a kernel or an update.

    Args:
        call: What is called.
        text: Gives the source of an argument of this name.
        team: The source of who does it.
    """
    known = {**call.arguments, **call.written}
    if isinstance(call, Update):
        arrays = ["parameter", "gradient", *call.form.states]
        texts = [text(call, name, known[name]) for name in arrays]
        texts.append(f"numbers[{call.numbers}:]")
        if "factor" in known:
            texts.append(text(call, "factor", known["factor"]))
        return f"{call.form.name}({', '.join([*texts, team])})"
    kernel = call.kernel
    if kernel is None:
        raise IllegalGraph(f"{call} is a formula outside a loop.")
    texts = [text(call, name, known.get(name)) for name in kernel.parameters]
    return f"{kernel.function.__name__}({', '.join([*texts, team])})"


def _comment(call: Call) -> str:
    return "" if isinstance(call, Update) else f"  # {call.outputs[0]}"


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
