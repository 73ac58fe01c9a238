"""Hooks: functions called before or after ``forward``, to look at what passes or to change it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ForwardHook:
    """A function to call, and whether it is also given the arguments passed by name."""

    function: Callable[..., Any]
    with_kwargs: bool


class ModuleHooks:
    """The methods that register hooks and call them."""

    _forward_hooks: dict[int, ForwardHook]
    _forward_pre_hooks: dict[int, ForwardHook]

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> "RemovableHandle":
        """Have ``hook(module, inputs, output)`` called after ``forward``.

        Args:
            hook: What it returns, unless None, replaces the output.
            prepend: Whether it is called before the hooks there are.
            with_kwargs: Whether it is called as ``hook(module, inputs, named_inputs, output)``.

        Returns:
            A handle whose ``remove()`` takes the hook back.
        """
        return RemovableHandle(self._forward_hooks, ForwardHook(hook, with_kwargs), prepend)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> "RemovableHandle":
        """Have ``hook(module, inputs)`` called before ``forward``.

        Args:
            hook: What it returns, unless None, replaces the inputs.
            prepend: Whether it is called before the hooks there are.
            with_kwargs: Whether it is called as ``hook(module, inputs, named_inputs)``, and returns
                both.

        Returns:
            A handle whose ``remove()`` takes the hook back.
        """
        return RemovableHandle(self._forward_pre_hooks, ForwardHook(hook, with_kwargs), prepend)

    def _run_pre_hooks(
        self, inputs: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        for hook in list(self._forward_pre_hooks.values()):
            if hook.with_kwargs:
                changed = hook.function(self, inputs, named)
                if changed is not None:
                    inputs, named = changed
            else:
                changed = hook.function(self, inputs)
                if changed is not None:
                    inputs = changed if isinstance(changed, tuple) else (changed,)
        return inputs, named

    def _run_hooks(self, inputs: tuple[Any, ...], named: dict[str, Any], output: Any) -> Any:
        for hook in list(self._forward_hooks.values()):
            given = (inputs, named) if hook.with_kwargs else (inputs,)
            changed = hook.function(self, *given, output)
            if changed is not None:
                output = changed
        return output


class RemovableHandle:
    """Takes a registered hook back."""

    def __init__(self, hooks: dict[int, ForwardHook], hook: ForwardHook, prepend: bool) -> None:
        self._hooks = hooks
        self._key = max(hooks, default=-1) + 1
        before = [] if prepend else list(hooks.items())
        after = list(hooks.items()) if prepend else []
        hooks.clear()
        hooks.update([*before, (self._key, hook), *after])

    def remove(self) -> None:
        """Call the hook no more."""
        self._hooks.pop(self._key, None)
