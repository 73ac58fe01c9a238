"""Module: a part of a network, with its parameters, its buffers and the parts it is made of."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from chainrule.array_types import Dtype
from chainrule.autograd.core import TensorCore
from chainrule.autograd.modes import state as mode
from chainrule.autograd.tensor import Tensor
from chainrule.device import Device, check_device
from chainrule.errors import ChainruleError, InvalidArgument, InvalidType
from chainrule.nn.module_state import ModuleState
from chainrule.nn.parameter import Parameter

MEMBERS = ("_parameters", "_buffers", "_modules")


class Module(ModuleState):
    """Base of all parts of a network.

    A subclass makes its parameters and parts in ``__init__``, after ``super().__init__()``, and
    computes in ``forward``. Parameters, buffers and modules assigned as attributes are registered
    under the attribute's name.

    Attributes:
        training: Whether the module is being trained; switched by ``train()`` and ``eval()``.
    """

    training: bool

    def __init__(self) -> None:
        set_member = object.__setattr__
        set_member(self, "training", True)
        set_member(self, "_parameters", {})
        set_member(self, "_buffers", {})
        set_member(self, "_non_persistent", set())
        set_member(self, "_modules", {})
        set_member(self, "_forward_hooks", {})
        set_member(self, "_forward_pre_hooks", {})

    # Calling

    def forward(self, *inputs: Any) -> Any:
        """Compute the output. Every subclass defines its own."""
        raise NotImplementedError(
            f"{type(self).__name__} has no forward(): define `def forward(self, x)` in the class."
        )

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        outer = mode.scope
        mode.scope = self
        try:
            if self._forward_pre_hooks:
                inputs = self._run_pre_hooks(inputs)
            output = self.forward(*inputs, **named)
            if self._forward_hooks:
                output = self._run_hooks(inputs, output)
            return output
        except (ChainruleError, AttributeError, TypeError) as error:
            self._explain(error, inputs)
            raise
        finally:
            mode.scope = outer

    def _explain(self, error: Exception, inputs: tuple[Any, ...]) -> None:
        """Add to an error which module it happened in, and the likeliest mistake."""
        if getattr(error, "__notes__", None):
            return  # a module further in has said so already
        for value in inputs:
            if isinstance(value, (np.ndarray, list)):
                error.add_note(
                    f"{type(self).__name__} was called with a {type(value).__name__}: convert it "
                    "first, e.g. with chainrule.tensor(x) or chainrule.from_numpy(x)."
                )
        error.add_note(f"in {self._header()}")

    def _run_pre_hooks(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in list(self._forward_pre_hooks.values()):
            changed = hook(self, inputs)
            if changed is not None:
                inputs = changed if isinstance(changed, tuple) else (changed,)
        return inputs

    def _run_hooks(self, inputs: tuple[Any, ...], output: Any) -> Any:
        for hook in list(self._forward_hooks.values()):
            changed = hook(self, inputs, output)
            if changed is not None:
                output = changed
        return output

    def register_forward_hook(self, hook: "Callable[..., Any]") -> "RemovableHandle":
        """Have ``hook(module, inputs, output)`` called after ``forward``; it may replace the output."""
        return RemovableHandle(self._forward_hooks, hook)

    def register_forward_pre_hook(self, hook: "Callable[..., Any]") -> "RemovableHandle":
        """Have ``hook(module, inputs)`` called before ``forward``; it may replace the inputs."""
        return RemovableHandle(self._forward_pre_hooks, hook)

    # Registering

    def __setattr__(self, name: str, value: Any) -> None:
        members = vars(self)
        if isinstance(value, (Parameter, Module)) and "_parameters" not in members:
            raise AttributeError(
                f"{type(self).__name__} assigns {name!r} before super().__init__() was called: make "
                "that the first line of its __init__."
            )
        if isinstance(value, Parameter):
            self._forget(name)
            self._parameters[name] = value
        elif isinstance(value, Module):
            self._forget(name)
            self._modules[name] = value
        elif name in members.get("_parameters", ()):
            if value is not None:
                raise InvalidType(
                    f"{type(self).__name__}.{name} is a parameter and cannot become a "
                    f"{type(value).__name__}: assign nn.Parameter(...) or None."
                )
            self._parameters[name] = None
        elif name in members.get("_buffers", ()):
            if value is not None and not isinstance(value, TensorCore):
                raise InvalidType(
                    f"{type(self).__name__}.{name} is a buffer and cannot become a "
                    f"{type(value).__name__}: assign a tensor or None."
                )
            self._buffers[name] = value
        elif name in members.get("_modules", ()) and value is None:
            self._modules[name] = None
        else:
            self._forget(name)
            object.__setattr__(self, name, value)

    def _forget(self, name: str) -> None:
        """Remove what was registered or set under this name before."""
        members = vars(self)
        for kind in MEMBERS:
            members.get(kind, {}).pop(name, None)
        members.pop(name, None)

    def __getattr__(self, name: str) -> Any:
        members = vars(self)
        for kind in MEMBERS:
            registered = members.get(kind)
            if registered is not None and name in registered:
                return registered[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        known = any(name in vars(self)[kind] for kind in MEMBERS) or name in vars(self)
        if not known:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        self._forget(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter under a name; None reserves the name for one that is absent."""
        self._check_name(name)
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that is kept with the module but not learned.

        Args:
            name: The attribute it becomes.
            tensor: Its value, or None where it is absent.
            persistent: Whether ``state_dict`` holds it.
        """
        self._check_name(name)
        self._buffers[name] = tensor
        if not persistent:
            self._non_persistent.add(name)

    def add_module(self, name: str, module: "Module | None") -> None:
        """Register a part under a name."""
        if module is not None and not isinstance(module, Module):
            raise InvalidType(
                f"add_module({name!r}) got {type(module).__name__}: pass a module, an object and not "
                "its class."
            )
        self._check_name(name)
        self._modules[name] = module

    register_module = add_module

    def _check_name(self, name: str) -> None:
        if not isinstance(name, str) or not name or "." in name:
            raise InvalidArgument(
                f"{name!r} cannot be the name of a part of {type(self).__name__}: it must be a text "
                "that is not empty and has no dot."
            )
        if hasattr(self, name) and name not in self._modules:
            raise InvalidArgument(
                f"{type(self).__name__} already has an attribute {name!r}: choose another name."
            )

    # Switching

    def train(self, mode: bool = True) -> Self:
        """Switch the module and all its parts to training (dropout drops, batch norm learns)."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch the module and all its parts to evaluation."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Say for all parameters whether they are to be trained."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad = None if set_to_none else Tensor.zeros_like(parameter)

    def apply(self, fn: "Callable[[Module], None]") -> Self:
        """Call ``fn`` with every part, innermost first, and then with this module."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    # Converting

    def to(self, *arguments: "Dtype | type | Device | str | Tensor") -> Self:
        """Convert all floating-point parameters and buffers to a dtype; there is one device.

        Args:
            arguments: A floating-point dtype, a device, a tensor to take both from, or a device
                and a dtype.
        """
        for argument in arguments:
            if isinstance(argument, TensorCore):
                self._convert(argument.dtype)
            elif isinstance(argument, (str, Device)):
                check_device(argument)
            else:
                self._convert(np.dtype(argument))
        return self

    def float(self) -> Self:
        """Convert to float32."""
        return self._convert(np.dtype(np.float32))

    def double(self) -> Self:
        """Convert to float64."""
        return self._convert(np.dtype(np.float64))

    def cpu(self) -> Self:
        """Return the module itself: it is on the CPU."""
        return self

    def _convert(self, dtype: Dtype) -> Self:
        if dtype.kind != "f":
            raise InvalidType(
                f"A module can only be converted to floating-point numbers, got {dtype}: pass "
                "chainrule.float32 or chainrule.float64."
            )
        for module in self.modules():
            for tensor in (*module._parameters.values(), *module._buffers.values()):
                if tensor is not None and tensor.array.dtype.kind == "f":
                    tensor.array = tensor.array.astype(dtype, copy=False)
                    if tensor.grad is not None:
                        tensor.grad.array = tensor.grad.array.astype(dtype, copy=False)
        return self

    # Printing

    def extra_repr(self) -> str:
        """Return what stands between the brackets when the module is printed."""
        return ""

    def _header(self) -> str:
        """Return the module's name and arguments, without its parts."""
        return f"{self._get_name()}({self.extra_repr()})"

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr().split("\n") if self.extra_repr() else []
        parts = [
            f"({name}): " + repr(module).replace("\n", "\n  ")
            for name, module in self._modules.items()
        ]
        if not parts and len(extra) <= 1:
            return f"{self._get_name()}({''.join(extra)})"
        return "\n  ".join([f"{self._get_name()}(", *extra, *parts]) + "\n)"


class RemovableHandle:
    """Takes a registered hook back."""

    def __init__(self, hooks: "dict[int, Callable[..., Any]]", hook: "Callable[..., Any]") -> None:
        self._hooks = hooks
        self._key = max(hooks, default=-1) + 1
        hooks[self._key] = hook

    def remove(self) -> None:
        """Call the hook no more."""
        self._hooks.pop(self._key, None)
