"""Module: a part of a network, with its parameters, its buffers and the parts it is made of."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import state as mode
from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleError, InvalidArgument, InvalidType
from chainrule.nn.module_conversion import ModuleConversion
from chainrule.nn.module_hooks import ModuleHooks
from chainrule.nn.module_state import ModuleState
from chainrule.nn.parameter import Parameter

MEMBERS = ("_parameters", "_buffers", "_modules")


class Module(ModuleHooks, ModuleConversion, ModuleState):
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

    def forward(self, *input: Any) -> Any:
        """Compute the output. Every subclass defines its own.

        Raises:
            NotImplementedError: if it does not.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no forward(): define `def forward(self, x)` in the class."
        )

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Run ``forward`` and the hooks around it."""
        outer = mode.scope
        mode.scope = self
        try:
            if self._forward_pre_hooks:
                inputs, named = self._run_pre_hooks(inputs, named)
            output = self.forward(*inputs, **named)
            if self._forward_hooks:
                output = self._run_hooks(inputs, named, output)
            return output
        except AttributeError as error:
            self._explain_not_a_tensor(error, inputs)
            raise
        except ChainruleError as error:
            if not getattr(error, "__notes__", None):  # else a module further in has said it
                error.add_note(f"in {self._header()}")
            raise
        finally:
            mode.scope = outer

    def _explain_not_a_tensor(self, error: AttributeError, inputs: tuple[Any, ...]) -> None:
        """Say what to do if the error is that an input is an array or a list instead of a tensor.

        Raises:
            InvalidType: in that case.
        """
        culprit = error.obj
        if isinstance(culprit, (np.ndarray, np.generic, list, tuple, int, float)) and any(
            culprit is value for value in inputs
        ):
            raise InvalidType(
                f"{self._header()} got {type(culprit).__name__} as input: convert it to a tensor "
                "first, e.g. with chainrule.tensor(x) or chainrule.from_numpy(x)."
            ) from error

    # Registering

    def __setattr__(self, name: str, value: Any) -> None:
        members = vars(self)
        if isinstance(value, (Parameter, Module)) and "_parameters" not in members:
            raise AttributeError(
                f"{type(self).__name__} assigns {name!r} before super().__init__() was called: "
                "make that the first line of its __init__."
            )
        if isinstance(value, Parameter):
            self._forget(name, except_in="_parameters")
            self._parameters[name] = value
        elif isinstance(value, Module):
            self._forget(name, except_in="_modules")
            self._modules[name] = value
        elif name in members.get("_parameters", ()):
            if value is not None:
                raise InvalidType(
                    f"{type(self).__name__}.{name} is a parameter and cannot become a "
                    f"{type(value).__name__}: assign nn.Parameter(...) or None."
                )
            self._parameters[name] = None
        elif name in members.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise InvalidType(
                    f"{type(self).__name__}.{name} is a buffer and cannot become a "
                    f"{type(value).__name__}: assign a tensor or None."
                )
            self._buffers[name] = value
        elif name in members.get("_modules", ()) and value is None:
            self._modules[name] = None
        else:
            if name in members.get("_modules", ()):
                self._forget(name)
            object.__setattr__(self, name, value)

    def _forget(self, name: str, except_in: str = "") -> None:
        """Remove what was registered or set under this name, except in one kind of members."""
        members = vars(self)
        for kind in MEMBERS:
            if kind != except_in:
                members[kind].pop(name, None)
        members.pop(name, None)
        self._non_persistent.discard(name)

    def __getattr__(self, name: str) -> Any:
        members = vars(self)
        if "_parameters" not in members:
            raise AttributeError(
                f"{type(self).__name__} has no {name!r}, as super().__init__() was not called: "
                "make that the first line of its __init__.",
                name=name,
                obj=self,
            )
        for kind in MEMBERS:
            if name in members[kind]:
                return members[kind][name]
        raise AttributeError(
            f"{type(self).__name__} has no attribute {name!r}", name=name, obj=self
        )

    def __delattr__(self, name: str) -> None:
        known = any(name in vars(self)[kind] for kind in MEMBERS) or name in vars(self)
        if not known:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        self._forget(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Register a parameter under a name; None reserves the name for one that is absent."""
        if param is not None and not isinstance(param, Parameter):
            raise InvalidType(
                f"register_parameter({name!r}) got {type(param).__name__}: pass "
                "nn.Parameter(tensor)."
            )
        self._check_name(name, "_parameters")
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Register a tensor that is kept with the module but not learned.

        Args:
            name: The attribute it becomes.
            tensor: Its value, or None where it is absent.
            persistent: Whether ``state_dict`` holds it.
        """
        if tensor is not None and not isinstance(tensor, Tensor):
            raise InvalidType(
                f"register_buffer({name!r}) got {type(tensor).__name__}: pass a tensor, e.g. made "
                "with chainrule.tensor(...)."
            )
        self._check_name(name, "_buffers")
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent.discard(name)
        else:
            self._non_persistent.add(name)

    def add_module(self, name: str, module: "Module | None") -> None:
        """Register a part under a name."""
        if module is not None and not isinstance(module, Module):
            raise InvalidType(
                f"add_module({name!r}) got {type(module).__name__}: pass a module, an object and "
                "not its class."
            )
        self._check_name(name, "_modules")
        self._modules[name] = module

    register_module = add_module

    def _check_name(self, name: str, kind: str) -> None:
        """Refuse a name that cannot be part of a path, or is that of something else here."""
        if not isinstance(name, str) or not name or "." in name:
            raise InvalidArgument(
                f"{name!r} cannot be the name of a part of {type(self).__name__}: it must be a "
                "text that is not empty and has no dot."
            )
        if hasattr(self, name) and name not in vars(self)[kind]:
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
                parameter.grad = None if set_to_none else wrap(np.zeros_like(parameter.array))

    def apply(self, fn: "Callable[[Module], None]") -> Self:
        """Call ``fn`` with every part, innermost first, and then with this module."""
        for child in self.children():
            child.apply(fn)
        fn(self)
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
