"""Our public names are PyTorch's: the same parameters, in the same order, with the same defaults.

PyTorch's deprecated and device-bound parameters, which do nothing on one CPU, may be missing; they
are listed in LEFT_OUT. Parameters of ours that PyTorch lacks are listed with the reason in EXTRA.
"""

import inspect
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.overrides import get_testing_overrides

import chainrule

LEFT_OUT = {
    # Deprecated in PyTorch itself.
    "size_average", "reduce", "_stacklevel", "verbose",
    # About other devices, memory layouts and implementations.
    "out", "layout", "pin_memory", "memory_format", "non_blocking", "foreach", "capturable",
    "differentiable", "fused", "device", "num_workers", "timeout", "worker_init_fn",
    "multiprocessing_context", "prefetch_factor", "persistent_workers", "pin_memory_device",
    "in_order", "is_causal", "decoupled_weight_decay",
}  # fmt: skip
LEFT_OUT_OF = {
    "Embedding": {"max_norm", "norm_type", "scale_grad_by_freq", "sparse", "_weight", "_freeze"},
    "embedding": {"max_norm", "norm_type", "scale_grad_by_freq", "sparse"},
    "MaxPool1d": {"return_indices"},
    "MaxPool2d": {"return_indices"},
    "max_pool1d": {"return_indices"},
    "max_pool2d": {"return_indices"},
    "from_pretrained": {"max_norm", "norm_type", "scale_grad_by_freq", "sparse"},
}
EXTRA: dict[str, set[str]] = {}
TORCH_LIKE_MODULES = {"Module", "Parameter"}
OVERRIDES = get_testing_overrides()


def signature_of(function: Callable[..., Any]) -> list[tuple[str, Any]] | None:
    """Names and defaults of a callable's parameters without self; None where nobody knows them."""
    if inspect.isclass(function):
        function = function.__init__ if "__signature__" not in vars(function) else function
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        lambda_form = OVERRIDES.get(function)
        if lambda_form is None:
            return None
        parameters = inspect.signature(lambda_form).parameters.values()
    return [
        (parameter.name, parameter.default) for parameter in parameters if parameter.name != "self"
    ]


def same_default(ours: Any, theirs: Any) -> bool:
    """Whether two defaults mean the same."""
    if ours is theirs or str(ours) == str(theirs):
        return True
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs)
    return str(theirs).replace("torch.", "") == str(ours)


def differences(name: str, ours: Any, theirs: Any) -> list[str]:
    """What differs between two signatures, as sentences."""
    mine, other = signature_of(ours), signature_of(theirs)
    if mine is None or other is None or any(p[0] in ("args", "kwargs") for p in other):
        return []
    left_out = LEFT_OUT | LEFT_OUT_OF.get(name, set())
    my_names = [parameter for parameter, _ in mine]
    if "args" in my_names or "sizes" in my_names or "size" in my_names:
        return []
    extra = EXTRA.get(name, set())
    expected = [(p, d) for p, d in other if p in my_names or p not in left_out]
    found = []
    if [p for p, _ in expected] != [p for p in my_names if p not in extra]:
        found.append(f"{name}{tuple(my_names)} but PyTorch has {tuple(p for p, _ in other)}")
        return found
    from_overrides = theirs in OVERRIDES and not inspect.isfunction(theirs)
    for (parameter, default), (_, known) in zip(
        expected, [p for p in mine if p[0] not in extra], strict=True
    ):
        if from_overrides and (default is None or known is inspect.Parameter.empty):
            continue  # the table of overrides knows names, but writes None for many defaults
        if not same_default(known, default):
            found.append(f"{name}: {parameter} defaults to {known!r}, PyTorch's to {default!r}")
    return found


def shared_names(ours: Any, theirs: Any) -> list[str]:
    """Public callables of ours that PyTorch has under the same name."""
    return [
        name
        for name in dir(ours)
        if not name.startswith("_")
        and callable(getattr(ours, name))
        and callable(getattr(theirs, name, None))
    ]


PLACES = [
    ("nn", chainrule.nn, torch.nn),
    ("nn.functional", chainrule.nn.functional, torch.nn.functional),
    ("nn.init", chainrule.nn.init, torch.nn.init),
    ("nn.utils", chainrule.nn.utils, torch.nn.utils),
    ("optim", chainrule.optim, torch.optim),
    ("optim.lr_scheduler", chainrule.optim.lr_scheduler, torch.optim.lr_scheduler),
    ("", chainrule, torch),
    ("Tensor", chainrule.Tensor, torch.Tensor),
    ("nn.Module", chainrule.nn.Module, torch.nn.Module),
    ("utils.data", chainrule.utils.data, torch.utils.data),
]
PAIRS = [
    pytest.param(name, getattr(ours, name), getattr(theirs, name), id=f"{place}.{name}")
    for place, ours, theirs in PLACES
    for name in shared_names(ours, theirs)
]


@pytest.mark.parametrize(("name", "ours", "theirs"), PAIRS)
def test_signature_is_pytorchs(name: str, ours: Any, theirs: Any) -> None:
    assert not differences(name, ours, theirs)


def test_the_walk_sees_a_wrong_name_order_and_default() -> None:
    def theirs(input: Any, alpha: float = 1.0, inplace: bool = False) -> None: ...
    def renamed(input: Any, slope: float = 1.0, inplace: bool = False) -> None: ...
    def reordered(input: Any, inplace: bool = False, alpha: float = 1.0) -> None: ...
    def other_default(input: Any, alpha: float = 0.1, inplace: bool = False) -> None: ...

    assert all(differences("f", ours, theirs) for ours in (renamed, reordered, other_default))
    assert not differences("f", theirs, theirs)


def test_the_walk_covers_the_public_surface() -> None:
    assert len(PAIRS) > 250
