"""A network as a Python file that needs PyTorch alone."""

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chainrule import nn
from chainrule.autograd.core import TensorCore
from chainrule.data.files import PathLike
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.files import atomic_write
from chainrule.storage import save
from chainrule.storage.architecture import CLASSES, CONTAINERS, constructor_arguments, place

INDENT = "    "
WITHOUT_COUNTERPART = ("Step",)
TEMPLATE = '''"""A network for PyTorch; its weights are in {weights}."""

from collections import OrderedDict
from pathlib import Path

from safetensors.torch import load_file
from torch import nn

CLASS_NAMES = {class_names}
PREPROCESSING = {preprocessing}


def build() -> nn.Module:
    """Return the network with random weights."""
    return {model}


def load(path: Path = Path(__file__).with_name("{weights}")) -> nn.Module:
    """Return the trained network in evaluation mode."""
    model = build()
    model.load_state_dict(load_file(path))
    return model.eval()


if __name__ == "__main__":
    print(load())
'''


def write_torch_script(
    model: nn.Module,
    path: PathLike,
    *,
    class_names: Sequence[str] | None = None,
    preprocessing: Mapping[str, object] | None = None,
) -> tuple[Path, Path]:
    """Write a Python file that builds a network with PyTorch, and its weights beside it.

    Args:
        model: Made of modules of ``nn``.
        path: Of the Python file; the weights get the same name with ``.safetensors``.
        class_names: Names of the outputs in order.
        preprocessing: How samples are prepared.

    Returns:
        The paths of both files.

    Raises:
        InvalidType: if a module is of a class of one's own, or PyTorch has none of that name.
        InvalidArgument: if a module or a parameter is used twice: a file would not say so.
    """
    script = Path(path).with_suffix(".py")
    weights = script.with_suffix(".safetensors")
    text = TEMPLATE.format(
        weights=weights.name,
        class_names=None if class_names is None else list(class_names),
        preprocessing=None if preprocessing is None else dict(preprocessing),
        model=module_source(model),
    )
    if "OrderedDict(" not in text:
        text = text.replace("from collections import OrderedDict\n", "")
    save(model.state_dict(), weights)
    atomic_write(script, text.encode())
    return script, weights


def module_source(model: nn.Module) -> str:
    """Return the expression that makes a module with ``torch.nn``.

    >>> print(module_source(nn.Sequential(nn.Linear(3, 2), nn.ReLU())))
    nn.Sequential(
            nn.Linear(in_features=3, out_features=2),
            nn.ReLU(),
        )
    """
    parameters = [id(p) for _, p in model.named_parameters(remove_duplicate=False)]
    if len(parameters) != len({*parameters}):
        raise InvalidArgument(
            "The model uses a parameter in two places, which this file would not say: "
            "use to_torch(model) in a program of your own."
        )
    return _source(model, "", 1)


def _source(module: nn.Module, path: str, depth: int) -> str:
    name = type(module).__name__
    if CLASSES.get(name) is not type(module) or name in WITHOUT_COUNTERPART:
        raise InvalidType(
            f"{place(path)} is of the class {name}, which is not one of torch.nn: use "
            "to_torch(model) in a program of your own."
        )
    if not isinstance(module, CONTAINERS):
        return f"nn.{name}({', '.join(_arguments(module))})"
    around, inner = INDENT * depth, INDENT * (depth + 1)
    parts = {
        key: "None" if part is None else _source(part, f"{path}.{key}".lstrip("."), depth + 1)
        for key, part in module._modules.items()
    }
    if not parts:
        return f"nn.{name}()"
    is_counted = [*parts] == [str(number) for number in range(len(parts))]
    if isinstance(module, nn.ModuleDict) or not is_counted:
        lines = "".join(f"{inner}({key!r}, {part}),\n" for key, part in parts.items())
        return f"nn.{name}(OrderedDict([\n{lines}{around}]))"
    lines = "".join(f"{inner}{part},\n" for part in parts.values())
    if isinstance(module, nn.ModuleList):
        return f"nn.{name}([\n{lines}{around}])"
    return f"nn.{name}(\n{lines}{around})"


def _arguments(module: nn.Module) -> list[str]:
    """Return the arguments that differ from their defaults, as source."""
    known: Mapping[str, Any] = inspect.signature(type(module)).parameters
    texts = []
    for name in constructor_arguments(type(module)):
        value = getattr(module, name)
        if name in module._parameters:
            value = value is not None
        if isinstance(value, TensorCore):
            value = value.array.tolist()
        if value != known[name].default:
            texts.append(f"{name}={value!r}")
    return texts
