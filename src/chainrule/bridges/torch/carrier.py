"""The walk through a network, from one library to the other."""

from abc import ABC, abstractmethod
from typing import Any

from chainrule.bridges.torch.code import Library, Translator
from chainrule.errors import InvalidArgument

HOOKS = (
    "_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks",
    "_state_dict_hooks", "_state_dict_pre_hooks",
)  # fmt: skip
TAKEN_OVER = {"training", "_parameters", "_buffers", "_modules"}


class Carrier(ABC):
    """Makes the modules of a network again in another library, each once.

    Args:
        source: The library it is made with.
        target: The library it is to be made with.
        share: Whether both use the same memory.
    """

    def __init__(self, source: Library, target: Library, share: bool) -> None:
        self.source, self.target, self.share = source, target, share
        self.translator = Translator(source, target, self.convert)
        self._modules: dict[int, Any] = {}
        self._tensors: dict[int, Any] = {}
        self._path = ""

    @abstractmethod
    def layer(self, module: Any, path: str) -> Any:
        """Return a module of the library made again, with any values; None for another class."""

    @abstractmethod
    def tensor(self, tensor: Any, path: str) -> Any:
        """Return a tensor, or a parameter, of the source as the target's."""

    @abstractmethod
    def is_tensor(self, value: Any) -> bool:
        """Return whether a value is a tensor of the source."""

    @abstractmethod
    def finish(self, module: Any, made: Any) -> None:
        """Do what is left when parameters and parts are there."""

    def carry(self, module: Any, path: str = "") -> Any:
        """Return a module made again, with all its parts.

        Args:
            module: Of the source.
            path: Of the module in the network, for errors.
        """
        if id(module) in self._modules:
            return self._modules[id(module)]
        if any(getattr(module, hooks, None) for hooks in HOOKS):
            raise InvalidArgument(
                f"{place(path)}, a {type(module).__name__}, has hooks, which are code for "
                f"{self.source.title}'s tensors: remove them first."
            )
        outer, self._path = self._path, path
        made = self.layer(module, path)
        if made is None:
            made = self._custom(module)
        self._modules[id(module)] = made
        for name, part in module._modules.items():
            carried = None if part is None else self.carry(part, join(path, name))
            made._modules[name] = carried
        for kind in ("_parameters", "_buffers"):
            members = getattr(made, kind)
            for name, tensor in getattr(module, kind).items():
                members[name] = None if tensor is None else self._once(tensor, join(path, name))
        made.training = module.training
        self.finish(module, made)
        self._path = outer
        return made

    def _custom(self, module: Any) -> Any:
        """Return an instance of the user's class, made again, with its plain attributes."""
        kind: Any = self.translator.kind(type(module))
        made = kind.__new__(kind)
        base: Any = self.target.module
        base.__init__(made)
        own = vars(self.source.module()).keys()
        self._modules[id(module)] = made
        for name, value in vars(module).items():
            if name not in own:
                made.__dict__[name] = self.translator.value(value, name)
        return made

    def convert(self, value: Any) -> Any:
        """Return a value of the user's own with its tensors and modules as the target's."""
        if self.is_tensor(value):
            return self._once(value, join(self._path, "a tensor"))
        if isinstance(value, self.source.module):
            return self.carry(value, join(self._path, "a module"))
        if type(value) in (list, tuple, set):
            return type(value)(self.translator.value(part, "a part") for part in value)
        if type(value) is dict:
            return {name: self.translator.value(part, str(name)) for name, part in value.items()}
        return value

    def _once(self, tensor: Any, path: str) -> Any:
        """Return a tensor as the target's; one that is shared stays so."""
        key = id(tensor)
        if key not in self._tensors:
            self._tensors[key] = (self.tensor(tensor, path), tensor)  # which so lives on
        return self._tensors[key][0]


def join(path: str, name: str) -> str:
    """Return the path of a part."""
    return f"{path}.{name}" if path else name


def place(path: str) -> str:
    """Return how errors call the module at a path."""
    return f"Module {path!r}" if path else "The model"
