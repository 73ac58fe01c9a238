"""Choosing an engine by name. To add one: write its file, and its line in ENGINES."""

from chainrule.engines.eager import EagerEngine
from chainrule.errors import InvalidArgument

ENGINES: tuple[type[EagerEngine], ...] = (EagerEngine,)
AUTO = "auto"


def find_engine(name: str) -> type[EagerEngine]:
    """Return the engine of this name; "auto" takes the first that can run here.

    Raises:
        InvalidArgument: if there is none; it lists those there are.

    >>> find_engine("auto").name
    'eager'
    """
    if name == AUTO:
        return ENGINES[0]
    for engine in ENGINES:
        if engine.name == name:
            return engine
    known = ", ".join([AUTO, *(engine.name for engine in ENGINES)])
    raise InvalidArgument(f"There is no engine {name!r}: choose one of {known}.")
