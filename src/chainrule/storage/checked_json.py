"""Reading JSON that may be hostile: no duplicate keys, no NaN, nothing deeper than a limit."""

import json
from typing import NoReturn, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 100  # lists and objects inside each other


def parse_json(text: str | bytes) -> Json:
    """Return the value a JSON text stands for.

    Raises:
        ValueError: if it is not JSON as it should be, saying why.

    >>> parse_json('{"a": [1, 2.5, null]}')
    {'a': [1, 2.5, None]}
    """
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
        value = json.loads(decoded, object_pairs_hook=unique_keys, parse_constant=refuse_constant)
    except RecursionError:
        raise ValueError("lists inside lists without end") from None
    check_depth(value)
    return value


def compact_json(value: Json) -> str:
    """Return a value as JSON, in ASCII and without spaces; keys keep their order.

    >>> compact_json({"b": [1, 2.0], "a": None})
    '{"b":[1,2.0],"a":null}'
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def unique_keys(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Return an object's members, unless two have the same key."""
    members = dict(pairs)
    if len(members) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in members if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:100]!r} occurs twice")
    return members


def refuse_constant(name: str) -> NoReturn:
    """Refuse what Python would read although JSON has no such numbers."""
    raise ValueError(f"{name} is not a number of JSON")


def check_depth(value: Json) -> None:
    """Refuse lists and objects nested deeper than the limit.

    Raises:
        ValueError: saying how deep.
    """
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[Json] = []
        for part in level:
            if isinstance(part, dict):
                inner.extend(part.values())
            elif isinstance(part, list):
                inner.extend(part)
        if not inner:
            return
        level = inner
    raise ValueError(f"lists inside lists more than {MAX_DEPTH} deep")
