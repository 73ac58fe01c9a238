"""Rows of memory-mapped arrays, read from the file and not through the mapping."""

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chainrule.data import find_not_finite, mapped_from
from chainrule.data.file_rows import BLOCK_BYTES, FileRows, open_rows
from chainrule.errors import CorruptFile, InvalidArgument

Mapped = Callable[..., np.ndarray]
NUMBERS = np.random.default_rng(0).normal(size=(40, 4, 6))
INDICES = np.array([3, 4, 5, -1, 0, 7, 7, -9])


@pytest.fixture
def mapped(tmp_path: Path) -> Mapped:
    """Save an array, and open it again as a map of its file."""

    def save(array: np.ndarray, mode: str = "r") -> np.ndarray:
        np.save(tmp_path / "numbers.npy", array)
        return np.load(tmp_path / "numbers.npy", mmap_mode=mode)

    return save


VIEWS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "all": lambda x: x,
    "from a row on": lambda x: x[20:],
    "every third row": lambda x: x[::3],
    "last row first": lambda x: x[::-1],
    "some columns": lambda x: x[:, 1:3, 2:5],
    "columns backwards": lambda x: x[:, ::-2],
    "axes exchanged": lambda x: x.transpose(0, 2, 1),
    "flattened": lambda x: x.reshape(40, 24),
    "one number a row": lambda x: x[:, 2, 3],
    "a plain array of the same memory": np.asarray,
    "windows that overlap": lambda x: np.lib.stride_tricks.sliding_window_view(x[5].ravel(), 8),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("stored", ["f4", "f8", ">f4", "u1", "i8"])
@pytest.mark.parametrize("given", [None, "f4", "i8"])
def test_rows_are_those_of_the_array(
    mapped: Mapped, view: str, stored: str, given: str | None
) -> None:
    array = VIEWS[view](mapped((NUMBERS * 50).astype(np.int8).astype(stored)))
    rows = open_rows(array, None if given is None else np.dtype(given))
    assert rows is not None
    indices = INDICES % len(array)
    expected = np.array(array)[indices].astype(rows.dtype)
    taken = rows.take(indices)
    assert (taken.dtype, taken.flags.writeable) == (expected.dtype, True)
    assert taken.tolist() == expected.tolist()
    assert rows[2:9].tolist() == array[2:9].tolist()
    assert rows[-1].tolist() == array[-1].tolist()


def test_no_rows_are_an_empty_array(mapped: Mapped) -> None:
    rows = open_rows(mapped(NUMBERS))
    assert rows is not None
    assert rows.take(np.array([], int)).shape == (0, 4, 6)


def test_raw_files_are_read_behind_their_header(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"header!" + NUMBERS.tobytes())
    rows = open_rows(np.memmap(tmp_path / "raw", float, "r", offset=7, shape=NUMBERS.shape))
    assert rows is not None
    assert rows.take(INDICES).tolist() == NUMBERS[INDICES].tolist()


def test_arrays_in_memory_are_told_apart(mapped: Mapped) -> None:
    file = mapped(NUMBERS)
    assert mapped_from(NUMBERS) is None
    assert mapped_from(np.array(file)) is None
    assert mapped_from(file[3:, 1]) is file
    assert mapped_from(file[:0]) is None


def test_private_changes_are_not_lost(mapped: Mapped) -> None:
    changed = mapped(NUMBERS, mode="c")
    changed[3] = 7
    assert open_rows(changed) is None


def test_shared_changes_are_seen(mapped: Mapped) -> None:
    changed = mapped(NUMBERS, mode="r+")
    rows = open_rows(changed)
    assert rows is not None
    changed[3] = 7
    assert (rows[3] == 7).all()


def test_columns_stored_together_are_refused(mapped: Mapped) -> None:
    with pytest.raises(InvalidArgument, match=r"\(40, 4, 6\).*column by column.*row by row"):
        open_rows(mapped(np.asfortranarray(NUMBERS)))


def test_removed_and_replaced_files_are_read_through_the_mapping(mapped: Mapped) -> None:
    array = mapped(NUMBERS)
    path = Path(str(mapped_from(array).filename))
    np.save(path.with_name("other.npy"), NUMBERS + 1)
    path.with_name("other.npy").replace(path)
    assert open_rows(array) is None
    path.unlink()
    assert open_rows(array) is None
    assert array[5].tolist() == NUMBERS[5].tolist()


def test_file_cut_short_is_an_error_and_no_crash(mapped: Mapped) -> None:
    array = mapped(NUMBERS)
    rows = open_rows(array)
    assert rows is not None
    path = Path(str(mapped_from(array).filename))
    os.truncate(path, path.stat().st_size - 100)
    with pytest.raises(CorruptFile, match=r"numbers\.npy ends at byte \d+, within its data"):
        rows.take(np.array([39]))
    with pytest.raises(CorruptFile, match=r"has \d+ bytes, but the array in it needs \d+"):
        open_rows(array)
    assert rows.take(np.array([38])).tolist() == NUMBERS[[38]].tolist()


def test_file_rows_need_a_file() -> None:
    with pytest.raises(InvalidArgument, match="not mapped"):
        FileRows(NUMBERS)


@pytest.mark.parametrize("is_mapped", [False, True])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("row", [0, 15, 39])
def test_first_number_that_is_not_finite_is_found(
    mapped: Mapped, monkeypatch: pytest.MonkeyPatch, is_mapped: bool, bad: float, row: int
) -> None:
    monkeypatch.setattr("chainrule.data.file_rows.BLOCK_BYTES", 7 * NUMBERS[0].nbytes)
    array = NUMBERS.copy()
    array[row, 2, 3] = array[-1, -1, -1] = bad
    assert find_not_finite(open_rows(mapped(array)) if is_mapped else array) == [row, 2, 3]


def test_what_overflows_when_converted_is_not_finite(mapped: Mapped) -> None:
    array = NUMBERS.copy()
    array[5, 0, 1] = 1e300
    rows = open_rows(mapped(array), np.dtype(np.float32))
    assert rows is not None
    assert find_not_finite(rows) == [5, 0, 1]
    assert find_not_finite(array) is None


@pytest.mark.parametrize("array", [np.arange(9), np.zeros((0, 3)), np.zeros((3, 0))])
def test_integers_and_nothing_are_finite(array: np.ndarray) -> None:
    assert find_not_finite(array) is None


def resident_bytes_of_files() -> int:
    """Pages of mapped files that count as this process's memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssFile:")) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux counts pages by kind")
def test_going_through_a_file_keeps_none_of_it_in_memory(tmp_path: Path) -> None:
    size = 16 * BLOCK_BYTES
    shape = (size // 4096, 1024)
    np.lib.format.open_memmap(tmp_path / "zeros.npy", "w+", np.float32, shape).flush()
    rows = open_rows(np.load(tmp_path / "zeros.npy", mmap_mode="r"))
    assert rows is not None
    resident = resident_bytes_of_files()
    tracemalloc.start()
    try:
        assert find_not_finite(rows) is None
        order = np.random.default_rng(0).permutation(len(rows))
        for start in range(0, len(order), 64):
            rows.take(order[start : start + 64])
            rows.announce(order[start + 64 : start + 128])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * BLOCK_BYTES
    assert resident_bytes_of_files() - resident < BLOCK_BYTES
