"""Tensors from one library to the other."""

import numpy as np
import torch

from chainrule.autograd.creation import from_numpy
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidType


def tensor_to_torch(tensor: Tensor, share: bool = False) -> torch.Tensor:
    """Return the same numbers as a PyTorch tensor, in the same memory or in new memory."""
    array = tensor.array if share else tensor.array.copy()
    return torch.from_numpy(array)


def tensor_from_torch(tensor: torch.Tensor, name: str, share: bool = False) -> Tensor:
    """Return the same numbers as a tensor of ours, in the same memory or in new memory.

    Args:
        tensor: On any device.
        name: What to call it in an error.
        share: Whether to use its memory.

    Raises:
        InvalidArgument: if the memory to be shared is not on the CPU.
        InvalidType: if NumPy has no such numbers.
    """
    plain = tensor.detach()
    if share and plain.device.type != "cpu":
        raise InvalidArgument(
            f"{name} is on {plain.device}, whose memory cannot be shared: pass share=False, or "
            "move it to the CPU first."
        )
    try:
        array = plain.cpu().resolve_conj().resolve_neg().numpy()
    except (TypeError, RuntimeError):
        raise InvalidType(
            f"{name} holds {plain.dtype} numbers, which NumPy does not have: convert it first, "
            "e.g. with module.float()."
        ) from None
    return from_numpy(array if share else np.array(array))
