"""From a network to a program's source and machine code, step by step."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule.array_types import Array, Dtype
from chainrule.autograd.tensor import Tensor
from chainrule.compiler.blocks import learn_in_blocks
from chainrule.compiler.cache import Compiled
from chainrule.compiler.capture import Capture, LossFunction, capture
from chainrule.compiler.clipping import clipping_calls
from chainrule.compiler.differentiate import forward_graph, step_graph
from chainrule.compiler.emit import shape_text, step_lines, step_source
from chainrule.compiler.emit_loops import AXES
from chainrule.compiler.extent import Extent
from chainrule.compiler.glue import OWN_NAMES, entry_source, positions_of
from chainrule.compiler.graph import Graph, NumpyCall, Value, check, without_dead_calls
from chainrule.compiler.memory import Buffer, size_of
from chainrule.compiler.orders import in_order
from chainrule.compiler.parts import LONGEST_WHOLE, in_parts
from chainrule.compiler.plan import plan_buffers
from chainrule.compiler.refusal import NotCompilable
from chainrule.compiler.schedule import Loop, fuse, place_meetings
from chainrule.compiler.simplify import simplify
from chainrule.compiler.translate import DTYPES, translate
from chainrule.compiler.update import Numbers, Update, update_calls
from chainrule.nn.module import Module
from chainrule.operations.convolution import CONVOLUTIONS
from chainrule.operations.linear import LINEAR
from chainrule.optim.optimizer import Optimizer

PRODUCTS = (LINEAR, *CONVOLUTIONS)
"""Operations that multiply every output with a row of weights."""


@dataclass(eq=False)
class Build:
    """All that is known of a program.

    Attributes:
        graph: Of the step.
        source: The step as Python.
        text: What is compiled: the same, with what brings each batch together.
        arguments: The values with memory, in the order of the table.
        buffers: Which of them share memory.
        tensors: Value -> the tensor whose memory it is.
        numbers: Where the optimiser's numbers come from.
        numpy_calls: What NumPy does, in the order of their numbers.
        width: How many there are per step.
        drawn: How many random numbers a batch draws.
        counted: Buffers in which modules count their batches.
        work: About how many multiplications a sample takes on the way forward.
        dtype: Of the model's numbers.
    """

    graph: Graph
    source: str
    text: str
    arguments: list[Value]
    buffers: dict[Value, Buffer]
    tensors: dict[Value, Tensor]
    numbers: list[Numbers]
    numpy_calls: list[NumpyCall]
    width: int
    drawn: Extent
    counted: list[Tensor]
    work: int
    dtype: Dtype

    @cached_property
    def compiled(self) -> Compiled:
        """The machine code of the program and of its kernels."""
        return translate(self.graph, self.text, self.dtype)


def build(
    model: Module,
    loss: LossFunction | None,
    optimizer: Optimizer | None,
    inputs: Array,
    targets: Array | None,
    clip_norm: float | None = None,
) -> Build:
    """Make a program of a network: its training step, or without optimiser its forward pass.

    Args:
        model: The network, in the mode it is to run in.
        loss: Takes outputs and targets; None for outputs alone.
        optimizer: Of the model's parameters; None where nothing is to be learned.
        inputs: A few samples.
        targets: Their targets, where there is a loss.
        clip_norm: Largest norm of all gradients together.

    Raises:
        NotCompilable: naming what in the network cannot be compiled.
    """
    captured = simplify(capture(model, loss, inputs, targets))
    check_results(captured)
    updates: list[Update] = []
    numbers: list[Numbers] = []
    if optimizer is None:
        graph = forward_graph(captured)
        title = f"Compute the outputs of one batch: {type(model).__name__}."
    else:
        graph = step_graph(captured)
        factor = None
        if clip_norm is not None:
            calls, factor = clipping_calls(graph, clip_norm)
            graph.calls += calls
        updates, numbers = update_calls(graph, optimizer, captured.parameters, factor)
        graph.calls += updates
        title = f"Learn from one batch: {type(model).__name__}, {type(optimizer).__name__}."
    graph = in_order(without_dead_calls(graph))
    forms = {call.form.name: call.form for call in updates}
    avoid_names(graph, forms)
    check(graph)
    items = learn_in_blocks(fuse(graph))
    buffers = plan_buffers(place_meetings(items, {}), graph.results())
    items = place_meetings(items, buffers)
    local = {value for item in items if isinstance(item, Loop) for value in item.local}
    arguments = [value for value in graph.values() if value not in local]
    check_dtypes(arguments)
    numpy_calls = [item for item in items if isinstance(item, NumpyCall)]
    lines = step_lines(items, numpy_calls)
    rules = "".join(f"{form.text}\n\n" for form in forms.values())
    name = "step" if optimizer is not None else "forward"
    source = f"{rules}{step_source(name, title, lines, arguments)}"
    width = max(sum(len(part.present) for part in numbers), 1)
    positions, declared, functions = positions_of(arguments), arguments, ""
    if len(items) > LONGEST_WHOLE:
        parts = in_parts(items, lambda part: step_lines(part, numpy_calls), positions)
        lines, functions = parts.calls, "\n\n".join(parts.functions)
        ends = (graph.inputs, graph.target, *graph.results())
        declared = [value for value in arguments if value in ends]
    entry = entry_source(graph, lines, declared, positions, captured.counter, width)
    dtype = np.dtype(captured.outputs.dtype)
    return Build(
        graph=graph,
        source=source,
        text=f"{rules}{functions}\n\n{entry}",
        arguments=arguments,
        buffers=buffers,
        tensors=tensors_of(captured),
        numbers=numbers,
        numpy_calls=numpy_calls,
        width=width,
        drawn=captured.counter,
        counted=captured.counted,
        work=work_of(captured),
        dtype=dtype,
    )


def avoid_names(graph: Graph, taken: Iterable[str]) -> None:
    """Rename values that are called as a function of the program, or as something it works with."""
    used = {*taken, *OWN_NAMES, *AXES}
    for call in graph.calls:
        used |= {call.function.__name__}
        used |= set() if call.kernel is None else {call.kernel.function.__name__}
    for value in graph.values():
        while value.name in used:
            value.name += "_"
        used.add(value.name)


def check_results(captured: Capture) -> None:
    """Refuse a model whose outputs are not a row per sample, or a loss that is not one number.

    Raises:
        NotCompilable: then.
    """
    shape = captured.outputs.shape
    if not shape or shape[0] != Extent(1, per_sample=True):
        raise NotCompilable(
            f"The model's outputs have shape {shape_text(shape)} for n samples: a program needs a "
            "row per sample."
        )
    if captured.loss is not None and captured.loss.shape not in ((), (Extent(1),)):
        raise NotCompilable(
            f"The loss has shape {shape_text(captured.loss.shape)} for n samples: a program needs "
            "one number, so pass reduction='mean' or 'sum'."
        )


def check_dtypes(values: list[Value]) -> None:
    """Refuse numbers that programs cannot hold.

    Raises:
        NotCompilable: naming the first of their kind.
    """
    for value in values:
        if value.dtype.name not in DTYPES:
            raise NotCompilable(
                f"{value.name} holds {value.dtype} numbers: programs work with {', '.join(DTYPES)}."
            )


def work_of(captured: Capture) -> int:
    """Return about how many multiplications a sample takes on the way forward."""
    total = 0
    for application in captured.applications:
        operation = application.operation
        if operation in PRODUCTS and application.inputs[1] is not None:
            per_output = size_of(application.inputs[1].shape[1:], 1)
            total += size_of(application.output.shape, 1) * per_output
    return total


def tensors_of(captured: Capture) -> dict[Value, Tensor]:
    """Return the parameters that the values stand for."""
    return {value: tensor for tensor, value in captured.parameters.items()}
