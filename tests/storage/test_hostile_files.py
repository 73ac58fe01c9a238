"""Damaged files: an error at once, never a crash, a hang, or another model.

The mutations of a good file are all tried, where there are few, or drawn with a fixed seed.
"""

import json
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.errors import CorruptFile
from chainrule.storage import load_model, read_model_info, save_model
from hostile import model, numbers, outcome, raw_file


class Original:
    """A good file and what it means."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "model.safetensors"
        self.model = model()
        save_model(self.model, self.path, class_names=["a", "b", "c"], training={"epochs": 3})
        self.content = self.path.read_bytes()
        self.header_end = 8 + int.from_bytes(self.content[:8], "little")
        self.repr, self.numbers = repr(self.model), numbers(self.model.state_dict())
        self.info = read_model_info(self.path)

    def try_content(self, content: bytes) -> bool:
        """Whether a mutated file is refused. If it is read, it must mean the same as before."""
        self.path.write_bytes(content)
        found = outcome(self.path, load_model)
        if isinstance(found, str):
            return True
        assert repr(found) == self.repr
        assert numbers(found.state_dict()) == self.numbers
        assert read_model_info(self.path) == self.info
        return False

    def try_values(self, content: bytes) -> None:
        """load() must refuse the file, too, or give the very tensors."""
        self.path.write_bytes(content)
        found = outcome(self.path, chainrule.load)
        assert isinstance(found, str) or numbers(found) == self.numbers


@pytest.fixture
def original(tmp_path: Path) -> Original:
    return Original(tmp_path)


def test_file_cut_off_anywhere_is_refused(original: Original) -> None:
    for length in range(len(original.content)):
        assert original.try_content(original.content[:length])


def test_any_bit_flipped_is_refused_or_without_effect(original: Original) -> None:
    without_effect = 0
    for position in range(len(original.content)):
        for bit in {position % 8, 5 if position < original.header_end else position % 8}:
            content = bytearray(original.content)
            content[position] ^= 1 << bit
            refused = original.try_content(bytes(content))
            assert refused or position < original.header_end
            without_effect += not refused
            if position % 7 == 0:
                original.try_values(bytes(content))
    # Blanks that pad the header, read as other blanks at best.
    assert without_effect <= 8


def test_bytes_put_in_taken_out_or_exchanged_are_refused(original: Original) -> None:
    random = np.random.default_rng(0)
    for _ in range(1500):
        content = bytearray(original.content)
        position = int(random.integers(len(content)))
        length = int(random.choice([1, 2, 3, 8, 64]))
        noise = random.bytes(length)
        match random.integers(4):
            case 0:
                content[position:position] = noise
            case 1:
                del content[position : position + length]
            case 2:
                content[position : position + length] = noise
            case 3:
                other = int(random.integers(len(content)))
                content[position], content[other] = content[other], content[position]
        original.try_content(bytes(content))
        original.try_values(bytes(content))
    original.try_content(original.content + b"\0")


HEADER_LENGTHS = [0, 1, 2, 7, 8, 100, 2**16, 2**24, 2**24 + 1, 2**31, 2**32, 2**53, 2**62, 2**63]


@pytest.mark.parametrize("change", [-1, 0, 1])
@pytest.mark.parametrize("length", HEADER_LENGTHS)
def test_wrong_length_of_the_header_is_refused(
    length: int, change: int, original: Original
) -> None:
    wrong = (length + change) % 2**64
    content = wrong.to_bytes(8, "little") + original.content[8:]
    assert original.try_content(content)


def test_random_bytes_are_refused(original: Original) -> None:
    random = np.random.default_rng(1)
    for length in (0, 1, 7, 8, 9, 10, 100, 10_000):
        for _ in range(20):
            assert original.try_content(random.bytes(length))
            body = b"{" + random.bytes(length)
            assert original.try_content(len(body).to_bytes(8, "little") + body)


def tensor_entry(dtype: object, shape: object, *offsets: object) -> dict[str, object]:
    """The line of a tensor in a header."""
    return {"dtype": dtype, "shape": shape, "data_offsets": list(offsets)}


F32 = tensor_entry("F32", [2], 0, 8)
HEADERS: list[tuple[object, bytes]] = [
    ([], b""),
    ("[" * 100_000, b""),
    ('{"a":' * 100_000, b""),
    ('{"__metadata__":' + "[" * 5000 + "]" * 5000 + "}", b""),
    ('{"__metadata__":{"a":"b","a":"c"}}', b""),
    ('{"a":F,"a":F}'.replace("F", json.dumps(F32)), bytes(8)),
    ('{"a":NaN}', b""),
    ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8.0]}}', bytes(8)),
    ('{"a":{"dtype":"F32","shape":[' + "9" * 5000 + '],"data_offsets":[0,8]}}', bytes(8)),
    (b'{"\xff":1}', b""),
    ("{}".encode("utf-16"), b""),
    ("{", b""),
    ({"a": 3}, b""),
    ({"a": {}}, b""),
    ({"a": {"dtype": "F32"}}, b""),
    ({"a": {**F32, "more": 1}, "__metadata__": 5}, bytes(8)),
    ({"__metadata__": {"chainrule": 5}}, b""),
    ({"__metadata__": {"chainrule": ["{}"]}}, b""),
    ({"a": tensor_entry("F32", [3], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("F32", [2], 0, 8)}, bytes(7)),
    ({"a": tensor_entry("F32", [2], 0, 8)}, bytes(9)),
    ({"a": tensor_entry("F32", [2], 4, 12)}, bytes(12)),
    ({"a": tensor_entry("F32", [2], 8, 0)}, bytes(8)),
    ({"a": tensor_entry("F32", [2], -8, 0)}, bytes(8)),
    ({"a": tensor_entry("F32", [-2], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("F32", [2**62, 2**62], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("F32", [2**32, 2**32], 0, 0)}, b""),
    ({"a": tensor_entry("F32", [2**62, 0], 0, 0)}, b""),
    ({"a": tensor_entry("F32", [0] * 100, 0, 0)}, b""),
    ({"a": tensor_entry("F32", [1] * 100 + [2], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("F32", [1] * 500_000 + [2], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("F33", [2], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("", [2], 0, 8)}, bytes(8)),
    ({"a": tensor_entry(None, [2], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("F8_E4M3", [8], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("C64", [1], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("F4", [16], 0, 8)}, bytes(8)),
    ({"a": tensor_entry("BOOL", [2], 0, 2)}, b"\x01\x02"),
    ({"a": F32, "b": F32}, bytes(8)),
    ({"a": F32, "b": tensor_entry("F32", [2], 4, 12)}, bytes(12)),
    ({"a": F32, "b": tensor_entry("F32", [2], 2**63, 2**63 + 8)}, bytes(16)),
    ({"a": F32, "b": tensor_entry("F32", [2], 2**64, 2**64 + 8)}, bytes(16)),
]


@pytest.mark.parametrize(("header", "data"), HEADERS, ids=lambda value: str(value)[:40])
def test_header_that_makes_no_sense_is_refused(
    header: object, data: bytes, original: Original
) -> None:
    original.path.write_bytes(raw_file(header, data))
    for read in (load_model, chainrule.load, read_model_info):
        assert str(outcome(original.path, read)).startswith(("CorruptFile", "StateMismatch"))


ENTRIES = [
    ({"__metadata__": 5}, "its metadata is not an object"),
    ({"__metadata__": {"chainrule": "{"}}, "its description is not valid JSON"),
    ({"__metadata__": {"chainrule": "[" * 200 + "]" * 200}}, "more than 100 deep"),
    ({"__metadata__": {"chainrule": "{}"}}, "its description is incomplete"),
    ({"__metadata__": {"chainrulf": '{"sha256": 1}'}}, "its description is incomplete"),
]


@pytest.mark.parametrize(("header", "message"), ENTRIES)
def test_metadata_that_makes_no_sense_is_refused(
    header: object, message: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(raw_file(header))
    with pytest.raises(CorruptFile, match=message):
        chainrule.load(tmp_path / "file")


def test_header_over_the_limit_is_not_read(
    original: Original, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chainrule.storage.container.MAX_HEADER_BYTES", 100)
    with pytest.raises(CorruptFile, match=r"its header has .* bytes, over 100"):
        load_model(original.path)


def test_newer_version_says_so(original: Original) -> None:
    newer = original.content.replace(b'\\"version\\":1', b'\\"version\\":2')
    original.path.write_bytes(newer)
    with pytest.raises(CorruptFile, match="has version 2 of the format, this is version 1"):
        load_model(original.path)


def test_change_in_the_weights_is_called_by_its_name(original: Original) -> None:
    content = bytearray(original.content)
    content[-1] ^= 1
    original.path.write_bytes(content)
    with pytest.raises(CorruptFile, match=r"does not match its checksum\. Restore it"):
        load_model(original.path)


def test_file_cut_off_while_it_is_read_is_refused(
    original: Original, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_stat = __import__("os").stat

    def stat_then_cut(path: object) -> object:
        status = real_stat(path)
        if str(path) == str(original.path):
            original.path.write_bytes(original.content[:-10])
        return status

    monkeypatch.setattr("chainrule.storage.container.os.stat", stat_then_cut)
    assert str(outcome(original.path, load_model)).startswith("CorruptFile")
