"""Capture: one recorded batch of the eager engine is the graph.

The model runs twice on a few samples, two and then three, with every operation noted. What is the
same both times belongs to the network; what grows with the batch becomes an extent. A model that
looks at numbers to decide what to do next cannot be recorded, and is refused by name.
"""

import keyword
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from chainrule.array_types import Array, Number
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import Node, wrap
from chainrule.autograd.modes import enable_grad, state
from chainrule.autograd.tensor import Tensor
from chainrule.compiler.extent import BATCH_SIZES, Extent, extent_of, generalize
from chainrule.compiler.graph import Value
from chainrule.compiler.refusal import NotCompilable
from chainrule.nn.module import Module
from chainrule.operations.operation import Elementwise, Operation
from chainrule.randomness import default_generator

LIBRARY = Path(__file__).parents[1]


def sample_count(count: Number) -> Number:
    """Return how many samples a batch has, or a multiple of it."""
    return count


SAMPLE_COUNT = Elementwise("sample_count", sample_count, ())

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]


@dataclass(eq=False)
class Application:
    """One operation applied, with values in place of arrays.

    Attributes:
        operation: Its record.
        inputs: The values it was applied to; None for absent optional inputs.
        options: By name, with extents where they depend on the number of samples.
        output: What it returned.
        saved: What it kept for its derivatives, by name: values, and options as they are.
        flows: For each input, whether a gradient goes through to it.
        path: Of the module in whose forward it was applied.
    """

    operation: Operation
    inputs: tuple[Value | None, ...]
    options: dict[str, Any]
    output: Value
    saved: dict[str, Any]
    flows: tuple[bool, ...]
    path: str


@dataclass(eq=False)
class Capture:
    """What a batch left behind.

    Attributes:
        applications: In order.
        inputs, target: The batch; no target without a loss.
        outputs: Of the model.
        loss: None if only the model ran.
        parameters: Tensor -> its value, for those the batch met.
        counter: Dropout masks drawn per batch, in numbers of the generator's stream.
        counted: Buffers in which modules count their batches.
    """

    applications: list[Application]
    inputs: Value
    target: Value | None
    outputs: Value
    loss: Value | None
    parameters: dict[Tensor, Value]
    counter: Any
    counted: list[Tensor]


class _Recorder:
    """Takes the nodes as they are made, with what each was applied to at that moment."""

    def __init__(self) -> None:
        self.steps: list[tuple[Node, tuple[Node | TensorCore | None, ...]]] = []
        self._made: dict[int, Node] = {}

    def append(self, node: Node) -> None:
        """Note a node; called by ``apply``."""
        self.steps.append((node, tuple(self.origin(tensor) for tensor in node.inputs)))
        self._made[id(node.output)] = node

    def refuse(self, name: str) -> None:
        """Refuse a model that hands numbers to Python: what it does with them is not recorded.

        Raises:
            NotCompilable: naming the module and the line.
        """
        module = "The loss" if state.scope is None else type(state.scope).__name__
        raise NotCompilable(
            f"{module} takes numbers out of a tensor with {name}(){_users_line()}: what a program "
            "does may not depend on them. Use tensors' own methods, e.g. where()."
        )

    def origin(self, tensor: TensorCore | None) -> Node | TensorCore | None:
        """Return the node that made a tensor, also if it was detached since, else the tensor."""
        if tensor is None:
            return None
        return tensor._node or self._made.get(id(tensor.array)) or tensor


def _users_line() -> str:
    """Return the innermost line of code that is not this library's, as a text."""
    for frame in reversed(traceback.extract_stack()):
        if not Path(frame.filename).is_relative_to(LIBRARY):
            return f" in {Path(frame.filename).name}, line {frame.lineno}"
    return ""


@dataclass(eq=False)
class _Run:
    """One recorded batch."""

    steps: list[tuple[Node, tuple[Node | TensorCore | None, ...]]]
    inputs: Tensor
    target: Tensor | None
    outputs: Node | TensorCore
    loss: Node | TensorCore | None
    counter_before: int
    counter_after: int
    counted: list[Tensor]


def capture(
    model: Module, loss: LossFunction | None, inputs: Array, target: Array | None
) -> Capture:
    """Record a model, and its loss if given, on samples like these.

    Args:
        model: The network, in the mode it is to run in.
        loss: Takes outputs and target and returns one number.
        inputs: A few samples; the first axis is theirs.
        target: As many targets.

    Raises:
        NotCompilable: naming the module that does what cannot be recorded.
    """
    for part in modules_of(model, loss):
        _refuse_hooks(part)
    # What modules count goes on from the first run to the second: what follows from it, differs.
    with _undone(modules_of(model, loss)):
        runs = [
            _run(
                model,
                loss,
                _samples(inputs, size),
                None if target is None else _samples(target, size),
            )
            for size in BATCH_SIZES
        ]
    return _Comparison(model, loss, *runs).capture()


def modules_of(model: Module, loss: LossFunction | None) -> list[Module]:
    """Return the model, and the loss if it is a module."""
    return [model, loss] if isinstance(loss, Module) else [model]


@contextmanager
def _undone(modules: list[Module]) -> Iterator[None]:
    """Bring back what the buffers held, and where the stream of dropout masks stood."""
    buffers = [(b, b.array, b.array.copy()) for m in modules for b in m.buffers()]
    counter = default_generator.counter
    try:
        yield
    finally:
        default_generator.counter = counter
        for buffer, array, before in buffers:
            if buffer.array is not array or buffer._node is not None:
                buffer.array, buffer._node, buffer._requires_grad = array, None, False
            array[...] = before


def _refuse_hooks(model: Module) -> None:
    """Refuse a model with hooks: a program would not call them.

    Raises:
        NotCompilable: naming the first module or parameter that has one.
    """
    for path, module in model.named_modules():
        if module._forward_hooks or module._forward_pre_hooks:
            raise NotCompilable(
                f"{path or type(model).__name__} has a forward hook, which a program would not "
                "call: remove it, or use the eager engine."
            )
    for path, parameter in model.named_parameters():
        if parameter._hooks:
            raise NotCompilable(
                f"Parameter {path} has a hook, which a program would not call: remove it, or use "
                "the eager engine."
            )


def _samples(array: Array, count: int) -> Tensor:
    """Return so many samples, beginning again if there are fewer."""
    return wrap(np.take(array, np.arange(count) % len(array), axis=0))


def _run(model: Module, loss: LossFunction | None, inputs: Tensor, target: Tensor | None) -> _Run:
    """Run a batch under watch."""
    modules = modules_of(model, loss)
    buffers = [(buffer, buffer.array.copy()) for m in modules for buffer in m.buffers()]
    counter, recorder = default_generator.counter, _Recorder()
    state.tracer = recorder
    try:
        with enable_grad():
            outputs = model(inputs)
            value = None if loss is None or target is None else loss(outputs, target)
        if not isinstance(outputs, TensorCore):
            raise NotCompilable(
                f"{type(model).__name__}.forward returned {type(outputs).__name__}: only one "
                "tensor can be compiled."
            )
        after = default_generator.counter
        counted = [b for b, old in buffers if _is_counted(b, old, recorder, modules)]
        ends = recorder.origin(outputs), recorder.origin(value)
    finally:
        state.tracer = None
        default_generator.counter = counter
    end = outputs if ends[0] is None else ends[0]
    return _Run(recorder.steps, inputs, target, end, ends[1], counter, after, counted)


def _is_counted(buffer: Tensor, before: Array, recorder: _Recorder, modules: list[Module]) -> bool:
    """Return whether a module counts its batches in a buffer.

    Raises:
        NotCompilable: if it was changed otherwise, by none of the recorded operations.
    """
    changed = buffer.array
    if changed.shape == before.shape and np.array_equal(changed, before, equal_nan=True):
        return False
    for node, _ in recorder.steps:
        names = dict(zip(node.operation.input_names, node.inputs, strict=False))
        for name in node.operation.mutates:
            tensor = names.get(name)
            if tensor is not None and tensor.array is changed:
                return False
    if changed.dtype.kind == "i" and changed.shape == () and changed - before == 1:
        return True
    path = next(path for m in modules for path, b in m.named_buffers() if b is buffer)
    raise NotCompilable(
        f"The model changes its buffer {path} outside its operations, which a program would not do."
    )


class _Comparison:
    """Makes one capture of two recordings."""

    def __init__(self, model: Module, loss: LossFunction | None, few: _Run, many: _Run) -> None:
        self.few, self.many = few, many
        self.root = model
        self.paths: dict[object, str] = {module: path for path, module in model.named_modules()}
        self.names: set[str] = set()
        self.leaves: dict[int, tuple[Tensor, str, str]] = {}
        if isinstance(loss, Module):
            self._know_leaves(loss, "loss")
            self.paths.update({m: f"loss.{p}".rstrip(".") for p, m in loss.named_modules()})
        self._know_leaves(model, "")
        self.values: dict[object, Value] = {}
        self.applications: list[Application] = []

    def _know_leaves(self, module: Module, prefix: str) -> None:
        for path, tensor in module.named_buffers(prefix):
            self.leaves[id(tensor)] = (tensor, path, "buffer")
        for path, tensor in module.named_parameters(prefix):
            self.leaves[id(tensor)] = (tensor, path, "parameter")

    def capture(self) -> Capture:
        """Compare step by step."""
        if len(self.few.steps) != len(self.many.steps):
            raise NotCompilable(
                f"{type(self.root).__name__} takes {len(self.few.steps)} operations for "
                f"{BATCH_SIZES[0]} samples and {len(self.many.steps)} for {BATCH_SIZES[1]}: what a "
                "program does may not depend on the number of samples."
            )
        inputs = self._batch("x", "input", self.few.inputs, self.many.inputs)
        target = None
        if self.few.target is not None and self.many.target is not None:
            target = self._batch("y", "target", self.few.target, self.many.target)
        for one, other in zip(self.few.steps, self.many.steps, strict=True):
            self.applications.append(self._application(one, other))
        outputs = self._value_of(self.few.outputs, self.many.outputs)
        loss = None
        if self.few.loss is not None:
            loss = self._value_of(self.few.loss, self.many.loss)
        drawn = [run.counter_after - run.counter_before for run in (self.few, self.many)]
        parameters = {
            tensor: self.values[id(tensor)]
            for tensor, _, role in self.leaves.values()
            if role == "parameter" and id(tensor) in self.values
        }
        counter = extent_of(drawn[0], drawn[1], "the number of random numbers")
        counted = self.few.counted
        return Capture(
            self.applications, inputs, target, outputs, loss, parameters, counter, counted
        )

    def _batch(self, name: str, role: Any, one: Tensor, other: Tensor) -> Value:
        self.names.add(name)
        value = Value(name, self._shape(name, one.array, other.array), one.array.dtype, role)
        self.values[id(one)] = value
        self.values[id(one.array)] = value
        return value

    def _shape(self, name: str, one: Array, other: Array) -> tuple[Any, ...]:
        if one.ndim != other.ndim or one.dtype != other.dtype:
            raise NotCompilable(f"{name} changes its kind with the number of samples.")
        sizes = zip(one.shape, other.shape, strict=True)
        return tuple(extent_of(a, b, f"an axis of {name}") for a, b in sizes)

    def _application(self, one: Any, other: Any) -> Application:
        (node, origins), (twin, twin_origins) = one, other
        operation: Operation = node.operation
        path = self.paths.get(node.scope, "")
        place = f"{operation.name} in {path or type(self.root).__name__}"
        if twin.operation is not operation or len(origins) != len(twin_origins):
            raise NotCompilable(
                f"After {place}, what is done depends on the number of samples; a program does "
                "the same for any."
            )
        inputs = tuple(
            None if a is None else self._value_of(a, b)
            for a, b in zip(origins, twin_origins, strict=True)
        )
        options = {
            name: self._option(name, a, b, place)
            for name, a, b in zip(operation.option_names, node.options, twin.options, strict=True)
        }
        base = self._base_name(operation, path)
        output = Value(
            self._unique(base), self._shape(place, node.output, twin.output), node.output.dtype
        )
        output.path = path
        self.values[node] = output
        saved: dict[str, Any] = {}
        for name, a, b in zip(operation.saved, node.saved, twin.saved, strict=False):
            if isinstance(a, np.ndarray | np.generic):
                saved[name] = self._saved(f"{base}_{name}", a, b, place)
            else:
                saved[name] = self._option(name, a, b, place)
        flows = tuple(source is not None for source in node.sources)
        return Application(operation, inputs, options, output, saved, flows, path)

    def _saved(self, name: str, one: Any, other: Any, place: str) -> Value:
        a, b = np.asarray(one), np.asarray(other)
        return Value(self._unique(name), self._shape(f"{name} of {place}", a, b), a.dtype)

    def _option(self, name: str, one: Any, other: Any, place: str) -> Any:
        if name == "offset":  # where a mask begins, counted from the batch's first random number
            one, other = one - self.few.counter_before, other - self.many.counter_before
        if isinstance(one, np.ndarray):
            if isinstance(other, np.ndarray) and np.array_equal(one, other):
                return one
            raise NotCompilable(f"{name} of {place} changes with the samples.")
        return generalize(one, other, f"{name} of {place}")

    def _value_of(self, one: Any, other: Any) -> Value:
        """Return the value of a node's output or of a leaf."""
        if isinstance(one, Node):
            return self.values[one]
        for key in (id(one), id(one.array)):
            if key in self.values:
                return self.values[key]
        if id(one) in self.leaves:
            tensor, path, role = self.leaves[id(one)]
            array = tensor.array
        else:
            path, role, array = "constant", "constant", one.array
            count = None if isinstance(other, Node) else self._sample_count(one.array, other.array)
            if count is not None:
                return count
            if isinstance(other, Node) or not np.array_equal(one.array, other.array):
                raise NotCompilable(
                    f"{type(self.root).__name__} uses numbers that were made outside its "
                    "operations and change with the samples: use tensors and their methods only."
                )
        owner, _, name = path.rpartition(".")
        last = owner.rpartition(".")[2]
        text = f"{name}_{owner}" if last.isdigit() else path
        shape = self._shape(path, array, array)
        value = Value(self._unique(text), shape, array.dtype, role, array, owner)  # type: ignore[arg-type]
        self.values[id(one)] = value
        return value

    def _sample_count(self, one: Array, other: Array) -> Value | None:
        """Return a number that Python made of the number of samples, such as ``len(x)``."""
        few, many = BATCH_SIZES
        if one.shape != () or one.dtype.kind != "f" or one * many != other * few or one == other:
            return None
        if not float(one / few).is_integer():
            return None
        output = Value(self._unique("samples"), (), one.dtype)
        options = {"count": Extent(int(one / few), per_sample=True)}
        self.applications.append(Application(SAMPLE_COUNT, (), options, output, {}, (), ""))
        return output

    def _base_name(self, operation: Operation, path: str) -> str:
        if not path:
            return operation.name
        last = path.rpartition(".")[2]
        return f"{operation.name}_{path}" if last.isdigit() else f"{path}_{operation.name}"

    def _unique(self, text: str) -> str:
        """Return a name for the program's source that no other value has."""
        name = re.sub(r"\W", "_", text)
        if keyword.iskeyword(name) or name == "n" or name[0].isdigit():
            name = f"{name}_"
        chosen, number = name, 1
        while chosen in self.names:
            number += 1
            chosen = f"{name}_{number}"
        self.names.add(chosen)
        return chosen
