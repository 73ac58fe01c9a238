"""A network of ours as a PyTorch module."""

from typing import Any

import torch

from chainrule.autograd.core import TensorCore
from chainrule.bridges.torch.carrier import Carrier, place
from chainrule.bridges.torch.libraries import OURS, PYTORCH
from chainrule.bridges.torch.values import tensor_to_torch
from chainrule.errors import InvalidType
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter
from chainrule.storage.architecture import CLASSES, CONTAINERS, constructor_arguments


def to_torch(module: Module, share: bool) -> torch.nn.Module:
    """Return the network as a PyTorch module; see ``bridges.torch.to_torch``."""
    if not isinstance(module, Module):
        raise InvalidType(f"to_torch takes a module of chainrule, got {type(module).__name__}.")
    made: torch.nn.Module = ToTorch(share).carry(module)
    return made


class ToTorch(Carrier):
    """From here to PyTorch.

    Args:
        share: Whether both use the same memory.
    """

    def __init__(self, share: bool) -> None:
        super().__init__(OURS, PYTORCH, share)

    def layer(self, module: Any, path: str) -> Any:
        """Return PyTorch's module of the same name, made with the same arguments."""
        name = type(module).__name__
        if CLASSES.get(name) is not type(module):
            return None
        kind = getattr(torch.nn, name, None)
        if kind is None:
            raise InvalidType(
                f"{place(path)} is a {name}, and PyTorch has no such module: leave it out, or "
                "write it as a class of your own from operations that both have."
            )
        if isinstance(module, CONTAINERS):
            return kind()
        arguments = {}
        for argument in constructor_arguments(type(module)):
            value = getattr(module, argument)
            is_learned = argument in module._parameters
            arguments[argument] = value is not None if is_learned else self.convert(value)
        with torch.device("meta"):  # no memory and no random numbers for values to be replaced
            return kind(**arguments)

    def tensor(self, tensor: Any, path: str) -> Any:
        """Return a tensor or a parameter as PyTorch's."""
        plain = tensor_to_torch(tensor, self.share)
        if isinstance(tensor, Parameter):
            return torch.nn.Parameter(plain, requires_grad=tensor.requires_grad)
        return plain.requires_grad_(tensor.requires_grad) if tensor.requires_grad else plain

    def is_tensor(self, value: Any) -> bool:
        """Return whether a value is a tensor of ours."""
        return isinstance(value, TensorCore)

    def finish(self, module: Any, made: Any) -> None:
        """Note which buffers are not part of the state."""
        made._non_persistent_buffers_set = set(module._non_persistent)
