"""The core of a tensor: an array, its gradient and its place in the graph, without any arithmetic.

``Tensor`` adds to it what can be computed, in groups of methods that each apply operations.
"""

import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np

from chainrule.array_types import Array, Dtype, Size
from chainrule.autograd import gradient as gradients
from chainrule.autograd.graph import Hook, Node, Version, wrap
from chainrule.autograd.modes import state
from chainrule.errors import GradientError, InPlaceError, InvalidArgument, InvalidType

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor


class TensorCore:
    """An array that knows how it was computed.

    Attributes:
        array: The numbers, as a NumPy array. Changing them here bypasses all checks.
        grad: The accumulated gradient, or None.
    """

    __slots__ = ("__weakref__", "_hooks", "_node", "_requires_grad", "_version", "array", "grad")

    array: Array
    grad: "Tensor | None"
    _requires_grad: bool
    _node: Node | None
    _version: Version | None
    _hooks: list[Hook] | None

    def _set(self, array: Array) -> None:
        """Make this a tensor outside any graph."""
        self.array = array
        self.grad = None
        self._requires_grad = False
        self._node = None
        self._version = None
        self._hooks = None

    # What it is

    @property
    def shape(self) -> Size:
        """Length of each axis."""
        return Size(self.array.shape)

    @property
    def dtype(self) -> Dtype:
        """Kind of the numbers."""
        return self.array.dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.array.ndim

    @property
    def is_leaf(self) -> bool:
        """Whether the user made it, rather than an operation on tensors that require gradients."""
        return self._node is None or not self._requires_grad

    @property
    def grad_fn(self) -> Node | None:
        """The node that computed it, or None for a leaf."""
        return self._node if self._requires_grad else None

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to it. Settable on leaves of floating-point dtype."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and self.array.dtype.kind != "f":
            raise InvalidType(
                "Only floating-point tensors can require gradients, this one is "
                f"{self.array.dtype}: convert it first, e.g. with .float()."
            )
        if not value and not self.is_leaf:
            raise GradientError(
                "requires_grad can only be switched off on leaves: use .detach() to get this "
                "tensor's values outside the graph."
            )
        self._requires_grad = value

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set ``requires_grad`` and return this tensor."""
        self.requires_grad = requires_grad
        return self

    # Gradients

    def backward(
        self,
        gradient: "Tensor | None" = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: "Tensor | Sequence[Tensor] | None" = None,
    ) -> None:
        """Add the gradient of this tensor to ``.grad`` of every leaf it was computed from.

        Args:
            gradient: What to start with, of this tensor's shape; may be left out for a single
                number.
            retain_graph: Keep intermediate values, so that backward() can be called again.
            create_graph: Not offered: gradients are not differentiated again.
            inputs: The leaves to do this for; all of them by default.

        Raises:
            GradientError: if this tensor requires no gradient, is not a single number and no
                gradient is given, or its graph was freed by an earlier call.
            InPlaceError: if a value the derivatives need was changed in place.
        """
        if create_graph:
            raise GradientError(
                "backward(create_graph=True) is not offered: derivatives are functions of arrays "
                "and leave no graph. Call backward() without it."
            )
        chosen = [inputs] if isinstance(inputs, TensorCore) else inputs
        gradients.backward(self, gradient, bool(retain_graph), chosen)

    def detach(self) -> "Tensor":
        """Return a tensor of the same memory outside the graph."""
        result = wrap(self.array)
        result._version = self.shared_version()
        return result

    def retain_grad(self) -> None:
        """Have ``backward()`` fill in ``.grad`` although this is not a leaf."""
        if self.is_leaf:
            return
        owner = weakref.ref(self)  # a strong reference would keep the graph alive for ever

        def keep(gradient: Array) -> None:
            tensor = owner()
            if tensor is not None:
                gradients.accumulate(tensor, gradient.view())

        self._hook_list().append(keep)

    def register_hook(self, hook: "Callable[[Tensor], Tensor | None]") -> "HookHandle":
        """Have ``hook(gradient)`` called in each backward pass.

        What it returns, unless None, replaces the gradient.
        """
        if not self._requires_grad:
            raise GradientError("register_hook: this tensor does not require a gradient.")

        def call(gradient: Array) -> Array | None:
            changed = hook(wrap(gradient))
            return None if changed is None else changed.array

        hooks = self._hook_list()
        hooks.append(call)
        return HookHandle(hooks, call)

    def _hook_list(self) -> list[Hook]:
        """Return the hooks of this tensor's gradient: a leaf's own, else its node's."""
        if self._node is None:
            self._hooks = self._hooks or []
            return self._hooks
        if self._node.listeners is None:
            self._node.listeners = []
        return self._node.listeners

    # Changes in place

    def shared_version(self) -> Version:
        """Return the counter of changes in place, shared by all views of this memory."""
        if self._version is None:
            self._version = Version()
        return self._version

    def mark_changed(self, name: str) -> None:
        """Note that the operation of this name has changed the numbers in place."""
        version = self.shared_version()
        version.count += 1
        version.changed_by = name

    def check_writable(self, name: str) -> None:
        """Refuse to change numbers that stand for several places, or that belong to somebody else.

        Raises:
            InPlaceError: if the memory is read-only.
        """
        if not self.array.flags.writeable:
            raise InPlaceError(
                f"{name} cannot change this tensor in place: its memory is read-only, because it "
                "was expanded or shares a read-only array. Use .clone() first."
            )

    def before_change(self) -> "Tensor":
        """Return this tensor as it stands in the graph now, to compute a change in place from.

        While a graph is recorded it has memory of its own, for derivatives that need the old
        numbers.
        """
        old = wrap(self.array.copy() if state.grad_enabled else self.array)
        old._node = self._node
        old._requires_grad = self._requires_grad
        return old

    def become(self, result: "TensorCore", name: str) -> Self:
        """Take over the values and the history of ``result``, as a change in place by ``name``.

        Raises:
            InPlaceError: if this is a leaf that requires a gradient and recording is on.
            InvalidArgument: if the shape or kind of number would change.
        """
        if result.array.shape != self.array.shape:
            raise InvalidArgument(
                f"{name} would change the shape in place from {self.array.shape} to "
                f"{result.array.shape}: use the version that makes a new tensor."
            )
        if not np.can_cast(result.array.dtype, self.array.dtype, "same_kind"):
            raise InvalidType(
                f"{name} cannot store {result.array.dtype} numbers in a tensor of "
                f"{self.array.dtype}: convert the tensor first, e.g. with .float()."
            )
        if state.grad_enabled and self._requires_grad and self._node is None:
            raise InPlaceError(
                f"{name} would change a leaf that requires a gradient in place, and its gradient "
                "would refer to values that are gone. Do it inside `with no_grad():`, or make a "
                "new tensor."
            )
        if result._requires_grad and self.array.base is not None:
            raise InPlaceError(
                f"{name} on a view of another tensor would have to change that tensor's gradient, "
                "too. Use the version that makes a new tensor, or .clone() first."
            )
        self.check_writable(name)
        if result.array is not self.array:
            self.array[...] = result.array
        self.mark_changed(name)
        if result._requires_grad:
            self._node = result._node
            self._requires_grad = True
            if result._node is not None:
                # This memory now is the output of the new node, beginning with this change.
                result._node.output = self.array
                if result._node.output_version is not None:
                    result._node.watch_output(self.shared_version())
        return self


class HookHandle:
    """Takes a registered hook back."""

    def __init__(self, hooks: list[Hook], hook: Hook) -> None:
        self._hooks = hooks
        self._hook = hook

    def remove(self) -> None:
        """Call the hook no more."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)
