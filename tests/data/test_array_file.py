"""Opening .npy files without reading them."""

import numpy as np
import pytest

from chainrule.data import mapped_from
from chainrule.data.array_file import map_npy
from chainrule.errors import CorruptFile, InvalidArgument


def test_array_is_mapped_and_cannot_be_written(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(6.0))
    array = map_npy(tmp_path / "x.npy")
    assert mapped_from(array) is array
    assert array.tolist() == [0, 1, 2, 3, 4, 5]
    assert not array.flags.writeable


def test_files_of_any_size_are_opened_unless_told_otherwise(tmp_path):
    shape = (1 << 20, 1 << 10)
    np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.uint8, shape).flush()
    assert map_npy(tmp_path / "x.npy").shape == shape
    with pytest.raises(InvalidArgument, match="files over 1000 are not read"):
        map_npy(tmp_path / "x.npy", 1000)


@pytest.mark.parametrize("length", [0, 5, 60, 130, 175])
def test_file_that_was_cut_off_is_refused(tmp_path, length):
    np.save(tmp_path / "x.npy", np.arange(6.0))
    content = (tmp_path / "x.npy").read_bytes()
    assert len(content) == 176
    (tmp_path / "x.npy").write_bytes(content[:length])
    words = r"not a \.npy file" if length < 6 else "was cut off"
    with pytest.raises(CorruptFile, match=words):
        map_npy(tmp_path / "x.npy")


def test_archives_are_named_as_such(tmp_path):
    np.savez_compressed(tmp_path / "x.npz", np.arange(6.0))
    (tmp_path / "x.npz").rename(tmp_path / "x.npy")
    with pytest.raises(CorruptFile, match=r"archive.*numpy\.savez.*numpy\.save\."):
        map_npy(tmp_path / "x.npy")


def test_objects_are_never_loaded(tmp_path):
    np.save(tmp_path / "x.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(CorruptFile, match="Python objects, which are never loaded"):
        map_npy(tmp_path / "x.npy")
