"""The compiler's graph: the calls of one training step, in order, and the values they exchange.

It is made of the nodes that one recorded batch left behind, and of the derivatives and updates that
follow from them. Every pass takes a graph and returns one; ``check`` says what a legal graph is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from chainrule.array_types import Array, Dtype
from chainrule.compiler.extent import Extent, Extents
from chainrule.compiler.kernels import Kernel, find_kernel
from chainrule.errors import ChainruleError
from chainrule.operations.operation import parameter_names

Role: TypeAlias = Literal["input", "target", "parameter", "buffer", "constant", "state", "computed"]
Phase: TypeAlias = Literal["forward", "backward", "update"]
PHASES: tuple[Phase, ...] = ("forward", "backward", "update")


FEW_FEATURES = 128
"""Of an input; more are left as the data set has them, by rows: turning them costs more."""


@dataclass(eq=False)
class Value:
    """An array that calls read or write.

    Attributes:
        name: In the program's source; unique.
        shape: Its extents.
        dtype: Of its numbers.
        role: What it is: a batch, something of the model or the optimiser, or computed on the way.
        array: The memory it lives in, unless it is a batch or computed.
        path: Of the module it belongs to.
        by_rows: Whether a table is stored by rows all the same: it is an array of more axes, or
            becomes one, which so need not be turned.
    """

    name: str
    shape: Extents
    dtype: Dtype
    role: Role = "computed"
    array: Array | None = None
    path: str = ""
    by_rows: bool = False

    def __repr__(self) -> str:
        shape = f"({', '.join(map(str, self.shape))})" if self.shape else "one number"
        return f"{self.name} {shape}"

    @property
    def by_columns(self) -> bool:
        """Whether it is stored by columns.

        A table of a row per sample is: each thread's share, some of the units, lies together.
        """
        if self.role == "input" and is_table(self.shape):
            return self.shape[1].count <= FEW_FEATURES
        return self.role == "computed" and is_table(self.shape) and not self.by_rows


def is_table(shape: Extents) -> bool:
    """Return whether a shape is a row per sample and a column per unit."""
    return len(shape) == 2 and shape[0].per_sample and not shape[1].per_sample


@dataclass(frozen=True)
class Place:
    """An argument of a formula: the place of each number in the run's stream of random bits.

    Attributes:
        offset: Of the first number, counted from the batch's first.
    """

    offset: Extent | int


RUN_KEY = object()
"""An argument of a formula: the key of the run's stream of random bits."""


@dataclass(eq=False)
class Call:
    """One function applied to values.

    Attributes:
        function: A formula of numbers, or the NumPy form of an operation or of its derivative.
        arguments: What it reads, by parameter name: values, and options as they are.
        written: What it writes, by name.
        phase: Forward, backward or update.
        path: Of the module that asked for it.
        kernel: The loops that do its work; None for a formula, which is applied to each number,
            and for what NumPy runs.
    """

    function: Callable[..., Any]
    arguments: dict[str, Any]
    written: dict[str, Value]
    phase: Phase
    path: str
    kernel: Kernel | None = None

    def __repr__(self) -> str:
        names = ", ".join(value.name for value in self.outputs)
        return f"{names} = {self.function.__name__}({', '.join(v.name for v in self.reads())})"

    @property
    def outputs(self) -> tuple[Value, ...]:
        """The values it writes."""
        return tuple(self.written.values())

    @property
    def is_elementwise(self) -> bool:
        """Whether its function is a formula of numbers."""
        return self.kernel is None

    def reads(self) -> Iterator[Value]:
        """Yield the values it reads."""
        for argument in self.arguments.values():
            if isinstance(argument, Value):
                yield argument
            elif isinstance(argument, tuple):
                yield from (part for part in argument if isinstance(part, Value))


@dataclass(eq=False)
class NumpyCall(Call):
    """A function that is neither a formula nor has a kernel: NumPy runs it, as in eager mode.

    Attributes:
        returns: Names of what it returns, in order.
    """

    returns: tuple[str, ...] = field(kw_only=True)

    @property
    def is_elementwise(self) -> bool:
        """No: it works on whole arrays."""
        return False


def bind(
    function: Callable[..., Any],
    known: dict[str, Any],
    written: dict[str, Value],
    phase: Phase,
    path: str,
    *,
    returns: tuple[str, ...] | None,
) -> Call:
    """Return the call of a formula, or of a function's kernel, with what that wants of the known.

    Args:
        function: What is called.
        known: All that it may read, by name.
        written: What it writes, by name.
        phase: Of the step.
        path: Of the module that asks for it.
        returns: Names of what the function returns, in order; None for a formula of numbers.
    """
    wanted = {name: known[name] for name in parameter_names(function) if name in known}
    if returns is None:
        return Call(function, wanted, written, phase, path)
    kernel = find_kernel(function, known | written)
    if kernel is None:
        return NumpyCall(function, wanted, written, phase, path, returns=returns)
    names = kernel.parameters
    kept = {name: value for name, value in written.items() if name in names}
    arguments = {name: known[name] for name in names if name in known and name not in kept}
    arguments |= {name: derive(known | written) for name, derive in kernel.derived.items()}
    main = next(iter(kept.values()))
    for name, shape_of in kernel.scratch.items():
        shape = shape_of(known | written)
        kept[name] = Value(f"{main.name}_{name}", shape, main.dtype, path=path)
    return Call(function, arguments, kept, phase, path, kernel)


@dataclass(eq=False)
class Graph:
    """The calls of a step, in the order in which they can run.

    Attributes:
        calls: In order.
        inputs, target: The batch; no target if nothing is to be learned.
        outputs: What the model returns.
        loss: What it is trained on.
        gradients: Parameter -> its gradient.
    """

    calls: list[Call]
    inputs: Value
    target: Value | None
    outputs: Value
    loss: Value | None
    gradients: dict[Value, Value] = field(default_factory=dict)

    def results(self) -> list[Value]:
        """Return the values that are wanted after the last call."""
        return [value for value in (self.outputs, self.loss) if value is not None]

    def values(self) -> list[Value]:
        """Return all values, in the order in which they first appear."""
        seen: dict[Value, None] = dict.fromkeys([self.inputs])
        if self.target is not None:
            seen[self.target] = None
        for call in self.calls:
            seen.update(dict.fromkeys(call.reads()))
            seen.update(dict.fromkeys(call.outputs))
        return list(seen)


def without_dead_calls(graph: Graph) -> Graph:
    """Return the graph without calls whose results nobody needs."""
    needed = {*graph.results(), *graph.gradients.values()}
    calls: list[Call] = []
    for call in reversed(graph.calls):
        if any(value in needed or value.role != "computed" for value in call.outputs):
            needed.update(call.reads())
            calls.append(call)
    return replace(graph, calls=calls[::-1])


class IllegalGraph(ChainruleError):
    """A pass has made a graph that cannot be a program: a fault of the compiler's own."""


def check(graph: Graph) -> Graph:
    """Return the graph if it is legal.

    Every computed value is written exactly once and before it is read; nothing else is written but
    parameters, buffers and states, and that in place; names are unique; phases come in order.

    Raises:
        IllegalGraph: naming the first call that breaks a rule.
    """
    written: set[Value] = set()
    phase = 0
    for call in graph.calls:
        for value in call.reads():
            if value.role == "computed" and value not in written:
                raise IllegalGraph(f"{call} reads {value.name} before it is written.")
        for value in call.outputs:
            if value.role in ("input", "target", "constant"):
                raise IllegalGraph(f"{call} writes {value.name}, which is a {value.role}.")
            if value.role == "computed" and value in written:
                raise IllegalGraph(f"{call} writes {value.name} a second time.")
            written.add(value)
        if PHASES.index(call.phase) < phase:
            raise IllegalGraph(f"{call} of the {call.phase} phase comes too late.")
        phase = PHASES.index(call.phase)
    for value in graph.results():
        if value.role == "computed" and value not in written:
            raise IllegalGraph(f"{value.name} is wanted, but never written.")
    names = [value.name for value in graph.values()]
    for name in names:
        if names.count(name) > 1:
            raise IllegalGraph(f"Two values are called {name}.")
    return graph
