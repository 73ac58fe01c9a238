"""Data sets in folders of .npy files."""

from pathlib import Path

import numpy as np
import pytest

from chainrule.data import load, mapped_from
from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument, InvalidShape

X = np.random.default_rng(0).normal(size=(12, 3, 2)).astype(np.float32)
LABELS = np.arange(12) % 3


def write(folder: Path, x: np.ndarray = X, y: np.ndarray = LABELS, **others: np.ndarray) -> Path:
    """A folder whose last samples are for testing, but for the arrays given by name."""
    arrays = {"x_train": x[:8], "y_train": y[:8], "x_test": x[8:], "y_test": y[8:], **others}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=True)
    return folder


def test_samples_are_mapped_and_taken_as_they_are(tmp_path: Path) -> None:
    split = load(str(write(tmp_path)))
    assert (split.name, split.task, split.feature_shape) == (
        tmp_path.name,
        "classification",
        (3, 2),
    )
    assert split.class_names == ("0", "1", "2")
    assert mapped_from(split.x_train) is split.x_train
    assert split.preprocessing.apply(X).tolist() == X.tolist()
    for data, rows in ((split.train, slice(8)), (split.test, slice(8, None))):
        x, y = data.take(np.arange(len(data)))
        assert x.array.tolist() == X[rows].tolist()
        assert y.array.tolist() == LABELS[rows].tolist()


@pytest.mark.parametrize("samples", ["f2", "f4", "f8", "u1", "i8", ">f4", "?"])
@pytest.mark.parametrize("labels", ["u1", "i4", "i8", ">i2"])
def test_samples_become_float32_and_labels_int64(tmp_path: Path, samples: str, labels: str) -> None:
    x = (X > 0).astype(samples)
    split = load(str(write(tmp_path, x, LABELS.astype(labels))))
    features, classes = split.train.take(np.arange(8))
    assert (features.array.dtype, classes.array.dtype) == (np.float32, np.int64)
    assert features.array.tolist() == (X > 0)[:8].tolist()
    assert classes.array.tolist() == LABELS[:8].tolist()


@pytest.mark.parametrize("outputs", [None, 1, 2])
def test_floats_are_targets_of_a_regression(tmp_path: Path, outputs: int | None) -> None:
    targets = X[:, 0, 0].astype(np.float64) if outputs is None else X[:, 0, :outputs]
    split = load(str(write(tmp_path, y=targets)))
    assert (split.task, split.class_names) == ("regression", ())
    [y] = split.test.take(np.arange(4))[1:]
    assert (y.array.dtype, y.array.shape) == (np.float32, (4, outputs or 1))
    assert y.array.ravel().tolist() == targets[8:].astype(np.float32).ravel().tolist()


def test_single_numbers_are_samples_of_one_feature(tmp_path: Path) -> None:
    assert load(str(write(tmp_path, X[:, 0, 0], LABELS[:, None]))).feature_shape == (1,)


def test_classes_can_have_names(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("cat\ndog\nT-shirt/top\nnever seen\n")
    names = load(str(write(tmp_path))).class_names
    assert names == ("cat", "dog", "T-shirt/top", "never seen")


@pytest.mark.parametrize("text", ["cat\ndog\n", "cat\ndog\ncat\n", "\n"])
def test_names_must_be_enough_and_different(tmp_path: Path, text: str) -> None:
    (tmp_path / "classes.txt").write_text(text)
    with pytest.raises(CorruptFile, match="for 3 classes"):
        load(str(write(tmp_path)))


def test_names_must_be_text(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_bytes(b"caf\xe9\n")
    with pytest.raises(CorruptFile, match="UTF-8"):
        load(str(write(tmp_path)))


def test_missing_files_are_named(tmp_path: Path) -> None:
    write(tmp_path)
    for name in ("y_train.npy", "x_test.npy"):
        (tmp_path / name).unlink()
    with pytest.raises(DataNotFound, match=r"has no y_train\.npy, x_test\.npy: .* needs x_train"):
        load(str(tmp_path))


@pytest.mark.parametrize(
    ("arrays", "error", "words"),
    [
        ({"y_train": LABELS[:7]}, InvalidShape, r"x_train\.npy .* 8 samples.*y_train\.npy has 7"),
        ({"x_test": X[8:, :2]}, InvalidShape, r"\(3, 2\), float32.*x_test\.npy has \(2, 2\)"),
        ({"y_test": X[8:, 0, 0]}, InvalidShape, r"int64.*y_test\.npy has \(1,\), float32"),
        ({"y_train": np.eye(8, dtype=int)}, InvalidShape, r"\(8, 8\) of int64: expected class"),
        ({"y_train": np.zeros((8, 2, 2))}, InvalidShape, r"\(8, 2, 2\)"),
        ({"y_train": LABELS[:8] - 1}, CorruptFile, r"y_train\.npy .* row 0: -1 is no class"),
        ({"y_test": np.array([0, 1, 10**6, 0])}, CorruptFile, "row 2: 1000000.*as floats"),
        ({"x_train": X[:0], "y_train": LABELS[:0]}, InvalidShape, r"\(0, 3, 2\): no samples"),
        ({"x_train": np.array(["a"] * 8)}, CorruptFile, "<U1"),
        ({"x_train": np.array([{}] * 8)}, CorruptFile, "Python objects"),
        ({"x_train": np.asfortranarray(X[:8])}, InvalidArgument, "column by column"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        load(str(write(tmp_path, **arrays)))


def test_names_of_data_sets_come_before_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "moons").mkdir()
    assert load("moons").name == "moons"


def test_folders_take_no_options(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="the folder has no option 'flatten'"):
        load(str(write(tmp_path)), flatten=False)
