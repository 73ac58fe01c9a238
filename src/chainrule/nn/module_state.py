"""State dicts: the values of all parameters and buffers of a module by path, and back."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidType, StateMismatch
from chainrule.nn.module_tree import ModuleTree


class _Keys(NamedTuple):
    missing_keys: list[str]
    unexpected_keys: list[str]


class IncompatibleKeys(_Keys):
    """What did not fit when a state was loaded with ``strict=False``."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


class ModuleState(ModuleTree):
    """The methods that give and take the values of a module."""

    _non_persistent: set[str]

    def state_dict(self) -> dict[str, Tensor]:
        """Return all parameters and persistent buffers by path, sharing their memory."""
        return {path: tensor.detach() for path, tensor in self._state().items()}

    def load_state_dict(
        self, state_dict: Mapping[str, Tensor], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy values into the parameters and buffers.

        Args:
            state_dict: Values by path, as ``state_dict()`` gives them.
            strict: Whether the paths must be exactly those of this module.
            assign: Whether to share the memory of the values, and take their dtypes, instead of
                copying them.

        Raises:
            StateMismatch: naming every path that is missing, unexpected or of another shape. Then
                nothing has been changed.
            InvalidType: if state_dict is not a mapping of tensors.
        """
        if not isinstance(state_dict, Mapping):
            raise InvalidType(
                f"load_state_dict got {type(state_dict).__name__}: pass what state_dict() or "
                "chainrule.load(path) returned."
            )
        own = self._state()
        missing = [path for path in own if path not in state_dict]
        unexpected = [path for path in state_dict if path not in own]
        problems = [f"missing: {path}" for path in missing] if strict else []
        problems += [f"unexpected: {path}" for path in unexpected] if strict else []
        values = {path: as_array(path, state_dict[path]) for path in own if path in state_dict}
        problems += [
            f"{path} has shape {own[path].array.shape}, but the state has {value.shape}"
            for path, value in values.items()
            if own[path].array.shape != value.shape
        ]
        if problems:
            raise StateMismatch(
                f"The state does not fit {type(self).__name__}: {'; '.join(problems)}. Build the "
                "module with the sizes it had when it was saved."
            )
        for path, value in values.items():
            if assign:
                own[path].array = value
            else:
                np.copyto(own[path].array, value, casting="unsafe")
            own[path].mark_changed("load_state_dict")
        return IncompatibleKeys(missing, unexpected)

    def _state(self) -> dict[str, Tensor]:
        """Return the tensors themselves by path; shared ones under each of their paths."""
        state: dict[str, Tensor] = {}
        for path, module in self.named_modules(remove_duplicate=False):
            prefix = f"{path}." if path else ""
            members = {
                **module._parameters,
                **{
                    name: buffer
                    for name, buffer in module._buffers.items()
                    if name not in module._non_persistent
                },
            }
            state |= {prefix + name: t for name, t in members.items() if t is not None}
        return state


def as_array(path: str, value: object) -> Array:
    """Return the numbers of one entry of a state."""
    if isinstance(value, TensorCore):
        return value.array
    if isinstance(value, np.ndarray):
        return value
    raise InvalidType(
        f"load_state_dict got {type(value).__name__} for {path!r}: every value must be a tensor."
    )
