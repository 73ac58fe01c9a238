"""What is called from outside; PyTorch is loaded when it is."""

import importlib
from typing import TYPE_CHECKING, Any

from chainrule.autograd.tensor import Tensor
from chainrule.data.files import PathLike
from chainrule.errors import MissingPackage
from chainrule.nn.module import Module

if TYPE_CHECKING:
    import torch


def to_torch(module: Module, *, share: bool = False) -> "torch.nn.Module":
    """Return the same network as a PyTorch module, with the same weights.

    Modules of ``nn`` become PyTorch's of the same name. A class of your own becomes a class with
    the same methods, in which the names of this library stand for PyTorch's.

    Args:
        module: The network; modes, frozen parameters and shared ones stay what they are.
        share: Whether both use the same memory, so that what one learns the other knows.

    Raises:
        MissingPackage: if PyTorch is not installed.
        InvalidType: naming the first module, or name in its code, that has no counterpart.
        InvalidArgument: if a module has hooks: they are code for this library's tensors.

    >>> import chainrule
    >>> to_torch(chainrule.nn.Linear(3, 2))
    Linear(in_features=3, out_features=2, bias=True)
    """
    return _bridge("to_torch").to_torch(module, share)


def from_torch(module: "torch.nn.Module", *, share: bool = False) -> Any:
    """Return a PyTorch module as a network of this library, with the same weights.

    The inverse of ``to_torch``.

    Args:
        module: The network, on any device.
        share: Whether both use the same memory; then it must be on the CPU.

    Raises:
        MissingPackage: if PyTorch is not installed.
        InvalidType: naming the first module, or option, or name in its code, that has no
            counterpart.
        InvalidArgument: if a module has hooks, or what is to be shared is not on the CPU.

    >>> import torch
    >>> from_torch(torch.nn.Linear(3, 2))
    Linear(in_features=3, out_features=2, bias=True)
    """
    return _bridge("from_torch").from_torch(module, share)


def read_state_dict(path: PathLike) -> dict[str, Tensor]:
    """Return a state dict that PyTorch has written, as ``.pth`` or ``.safetensors``.

    A ``.pth`` file is a pickle; it is read by PyTorch with ``weights_only=True``, so that it can
    hold no code.

    Args:
        path: Of the file.

    Raises:
        MissingPackage: if PyTorch is needed and not installed.
        DataNotFound: if there is no such file.
        CorruptFile: if it holds anything else than a state dict.
    """
    tensors: dict[str, Tensor] = _bridge("files").read_state_dict(path)
    return tensors


def _bridge(name: str) -> Any:
    try:
        return importlib.import_module(f"chainrule.bridges.torch.{name}")
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise MissingPackage(
            "PyTorch is not installed: pip install 'chainrule[torch]' brings it."
        ) from None
