"""A network of ours and its copy in PyTorch, on the device where the steps are taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from chainrule.autograd.tensor import Tensor
from chainrule.bridges.torch.to_torch import ToTorch
from chainrule.bridges.torch.values import tensor_to_torch
from chainrule.engines.engine import LossFunction
from chainrule.nn.module import Module


class NetworkTwin:
    """A network and its loss, made again in PyTorch.

    What is learned there is copied here after each run of steps, so that callbacks and checkpoints
    see the network they know; and from here to there before, in case they changed it.

    Args:
        model: Ours.
        loss: Takes outputs and targets.
        device: Where PyTorch is to compute.

    Raises:
        InvalidType: naming the first module, or name in its code, that PyTorch does not have.
        InvalidArgument: if a module has hooks.
    """

    def __init__(self, model: Module, loss: LossFunction, device: torch.device) -> None:
        carrier = ToTorch(share=False)
        made: torch.nn.Module = carrier.carry(model)
        self.ours, self.theirs = model, made.to(device)
        self.loss: Any = (
            carrier.carry(loss, "the loss").to(device)
            if isinstance(loss, Module)
            else carrier.translator.value(loss, "the loss")
        )
        self._modules = [(m, made.get_submodule(path)) for path, m in model.named_modules()]

    def parameters(self) -> dict[int, torch.Tensor]:
        """Return PyTorch's parameter for each of ours, by id."""
        pairs = zip(self.ours.parameters(), self.theirs.parameters(), strict=True)
        return {id(ours): theirs for ours, theirs in pairs}

    def _tensors(self) -> Iterator[tuple[Tensor, torch.Tensor]]:
        """Yield each parameter and buffer with its copy."""
        yield from zip(self.ours.parameters(), self.theirs.parameters(), strict=True)
        yield from zip(self.ours.buffers(), self.theirs.buffers(), strict=True)

    @torch.no_grad()
    def push(self) -> None:
        """Give PyTorch's network our numbers and modes."""
        for ours, theirs in self._tensors():
            theirs.copy_(tensor_to_torch(ours, share=True))
            if theirs.is_leaf and theirs.requires_grad != ours.requires_grad:
                theirs.requires_grad_(ours.requires_grad)
        for module, copy in self._modules:
            copy.training = module.training

    @torch.no_grad()
    def pull(self) -> None:
        """Take over the numbers of PyTorch's network."""
        for ours, theirs in self._tensors():
            np.copyto(ours.array, theirs.detach().cpu().numpy())

    def is_finite(self) -> bool:
        """Return whether all parameters of PyTorch's network are finite."""
        parameters = [parameter.detach() for parameter in self.theirs.parameters()]
        norms = torch._foreach_norm(parameters)
        total = torch.stack([norm.double() for norm in norms]).sum()
        return bool(torch.isfinite(total)) or all(
            bool(torch.isfinite(parameter).all()) for parameter in parameters
        )


@contextmanager
def in_evaluation(module: torch.nn.Module) -> Iterator[None]:
    """Run a network in evaluation mode, without gradients, and bring its modes back."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part, training in modes:
            part.training = training
