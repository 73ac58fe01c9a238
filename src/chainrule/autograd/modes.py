"""Whether operations record a graph, per thread: no_grad, enable_grad, set_grad_enabled."""

import functools
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class _State(threading.local):
    """What holds for the operations of one thread."""

    grad_enabled: bool = True
    scope: object | None = None  # innermost module being called, noted on every node
    tracer: "Tracer | None" = None  # receives every node, differentiable or not, in order


class Tracer(Protocol):
    """Watches what is computed."""

    def append(self, node: Any) -> None:
        """Take a node of the graph as it is made."""
        ...

    def refuse(self, name: str) -> None:
        """Raise an error: numbers leave the graph through the method of this name."""
        ...


state = _State()


def note_exit(name: str) -> None:
    """Tell who watches that a tensor's numbers are handed to Python."""
    if state.tracer is not None:
        state.tracer.refuse(name)


class set_grad_enabled:  # noqa: N801 - PyTorch's name
    """Switch recording on or off, at once, and back at the end of a ``with`` block.

    >>> with set_grad_enabled(False):
    ...     is_grad_enabled()
    False
    """

    def __init__(self, mode: bool) -> None:
        self.mode = mode
        self.previous = state.grad_enabled
        state.grad_enabled = mode

    def __enter__(self) -> None:
        state.grad_enabled = self.mode

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        state.grad_enabled = self.previous


class _GradMode:
    """A recording mode for a ``with`` block or, as a decorator, for a function."""

    mode: bool

    def __init__(self) -> None:
        self.previous: list[bool] = []

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def in_mode(*args: P.args, **kwargs: P.kwargs) -> R:
            with type(self)():
                return function(*args, **kwargs)

        return in_mode

    def __enter__(self) -> None:
        self.previous.append(state.grad_enabled)
        state.grad_enabled = self.mode

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        state.grad_enabled = self.previous.pop()


class no_grad(_GradMode):  # noqa: N801 - PyTorch's name
    """Record nothing inside this block, or inside the decorated function.

    >>> with no_grad():
    ...     is_grad_enabled()
    False
    """

    mode = False


class enable_grad(_GradMode):  # noqa: N801 - PyTorch's name
    """Record inside this block even within ``no_grad``."""

    mode = True


class inference_mode(_GradMode):  # noqa: N801 - PyTorch's name
    """Record nothing inside this block, like ``no_grad``.

    Args:
        mode: False leaves recording on.
    """

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.mode = not mode

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Return the function in this mode."""
        chosen = self.mode

        @functools.wraps(function)
        def in_mode(*args: P.args, **kwargs: P.kwargs) -> R:
            with inference_mode(not chosen):
                return function(*args, **kwargs)

        return in_mode


def is_grad_enabled() -> bool:
    """Return whether operations are being recorded in this thread.

    >>> is_grad_enabled()
    True
    """
    return state.grad_enabled
