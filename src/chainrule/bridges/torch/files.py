"""State dicts that PyTorch has written."""

import pickle
from collections.abc import Mapping

import torch

from chainrule.autograd.tensor import Tensor
from chainrule.bridges.torch.values import tensor_from_torch
from chainrule.data.files import PathLike, existing_file
from chainrule.errors import CorruptFile
from chainrule.storage import load


def read_state_dict(path: PathLike) -> dict[str, Tensor]:
    """Return a state dict from a file; see ``bridges.torch.read_state_dict``."""
    found = existing_file(path)
    if found.suffix == ".safetensors":
        content = load(found)
    else:
        try:
            content = torch.load(found, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise CorruptFile(
                f"{found} is no file of tensors that PyTorch reads with weights_only=True "
                f"({reason:.200}): save the state dict alone, torch.save(model.state_dict(), path)."
            ) from None
    if not isinstance(content, Mapping) or not all(
        isinstance(name, str) and isinstance(value, (torch.Tensor, Tensor))
        for name, value in content.items()
    ):
        raise CorruptFile(
            f"{found} holds no state dict, names with tensors: it was written with something else "
            "than torch.save(model.state_dict(), path)."
        )
    return {
        name: value if isinstance(value, Tensor) else tensor_from_torch(value, name)
        for name, value in content.items()
    }
