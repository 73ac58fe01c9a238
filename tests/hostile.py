"""What the tests of damaged and hostile files share: reading under watch, files made by hand."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import save

import chainrule
from chainrule import nn
from chainrule.errors import CorruptFile, StateMismatch
from chainrule.storage.container import checksum, compact_json, pack

SECONDS_PER_FILE = 5.0  # a thousand times what a good file takes: only a hang exceeds it


def model() -> nn.Sequential:
    """A small network with parameters, buffers and an argument of each kind."""
    chainrule.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 2, (3, 2)), nn.BatchNorm2d(2), nn.Flatten(), nn.ReLU(), nn.Linear(4, 3)
    )


def outcome(path: Path, read: Callable[[Path], object]) -> object:
    """What reading gives: the expected kinds of error as a text, anything else raised."""
    start = time.perf_counter()
    try:
        result = read(path)
    except (CorruptFile, StateMismatch) as error:
        result = f"{type(error).__name__}: {error}"
        assert len(result) < 2000
    assert time.perf_counter() - start < SECONDS_PER_FILE
    return result


def numbers(state: dict[str, chainrule.Tensor]) -> dict[str, bytes]:
    """The values of a state dict, bit for bit."""
    return {name: tensor.array.tobytes() for name, tensor in state.items()}


def raw_file(header: bytes | str | object, data: bytes = b"") -> bytes:
    """A file with this header, given as bytes, as text or as JSON."""
    if not isinstance(header, (bytes, str)):
        header = json.dumps(header)
    encoded = header if isinstance(header, bytes) else header.encode()
    return len(encoded).to_bytes(8, "little") + encoded + data


def signed_file(tensors: dict[str, np.ndarray], content: object) -> bytes:
    """A file with any content, which need not be an object, and its right checksum."""
    if isinstance(content, dict):
        return pack(tensors, content)
    entry = {"version": 1, "content": content, "sha256": checksum(tensors, content)}
    return save(tensors, {"chainrule": compact_json(entry)})
