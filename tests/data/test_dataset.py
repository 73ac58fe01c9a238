"""Data sets: TensorDataset, Subset, ConcatDataset and random_split."""

from pathlib import Path

import numpy as np
import pytest
import torch

from chainrule.autograd.creation import from_numpy
from chainrule.autograd.tensor import Tensor
from chainrule.data import (
    ConcatDataset,
    ConvertedDataset,
    DataLoader,
    Dataset,
    Subset,
    TensorDataset,
    random_split,
)
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType
from chainrule.randomness import Generator


def numbers(count: int) -> TensorDataset:
    return TensorDataset(Tensor(np.arange(count)), Tensor(np.arange(count) * 10))


def test_sample_is_the_row_of_each_tensor():
    x, y = numbers(5)[3]
    assert (float(x.array), float(y.array)) == (3.0, 30.0)


def test_negative_number_counts_from_the_end():
    assert float(numbers(5)[-1][0].array) == 4.0


@pytest.mark.parametrize("index", [5, -6, 100])
def test_number_outside_the_data_set_is_refused(index):
    with pytest.raises(InvalidIndex, match=f"5 samples has no sample {index}"):
        numbers(5)[index]


def test_plain_for_loop_ends_after_the_last_sample():
    assert len(list(numbers(5))) == 5


def test_take_gives_the_rows_as_a_copy():
    data = numbers(5)
    x, y = data.take(np.array([4, 0, -1]))
    x.array[...] = -1
    assert (y.array == [40, 0, 40]).all()
    assert (data.tensors[0].array == np.arange(5)).all()


def test_take_names_the_number_that_is_outside():
    with pytest.raises(InvalidIndex, match="no sample 7"):
        numbers(5).take(np.array([0, 7]))


@pytest.mark.parametrize(
    ("tensors", "error", "words"),
    [
        ((), InvalidArgument, "no tensors"),
        ((np.zeros(3),), InvalidType, "ndarray"),
        ((Tensor([1.0, 2.0]), Tensor([1.0])), InvalidShape, r"\(2,\) and \(1,\)"),
        ((Tensor(1.0),), InvalidShape, "first axis"),
    ],
)
def test_tensor_dataset_refuses(tensors, error, words):
    with pytest.raises(error, match=words):
        TensorDataset(*tensors)


def test_subset_refuses_numbers_it_does_not_have():
    with pytest.raises(InvalidIndex, match="Subset of 2 samples has no sample 2"):
        Subset(numbers(5), [1, 4])[2]


def test_plus_puts_one_data_set_after_the_other():
    both = numbers(3) + Subset(numbers(9), [8, 7])
    assert [float(both[i][0].array) for i in range(len(both))] == [0, 1, 2, 8, 7]
    assert float(both[-1][0].array) == 7
    with pytest.raises(InvalidIndex, match="ConcatDataset of 5 samples"):
        both[5]


def test_concat_dataset_passes_over_empty_parts():
    both = ConcatDataset([Subset(numbers(3), []), numbers(3)])
    assert float(both[0][0].array) == 0


def test_concat_dataset_needs_a_part():
    with pytest.raises(InvalidArgument, match="at least one"):
        ConcatDataset([])


def test_base_class_says_what_to_define():
    with pytest.raises(NotImplementedError, match="__getitem__"):
        Dataset()[0]
    with pytest.raises(NotImplementedError, match="__len__"):
        len(Dataset())


@pytest.mark.parametrize(
    ("total", "lengths"),
    [
        (10, [7, 3]),
        (10, [0, 10]),
        (10, [0.5, 0.5]),
        (11, [0.3, 0.3, 0.4]),
        (27, [0.1] * 10),
        (1, [1]),
    ],
)
def test_random_split_gives_the_lengths_pytorch_gives(total, lengths):
    ours = [len(part) for part in random_split(numbers(total), lengths)]
    assert ours == [len(part) for part in torch.utils.data.random_split(range(total), lengths)]


def test_random_split_deals_every_sample_once():
    parts = random_split(numbers(20), [0.5, 0.3, 0.2], Generator(3))
    dealt = [float(sample[0].array) for part in parts for sample in part]
    assert sorted(dealt) == list(range(20))
    assert dealt != list(range(20))


def test_random_split_repeats_with_the_seed():
    first, second = (random_split(numbers(20), [12, 8], Generator(5))[1].indices for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ([5, 6], "add up to 11"),
        ([0.5, 0.4], "fractions that add up to 1"),
        ([-1, 11], "negative"),
        ([float("nan")], "not finite"),
        ([], "add up to 0"),
    ],
)
def test_random_split_refuses_lengths_that_do_not_fit(lengths, words):
    with pytest.raises(InvalidArgument, match=words):
        random_split(numbers(10), lengths)


def mapped_numbers(folder: Path, dtype: str = "f8") -> np.ndarray:
    np.save(folder / "x.npy", np.arange(40, dtype=dtype).reshape(20, 2))
    return np.load(folder / "x.npy", mmap_mode="r")


def test_rows_of_mapped_tensors_are_read_from_the_file(tmp_path: Path) -> None:
    x = mapped_numbers(tmp_path)
    data = TensorDataset(from_numpy(x), Tensor(np.arange(20)))
    features, labels = data.take(np.array([4, -1]))
    assert (features.array.tolist(), labels.array.tolist()) == ([[8, 9], [38, 39]], [4, 19])
    assert data[3][0].array.tolist() == [6, 7]
    features.array[...] = 0  # a copy of a file that may only be read
    assert x[4].tolist() == [8, 9]


def test_samples_in_memory_are_held_without_a_copy() -> None:
    data = numbers(5)
    indices = np.array([3, 1])
    held, places = data.hold(indices)
    assert held[0] is data.tensors[0].array
    assert places is indices
    assert data.is_in_memory


def test_of_samples_in_files_only_those_wanted_are_held(tmp_path: Path) -> None:
    data = TensorDataset(from_numpy(mapped_numbers(tmp_path)), Tensor(np.arange(20)))
    data.announce(np.array([3, 1]))
    assert not data.is_in_memory
    (x, y), places = data.hold(np.array([3, 1]))
    assert (x[places].tolist(), y[places].tolist()) == ([[6, 7], [2, 3]], [3, 1])
    assert len(x) == 2


def test_no_more_large_samples_are_copied_at_once_than_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chainrule.data.dataset.BYTES_AT_ONCE", 100)
    x = from_numpy(mapped_numbers(tmp_path))
    for data in (TensorDataset(x), TensorDataset(Tensor(x.array).double())):
        assert data.most_at_once(10) == 6  # rows of 16 bytes
        assert data.most_at_once(5) == 5
    assert ConvertedDataset(x, dtypes=[np.dtype("f4")]).most_at_once(100) == 12
    monkeypatch.setattr("chainrule.data.dataset.BYTES_AT_ONCE", 1)
    assert TensorDataset(x).most_at_once(10) == 1


@pytest.mark.parametrize("is_mapped", [False, True])
def test_converted_samples_have_the_dtype_however_they_are_fetched(
    tmp_path: Path, is_mapped: bool
) -> None:
    x = mapped_numbers(tmp_path)
    data = ConvertedDataset(
        from_numpy(x if is_mapped else np.array(x)), dtypes=[np.dtype(np.float32)]
    )
    assert data[3][0].array.dtype == data.take(np.array([3]))[0].array.dtype == np.float32
    [[batch]] = DataLoader(data, batch_size=20)
    assert (batch.array == x).all()


def test_subsets_of_mapped_samples_are_read_a_batch_at_a_time(tmp_path: Path) -> None:
    data = Subset(TensorDataset(from_numpy(mapped_numbers(tmp_path))), [5, 2, 9])
    loader = DataLoader(data, batch_size=2)
    assert loader.rows(loader.draw_order()) is not None
    assert [x.array[:, 0].tolist() for [x] in loader] == [[10, 4], [18]]
