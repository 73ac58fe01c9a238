"""Writing a file: all of it or nothing."""

import os
import stat
import sys
from pathlib import Path

import pytest

from chainrule.files import atomic_write


def test_content_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    for content in (b"first", b"", b"second" * 1000):
        atomic_write(path, content)
        assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["file.bin"]


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_old_content_stays_when_a_step_fails(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.bin"
    atomic_write(path, b"old")

    def fail(*_arguments: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(f"chainrule.files.os.{step}", fail)
    with pytest.raises(OSError, match="no space"):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_new_file_takes_its_name_only_when_it_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = []
    real = {name: getattr(os, name) for name in ("fsync", "replace")}

    def noted(name: str):
        def call(*arguments: object) -> None:
            events.append(name)
            real[name](*arguments)

        return call

    for name in real:
        monkeypatch.setattr(f"chainrule.files.os.{name}", noted(name))
    atomic_write(tmp_path / "file", b"x")
    assert events == ["fsync", "replace", "fsync"]  # the content, the name, the folder


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no folder .*missing.* make it first"):
        atomic_write(tmp_path / "missing" / "file", b"x")


def test_folder_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="is a folder: pass the path of a file"):
        atomic_write(tmp_path, b"x")


def test_file_is_written_where_folders_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_open = os.open

    def no_folders(path: object, *arguments: int) -> int:
        if path == tmp_path:
            raise PermissionError(13, "as on Windows")
        return real_open(path, *arguments)

    monkeypatch.setattr("chainrule.files.os.open", no_folders)
    atomic_write(tmp_path / "file", b"x")
    assert (tmp_path / "file").read_bytes() == b"x"


posix_only = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of POSIX")


@posix_only
def test_permissions_of_the_old_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    atomic_write(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix_only
def test_new_file_gets_the_permissions_any_new_file_gets(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"x")
    atomic_write(tmp_path / "ours", b"x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


@posix_only
def test_link_keeps_pointing_at_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    atomic_write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
