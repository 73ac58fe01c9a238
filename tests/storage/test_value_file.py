"""save and load: whatever goes in comes out, and files of other programs are read."""

import io
import math
import os
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch

import chainrule
from chainrule import load, nn, save
from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument, InvalidType


def assert_same(ours: object, expected: object) -> None:
    """Equal in value, type, dtype and shape, tensors bit for bit."""
    assert type(ours) is type(expected) or isinstance(expected, OrderedDict)
    if isinstance(expected, (chainrule.Tensor, np.ndarray)):
        array, other = (
            np.asarray(getattr(ours, "array", ours)),
            getattr(expected, "array", expected),
        )
        assert array.dtype == np.asarray(other).dtype.newbyteorder("=")
        assert array.shape == other.shape
        np.testing.assert_array_equal(array, other)
    elif isinstance(expected, dict):
        assert list(ours) == list(expected)
        for key in expected:
            assert_same(ours[key], expected[key])
    elif isinstance(expected, (list, tuple)):
        assert len(ours) == len(expected)
        for part, other in zip(ours, expected, strict=True):
            assert_same(part, other)
    else:
        assert ours == expected or (math.isnan(ours) and math.isnan(expected))


def tensor(*shape: int) -> chainrule.Tensor:
    """Random numbers."""
    return chainrule.randn(*shape)


OPTIMIZER_LIKE = {
    "state": {0: {"step": 3, "exp_avg": chainrule.ones(2, 3)}, 1: {"step": 3, "exp_avg": None}},
    "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999), "nesterov": False, "params": [0, 1]}],
}
VALUES = [
    chainrule.ones(2, 3),
    chainrule.tensor(3.0),
    chainrule.zeros(0, 4),
    {},
    [],
    (),
    None,
    "text",
    {"a": chainrule.ones(1), "b": chainrule.zeros(2)},
    OPTIMIZER_LIKE,
    OrderedDict([("z", 1), ("a", 2)]),
    {"10": 1, "9": 2, "é \ud800": 3},
    {"inf": math.inf, "minus": -math.inf, "nan": math.nan, "tiny": 5e-324, "third": 1 / 3},
    {"big": 2**128 - 1, "negative": -(10**30), "truth": [True, False, None]},
    {"$tensor": "not a tensor", "$x": {"$tuple": [1]}},
    {None: 1, 2: 2, "2": 3, -1.5: 4},
    {"a.b": chainrule.ones(1), "a": {"b": chainrule.zeros(1)}, "": chainrule.ones(2)},
    {"__metadata__": chainrule.ones(3)},
    {"\ud800": chainrule.ones(3)},
    {"array": np.arange(3), "nested": [(1, [2.5, (None,)])]},
]


@pytest.mark.parametrize(
    "value", VALUES, ids=lambda value: str(value)[:30].encode("ascii", "replace")
)
def test_what_is_saved_is_loaded(value: object, tmp_path: Path) -> None:
    save(value, tmp_path / "file")
    assert_same(load(tmp_path / "file"), value)


DTYPES = [
    "float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32",
    "uint64", "bool",
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
def test_all_dtypes_survive_bit_for_bit(dtype: str, tmp_path: Path) -> None:
    bits = np.random.default_rng(0).integers(0, 256, 64, dtype=np.uint8)
    array = (bits % 2).astype(bool) if dtype == "bool" else bits.view(dtype)
    save({"x": chainrule.from_numpy(array.copy())}, tmp_path / "file")
    loaded = load(tmp_path / "file")["x"].array
    assert loaded.dtype == dtype
    assert loaded.tobytes() == array.tobytes()


ODD_MEMORY = [
    np.arange(12.0).reshape(3, 4).T,
    np.arange(24.0).reshape(2, 3, 4)[:, ::2, ::-1],
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.broadcast_to(np.float32(3), (2, 2)),
    np.arange(3, dtype=">i4"),
]


@pytest.mark.parametrize("array", ODD_MEMORY)
def test_memory_layout_and_byte_order_do_not_matter(array: np.ndarray, tmp_path: Path) -> None:
    save(array, tmp_path / "file")
    assert_same(load(tmp_path / "file"), array)


def test_loaded_tensors_are_writable_and_own_their_memory(tmp_path: Path) -> None:
    save({"x": tensor(3)}, tmp_path / "file")
    loaded = load(tmp_path / "file")["x"]
    assert loaded.array.base is None
    loaded.zero_()
    assert loaded.sum().item() == 0


def test_numbers_of_numpy_become_pythons(tmp_path: Path) -> None:
    save([np.float32(1.5), np.int64(3), np.bool_(True)], tmp_path / "file")
    assert_same(load(tmp_path / "file"), [1.5, 3, True])


def test_parameters_are_loaded_as_plain_tensors(tmp_path: Path) -> None:
    save(list(nn.Linear(2, 2).parameters()), tmp_path / "file")
    assert not any(loaded.requires_grad for loaded in load(tmp_path / "file"))


def test_script_of_pytorch_saves_and_loads_a_state_dict(tmp_path: Path) -> None:
    net, twin = nn.Linear(4, 3), nn.Linear(4, 3)
    path = str(tmp_path / "model.pth")
    chainrule.save(net.state_dict(), path)
    twin.load_state_dict(chainrule.load(path, map_location="cpu", weights_only=True))
    for name, values in net.state_dict().items():
        assert values.array.tobytes() == twin.state_dict()[name].array.tobytes()
    assert os.listdir(tmp_path) == ["model.pth"]


def test_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(OPTIMIZER_LIKE, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_open_files_are_written_and_read() -> None:
    buffer = io.BytesIO()
    save(OPTIMIZER_LIKE, buffer)
    buffer.seek(0)
    assert_same(load(buffer), OPTIMIZER_LIKE)


def test_other_programs_find_a_state_dict_under_its_keys(tmp_path: Path) -> None:
    state = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).state_dict()
    save(state, tmp_path / "file.safetensors")
    in_numpy = safetensors.numpy.load_file(tmp_path / "file.safetensors")
    in_torch = safetensors.torch.load_file(tmp_path / "file.safetensors")
    assert set(in_numpy) == set(in_torch) == set(state)
    for name, values in state.items():
        np.testing.assert_array_equal(in_numpy[name], values.array)
        np.testing.assert_array_equal(in_torch[name].numpy(), values.array)


def test_files_of_pytorch_are_read(tmp_path: Path) -> None:
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    path = tmp_path / "file.safetensors"
    safetensors.torch.save_file(module.state_dict(), path, metadata={"format": "pt"})
    ours = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    ours.load_state_dict(load(path))
    for name, values in module.state_dict().items():
        np.testing.assert_array_equal(ours.state_dict()[name].array, values.numpy())


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    values = torch.tensor([[1.5, -3.0e38], [math.inf, 1e-40]], dtype=torch.bfloat16)
    safetensors.torch.save_file({"x": values}, tmp_path / "file")
    loaded = load(tmp_path / "file")["x"]
    assert str(loaded.dtype) == "float32"
    np.testing.assert_array_equal(loaded.array, values.float().numpy())


def test_numbers_numpy_does_not_have_are_refused(tmp_path: Path) -> None:
    safetensors.torch.save_file({"x": torch.ones(2).to(torch.float8_e4m3fn)}, tmp_path / "file")
    with pytest.raises(CorruptFile, match=r"holds 'x' as F8_E4M3, which NumPy does not have"):
        load(tmp_path / "file")


@pytest.mark.parametrize("zipped", [True, False])
def test_pickle_files_of_pytorch_are_refused_with_the_way_out(zipped: bool, tmp_path: Path) -> None:
    torch.save({"x": torch.ones(2)}, tmp_path / "f.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(CorruptFile, match=r"pickle file of PyTorch.*safetensors\.torch\.save_file"):
        load(tmp_path / "f.pth")


@pytest.mark.parametrize("header_bytes", [0x0280, 0x0480, 0x4B50])
def test_header_whose_length_looks_like_a_pickle_file_is_read(
    header_bytes: int, tmp_path: Path
) -> None:
    save("", tmp_path / "file")
    empty = int.from_bytes((tmp_path / "file").read_bytes()[:8], "little")
    for text in ("x" * (header_bytes - empty - few) for few in range(8)):  # the header is padded
        save(text, tmp_path / "file")
        if (tmp_path / "file").read_bytes()[:8] == header_bytes.to_bytes(8, "little"):
            break
    assert (tmp_path / "file").read_bytes()[:2] == header_bytes.to_bytes(2, "little")
    assert load(tmp_path / "file") == text


def test_a_module_is_not_saved_like_a_value(tmp_path: Path) -> None:
    with pytest.raises(InvalidType, match=r"a module \(Linear\): save its values with"):
        save(nn.Linear(1, 1), tmp_path / "file")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [1, {2, 3}]}, "a.1 is of type set, which a file cannot hold"),
        ({"f": len}, "f is of type builtin_function"),
        ({(1, 2): 3}, "is of type tuple"),
        (1j, "The value is of type complex"),
        (b"bytes", "The value is of type bytes"),
        ({"x": np.ones(2, complex)}, "'x' holds complex128, which a file cannot"),
        ({"x": np.array([None])}, "'x' holds object"),
        ({"x": np.array(["text"])}, "'x' holds <U4"),
    ],
)
def test_what_a_file_cannot_hold_is_named_with_its_place(
    value: object, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidType, match=message):
        save(value, tmp_path / "file")
    assert not os.listdir(tmp_path)


def test_a_value_that_contains_itself_is_refused(tmp_path: Path) -> None:
    value: dict[str, object] = {}
    value["again"] = [value]
    with pytest.raises(InvalidArgument, match="more than 30 levels deep: does a value contain"):
        save(value, tmp_path / "file")


def test_the_deepest_value_that_is_saved_is_loaded(tmp_path: Path) -> None:
    value: object = {1: "innermost"}
    for _ in range(29):
        value = {1: value}
    save(value, tmp_path / "file")
    assert load(tmp_path / "file") == value


def test_a_description_too_long_to_be_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chainrule.storage.container.MAX_HEADER_BYTES", 1000)
    with pytest.raises(InvalidArgument, match="no more than 1000 would be read again"):
        save(["x" * 1000], tmp_path / "file")


@pytest.mark.parametrize("name", ["missing", "file/inside"])
def test_missing_file_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataNotFound, match=f"There is no file .*{name}: check the path"):
        load(tmp_path / name)


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="is not an ordinary file"):
        load(tmp_path)


def test_path_with_a_nul_byte_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="cannot be a path"):
        load("a\0b")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_named_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidArgument, match="is not an ordinary file"):
        load(tmp_path / "pipe")


def test_files_over_the_limit_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(5 * 2**30)  # takes no space on the disk
    with pytest.raises(InvalidArgument, match="has 5368709120 bytes: no file of more than"):
        load(tmp_path / "huge")
    monkeypatch.setattr("chainrule.storage.value_file.MAX_FILE_BYTES", 10)
    with pytest.raises(InvalidArgument, match="more than the 10 bytes that are read"):
        load(io.BytesIO(bytes(11)))


def test_only_the_cpu_can_be_the_location(tmp_path: Path) -> None:
    save(1, tmp_path / "file")
    assert load(tmp_path / "file", chainrule.device("cpu")) == 1
    with pytest.raises(InvalidArgument, match="no device 'cuda'"):
        load(tmp_path / "file", map_location="cuda")
