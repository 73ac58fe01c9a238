"""Hostile files: what they describe is refused, or is exactly what comes out.

They all have a valid checksum, because anybody can compute one.
"""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.errors import CorruptFile
from chainrule.storage import load_model, read_model_info
from chainrule.storage.architecture import describe
from chainrule.storage.container import pack
from hostile import model, numbers, outcome, signed_file

MEMORY_LIMIT = 64 * 2**20  # bytes; the files here have some thousand


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


def test_any_part_of_the_description_replaced_is_refused_or_harmless(tmp_path: Path) -> None:
    """Each part by each wrong value: a model that comes out has exactly the file's numbers."""
    original, path = model(), tmp_path / "file"
    tensors = {name: tensor.array for name, tensor in original.state_dict().items()}
    content = {
        "kind": "model",
        "architecture": describe(original),
        "class_names": ["a"],
        "preprocessing": {"a": {"$tuple": [1]}},
        "training": None,
    }

    def is_refused(content: object) -> bool:
        path.write_bytes(signed_file(tensors, content))
        found = outcome(path, load_model)
        if isinstance(found, str):
            return True
        assert numbers(found.state_dict()) == numbers(original.state_dict())
        outcome(path, chainrule.load)
        return False

    assert not is_refused(content)
    changed = [
        replaced(content, place, value)
        for place in places(content)
        for value in WRONG_VALUES
        if place or value is not ...
    ]
    assert len(changed) > 3000
    # Class names, eps, momentum and the like may well be others.
    assert sum(is_refused(content) for content in changed) > 0.7 * len(changed)


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
