"""Where numbers stopped being finite in a step of PyTorch's."""

from collections.abc import Iterable
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
    """Return the error that names the first layer whose output, or gradient, is not finite."""
    found: list[str] = []

    def note(module: torch.nn.Module, what: str, values: Iterable[Any]) -> None:
        if any(torch.is_tensor(v) and not bool(torch.isfinite(v).all()) for v in values):
            path = paths[module]
            found.append(f"layer {path} ({type(module).__name__}) was the first whose {what}")

    paths = {module: path for path, module in network.theirs.named_modules() if path}
    handles = []
    for module in paths:
        handles.append(
            module.register_forward_hook(lambda m, _, out: note(m, "output is not finite", [out]))
        )
        handles.append(
            module.register_full_backward_hook(
                lambda m, _, grads: note(m, "gradient is not finite", grads)
            )
        )
    device = next(network.theirs.parameters()).device
    try:
        outputs = network.theirs(as_torch(inputs, device))
        loss = network.loss(outputs, as_torch(targets, device))
        loss.backward()
    finally:
        for handle in handles:
            handle.remove()
    reason = found[0] if found else "the update of the weights was the first that was not"
    return NotFinite(f"The loss is {loss.item():.6g}: {reason}. {ADVICE}")


def as_torch(tensor: Tensor, device: torch.device) -> torch.Tensor:
    """Return a tensor of ours as PyTorch's on a device."""
    return torch.from_numpy(np.array(tensor.array)).to(device)
