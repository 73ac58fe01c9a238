"""Containers: modules made of other modules, in order or by name."""

import operator
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Self, overload

from chainrule.errors import InvalidArgument, InvalidIndex
from chainrule.nn.module import Module


class OrderedModules(Module):
    """What lists of modules have in common: positions, slices, growing."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._parts())

    def _parts(self) -> list[Module]:
        return [module for module in self._modules.values() if module is not None]

    def _key(self, index: int) -> str:
        """Return the name of the part at a position."""
        position = operator.index(index)
        if not -len(self) <= position < len(self):
            raise InvalidIndex(f"{type(self).__name__} has {len(self)} parts, none at {index}.")
        return list(self._modules)[position]

    @overload
    def __getitem__(self, index: int) -> Module: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: int | slice) -> Module | Self:
        if isinstance(index, slice):
            return self._like(list(self._modules.items())[index])
        return self._modules[self._key(index)]  # type: ignore[return-value]  # None only if put there

    def _like(self, parts: list[tuple[str, Module | None]]) -> Self:
        """Return a container of the same kind with these parts."""
        container = type(self)()
        for name, part in parts:
            container.add_module(name, part)
        return container

    def __setitem__(self, index: int, module: Module) -> None:
        self.add_module(self._key(index), module)

    def __delitem__(self, index: int | slice) -> None:
        names = list(self._modules)
        chosen = names[index] if isinstance(index, slice) else [self._key(index)]
        self._renumber([part for name, part in self._modules.items() if name not in chosen])

    def __add__(self, other: Iterable[Module]) -> Self:
        return self._like([(str(i), part) for i, part in enumerate([*self, *other])])

    def __iadd__(self, other: Iterable[Module]) -> Self:
        for module in list(other):
            self.append(module)
        return self

    def _renumber(self, parts: Iterable[Module | None]) -> None:
        """Have exactly these parts, named by their positions."""
        numbered = {str(position): part for position, part in enumerate(parts)}
        self._modules.clear()
        for name, part in numbered.items():
            self.add_module(name, part)

    def append(self, module: Module) -> Self:
        """Add a part at the end."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a part before the one at a position; all parts are then named by their positions.

        Raises:
            InvalidIndex: if there is no such position.
        """
        if not -len(self) <= index <= len(self):
            raise InvalidIndex(
                f"{type(self).__name__} has {len(self)} parts, none can be put at {index}."
            )
        parts = [*self._modules.values()]
        parts.insert(index, module)
        self._renumber(parts)
        return self

    def pop(self, key: int | slice) -> Module:
        """Remove the part at a position and return it."""
        part = self[key]
        del self[key]
        return part


class Sequential(OrderedModules):
    """Modules one after the other: each gets what the one before returned.

    Args:
        args: The modules in order, or one ``OrderedDict`` of names and modules.

    >>> Sequential(Sequential(), Sequential())
    Sequential(
      (0): Sequential()
      (1): Sequential()
    )
    """

    def __init__(self, *args: Module | Mapping[str, Module]) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], Mapping):
            named: Iterable[tuple[str, Any]] = args[0].items()
        else:
            named = ((str(position), module) for position, module in enumerate(args))
        for name, module in named:
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        """Return the output of the last module."""
        for module in self._modules.values():
            if module is not None:
                input = module(input)
        return input

    def extend(self, sequential: Iterable[Module]) -> Self:
        """Add modules at the end."""
        self += sequential
        return self


class ModuleList(OrderedModules):
    """A list of modules that registers them; the module that owns it says how they are called.

    Args:
        modules: The first modules.
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end."""
        self += modules
        return self

    def _like(self, parts: list[tuple[str, Module | None]]) -> Self:
        return super()._like([(str(position), part) for position, (_, part) in enumerate(parts)])

    def __repr__(self) -> str:
        """Return one line for equal modules in a row, as ``(0-2): 3 x ReLU()``."""
        texts = [repr(module) for module in self]
        if not texts:
            return f"{self._get_name()}()"
        lines, start = [], 0
        for text, run in groupby(texts):
            count = len(list(run))
            name = f"({start}-{start + count - 1}): {count} x " if count > 1 else f"({start}): "
            lines.append(name + text.replace("\n", "\n  "))
            start += count
        return "\n  ".join([f"{self._get_name()}(", *lines]) + "\n)"


class ModuleDict(Module):
    """A dict of modules that registers them; the module that owns it says how they are called.

    Args:
        modules: The first modules by name.
    """

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, key: str) -> Module:
        module = self._modules.get(key)
        if module is None:
            known = ", ".join(self._modules) or "none"
            raise InvalidArgument(f"ModuleDict has no part {key!r}: parts are {known}.")
        return module

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def pop(self, key: str) -> Module:
        """Remove the part of a name and return it."""
        module = self[key]
        del self._modules[key]
        return module

    def clear(self) -> None:
        """Remove all parts."""
        self._modules.clear()

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self) -> Iterable[str]:
        """Return the names."""
        return self._modules.keys()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Return names and modules."""
        return [(name, module) for name, module in self._modules.items() if module is not None]

    def values(self) -> Iterable[Module]:
        """Return the modules."""
        return [module for _, module in self.items()]

    def update(self, modules: Mapping[str, Module]) -> None:
        """Add modules by name, replacing those of the same name."""
        for name, module in modules.items():
            self[name] = module
