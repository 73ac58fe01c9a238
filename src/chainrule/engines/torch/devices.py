"""Which device the steps are taken on."""

import torch

from chainrule.errors import InvalidArgument


def choose_device(name: str | None, local_rank: int = 0) -> torch.device:
    """Return the device meant: a GPU if there is one, unless something else is asked for.

    Args:
        name: As PyTorch calls it, such as "cuda", "cuda:1" or "cpu"; None for the best there is.
        local_rank: Number of this process on this machine; each takes a GPU of its own.

    Raises:
        InvalidArgument: if there is no such device.

    >>> choose_device("cpu")
    device(type='cpu')
    """
    if name is None:
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise InvalidArgument(
            f"There is no device {name!r}: pass a name of PyTorch's, such as 'cpu' or 'cuda'."
        ) from None
    if device.type == "cuda":
        count = torch.cuda.device_count()
        index = local_rank if device.index is None else device.index
        if index >= count:
            raise InvalidArgument(
                f"The device cuda:{index} was asked for, and this PyTorch finds {count} GPUs here: "
                "pass device='cpu', or install a build of PyTorch for your GPU."
            )
        return torch.device("cuda", index)
    try:
        torch.empty(0, device=device)
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidArgument(f"The device {name!r} cannot be used here: {reason}") from None
    return device
