"""Machine code on disk: found again in other processes, distrusted when damaged."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.compiler import cache
from chainrule.compiler.cache import Compiled
from chainrule.operations.activations.gelu import gelu
from chainrule.operations.activations.relu import relu

PROGRAM = """
import sys
import numpy as np
import chainrule
from chainrule import nn, optim
from chainrule.nn.feedforward import feedforward
sizes, dtype = [int(size) for size in sys.argv[1].split("-")], sys.argv[2]
chainrule.manual_seed(0)
model = feedforward(sizes).to(np.dtype(dtype))
x = np.random.default_rng(0).standard_normal((40, sizes[0])).astype(dtype)
y = np.arange(40) % sizes[-1]
program = chainrule.compile(model, nn.CrossEntropyLoss(), optim.Adam(model.parameters()), x, y)
losses, _ = program.epoch(x, y, np.arange(40), 8)
print("numba" in sys.modules, losses.tolist())
"""


def run(folder: Path, sizes: str, dtype: str) -> tuple[bool, str]:
    """Train in a process of its own: whether Numba was loaded, and the losses."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, sizes, dtype],
        capture_output=True,
        text=True,
        env={**os.environ, "CHAINRULE_CACHE": str(folder)},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    loaded, _, losses = done.stdout.partition(" ")
    return loaded == "True", losses


@pytest.mark.slow
def test_processes_share_programs_and_kernels(tmp_path: Path) -> None:
    assert run(tmp_path, "4-8-3", "float64")[0]
    assert run(tmp_path, "4-8-3", "float32")[0]
    loaded, losses = run(tmp_path, "4-16-8-3", "float32")  # with kernels of the one before
    assert loaded
    assert run(tmp_path, "4-16-8-3", "float32") == (False, losses)
    for path in tmp_path.iterdir():
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    assert run(tmp_path, "4-16-8-3", "float32") == (True, losses)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "programs"))
    return tmp_path / "programs"


CODE = Compiled("entry", [b"one", b"", b"three"])


def test_what_was_written_is_read(folder: Path) -> None:
    assert cache.read("key") is None
    cache.write("key", CODE)
    assert cache.read("key") == CODE
    assert folder.stat().st_mode & 0o077 == 0


def test_any_damage_counts_as_nothing_there(folder: Path) -> None:
    cache.write("key", CODE)
    [path] = folder.iterdir()
    content = path.read_bytes()
    body = content.index(b"\n")
    for position in range(body + 1, len(content)):
        path.write_bytes(
            content[:position] + bytes([content[position] ^ 4]) + content[position + 1 :]
        )
        assert cache.read("key") is None
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert cache.read("key") is None


def test_a_file_others_could_have_written_is_not_executed(folder: Path) -> None:
    cache.write("key", CODE)
    [path] = folder.iterdir()
    path.chmod(0o666)
    assert cache.read("key") is None
    path.chmod(0o600)
    folder.chmod(0o777)
    assert cache.read("key") is None


def test_where_nothing_can_be_written_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "file" / "programs"))
    cache.write("key", CODE)
    assert cache.read("key") is None


def test_fingerprints_tell_functions_and_what_they_call_apart() -> None:
    assert cache.fingerprint([relu]) != cache.fingerprint([gelu])
    assert cache.fingerprint([relu, gelu]) == cache.fingerprint([gelu, relu])

    def twice(x: float) -> float:
        return 2 * x

    def thrice(x: float) -> float:
        return 3 * x

    thrice.__qualname__ = twice.__qualname__
    assert cache.fingerprint([twice]) != cache.fingerprint([thrice])
