"""Machine code on disk: what was compiled once is loaded the next time, in any process.

A file holds the object files of one program, or of one kernel, with a SHA-256 of them. Its name is
a digest of all that decides what the machine code is: the source, the formulas, the versions of the
compilers and the processor. The folder is private: what lies in it is executed.
"""

import dis
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from chainrule.files import atomic_write

FOLDER_VARIABLE = "CHAINRULE_CACHE"
COMPILERS = ("numba", "llvmlite", "numpy")
SUFFIX = ".program"


class Compiled(NamedTuple):
    """Object files, and the name under which one of them has what is to be called."""

    entry: str
    files: list[bytes]


def folder() -> Path:
    """Return the folder, from the environment or the user's cache; it need not exist."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("chainrule") / "programs"


def read(key: str) -> Compiled | None:
    """Return what was written under a key, or None if there is nothing or it is damaged."""
    path = folder() / f"{key}{SUFFIX}"
    try:
        if not _is_private(path):
            return None
        head, _, body = path.read_bytes().partition(b"\n")
        known = json.loads(head)
        if hashlib.sha256(body).hexdigest() != known["sha256"]:
            return None
        files, start = [], 0
        for size in known["sizes"]:
            files.append(body[start : start + size])
            start += size
        return Compiled(str(known["entry"]), files)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(key: str, compiled: Compiled) -> None:
    """Keep machine code under a key. Where nothing can be written, nothing is kept."""
    body = b"".join(compiled.files)
    head = {
        "entry": compiled.entry,
        "sizes": [len(file) for file in compiled.files],
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic_write(folder() / f"{key}{SUFFIX}", json.dumps(head).encode() + b"\n" + body)
    except OSError:
        return


def _is_private(path: Path) -> bool:
    """Return whether only this user can have written a file."""
    if not hasattr(os, "getuid"):
        return True
    return all(
        place.stat().st_uid == os.getuid() and not place.stat().st_mode & 0o022
        for place in (path, path.parent)
    )


# Keys


def key_of(*parts: object) -> str:
    """Return a digest of texts and numbers, and of the compilers and the processor."""
    return hashlib.sha256(repr((surroundings(), *parts)).encode()).hexdigest()


@cache
def surroundings() -> tuple[str, ...]:
    """Return what decides on machine code beside its source."""
    import llvmlite.binding as llvm

    versions = [f"{name} {version(name)}" for name in COMPILERS]
    own = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted([*here.glob("*.py"), *here.glob("intrinsics/**/*.py")]):
        own.update(path.read_bytes())
    features = llvm.get_host_cpu_features().flatten()
    return (*versions, llvm.get_host_cpu_name(), features, own.hexdigest())


def fingerprint(functions: Iterable[Callable[..., Any]]) -> str:
    """Return a digest of functions and of all functions of this library that they call."""
    seen: dict[str, str] = {}
    for function in functions:
        _look_into(function, seen)
    return hashlib.sha256(repr(sorted(seen.items())).encode()).hexdigest()


def _look_into(function: Callable[..., Any], seen: dict[str, str]) -> None:
    name = f"{function.__module__}.{function.__qualname__}"
    if name in seen or not isinstance(function, FunctionType):
        return
    seen[name] = _code_text(function.__code__)
    for instruction in dis.get_instructions(function):
        if instruction.opname != "LOAD_GLOBAL":
            continue
        value = function.__globals__.get(instruction.argval)
        if isinstance(value, FunctionType):
            _look_into(value, seen)
        elif isinstance(value, (int, float)):
            seen[f"{name}.{instruction.argval}"] = repr(value)


def _code_text(code: CodeType) -> str:
    constants = [_code_text(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts[1:]]
    return repr((code.co_code.hex(), code.co_names, code.co_varnames, constants))
