"""Tensors, the graph they record, and gradients."""

import importlib
from typing import TYPE_CHECKING, Any

from chainrule.autograd.gradient import backward as backward
from chainrule.autograd.gradient import grad as grad
from chainrule.autograd.modes import enable_grad as enable_grad
from chainrule.autograd.modes import inference_mode as inference_mode
from chainrule.autograd.modes import no_grad as no_grad
from chainrule.autograd.modes import set_grad_enabled as set_grad_enabled
from chainrule.autograd.tensor import Tensor as Tensor

if TYPE_CHECKING:
    from chainrule.autograd.numeric_check import GradientReport as GradientReport
    from chainrule.autograd.numeric_check import check_gradient as check_gradient
    from chainrule.autograd.numeric_check import gradcheck as gradcheck

LATE_NAMES = ("GradientReport", "check_gradient", "gradcheck")


def __getattr__(name: str) -> Any:
    """Load the numeric check when it is first named."""
    if name in LATE_NAMES:
        return getattr(importlib.import_module("chainrule.autograd.numeric_check"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
