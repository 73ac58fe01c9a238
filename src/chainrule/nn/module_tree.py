"""Walking through a module: its parts, parameters and buffers, by name."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument
from chainrule.nn.parameter import Parameter

if TYPE_CHECKING:
    from chainrule.nn.module import Module


class ModuleTree:
    """The methods that go through a module and its parts, in the order of their registration."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: "dict[str, Module | None]"

    def named_modules(
        self, memo: "set[ModuleTree] | None" = None, prefix: str = "", remove_duplicate: bool = True
    ) -> "Iterator[tuple[str, Module]]":
        """Yield this module and all parts below it with their paths, such as ``layers.0``."""
        seen = set() if memo is None else memo
        if self in seen:
            return
        if remove_duplicate:
            seen.add(self)
        yield prefix, self  # type: ignore[misc]  # every ModuleTree is a Module
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(seen, path, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> "Iterator[Module]":
        """Yield this module and all parts below it, each once."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> "Iterator[tuple[str, Module]]":
        """Yield the parts directly in this module with their names, each once."""
        seen: set[int] = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> "Iterator[Module]":
        """Yield the parts directly in this module, each once."""
        for _, module in self.named_children():
            yield module

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield the parameters with their paths, such as ``0.weight``; shared ones once."""
        members = self._named_members("_parameters", prefix, recurse, remove_duplicate)
        yield from members  # type: ignore[misc]  # this member holds parameters

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield the parameters, shared ones once."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield the buffers (tensors kept but not learned) with their paths."""
        yield from self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield the buffers."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def _named_members(
        self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Tensor]]:
        seen: set[int] = set()
        owners = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in owners:
            for name, tensor in getattr(module, kind).items():
                if tensor is None or (remove_duplicate and id(tensor) in seen):
                    continue
                seen.add(id(tensor))
                yield (f"{path}.{name}" if path else name), tensor

    def get_submodule(self, target: str) -> "Module":
        """Return the part at a path such as ``layers.0``; the module itself for an empty one.

        Raises:
            InvalidArgument: if there is none.
        """
        module: ModuleTree = self
        for name in target.split(".") if target else ():
            part = module._modules.get(name)
            if part is None:
                known = ", ".join(module._modules) or "none"
                raise InvalidArgument(
                    f"There is no part {name!r} in {target!r}: parts are {known}."
                )
            module = part
        return module  # type: ignore[return-value]  # every ModuleTree is a Module

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter at a path such as ``layers.0.weight``.

        Raises:
            InvalidArgument: if there is none.
        """
        path, _, name = target.rpartition(".")
        parameter = self.get_submodule(path)._parameters.get(name)
        if parameter is None:
            known = ", ".join(path for path, _ in self.named_parameters()) or "none"
            raise InvalidArgument(f"There is no parameter {target!r}: parameters are {known}.")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer at a path such as ``layers.1.running_mean``.

        Raises:
            InvalidArgument: if there is none.
        """
        path, _, name = target.rpartition(".")
        buffer = self.get_submodule(path)._buffers.get(name)
        if buffer is None:
            known = ", ".join(path for path, _ in self.named_buffers()) or "none"
            raise InvalidArgument(f"There is no buffer {target!r}: buffers are {known}.")
        return buffer
