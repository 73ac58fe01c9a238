"""How each operation is called in PyTorch: by its own name, unless listed here."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from chainrule.operations import LOSS_OPERATIONS
from conformance.operation_cases import Case

NO_COUNTERPART = {
    "step": "PyTorch's heaviside takes the value at 0 as a second tensor and has no gradient",
    "dropout": "the random masks differ by design",
}

PYTORCH_ROUNDS = {"hardsigmoid": 1e-7}
"""Relative error of PyTorch itself in float64: its constant 1/6 is a float32."""

SPECIAL: dict[str, Callable[..., Any]] = {
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "layer_norm": lambda x, weight, bias, normalized_shape, eps: functional.layer_norm(
        x, normalized_shape, weight, bias, eps
    ),
    "group_norm": lambda x, weight, bias, num_groups, eps: functional.group_norm(
        x, num_groups, weight, bias, eps
    ),
    "weighted_binary_cross_entropy_with_logits": lambda x, target, pos_weight: (
        functional.binary_cross_entropy_with_logits(
            *torch.broadcast_tensors(x, target), pos_weight=pos_weight, reduction="none"
        )
    ),
    "kl_div_log_target": lambda x, target: functional.kl_div(
        *torch.broadcast_tensors(x, target), reduction="none", log_target=True
    ),
    "multi_margin_loss": lambda x, target, weight, **options: functional.multi_margin_loss(
        x, target, weight=weight, **{"reduction": "none", **options}
    ),
    "cast": lambda x, dtype: x.to(getattr(torch, np.dtype(dtype).name)),
    "cross_entropy_with_probabilities": functional.cross_entropy,
    "reshape": lambda x, shape: torch.reshape(x, shape),
    "expand": lambda x, shape: x.expand(shape),
    "getitem": lambda x, index: x[as_torch_index(index)],
    "index_put": lambda x, values, index: assigned(x, values, index),
    "gather": lambda x, index, dim: torch.gather(x, dim, index),
}
"""Calls that differ in form: name -> function of (*inputs, **options)."""


def as_torch_index(index: Any) -> Any:
    """Arrays inside an index as PyTorch's tensors."""
    if isinstance(index, tuple):
        return tuple(as_torch_index(part) for part in index)
    return torch.from_numpy(index) if isinstance(index, np.ndarray) else index


def assigned(x: Any, values: Any, index: Any) -> Any:
    """What ``x[index] = values`` leaves, without changing x."""
    result = x.clone()
    result[as_torch_index(index)] = values
    return result


def torch_call(case: Case, inputs: list[Any]) -> Any:
    """Call PyTorch's counterpart of an operation."""
    name, options = case.operation.name, case.named_options
    if name in SPECIAL:
        return SPECIAL[name](*inputs, **options)
    function = getattr(functional, name, None) or getattr(torch, name)
    if case.operation.is_variadic:
        return function(inputs, **options)
    if case.operation in LOSS_OPERATIONS and "reduction" not in options:
        options["reduction"] = "none"  # elementwise here; the reduction is a node of its own
        inputs = list(torch.broadcast_tensors(*inputs))
    return function(*inputs, **options)
