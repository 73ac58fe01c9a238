"""Classes of a user's own: the same code, with the names of the other library.

A module written for one library runs on the other because the names are the same. So its methods
are made again with other globals, in which ``chainrule`` is ``torch`` and ``nn.Linear`` is
``torch.nn.Linear``, or the other way round.
"""

import dis
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from chainrule.errors import InvalidType

SPACES = (
    "", ".nn", ".nn.functional", ".nn.init", ".nn.utils", ".optim", ".optim.lr_scheduler",
    ".autograd", ".utils.data",
)  # fmt: skip
"""Where public names are, below the library."""
OF_THE_CLASS = {"__dict__", "__weakref__", "__module__", "__qualname__", "__doc__"}
CLASS_CELL = "__class__"  # through which super() without arguments finds the class


@dataclass(frozen=True)
class Library:
    """One of the two.

    Attributes:
        name: Under which it is imported.
        title: For people.
        module: The base class of its modules.
        dtype: The class of its dtypes.
    """

    name: str
    title: str
    module: type
    dtype: type

    def owns(self, value: Any) -> bool:
        """Return whether a module, a class or a function is its own."""
        where: str = value.__name__ if isinstance(value, ModuleType) else value.__module__ or ""
        return where == self.name or where.startswith(f"{self.name}.")

    def spaces(self) -> Iterator[tuple[str, ModuleType]]:
        """Yield its parts with public names."""
        for part in SPACES:
            try:
                yield part, importlib.import_module(self.name + part)
            except ImportError:
                continue


class Translator:
    """Makes functions and classes again with the names of another library.

    Args:
        source: The library they were written for.
        target: The one they are to run on.
        convert: Turns a tensor or a module of the source into the target's.
    """

    def __init__(self, source: Library, target: Library, convert: Callable[[Any], Any]) -> None:
        self.source, self.target = source, target
        self._convert = convert
        self._functions: dict[FunctionType, FunctionType] = {}
        self._classes: dict[type, type] = {}

    def value(self, value: Any, name: str) -> Any:
        """Return what stands for a value that the code names.

        Args:
            value: What it stands for in the source library.
            name: What the code calls it.

        Raises:
            InvalidType: if it is the source library's own, and the target has none of that name.
        """
        if isinstance(value, ModuleType):
            return self._module(value, name) if self.source.owns(value) else value
        if isinstance(value, self.source.dtype):
            return self._dtype(value)
        if isinstance(value, type):
            if self.source.owns(value):
                return self._named(value, name)
            return self.kind(value) if issubclass(value, self.source.module) else value
        if callable(value) and hasattr(value, "__name__"):
            if (found := self._find(value)) is not None:
                return found
            if isinstance(value, FunctionType):
                if self.source.owns(value):
                    return self._named(value, name)
                return self.function(value)
        return self._convert(value)

    def kind(self, kind: type) -> type:
        """Return a class of modules, made again."""
        if kind in self._classes:
            return self._classes[kind]
        if self.source.owns(kind):
            found: type = self._named(kind, kind.__name__)
            return found
        bases = tuple(self.kind(base) if self._is_known(base) else base for base in kind.__bases__)
        space = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
        made = type(kind.__name__, bases, {**space, "__doc__": kind.__doc__})
        self._classes[kind] = made
        for name, member in vars(kind).items():
            if name not in OF_THE_CLASS:
                setattr(made, name, self._member(member, name, made))
        return made

    def _is_known(self, kind: type) -> bool:
        return issubclass(kind, self.source.module)

    def _member(self, member: Any, name: str, owner: type) -> Any:
        """Return a member of a class, made again."""
        if isinstance(member, FunctionType):
            return self.function(member, owner)
        if isinstance(member, (staticmethod, classmethod)):
            return type(member)(self._member(member.__func__, name, owner))
        if isinstance(member, property):
            get, put, remove = (
                None if part is None else self._member(part, name, owner)
                for part in (member.fget, member.fset, member.fdel)
            )
            return property(get, put, remove, member.__doc__)
        return self.value(member, name)

    def function(self, function: FunctionType, owner: type | None = None) -> FunctionType:
        """Return a function, made again.

        Args:
            function: Written for the source library.
            owner: The class it belongs to.
        """
        if function in self._functions:
            return self._functions[function]
        space = dict(function.__globals__)
        cells = tuple(CellType() for _ in function.__closure__ or ())
        made = FunctionType(function.__code__, space, function.__name__, None, cells)
        self._functions[function] = made
        made.__defaults__ = self._values(function.__defaults__)
        made.__kwdefaults__ = {
            name: self.value(value, name) for name, value in (function.__kwdefaults__ or {}).items()
        } or None
        made.__doc__, made.__qualname__ = function.__doc__, function.__qualname__
        for name, before, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), cells, strict=True
        ):
            if name == CLASS_CELL and owner is not None:
                cell.cell_contents = owner
            else:
                cell.cell_contents = self.value(before.cell_contents, name)
        for name in names_in(function.__code__):
            if name in space:
                self._check_attributes(function, name, space[name])
                space[name] = self.value(space[name], name)
        return made

    def _values(self, values: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
        if values is None:
            return None
        return tuple(self.value(value, "a default") for value in values)

    def _check_attributes(self, function: FunctionType, name: str, value: Any) -> None:
        """Refuse code that takes something from the library that the other one does not have."""
        if not isinstance(value, ModuleType) or not self.source.owns(value):
            return
        for path in attributes_of(function.__code__, name):
            here: Any = value
            there: Any = self._module(value, name)
            known = name
            for part in path:
                here, known = getattr(here, part, None), f"{known}.{part}"
                there = getattr(there, part, None)
                if here is not None and there is None:
                    raise InvalidType(
                        f"{function.__qualname__} uses {known}, which {self.target.title} does not "
                        "have."
                    )
                if not isinstance(here, ModuleType):
                    break

    def _module(self, module: ModuleType, name: str) -> ModuleType:
        path = self.target.name + module.__name__[len(self.source.name) :]
        try:
            return importlib.import_module(path)
        except ImportError:
            raise InvalidType(
                f"The code uses {name} ({module.__name__}), and {self.target.title} has no {path}."
            ) from None

    def _find(self, value: Any) -> Any:
        """Return the public object of the same name, or None."""
        name = value.__name__
        for part, space in self.source.spaces():
            if getattr(space, name, None) is value:
                return getattr(importlib.import_module(self.target.name + part), name, None)
        return None

    def _named(self, value: Any, name: str) -> Any:
        found = self._find(value)
        if found is None:
            raise InvalidType(
                f"The code uses {name} ({value.__module__}.{value.__name__}), which "
                f"{self.target.title} does not have."
            )
        return found

    def _dtype(self, dtype: Any) -> Any:
        name = dtype.name if isinstance(dtype, np.dtype) else str(dtype).removeprefix("torch.")
        return getattr(importlib.import_module(self.target.name), name)


def names_in(code: CodeType) -> Iterator[str]:
    """Yield the global names that code uses, that of inner functions included."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def attributes_of(code: CodeType, name: str) -> Iterator[tuple[str, ...]]:
    """Yield the attributes that code takes from a global name, e.g. ("nn", "functional").

    >>> list(attributes_of((lambda x: np.linalg.norm(x)).__code__, "np"))
    [('linalg', 'norm')]
    """
    path: list[str] | None = None
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_ATTR", "LOAD_METHOD") and path is not None:
            path.append(instruction.argval)
            continue
        if path:
            yield tuple(path)
        is_name = instruction.opname == "LOAD_GLOBAL" and instruction.argval == name
        path = [] if is_name else None
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from attributes_of(constant, name)
