"""Damaged and hostile files: an error at once, never a crash, a hang, or another model.

The mutations of a good file are all tried, where there are few, or drawn with a fixed seed. What a
file is made of by hand has a valid checksum, because anybody can compute one.
"""

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.errors import CorruptFile, StateMismatch
from chainrule.storage import load_model, read_model_info, save_model
from chainrule.storage.architecture import describe
from chainrule.storage.container import checksum, compact_json, pack

SECONDS_PER_FILE = 5.0  # a thousand times what a good file takes: only a hang exceeds it
MEMORY_LIMIT = 64 * 2**20  # bytes; the files here have some thousand


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
        for bit in (0, 3, 5, 7) if position < original.header_end else (position % 8,):
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


def raw_file(header: bytes | str | object, data: bytes = b"") -> bytes:
    """A file with this header, given as bytes, as text or as JSON."""
    if not isinstance(header, (bytes, str)):
        header = json.dumps(header)
    encoded = header if isinstance(header, bytes) else header.encode()
    return len(encoded).to_bytes(8, "little") + encoded + data


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


def replaced(value: object, path: list[object], new: object) -> object:
    """A copy of nested JSON with one part replaced; ``...`` removes it."""
    if not path:
        return new
    key, *rest = path
    copied = dict(value) if isinstance(value, dict) else list(value)
    part = copied[key] if rest else None
    copied[key] = replaced(part, rest, new)
    if new is ... and not rest:
        del copied[key]
    return copied


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[list[object]]:
    """The paths of all parts of nested JSON."""
    yield list(path)
    if not isinstance(value, (dict, list)):
        return
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield from places(part, (*path, key))


LINEAR = {"class": "Linear", "arguments": {"in_features": 2, "out_features": 2, "bias": False}}


def nested_container(depth: int) -> object:
    """A container in a container in a container."""
    value: object = LINEAR
    for _ in range(depth):
        value = {"class": "Sequential", "parts": {"0": value}}
    return value


def doubling(depth: int) -> object:
    """Few lines that stand for 2^depth modules."""
    parts: dict[str, object] = {"0": {"class": "ReLU", "arguments": {"inplace": False}}}
    for level in range(1, depth):
        twice = {str(i): {"same_as": str(level - 1)} for i in range(2)}
        parts[str(level)] = {"class": "Sequential", "parts": twice}
    return {"class": "Sequential", "parts": parts}


WRONG_VALUES = [
    ..., None, True, 0, -1, 3, 10**6, 2**31, 2**63, 10**30, 1.5, 1e300, "", "x", "0", "__init__",
    [], [0], [10**9, 10**9], {}, {"x": 1}, {"$tuple": [10**9] * 3}, {"$tuple": 1},
    {"$float": "nan"}, {"$float": "x"},
    {"$tensor": "0.weight"}, {"$tensor": "no"}, {"$tensor": 1}, {"$array": "no"},
    {"$dict": 1}, {"$dict": [1]}, {"$dict": [[[], 1]]}, {"$dict": [[1, 1], [1, 2]]}, {"$os": "rm"},
    {"$tuple": [], "x": 1}, {"same_as": ""}, {"same_as": "0"}, {"same_as": "4"}, {"same_as": 1},
    {"class": "Linear"}, {"class": "Sequential", "parts": {}}, {"class": "Sequential", "parts": 1},
    {"class": "Module", "arguments": {}}, {"class": "__init__", "arguments": {}},
    {"class": "os.system", "arguments": {"command": "true"}}, {"class": "functional", "parts": {}},
    {"class": "Linear", "arguments": {"in_features": 10**9, "out_features": 10**9}},
    {"class": "Linear", "arguments": {"in_features": 2, "out_features": 2, "device": "cuda"}},
    {"class": "Linear", "arguments": {"self": 1}}, {"class": "ReLU", "arguments": {"__class__": 1}},
    {"class": "LayerNorm", "arguments": {"normalized_shape": {"$tuple": [2**40, 2**40]}}},
    {"class": "Embedding", "arguments": {"num_embeddings": 2**62, "embedding_dim": 2}},
    {"class": "Conv2d", "arguments": {"in_channels": 1, "out_channels": 1, "kernel_size": 2**40}},
    {"class": "BatchNorm1d", "arguments": {"num_features": 2**50}},
    {"class": "PReLU", "arguments": {"num_parameters": 2**50}},
    {"class": "Sequential", "parts": {"forward": LINEAR}},
    {"class": "Sequential", "parts": {"a.b": LINEAR}},
    {"class": "Sequential", "parts": {"": LINEAR}},
    {"class": "ModuleDict", "parts": {"__class__": LINEAR, "_modules": LINEAR}},
    nested_container(31), doubling(60),
]  # fmt: skip


def test_any_part_of_the_description_replaced_is_refused_or_harmless(original: Original) -> None:
    """Each part by each wrong value, signed: no model comes out that is not what the file says."""
    tensors = {name: tensor.array for name, tensor in original.model.state_dict().items()}
    content = {
        "kind": "model",
        "architecture": describe(original.model),
        "class_names": ["a"],
        "preprocessing": {"a": {"$tuple": [1]}},
        "training": None,
    }
    assert not original_is_refused(original, tensors, content)
    refused = tried = 0
    for path in places(content):
        for value in WRONG_VALUES:
            if value is ... and not path:
                continue
            changed = replaced(content, path, value)
            tried += 1
            refused += original_is_refused(original, tensors, changed)
    assert tried > 3000
    assert refused > 0.7 * tried  # class names, eps, momentum and the like may be others


def original_is_refused(original: Original, tensors: dict, content: object) -> bool:
    """Whether a signed file is refused; if not, the model must have exactly the file's tensors."""
    original.path.write_bytes(signed_file(tensors, content))
    found = outcome(original.path, load_model)
    if isinstance(found, str):
        return True
    assert numbers(found.state_dict()) == original.numbers
    outcome(original.path, chainrule.load)
    return False


def signed_file(tensors: dict[str, np.ndarray], content: object) -> bytes:
    """A file with any content, which need not be an object, and its right checksum."""
    if isinstance(content, dict):
        return pack(tensors, content)
    from safetensors.numpy import save

    entry = {"version": 1, "content": content, "sha256": checksum(tensors, content)}
    return save(tensors, {"chainrule": compact_json(entry)})


HUNGRY = [
    {"class": "Linear", "arguments": {"in_features": 10**9, "out_features": 1}},
    {"class": "Embedding", "arguments": {"num_embeddings": 10**9, "embedding_dim": 1}},
    {"class": "BatchNorm2d", "arguments": {"num_features": 10**9}},
    {"class": "LayerNorm", "arguments": {"normalized_shape": {"$tuple": [10**9]}}},
    {"class": "PReLU", "arguments": {"num_parameters": 10**9}},
    {"class": "Conv1d", "arguments": {"in_channels": 1, "out_channels": 1, "kernel_size": 10**9}},
    doubling(60),
]


@pytest.mark.parametrize("architecture", HUNGRY, ids=lambda value: str(value["class"]))
def test_no_memory_is_taken_for_sizes_the_file_does_not_hold(
    architecture: object, tmp_path: Path
) -> None:
    tensors = {"weight": np.ones(1000, np.float32)}
    described = {"model": architecture, "tied": {}, "frozen": []}
    (tmp_path / "file").write_bytes(
        signed_file(tensors, {"kind": "model", "architecture": described})
    )
    tracemalloc.start()
    found = outcome(tmp_path / "file", load_model)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(found).startswith("CorruptFile")
    assert peak < MEMORY_LIMIT


ALONE = [
    ({"w": np.ones((2, 2))}, LINEAR, "its tensors are not those"),
    ({"weight": np.ones((2, 3), np.float32)}, LINEAR, "of shape \\(2, 3\\), but"),
    ({"weight": np.ones((2, 2), np.int64)}, LINEAR, "is int64 of shape"),
    ({}, LINEAR, "more than the 0 numbers"),
    ({"weight": np.ones((2, 2)), "more": np.ones(1)}, LINEAR, "unexpected: \\['more'\\]"),
    ({}, nested_container(31), "nested too deeply"),
    ({}, doubling(60), "more than 100000 modules"),
    ({}, {"class": "os.system", "arguments": {}}, "'os.system', which is none of chainrule.nn"),
    ({}, {"class": "ReLU", "arguments": {"x": 1}}, "has no argument 'x'"),
    ({}, {"class": "Dropout", "arguments": {"p": "high"}}, "cannot be built"),
    ({}, {"class": "Dropout", "arguments": {"p": 2}}, "cannot be built.*p=2"),
    ({}, {"same_as": "later"}, "refers to a module 'later' before it"),
    ({}, 5, "The model is not described by an object"),
    ({}, {"class": "Sequential", "parts": []}, "The model is a container without parts"),
    ({}, {"class": "ReLU", "arguments": 1}, "The model is a layer without arguments"),
    ({}, {"class": "Sequential", "parts": {"a.b": None}}, "'a.b' cannot be the name of a part"),
]


@pytest.mark.parametrize(("tensors", "architecture", "message"), ALONE)
def test_architecture_that_does_not_fit_says_why(
    tensors: dict[str, np.ndarray], architecture: object, message: str, tmp_path: Path
) -> None:
    described = {"model": architecture, "tied": {}, "frozen": []}
    content = {"kind": "model", "architecture": described}
    (tmp_path / "file").write_bytes(pack(tensors, content))
    with pytest.raises(CorruptFile, match=message):
        load_model(tmp_path / "file")


VALUES = [
    ({"$tensor": "no"}, "stands for nothing"),
    ({"$tuple": [], "x": 1}, "stands for nothing"),
    ({"$unknown": 1}, "stands for nothing"),
    ({"$dict": [[1]]}, r"\[1\] is not a pair of key and value"),
    ({"$dict": [[{"$tuple": []}, 1]]}, r"\(\) cannot be a key here"),
    ({"$dict": [[1, 1], [1, 2]]}, "1 cannot be a key here"),
]


@pytest.mark.parametrize(("value", "message"), VALUES)
def test_value_that_makes_no_sense_is_refused(value: object, message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(signed_file({}, {"kind": "values", "value": value}))
    with pytest.raises(CorruptFile, match=message):
        chainrule.load(tmp_path / "file")


RELU = {"class": "ReLU", "arguments": {}}
DESCRIBED = {"model": RELU, "tied": {}, "frozen": []}
DESCRIPTIONS = [
    ([], "its description is not an object"),
    ({"architecture": 3}, "it describes no architecture"),
    ({"class_names": "abc"}, "its class names are not a list of texts"),
    ({"class_names": [1]}, "its class names are not a list of texts"),
    ({"preprocessing": []}, "its preprocessing is not an object"),
    ({"training": {"$tensor": "x"}}, "stands for nothing"),
]


@pytest.mark.parametrize(("change", "message"), DESCRIPTIONS)
def test_description_that_makes_no_sense_is_refused(
    change: object, message: str, tmp_path: Path
) -> None:
    good = {"kind": "model", "architecture": DESCRIBED}
    content = {**good, **change} if isinstance(change, dict) else change
    (tmp_path / "file").write_bytes(signed_file({}, content))
    for read in (load_model, read_model_info):
        with pytest.raises(CorruptFile, match=message):
            read(tmp_path / "file")


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
    with pytest.raises(CorruptFile, match="its header has .* bytes, over 100"):
        load_model(original.path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tied": {"weight": "bias"}}, "There is no parameter 'bias'"),
        ({"tied": {"x.weight": "weight"}}, "There is no part 'x'"),
        ({"tied": []}, "lists no shared parameters"),
        ({"tied": {"weight": 1}}, "something else where paths are expected"),
        ({"frozen": ["bias"]}, "There is no parameter 'bias'"),
        ({"frozen": {}}, "lists no frozen parameters"),
        ({"more": 1}, "its architecture is incomplete"),
    ],
)
def test_sharing_that_makes_no_sense_is_refused(change, message: str, tmp_path: Path) -> None:
    described = {"model": LINEAR, "tied": {}, "frozen": [], **change}
    tensors = {"weight": np.ones((2, 2), np.float32)}
    (tmp_path / "file").write_bytes(pack(tensors, {"kind": "model", "architecture": described}))
    with pytest.raises(CorruptFile, match=message):
        load_model(tmp_path / "file")


def test_shared_parameters_that_differ_are_refused(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    net[1].weight = net[0].weight
    tensors = {f"{i}.weight": np.full((2, 2), i, np.float32) for i in range(2)}
    described = {"kind": "model", "architecture": describe(net)}
    (tmp_path / "file").write_bytes(pack(tensors, described))
    with pytest.raises(CorruptFile, match="is shared, but differs"):
        load_model(tmp_path / "file")


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
