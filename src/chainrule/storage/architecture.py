"""A model's architecture as JSON, and the model built from it again.

A module is its class in ``chainrule.nn`` with the arguments of its constructor, read from the
attributes of the same names, or, if it is a container, with its parts::

    {"class": "Sequential", "parts": {"0": {"class": "Flatten", "arguments": {...}}}}

A module that occurs a second time is ``{"same_as": path}``.
"""

import inspect
from collections.abc import Iterator, Mapping

from chainrule import nn
from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.errors import ChainruleError, InvalidArgument, InvalidType
from chainrule.nn.construction import without_values
from chainrule.storage.checked_json import Json
from chainrule.storage.encoding import TENSOR, Encoder, decode, join

CLASSES: dict[str, type[nn.Module]] = {
    name: kind
    for name, kind in vars(nn).items()
    if isinstance(kind, type) and issubclass(kind, nn.Module) and kind is not nn.Module
}
CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
MAX_MODULES = 100_000  # a module used twice counts twice, as in the paths of a state dict
MAX_NESTING = 30  # containers inside each other; each takes three levels of JSON
NOT_STORED = {"device", "dtype"}  # the tensors say the dtype


def describe(model: nn.Module) -> dict[str, Json]:
    """Return the architecture of a model as JSON.

    Raises:
        InvalidType: if a module in it is of a class that is not in ``chainrule.nn``, naming it.
        InvalidArgument: if a module contains itself, or was changed so that its constructor would
            not make it again.
    """
    modules: Json = _Describer().describe(model, "")
    first_paths: dict[int, str] = {}
    tied: dict[str, Json] = {}
    for path, parameter in model.named_parameters(remove_duplicate=False):
        first = first_paths.setdefault(id(parameter), path)
        if first != path:
            tied[path] = first
    frozen: list[Json] = [path for path, p in model.named_parameters() if not p.requires_grad]
    return {"model": modules, "tied": tied, "frozen": frozen}


class _Describer:
    """Walks through a model once."""

    def __init__(self) -> None:
        self.paths: dict[int, str] = {}
        self.around: set[int] = set()

    def describe(self, module: nn.Module, path: str) -> dict[str, Json]:
        name = type(module).__name__
        if CLASSES.get(name) is not type(module):
            raise InvalidType(
                f"{place(path)} is of the class {name}, which is not one of chainrule.nn, and a "
                "model file holds no code. Save its values with chainrule.save(model.state_dict(), "
                "path) and build the model with your class, or build it of nn's modules."
            )
        if id(module) in self.around or len(self.around) > MAX_NESTING:
            raise InvalidArgument(
                f"{place(path)} contains itself, or is inside more than {MAX_NESTING} others: "
                "such a model cannot be saved."
            )
        if id(module) in self.paths:
            return {"same_as": self.paths[id(module)]}
        self.paths[id(module)] = path
        if not isinstance(module, CONTAINERS):
            check_has_no_parts(module, path)
            return {"class": name, "arguments": arguments_of(module, path)}
        self.around.add(id(module))
        parts: dict[str, Json] = {
            key: None if part is None else self.describe(part, join(path, key))
            for key, part in module._modules.items()
        }
        self.around.remove(id(module))
        return {"class": name, "parts": parts}


def check_has_no_parts(module: nn.Module, path: str) -> None:
    """Refuse a layer to which a module was added from outside."""
    if module._modules:
        raise InvalidArgument(
            f"{place(path)}, a {type(module).__name__}, has parts of its own "
            f"({', '.join(module._modules)}), which its constructor does not make: put both into a "
            "container."
        )


def arguments_of(module: nn.Module, path: str) -> dict[str, Json]:
    """Return the arguments that make a module like this one."""
    encoder = Encoder()
    arguments: dict[str, Json] = {}
    for name in constructor_arguments(type(module)):
        value = getattr(module, name)
        if name in module._parameters:
            arguments[name] = value is not None  # bias=True
        elif isinstance(value, TensorCore):
            arguments[name] = {TENSOR: join(path, name)}
        else:
            arguments[name] = encoder.encode(value, join(path, name))
    return arguments


def constructor_arguments(kind: type[nn.Module]) -> list[str]:
    """Return the names of the arguments that are stored.

    >>> constructor_arguments(nn.Linear)
    ['in_features', 'out_features', 'bias']
    """
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        name
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.kind not in variable and name not in NOT_STORED
    ]


def place(path: str) -> str:
    """Return how errors call the module at a path."""
    return f"Module {path!r}" if path else "The model"


def build(architecture: Json, tensors: Mapping[str, Array]) -> nn.Module:
    """Build a model around existing tensors, which become its parameters and buffers.

    Raises:
        ValueError: if the architecture is not what ``describe`` writes or does not fit the tensors.
    """
    if not isinstance(architecture, dict) or set(architecture) != {"model", "tied", "frozen"}:
        raise ValueError("its architecture is incomplete")
    num_elements = sum(array.size for array in tensors.values())
    with without_values(num_elements):
        model = _Builder(tensors).build(architecture["model"], "", 0)
    for path, first in pairs(architecture["tied"]):
        tie(model, path, first)
    fill(model, tensors)
    for path in strings(architecture["frozen"]):
        parameter_at(model, path).requires_grad = False
    return model


class _Builder:
    """Builds the modules of one model."""

    def __init__(self, tensors: Mapping[str, Array]) -> None:
        self.tensors = tensors
        self.built: dict[str, tuple[nn.Module, int]] = {}  # with the number of paths below each
        self.num_modules = 0

    def build(self, description: Json, path: str, depth: int) -> nn.Module:
        if not isinstance(description, dict):
            raise ValueError(f"{place(path)} is not described by an object")
        if depth > MAX_NESTING:
            raise ValueError(f"{place(path)[:100]} is nested too deeply")
        if "same_as" in description:
            return self._same(description["same_as"], path)
        before = self.num_modules
        self._count(1)
        kind = description.get("class")
        if not isinstance(kind, str) or kind not in CLASSES:
            raise ValueError(
                f"{place(path)} is of the class {str(kind)[:60]!r}, which is none of chainrule.nn"
            )
        if issubclass(CLASSES[kind], CONTAINERS):
            module = self._build_container(CLASSES[kind], description, path, depth)
        else:
            module = self._build_layer(CLASSES[kind], description, path)
        self.built[path] = module, self.num_modules - before
        return module

    def _same(self, first: Json, path: str) -> nn.Module:
        if not isinstance(first, str) or first not in self.built:
            raise ValueError(f"{place(path)} refers to a module {str(first)[:60]!r} before it")
        module, count = self.built[first]
        self._count(count)
        return module

    def _count(self, count: int) -> None:
        self.num_modules += count
        if self.num_modules > MAX_MODULES:
            raise ValueError(f"its architecture has more than {MAX_MODULES} modules")

    def _build_container(
        self, kind: type[nn.Module], description: dict[str, Json], path: str, depth: int
    ) -> nn.Module:
        parts = description.get("parts")
        if set(description) != {"class", "parts"} or not isinstance(parts, dict):
            raise ValueError(f"{place(path)} is a container without parts")
        container = kind()
        for name, part in parts.items():
            built = None if part is None else self.build(part, join(path, name), depth + 1)
            try:
                container.add_module(name, built)
            except ChainruleError as error:
                raise ValueError(str(error)) from None
        return container

    def _build_layer(
        self, kind: type[nn.Module], description: dict[str, Json], path: str
    ) -> nn.Module:
        arguments = description.get("arguments")
        if set(description) != {"class", "arguments"} or not isinstance(arguments, dict):
            raise ValueError(f"{place(path)} is a layer without arguments")
        known = constructor_arguments(kind)
        unknown = [name for name in arguments if name not in known]
        if unknown:
            raise ValueError(f"{place(path)} has no argument {unknown[0][:60]!r}")
        values = {name: decode(value, self.tensors) for name, value in arguments.items()}
        try:
            return kind(**values)
        except (ChainruleError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise ValueError(f"{place(path)} cannot be built: {error}") from None


def fill(model: nn.Module, tensors: Mapping[str, Array]) -> None:
    """Make existing arrays the parameters and buffers of a model, without copying.

    Raises:
        ValueError: if they are not exactly those of the model.
    """
    state = model._state()
    missing = [path for path in state if path not in tensors]
    unexpected = [name for name in tensors if name not in state]
    if missing or unexpected:
        raise ValueError(
            f"its tensors are not those of its architecture (missing: {missing[:3]}, unexpected: "
            f"{unexpected[:3]})"
        )
    filled: dict[int, Array] = {}
    for path, tensor in state.items():
        array = tensors[path]
        if array.shape != tensor.array.shape or array.dtype.kind != tensor.array.dtype.kind:
            raise ValueError(
                f"{path!r} is {array.dtype} of shape {array.shape}, but its architecture needs "
                f"{tensor.array.dtype} of shape {tensor.array.shape}"
            )
        first = filled.setdefault(id(tensor), array)
        if first is not array and first.tobytes() != array.tobytes():
            raise ValueError(f"{path!r} is shared, but differs from the one it is shared with")
        tensor.array = first


def tie(model: nn.Module, path: str, first: str) -> None:
    """Make the parameter at one path the very parameter at another."""
    owner, _, name = path.rpartition(".")
    parameter_at(model, path)
    model.get_submodule(owner)._parameters[name] = parameter_at(model, first)


def parameter_at(model: nn.Module, path: str) -> nn.Parameter:
    """Return a parameter by its path."""
    try:
        return model.get_parameter(path)
    except InvalidArgument as error:
        raise ValueError(str(error)[:200]) from None


def pairs(value: Json) -> Iterator[tuple[str, str]]:
    """Yield the members of an object of texts."""
    if not isinstance(value, dict):
        raise ValueError("its architecture lists no shared parameters")
    yield from zip(value, strings([*value.values()]), strict=True)


def strings(value: Json) -> list[str]:
    """Return a list of texts."""
    if not isinstance(value, list):
        raise ValueError("its architecture lists no frozen parameters")
    texts = [text for text in value if isinstance(text, str)]
    if len(texts) != len(value):
        raise ValueError("its architecture has something else where paths are expected")
    return texts
