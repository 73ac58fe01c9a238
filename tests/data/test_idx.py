"""The IDX reader: what it reads, and that every defect is one clear error."""

import gzip
import struct
import zlib

import numpy as np
import pytest

from chainrule.data import read_idx, read_idx_labels
from chainrule.data.idx import KINDS, parse_idx
from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument


def idx(array: np.ndarray, kind: int = 0x08) -> bytes:
    header = bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(KINDS[kind]).tobytes()


def pack(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("packing", [bytes, pack], ids=["plain", "gzip"])
def test_array_of_every_kind_survives(tmp_path, kind, packing):
    path = tmp_path / "file"
    path.write_bytes(packing(idx(IMAGES, kind)))
    array = read_idx(path)
    assert array.dtype == KINDS[kind].newbyteorder("=")
    assert (array == IMAGES).all()


def test_result_can_be_written_to(tmp_path):
    (tmp_path / "file").write_bytes(idx(IMAGES))
    read_idx(tmp_path / "file")[...] = 0


def test_labels_are_whole_numbers_in_int64(tmp_path):
    (tmp_path / "file").write_bytes(idx(np.array([3, 0, 9])))
    labels = read_idx_labels(tmp_path / "file", 10)
    assert (labels.tolist(), labels.dtype) == ([3, 0, 9], np.int64)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (idx(np.array([3, 10, 9])), "label number 1 is 10, expected 0 to 9"),
        (idx(np.array([3, -1]), 0x09), "label number 1 is -1"),
        (idx(IMAGES), "along one axis"),
        (idx(np.array([3.0]), 0x0D), "float32 numbers"),
    ],
)
def test_labels_that_cannot_be_are_refused(tmp_path, content, words):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(CorruptFile, match=words):
        read_idx_labels(tmp_path / "file", 10)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "nothing"),
        (b"\x00\x00\x08", "not an IDX file"),
        (b"PK\x03\x04" + bytes(30), "not an IDX file: it starts with 50 4b 03 04"),
        (b"\x00\x00\x08\x00" + bytes(9), "0 axes"),
        (b"\x00\x00\x08\x09" + bytes(99), "9 axes"),
        (b"\x00\x00\x0a\x01\x00\x00\x00\x01a", "kind 0x0a"),
        (b"\x00\x00\x08\x02\x00\x00\x00\x01", "ends within its header"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x00", "no numbers"),
        (b"\x00\x00\x08\x01\xff\xff\xff\xff" + bytes(9), "more than a gibibyte"),
        (b"\x00\x00\x0e\x08" + b"\xff" * 32, "more than a gibibyte"),
        (idx(IMAGES)[:-1], "39 bytes, but its header promises 40"),
        (idx(IMAGES) + b"x", "41 bytes, but its header promises 40"),
        (idx(np.array([1.0, np.nan]), 0x0E), "not finite"),
    ],
)
def test_damaged_content_is_refused_with_its_reason(content, words):
    with pytest.raises(CorruptFile, match=words):
        parse_idx(content)


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (pack(idx(IMAGES))[:-5], "cut off"),
        (pack(idx(IMAGES))[:12], "cut off"),
        (pack(idx(IMAGES)) + b"tail", "4 bytes after its packed data"),
        (pack(idx(IMAGES)) + pack(b"more"), "bytes after its packed data"),
        (pack(idx(IMAGES) + b"x"), "more than the 40 bytes"),
        (pack(idx(IMAGES)[:-1]), "39 bytes, but"),
        (pack(b""), "nothing"),
        (b"\x1f\x8b" + bytes(40), "gzip says"),
        (pack(idx(IMAGES))[:-8] + bytes(8), r"gzip says.*check"),
    ],
)
def test_damaged_gzip_is_refused_with_its_reason(tmp_path, packed, words):
    (tmp_path / "file.gz").write_bytes(packed)
    with pytest.raises(CorruptFile, match=words):
        read_idx(tmp_path / "file.gz")


def test_decompression_bomb_is_not_unpacked(tmp_path, monkeypatch):
    bomb = pack(idx(IMAGES) + bytes(50_000_000))
    (tmp_path / "bomb.gz").write_bytes(bomb)
    unpacked = []

    class Counting:
        def __init__(self, *arguments):
            self.stream = decompressobj(*arguments)

        def decompress(self, data, limit):
            result = self.stream.decompress(data, limit)
            unpacked.append(len(result))
            return result

        def __getattr__(self, name):
            return getattr(self.stream, name)

    decompressobj = zlib.decompressobj
    monkeypatch.setattr(zlib, "decompressobj", Counting)
    with pytest.raises(CorruptFile, match="unpacks to more"):
        read_idx(tmp_path / "bomb.gz")
    assert sum(unpacked) <= len(idx(IMAGES)) + 2


def test_missing_file_is_named(tmp_path):
    with pytest.raises(DataNotFound, match=r"no file .*nowhere"):
        read_idx(tmp_path / "nowhere")


def test_folder_is_refused(tmp_path):
    with pytest.raises(InvalidArgument, match="not an ordinary file"):
        read_idx(tmp_path)


def test_path_with_a_nul_byte_is_refused():
    with pytest.raises((InvalidArgument, DataNotFound), match="path"):
        read_idx("a\x00b")


def test_huge_file_is_refused_unread(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2**30 + 1)
    with pytest.raises(InvalidArgument, match="1073741825 bytes"):
        read_idx(tmp_path / "sparse")


def test_file_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    def fail(_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr("pathlib.Path.read_bytes", fail)
    with pytest.raises(CorruptFile, match="Permission denied"):
        read_idx(tmp_path / "file")


@pytest.mark.parametrize("packing", [bytes, pack], ids=["plain", "gzip"])
def test_random_damage_gives_one_error_or_a_correct_array(tmp_path, packing):
    """Whatever is read after damage fits its header; gzip lets no damage of the content through."""
    generator = np.random.default_rng(0)
    original = packing(idx(generator.integers(0, 256, (5, 4, 3))))
    expected = parse_idx(idx(read_back(original, tmp_path)))
    path = tmp_path / "damaged"
    lengths = []
    outcomes = {"read": 0, "refused": 0}
    for _ in range(3000):
        damaged = mutate(bytearray(original), generator)
        path.write_bytes(damaged)
        try:
            array = read_idx(path)
        except CorruptFile as error:
            lengths.append(len(str(error)))
            outcomes["refused"] += 1
            continue
        outcomes["read"] += 1
        if damaged.startswith(b"\x1f\x8b"):
            assert (array == expected).all()
        else:
            start = 4 + 4 * array.ndim
            assert array.astype(array.dtype.newbyteorder(">")).tobytes() == bytes(damaged[start:])
    assert outcomes["refused"] > 1000
    assert max(lengths) < 400


def read_back(content: bytes, folder) -> np.ndarray:
    (folder / "original").write_bytes(content)
    return read_idx(folder / "original")


def mutate(content: bytearray, generator: np.random.Generator) -> bytearray:
    """One to three random changes: a byte, a bit, bytes added, removed or repeated, or a cut."""
    for _ in range(generator.integers(1, 4)):
        at = int(generator.integers(max(len(content), 1)))
        match int(generator.integers(6)):
            case 0 if content:
                content[at] = int(generator.integers(256))
            case 1 if content:
                content[at] ^= 1 << int(generator.integers(8))
            case 2:
                content[at:at] = generator.bytes(int(generator.integers(1, 6)))
            case 3:
                del content[at : at + int(generator.integers(1, 6))]
            case 4:
                content[at:at] = content[at : at + 8]
            case _:
                del content[at:]
    return content
