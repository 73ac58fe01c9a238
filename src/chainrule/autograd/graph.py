"""The computational graph: one node per operation applied, recorded as the network runs forward.

A node holds the operation's record, the tensors it was applied to, its options and its output.
Tensors point back at the node that made them, nodes at their input tensors, and nothing points
forward, so a graph lives exactly as long as somebody holds its end.
"""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.modes import state
from chainrule.errors import ChainruleError, GradientError, InPlaceError
from chainrule.operations.operation import OUTPUT, Operation, Options

if TYPE_CHECKING:
    from chainrule.autograd.core import TensorCore
    from chainrule.autograd.tensor import Tensor

Hook: TypeAlias = Callable[[Array], Array | None]
"""Called with a complete gradient; may return another one to go on with."""

_next_number = itertools.count().__next__


class Version:
    """Counts the changes in place of one piece of memory; views of it share the count."""

    __slots__ = ("changed_by", "count")

    def __init__(self) -> None:
        self.count = 0
        self.changed_by = ""


class Node:
    """One application of an operation.

    Attributes:
        operation: The operation's record.
        inputs: The tensors it was applied to, None for absent optional inputs.
        options: Its options, in the order of the value function's parameters.
        output: The array it returned.
        saved: What it kept beside its output for the derivatives.
        sources: Where the gradient of each input goes: to the node that had made it, to a leaf, or
            nowhere. Noted at once, because a change in place moves a tensor on to another node.
        scope: The module in whose ``forward`` it was applied, or None.
        listeners: Hooks shown the complete gradient of the output.
        number: Grows with time: inputs always have smaller numbers than what is made of them.
    """

    __slots__ = (
        "input_versions",
        "inputs",
        "listeners",
        "number",
        "operation",
        "options",
        "output",
        "output_count",
        "output_version",
        "saved",
        "scope",
        "sources",
        "was_freed",
    )

    def __init__(
        self,
        operation: Operation,
        inputs: "tuple[TensorCore | None, ...]",
        options: Options,
        output: Array,
        saved: tuple[Any, ...],
    ) -> None:
        self.operation = operation
        self.inputs = inputs
        self.options = options
        self.output = output
        self.saved = saved
        self.scope = state.scope
        self.number = _next_number()
        self.input_versions = [
            0 if t is None or t._version is None else t._version.count for t in inputs
        ]
        self.sources: list[Node | TensorCore | None] = [
            (t._node or t)
            if t is not None and t._requires_grad and operation.has_derivative(position)
            else None
            for position, t in enumerate(inputs)
        ]
        self.output_version: Version | None = None
        self.output_count = 0
        self.listeners: list[Hook] | None = None
        self.was_freed = False

    def __repr__(self) -> str:
        return f"<{self.operation.name} {self.output.shape}>"

    def named_options(self) -> dict[str, Any]:
        """Return the options by name."""
        return dict(zip(self.operation.option_names, self.options, strict=True))

    def differentiate(self, position: int, gradient: Array) -> Array:
        """Return the gradient of the input at ``position``, given that of the output.

        Raises:
            InPlaceError: if something the derivative reads was changed in place since.
        """
        self._check_versions(0 if self.operation.is_variadic else position)
        arrays = tuple([None if t is None else t.array for t in self.inputs])
        result = self.operation.differentiate(
            position, gradient, arrays, self.output, self.saved, self.options
        )
        dtype = arrays[position].dtype  # type: ignore[union-attr]  # a differentiated input is there
        return result if result.dtype == dtype else result.astype(dtype)

    def free(self) -> None:
        """Let go of everything the derivatives needed."""
        self.was_freed = True
        self.inputs = ()
        self.sources = []
        self.saved = ()

    def check_not_freed(self) -> None:
        """Refuse to go on from here, if an earlier backward pass has freed this node.

        Raises:
            GradientError: naming the operation.
        """
        if self.was_freed:
            raise GradientError(
                f"backward() came a second time to {self.operation.name}, whose intermediate "
                "values were freed by the first. Call the first one as "
                "backward(retain_graph=True), or run the forward pass again."
            )

    def watch_output(self, version: Version) -> None:
        """Note how often the output's memory was changed until now, to notice later changes."""
        self.output_version = version
        self.output_count = version.count

    def _check_versions(self, position: int) -> None:
        """Refuse to compute with values that were changed in place after they were used."""
        operation = self.operation
        version = self.output_version
        if (
            version is not None
            and version.count != self.output_count
            and OUTPUT in operation.reads[position]
        ):
            self._refuse("its output", version)
        for i in operation.inputs_read[position]:
            tensor = self.inputs[i]
            if tensor is None or tensor._version is None:
                continue
            if tensor._version.count != self.input_versions[i]:
                self._refuse(f"its input {operation.input_names[i]!r}", tensor._version)

    def _refuse(self, what: str, version: Version) -> None:
        name = self.operation.name
        raise InPlaceError(
            f"The gradient of {name} needs {what}, of shape {self.output.shape}, as it was when "
            f"{name} ran, but {version.changed_by} has changed it in place since. Use the version "
            f"of {version.changed_by} that makes a new tensor, or call it after backward()."
        )


class TensorFactory(Protocol):
    """Makes a tensor around an array, without any check."""

    def __call__(self, array: Array) -> "Tensor":  # noqa: D102 - the class says it
        ...


class _TensorType:
    """Where the tensor class enters: its methods apply operations, so it is defined later."""

    wrap: TensorFactory


def set_tensor_factory(wrap: TensorFactory) -> None:
    """Say how results are wrapped. Called once, by the module that defines Tensor."""
    _TensorType.wrap = staticmethod(wrap)


def wrap(array: Array) -> "Tensor":
    """Return a tensor around this very array, outside the graph."""
    return _TensorType.wrap(array)


def apply(
    operation: Operation, inputs: "tuple[TensorCore | None, ...]", options: Options = ()
) -> "Tensor":
    """Run an operation on tensors, and record it if a gradient may be asked for.

    Args:
        operation: The operation's record.
        inputs: Tensors, in the order of its value function; None for an absent optional input.
        options: All its options, in that order.

    Raises:
        InvalidShape: if the shapes do not fit, as the operation's own shape rule puts it.
    """
    arrays = tuple([None if t is None else t.array for t in inputs])
    try:
        with np.errstate(all="ignore"):
            output, saved = operation.evaluate(arrays, options)
    except ChainruleError:
        raise
    except (ValueError, IndexError, TypeError):
        # NumPy's own message speaks of its functions; the shape rule speaks of this operation.
        operation.infer_shape([None if a is None else a.shape for a in arrays], options)
        raise
    if type(output) is not np.ndarray:
        output = np.asarray(output)
    result = _TensorType.wrap(output)
    if operation.is_view and np.may_share_memory(output, arrays[0]):
        result._version = inputs[0].shared_version()  # type: ignore[union-attr]  # a view has an input
    for name in operation.mutates:
        changed = inputs[operation.input_names.index(name)]
        if changed is not None:
            changed.mark_changed(operation.name)
    requires_grad = state.grad_enabled and any_requires_grad(operation, inputs)
    if requires_grad or state.tracer is not None:
        node = Node(operation, inputs, options, output, saved)
        result._node = node
        result._requires_grad = requires_grad
        if operation.reads_output:
            node.watch_output(result.shared_version())
        if state.tracer is not None:
            state.tracer.append(node)
    return result


def any_requires_grad(operation: Operation, inputs: "tuple[TensorCore | None, ...]") -> bool:
    """Return whether a gradient flows through the operation into at least one input."""
    for position, tensor in enumerate(inputs):
        if tensor is not None and tensor._requires_grad and operation.has_derivative(position):
            return True
    return False
