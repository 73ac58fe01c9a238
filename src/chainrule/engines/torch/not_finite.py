"""Where numbers stopped being finite in a step of PyTorch's."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import torch

from chainrule.autograd.tensor import Tensor
from chainrule.engines.eager import EagerEngine
from chainrule.engines.not_finite import ADVICE
from chainrule.engines.torch.network import NetworkTwin
from chainrule.errors import NotFinite


def report(eager: EagerEngine, network: NetworkTwin, inputs: Tensor, targets: Tensor) -> NotFinite:
    """Return the error for a step that met something not finite, naming where it began.

    The step is computed again from the weights before it: by the eager engine, which knows every
    operation, and if all is finite there, as can be with other dropout masks or in lower precision,
    by PyTorch, which names the layer.

    Args:
        eager: An engine for the same network.
        network: The network and its copy, both as before the step.
        inputs: Of the batch.
        targets: Of the batch.
    """
    error = eager.find_not_finite(inputs, targets)
    return error if error is not None else layer_error(network, inputs, targets)


def layer_error(network: NetworkTwin, inputs: Tensor, targets: Tensor) -> NotFinite:
    """Return the error that names the first layer whose output, or derivative, is not finite."""
    watch = Watch({module: path for path, module in network.theirs.named_modules() if path})
    device = next(network.theirs.parameters()).device
    with watch:
        outputs = network.theirs(as_torch(inputs, device))
        loss = network.loss(outputs, as_torch(targets, device))
        loss.backward()
    network.theirs.zero_grad(set_to_none=True)
    what = watch.found[0] if watch.found else "the step was finite when it was computed again"
    return NotFinite(f"The loss is {loss.item():.6g}: {what}. {ADVICE}")


class Watch:
    """Notes the layers of a network whose outputs or derivatives are not finite, in order.

    Args:
        paths: The layers with their paths.

    Attributes:
        found: What was noted.
    """

    def __init__(self, paths: Mapping[torch.nn.Module, str]) -> None:
        self.found: list[str] = []
        self._paths = paths
        self._handles: list[Any] = []

    def __enter__(self) -> None:
        for module in self._paths:
            self._handles.append(module.register_forward_pre_hook(self._before))
            self._handles.append(module.register_forward_hook(self._after))

    def __exit__(self, *error: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _before(self, module: torch.nn.Module, inputs: tuple[Any, ...]) -> None:
        for value in inputs:
            if torch.is_tensor(value) and value.requires_grad:
                note = partial(self._note, module, "derivative")
                value.register_hook(note)  # type: ignore[no-untyped-call]

    def _after(self, module: torch.nn.Module, inputs: object, output: Any) -> None:
        if torch.is_tensor(output):
            self._note(module, "output", output)

    def _note(self, module: torch.nn.Module, what: str, values: torch.Tensor) -> None:
        if not bool(torch.isfinite(values).all()):
            layer = f"layer {self._paths[module]} ({type(module).__name__})"
            self.found.append(f"the {what} of {layer} was the first not to be finite")


def as_torch(tensor: Tensor, device: torch.device) -> torch.Tensor:
    """Return a tensor of ours as PyTorch's on a device."""
    return torch.from_numpy(np.array(tensor.array)).to(device)
