"""From a network to a program's source and machine code, step by step."""

from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array, Dtype
from chainrule.autograd.tensor import Tensor
from chainrule.compiler.cache import Compiled
from chainrule.compiler.capture import Capture, LossFunction, capture
from chainrule.compiler.differentiate import step_graph
from chainrule.compiler.emit import step_lines, step_source
from chainrule.compiler.extent import Extent
from chainrule.compiler.glue import entry_source
from chainrule.compiler.graph import Graph, Value, check, without_dead_calls
from chainrule.compiler.memory import Buffer
from chainrule.compiler.plan import plan_buffers
from chainrule.compiler.schedule import Loop, fuse, place_meetings
from chainrule.compiler.simplify import simplify
from chainrule.compiler.translate import translate
from chainrule.compiler.update import Numbers, update_calls
from chainrule.nn.module import Module
from chainrule.optim.optimizer import Optimizer


@dataclass(frozen=True, eq=False)
class Build:
    """All that is known of a program.

    Attributes:
        graph: Of the step.
        source: The step as Python.
        compiled: Its machine code and that of its kernels.
        arguments: The values with memory, in the order of the table.
        buffers: Which of them share memory.
        tensors: Value -> the tensor whose memory it is.
        numbers: Where the optimiser's numbers come from.
        width: How many there are per step.
        drawn: How many random numbers a batch draws.
        dtype: Of the model's numbers.
    """

    graph: Graph
    source: str
    compiled: Compiled
    arguments: list[Value]
    buffers: dict[Value, Buffer]
    tensors: dict[Value, Tensor]
    numbers: list[Numbers]
    width: int
    drawn: Extent
    dtype: Dtype

    @property
    def target(self) -> Value:
        """What the outputs are held against."""
        return self.graph.learned_from[0]


def build(
    model: Module, loss: LossFunction, optimizer: Optimizer, inputs: Array, targets: Array
) -> Build:
    """Compile a network's training step.

    Raises:
        NotCompilable: naming what in the network cannot be compiled.
    """
    captured = simplify(capture(model, loss, inputs, targets))
    graph = step_graph(captured)
    updates, numbers = update_calls(graph, optimizer, captured.parameters)
    graph.calls += updates
    graph = check(without_dead_calls(graph))
    items = fuse(graph)
    buffers = plan_buffers(items, graph.results())
    items = place_meetings(items, buffers)
    local = {value for item in items if isinstance(item, Loop) for value in item.local}
    arguments = [value for value in graph.values() if value not in local]
    lines = step_lines(items)
    forms = {call.form.name: call.form for call in updates}
    rules = "\n\n".join(form.text for form in forms.values())
    title = f"Learn from one batch: {type(model).__name__}, {type(optimizer).__name__}."
    source = f"{rules}\n\n{step_source('step', title, lines, arguments)}"
    width = max(sum(len(part.present) for part in numbers), 1)
    entry = entry_source(graph, lines, arguments, captured.counter, width)
    dtype = np.dtype(captured.outputs.dtype)
    compiled = translate(graph, f"{rules}\n\n{entry}", dtype)
    return Build(
        graph,
        source,
        compiled,
        arguments,
        buffers,
        tensors_of(captured),
        numbers,
        width,
        captured.counter,
        dtype,
    )


def tensors_of(captured: Capture) -> dict[Value, Tensor]:
    """Return the parameters that the values stand for."""
    return {value: tensor for tensor, value in captured.parameters.items()}
