"""How each operation is called in PyTorch: by its own name, unless listed here."""

from collections.abc import Callable
from typing import Any

import torch
from conformance.operation_cases import Case

NO_COUNTERPART = {
    "step": "PyTorch's heaviside takes the value at 0 as a second tensor and has no gradient",
    "dropout": "the random masks differ by design",
}

SPECIAL: dict[str, Callable[..., Any]] = {}
"""Calls that differ in form: name -> function of (*inputs, **options)."""


def torch_call(case: Case, inputs: list[Any]) -> Any:
    """Call PyTorch's counterpart of an operation."""
    name, options = case.operation.name, case.named_options
    if name in SPECIAL:
        return SPECIAL[name](*inputs, **options)
    function = getattr(torch.nn.functional, name, None) or getattr(torch, name)
    if case.operation.is_variadic:
        return function(inputs, **options)
    return function(*inputs, **options)
