"""Files for a finished model: .npy and tables."""

import numpy as np
import pytest

from chainrule.data import Preprocessing, read_npy, read_samples
from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument, InvalidShape

MODEL = Preprocessing((2,), mean=(1.0, 2.0), std=(2.0, 4.0))


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "u1", "i8", ">f4", "?"])
def test_npy_rows_of_every_kind_are_preprocessed(tmp_path, kind):
    rows = np.array([[1, 0], [0, 1]]).astype(kind)
    np.save(tmp_path / "rows.npy", rows)
    expected = (rows.astype(np.float32) - [1, 2]) / [2, 4]
    assert read_samples(tmp_path / "rows.npy", MODEL).tolist() == expected.tolist()


def test_table_rows_are_preprocessed(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n3,6\n")
    assert read_samples(tmp_path / "rows.csv", MODEL).tolist() == [[0, 0], [1, 1]]


def test_samples_of_another_size_are_refused(tmp_path):
    np.save(tmp_path / "rows.npy", np.zeros((4, 3)))
    with pytest.raises(InvalidShape, match=r"2 numbers.*\(4, 3\)"):
        read_samples(tmp_path / "rows.npy", MODEL)


def test_unknown_kind_of_file_is_refused():
    with pytest.raises(InvalidArgument, match=r"rows\.xlsx is of an unknown kind.*\.png"):
        read_samples("rows.xlsx", MODEL)


@pytest.mark.parametrize(
    ("array", "error", "words"),
    [
        (np.array([[1.0, np.nan]]), CorruptFile, "row 0: a value is not a finite"),
        (np.array([[1.0], [1e300]]), CorruptFile, "row 1"),
        (np.array(["a"]), CorruptFile, "<U1"),
        (np.array([1 + 2j]), CorruptFile, "complex"),
        (np.array(3.0), InvalidShape, "single number"),
        (np.array([{}], dtype=object), CorruptFile, "Python objects.*never loaded"),
    ],
)
def test_npy_that_holds_no_samples_is_refused(tmp_path, array, error, words):
    np.save(tmp_path / "rows.npy", array, allow_pickle=True)
    with pytest.raises(error, match=words):
        read_npy(tmp_path / "rows.npy")


def test_npy_that_promises_too_much_is_refused(tmp_path):
    np.save(tmp_path / "rows.npy", np.zeros((4, 2)))
    content = (tmp_path / "rows.npy").read_bytes().replace(b"(4, 2), }    ", b"(400000000, 2), }")
    (tmp_path / "rows.npy").write_bytes(content)
    with pytest.raises(CorruptFile, match="damaged"):
        read_npy(tmp_path / "rows.npy")


def test_anything_but_npy_is_refused(tmp_path):
    np.savez(tmp_path / "rows.npz", np.zeros(3))
    with pytest.raises(CorruptFile, match=r"not a \.npy file"):
        read_npy(tmp_path / "rows.npz")


def test_missing_npy_is_named(tmp_path):
    with pytest.raises(DataNotFound, match="nowhere"):
        read_npy(tmp_path / "nowhere.npy")


def test_random_damage_of_npy_gives_one_error_or_numbers(tmp_path):
    generator = np.random.default_rng(3)
    np.save(tmp_path / "rows.npy", np.zeros((4, 2), dtype=np.float32))
    original = (tmp_path / "rows.npy").read_bytes()
    path = tmp_path / "damaged.npy"
    refused = 0
    for _ in range(1500):
        damaged = bytearray(original)
        for _ in range(generator.integers(1, 4)):
            damaged[int(generator.integers(len(damaged)))] = int(generator.integers(256))
        path.write_bytes(damaged)
        try:
            assert np.isfinite(read_npy(path)).all()
        except (CorruptFile, InvalidShape):
            refused += 1
    assert refused > 500
