"""A PyTorch module as a network of ours."""

import inspect
from typing import Any

import torch

from chainrule.bridges.torch.carrier import Carrier, place
from chainrule.bridges.torch.libraries import OURS, PYTORCH
from chainrule.bridges.torch.values import tensor_from_torch
from chainrule.errors import ChainruleError, InvalidType
from chainrule.nn.construction import without_values
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter
from chainrule.storage.architecture import CLASSES, CONTAINERS, constructor_arguments

WITHOUT_EFFECT = {"inplace", "device", "dtype", "size_average", "reduce", "args", "kwargs", "init"}
"""Arguments of PyTorch's constructors that change no number, or that its modules do not keep."""


def from_torch(module: torch.nn.Module, share: bool) -> Module:
    """Return the network as a module of ours; see ``bridges.torch.from_torch``."""
    if not isinstance(module, torch.nn.Module):
        raise InvalidType(f"from_torch takes a torch.nn.Module, got {type(module).__name__}.")
    made: Module = FromTorch(share).carry(module)
    return made


class FromTorch(Carrier):
    """From PyTorch to here.

    Args:
        share: Whether both use the same memory.
    """

    def __init__(self, share: bool) -> None:
        super().__init__(PYTORCH, OURS, share)

    def layer(self, module: Any, path: str) -> Any:
        """Return our module of the same name, made with the same arguments."""
        name = type(module).__name__
        if getattr(torch.nn, name, None) is not type(module):
            if type(module).__module__.startswith("torch."):
                raise InvalidType(
                    f"{place(path)} is a {type(module).__module__}.{name}, and chainrule has no "
                    "such module."
                )
            return None
        kind = CLASSES.get(name)
        if kind is None:
            raise InvalidType(f"{place(path)} is a {name}, and chainrule has no such module.")
        if issubclass(kind, CONTAINERS):
            return kind()
        wanted = constructor_arguments(kind)
        check_options(module, wanted, path)
        arguments = {}
        for argument in wanted:
            value = getattr(module, argument, None)
            is_learned = argument in module._parameters
            arguments[argument] = value is not None if is_learned else self.convert(value)
        count = sum(
            tensor.numel()
            for members in (module._parameters, module._buffers)
            for tensor in members.values()
            if tensor is not None
        )
        try:
            with without_values(count):
                return kind(**arguments)
        except ChainruleError as error:
            raise InvalidType(f"{place(path)} has no counterpart: {error}") from None

    def tensor(self, tensor: Any, path: str) -> Any:
        """Return a tensor or a parameter as ours."""
        plain = tensor_from_torch(tensor, path, self.share)
        if isinstance(tensor, torch.nn.Parameter):
            return Parameter(plain, requires_grad=tensor.requires_grad)
        plain.requires_grad = tensor.requires_grad
        return plain

    def is_tensor(self, value: Any) -> bool:
        """Return whether a value is one of PyTorch's tensors."""
        return isinstance(value, torch.Tensor)

    def finish(self, module: Any, made: Any) -> None:
        """Note which buffers are not part of the state."""
        made._non_persistent.update(module._non_persistent_buffers_set)


def check_options(module: Any, known: list[str], path: str) -> None:
    """Refuse a module with an option that ours does not have.

    Raises:
        InvalidType: naming it.
    """
    for name, parameter in inspect.signature(type(module)).parameters.items():
        if name in known or name in WITHOUT_EFFECT or name.startswith("_"):
            continue
        value = getattr(module, name, parameter.default)
        if value != parameter.default:
            raise InvalidType(
                f"{place(path)} is a {type(module).__name__} with {name}={value!r}, which "
                "chainrule does not have."
            )
