"""What PyTorch computes for the same network, weights and batch."""

from chainrule.array_types import Shape
from chainrule.autograd.tensor import Tensor
from chainrule.bridges import to_torch
from chainrule.errors import InvalidArgument, InvalidType, MissingPackage
from chainrule.nn.module import Module


def pytorch_gradient(
    model: Module,
    loss_function: object,
    inputs: Tensor,
    target: Tensor,
    name: str,
    index: Shape | None,
) -> float | None:
    """Return PyTorch's gradient of one number of a parameter.

    Args:
        model: The network.
        loss_function: Of outputs and target.
        inputs: The samples of the batch.
        target: What the outputs should be.
        name: Of the parameter.
        index: Of the number in it; may be None for a single one.

    Returns:
        None where PyTorch is not installed or has no counterpart of something, and for what is no
        parameter.
    """
    if not isinstance(loss_function, Module):
        return None
    try:
        theirs, criterion = to_torch(model), to_torch(loss_function)
    except (MissingPackage, InvalidType, InvalidArgument):
        return None
    parameter = dict(theirs.named_parameters()).get(name)
    if parameter is None:
        return None
    import torch

    def carried(tensor: Tensor) -> torch.Tensor:
        return torch.from_numpy(tensor.array.copy())

    criterion(theirs(carried(inputs)), carried(target)).backward()
    gradient = parameter.grad
    if gradient is None:
        return None
    return float(gradient[index] if index is not None else gradient.reshape(()))
