"""Python values as JSON: dicts, lists and tuples of numbers, texts and tensors, and back.

What JSON has is written as it is. The rest is an object with one key that begins with a dollar
sign: ``{"$tensor": name}``, ``{"$array": name}`` for NumPy's own, ``{"$tuple": [...]}``,
``{"$float": "inf"}``, and ``{"$dict": [[key, value], ...]}`` for a dict with other keys than texts.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.storage.checked_json import Json
from chainrule.storage.container import METADATA

TENSOR, ARRAY, TUPLE, FLOAT, DICT = "$tensor", "$array", "$tuple", "$float", "$dict"
MAX_VALUE_DEPTH = 30  # of values inside each other; each takes at most three levels of JSON
FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class Encoder:
    """Turns a value into JSON and collects the tensors in it.

    Attributes:
        tensors: The arrays found, by the name under which the JSON refers to them.
    """

    def __init__(self) -> None:
        self.tensors: dict[str, Array] = {}

    def encode(self, value: object, path: str = "", depth: int = 0) -> Json:
        """Return the JSON of a value.

        Args:
            value: What to write.
            path: Where it stands in the whole, such as ``state.0.step``.
            depth: Number of values around it.

        Raises:
            InvalidType: if it is of a kind that cannot be written, naming the path.
            InvalidArgument: if values are nested too deeply, or in a circle.
        """
        if depth > MAX_VALUE_DEPTH:
            raise InvalidArgument(
                f"{path[:100]!r} is more than {MAX_VALUE_DEPTH} levels deep: does a value contain "
                "itself?"
            )
        if isinstance(value, TensorCore):
            return {TENSOR: self._add(path or "tensor", value.array)}
        if isinstance(value, np.ndarray):
            return {ARRAY: self._add(path or "array", value)}
        if isinstance(value, Mapping):
            return self._encode_dict(value, path, depth)
        if isinstance(value, (list, tuple)):
            parts = [
                self.encode(part, join(path, position), depth + 1)
                for position, part in enumerate(value)
            ]
            return {TUPLE: parts} if isinstance(value, tuple) else parts
        return encode_scalar(value, path)

    def _encode_dict(self, value: Mapping[Any, object], path: str, depth: int) -> Json:
        parts = {key: self.encode(part, join(path, key), depth + 1) for key, part in value.items()}
        if all(isinstance(key, str) and not key.startswith("$") for key in parts):
            return parts
        return {DICT: [[encode_scalar(key, path), part] for key, part in parts.items()]}

    def _add(self, path: str, array: Array) -> str:
        """Keep an array under a name that is free and can be written."""
        wanted = path.encode("utf-8", "replace").decode()
        name, number = wanted, 1
        while name in self.tensors or name == METADATA:
            number += 1
            name = f"{wanted}#{number}"
        self.tensors[name] = array
        return name


def encode_scalar(value: object, path: str) -> Json:
    """Return the JSON of a value without parts."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {FLOAT: str(value)}
    raise InvalidType(
        f"{path or 'The value'} is of type {type(value).__name__}, which a file cannot hold: save "
        "tensors, arrays, numbers, texts, None, or lists, tuples and dicts of them."
    )


def join(path: str, key: object) -> str:
    """Return the path of a part."""
    return f"{path}.{key}" if path else str(key)


def decode(value: Json, tensors: Mapping[str, Array]) -> Any:
    """Return the value that ``Encoder.encode`` was given.

    Raises:
        ValueError: if the JSON is not what ``encode`` writes.
    """
    if isinstance(value, list):
        return [decode(part, tensors) for part in value]
    if not isinstance(value, dict):
        return value
    marker = next((key for key in value if key.startswith("$")), None)
    if marker is None:
        return {key: decode(part, tensors) for key, part in value.items()}
    content = value[marker]
    match marker, content:
        case _ if len(value) != 1:
            pass
        case ("$tensor", str()) if content in tensors:
            return wrap(tensors[content])
        case ("$array", str()) if content in tensors:
            return tensors[content]
        case ("$tuple", list()):
            return tuple([decode(part, tensors) for part in content])
        case ("$float", str()) if content in FLOATS:
            return FLOATS[content]
        case ("$dict", list()):
            return decode_pairs(content, tensors)
    raise ValueError(f"{str(value)[:100]} stands for nothing")


def decode_pairs(pairs: list[Json], tensors: Mapping[str, Array]) -> dict[Any, Any]:
    """Return the dict that a list of pairs stands for."""
    result = {}
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError(f"{str(pair)[:100]} is not a pair of key and value")
        key = decode(pair[0], tensors)
        if not (key is None or isinstance(key, (str, int, float))) or key in result:
            raise ValueError(f"{str(key)[:100]} cannot be a key here")
        result[key] = decode(pair[1], tensors)
    return result
