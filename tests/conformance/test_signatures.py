"""Our public names are PyTorch's: the same parameters, in the same order, with the same defaults.

PyTorch's deprecated and device-bound parameters, which do nothing on one CPU, may be missing; they
are listed in LEFT_OUT. Parameters of ours that PyTorch lacks are listed with the reason in EXTRA.
"""

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

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
    "Hardtanh": {"min_value", "max_value"},  # deprecated in PyTorch
    "Embedding": {"max_norm", "norm_type", "scale_grad_by_freq", "sparse", "_weight", "_freeze"},
    "embedding": {"max_norm", "norm_type", "scale_grad_by_freq", "sparse"},
    "MaxPool1d": {"return_indices"},
    "MaxPool2d": {"return_indices"},
    "max_pool1d": {"return_indices"},
    "max_pool2d": {"return_indices"},
    "gather": {"sparse_grad"},
    "norm": {"dtype"},
    "normal": {"dtype", "requires_grad"},
    "randperm": {"requires_grad"},
    "new_full": {"requires_grad"},
    "new_tensor": {"requires_grad"},
    "div_": {"rounding_mode"},
    "register_forward_hook": {"always_call"},
    "DataLoader": {"batch_sampler"},
    # About pickle and PyTorch's own archive; files here are safetensors.
    "load": {"pickle_module", "mmap", "pickle_load_args"},
    "save": {
        "pickle_module",
        "pickle_protocol",
        "_use_new_zipfile_serialization",
        "_disable_byteorder_record",
    },
    "from_pretrained": {"max_norm", "norm_type", "scale_grad_by_freq", "sparse"},
}
EXTRA: dict[str, set[str]] = {
    # PyTorch has these in other overloads of the same function.
    "sort": {"stable"},
    "argsort": {"stable"},
    "std": {"correction"},
    "var": {"correction"},
    "true_divide": {"rounding_mode"},  # one function with div
}
"""Parameters of ours that PyTorch's signature lacks."""

RENAMED: dict[str, dict[str, str]] = {
    "set_default_dtype": {"d": "dtype"},  # a letter
    "uniform_": {"from_": "low"},  # `from` is a word of Python
    # The stubs differ from the documentation and from what PyTorch accepts by name.
    "copy_": {"other": "src"},
    "requires_grad_": {"mode": "requires_grad"},
    "numel": {"self": "input"},
}
"""PyTorch's name of a parameter -> ours."""

SAME_MEANING = {("load", "weights_only"): ("True", "None")}  # its documentation: None means True
"""Function and parameter -> our default and PyTorch's, which does the same."""

STUBS = Path(torch.__file__).parent / "_C"
"""PyTorch's own type stubs: the signatures of what is not written in Python."""

Signature = list[tuple[str, str | None]]
"""Parameter names with their defaults as texts; None where there is no default."""


def stub_signatures(file: str, class_name: str | None = None) -> dict[str, list[Signature]]:
    """Every overload of every function in a stub file, or of every method of a class in it."""
    tree: Any = ast.parse((STUBS / file).read_text())
    if class_name is not None:
        tree = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == class_name)
    found: dict[str, list[Signature]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(signature_from_stub(node.args))
    return found


def signature_from_stub(arguments: ast.arguments) -> Signature:
    """Names and defaults of one overload; a variadic one is marked by a star."""
    positional = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults = [*missing, *arguments.defaults]
    pairs = [(a.arg, d) for a, d in zip(positional, defaults, strict=True)]
    if arguments.vararg:
        pairs.append((f"*{arguments.vararg.arg}", None))
    pairs += [(a.arg, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    return [(n, None if d is None else ast.unparse(d)) for n, d in pairs]


FUNCTION_STUBS = stub_signatures("_VariableFunctions.pyi")
METHOD_STUBS = stub_signatures("__init__.pyi", "TensorBase")


def signature_of(function: Callable[..., Any]) -> Signature | None:
    """Names and defaults of a callable's parameters without self; None if it has no signature."""
    if inspect.isclass(function) and "__signature__" not in vars(function):
        function = function.__init__
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return None
    return [
        (f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name,
         None if p.default is p.empty else str(p.default))
        for p in parameters
        if p.name != "self"
    ]  # fmt: skip


def torch_signatures(name: str, theirs: Any) -> list[Signature]:
    """All overloads PyTorch has, from the function itself or from the stubs."""
    own = signature_of(theirs)
    is_opaque = own is None or any(parameter in ("*args", "kwargs") for parameter, _ in own)
    if not is_opaque:
        return [own]
    is_method = theirs is getattr(torch.Tensor, name, None)
    if is_method:
        return [overload[1:] for overload in METHOD_STUBS.get(name, [])]  # without self
    return FUNCTION_STUBS.get(name, [])


def same_default(ours: str | None, theirs: str | None) -> bool:
    """Whether two defaults mean the same; one where PyTorch has none only allows more."""
    if theirs is None or ours == theirs:
        return True
    if ours is None:
        return False
    if "Generator object" in ours and "Generator object" in theirs:
        return True
    return number(ours) == number(theirs) != "" or theirs.replace("torch.", "") == ours


def number(text: str) -> str:
    """A number in one spelling: 1.0 and 1 are the same default, () and None mean nothing."""
    if text in ("()", "None", "..."):
        return "nothing"
    try:
        return repr(float(text))
    except ValueError:
        return text if text in ("True", "False") else ""


def differences(name: str, ours: Any, theirs: Any) -> list[str]:
    """How our signature differs from each of PyTorch's overloads; nothing if it fits one."""
    mine = signature_of(ours)
    overloads = torch_signatures(name, theirs)
    if mine is None or not overloads or any(p in ("*args", "*given") for p, _ in mine):
        return []
    found = []
    for overload in overloads:
        difference = difference_to(name, mine, overload)
        if difference is None:
            return []
        found.append(difference)
    return found


def difference_to(name: str, mine: Signature, overload: Signature) -> str | None:
    """What differs from one overload, as a sentence."""
    left_out = LEFT_OUT | LEFT_OUT_OF.get(name, set())
    my_names = [parameter for parameter, _ in mine]
    if any(parameter.startswith("*") for parameter in my_names):
        return None  # sizes given one by one, in whatever way
    renamed = RENAMED.get(name, {})
    other = [(renamed.get(p, p), d) for p, d in overload]
    expected = [(p, d) for p, d in other if p in my_names or p not in left_out]
    extra = EXTRA.get(name, set())
    kept = [(p, d) for p, d in mine if p not in extra]
    if [p for p, _ in expected] != [p for p, _ in kept]:
        return f"{name}{tuple(my_names)} but PyTorch has {tuple(p for p, _ in overload)}"
    for (parameter, default), (_, known) in zip(expected, kept, strict=True):
        meaning = SAME_MEANING.get((name, parameter))
        if meaning != (known, default) and not same_default(known, default):
            return f"{name}: {parameter} defaults to {known}, PyTorch's to {default}"
    return None


def shared_names(ours: Any, theirs: Any) -> list[str]:
    """Public callables of ours that PyTorch has under the same name."""
    return [
        name
        for name in dir(ours)
        if not name.startswith("_")
        and callable(getattr(ours, name))
        and callable(getattr(theirs, name, None))
        and not isinstance(getattr(ours, name), np.dtype)
    ]


OTHER_THINGS = {"compile"}  # PyTorch's makes a faster module, ours a program of a training step
"""Names under which the two libraries have different things; docs/pytorch.md says which."""

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
    if name not in OTHER_THINGS
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
