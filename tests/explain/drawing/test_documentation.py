"""The pictures of the documentation are what its code draws."""

import os
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
PICTURES = ROOT / "docs" / "pictures"
SCRIPT = ROOT / "scripts" / "draw_pictures"


def script() -> ModuleType:
    """The script, which has no ending, as a module."""
    loader = SourceFileLoader("draw_pictures", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def no_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no compiled copy beside the script."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@pytest.mark.usefixtures("no_bytecode")
def test_pictures_are_current(tmp_path: Path) -> None:
    drawn = script().draw_into(tmp_path)
    page = (ROOT / "docs" / "draw.md").read_text()
    shown = {name for name in os.listdir(PICTURES) if f"(pictures/{name})" in page}
    assert {file.name for file in drawn} == shown
    for file in drawn:
        advice = f"run scripts/draw_pictures: {file.name} is not what docs/draw.md draws"
        assert file.read_bytes() == (PICTURES / file.name).read_bytes(), advice


def test_pictures_are_small() -> None:
    assert all(file.stat().st_size < 100_000 for file in PICTURES.glob("*.svg"))


def test_the_script_can_be_run() -> None:
    assert os.access(SCRIPT, os.X_OK)
