"""DataLoader: order, batches, seeds and resuming in the middle of an epoch."""

import numpy as np
import pytest
import torch

from chainrule.autograd.tensor import Tensor
from chainrule.data import DataLoader, Subset, TensorDataset
from chainrule.errors import (
    ChainruleWarning,
    InvalidArgument,
    InvalidIndex,
    InvalidShape,
    InvalidType,
)
from chainrule.randomness import Generator, default_generator


def numbers(count: int) -> TensorDataset:
    return TensorDataset(Tensor(np.arange(count)), Tensor(np.arange(count) * 10))


class OneByOne(TensorDataset):
    """The same samples without the way of taking many at once."""

    def __getitem__(self, index):
        return super().__getitem__(index)


def seen(loader) -> list[list[float]]:
    return [batch[0].array.tolist() for batch in loader]


def flat(loader) -> list[float]:
    return [number for batch in seen(loader) for number in batch]


@pytest.mark.parametrize("count", [1, 4, 5, 6])
@pytest.mark.parametrize("batch_size", [1, 2, 3, 7])
@pytest.mark.parametrize("drop_last", [False, True])
def test_batches_in_order_are_those_of_pytorch(count, batch_size, drop_last):
    ours = DataLoader(numbers(count), batch_size, drop_last=drop_last)
    theirs = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.arange(count)), batch_size, drop_last=drop_last
    )
    assert seen(ours) == [batch[0].tolist() for batch in theirs]
    assert len(ours) == len(theirs)


def test_samples_of_all_tensors_stay_together_when_shuffled():
    for x, y in DataLoader(numbers(50), 8, shuffle=True):
        assert (y.array == x.array * 10).all()


def test_shuffle_visits_every_sample_once_in_a_new_order_each_epoch():
    loader = DataLoader(numbers(50), 8, shuffle=True, generator=Generator(0))
    first, second = flat(loader), flat(loader)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second


@pytest.mark.parametrize("kind", [TensorDataset, OneByOne], ids=["rows", "one by one"])
def test_same_seed_gives_the_same_batches_however_samples_are_fetched(kind):
    data = kind(Tensor(np.arange(30)), Tensor(np.arange(30)))
    reference = DataLoader(numbers(30), 4, shuffle=True, generator=Generator(7))
    loader = DataLoader(data, 4, shuffle=True, generator=Generator(7))
    assert seen(loader) == seen(reference)


def test_default_order_follows_manual_seed():
    state = default_generator.state_dict()
    try:
        orders = []
        for _ in range(2):
            default_generator.manual_seed(11)
            orders.append(seen(DataLoader(numbers(20), 4, shuffle=True)))
        assert orders[0] == orders[1]
    finally:
        default_generator.load_state_dict(state)


@pytest.mark.parametrize("start", [0, 1, 3, 6, 9])
def test_epoch_resumes_at_any_batch_from_the_generator_state(start):
    loader = DataLoader(numbers(25), 4, shuffle=True, generator=Generator(1))
    before = loader.generator.state_dict()
    complete = seen(loader)
    after = loader.generator.state_dict()
    loader.generator.load_state_dict(before)
    assert seen(loader.batches(start)) == complete[start:]
    assert loader.generator.state_dict() == after


def test_epoch_follows_an_order_drawn_before():
    loader = DataLoader(numbers(25), 4, shuffle=True, generator=Generator(1))
    order = loader.draw_order()
    assert flat(loader.batches(2, order)) == order[8:].tolist()


def test_order_is_settled_before_the_first_batch_is_asked_for():
    loader = DataLoader(numbers(9), 4, shuffle=True, generator=Generator(1))
    waiting = loader.batches()
    state = loader.generator.state_dict()
    next(waiting)
    assert loader.generator.state_dict() == state


def test_subset_of_a_subset_is_taken_by_rows():
    inner = Subset(numbers(10), [9, 8, 7, 6])
    assert seen(DataLoader(Subset(inner, [3, 0]), 2)) == [[6, 9]]


def test_subset_with_numbers_its_data_set_lacks_is_refused():
    with pytest.raises(InvalidIndex, match="no sample 4"):
        list(DataLoader(Subset(Subset(numbers(10), [1]), [4]), 2))


def test_list_of_samples_is_a_data_set():
    x, y = next(iter(DataLoader([(1.0, 2), (3.0, 4)], 2)))
    assert (x.array.tolist(), y.array.tolist()) == ([1.0, 3.0], [2, 4])


def test_subset_of_a_list_and_with_odd_indices_is_fetched_one_by_one():
    assert seen(DataLoader(Subset([(1.0,), (2.0,)], [1]), 2)) == [[2.0]]
    assert seen(DataLoader(Subset(numbers(3), [1.0, 2.0]), 2)) == [[1.0, 2.0]]


def test_sampler_decides_the_order():
    loader = DataLoader(numbers(9), 2, sampler=[8, 0, 4])
    assert seen(loader) == [[8, 0], [4]]
    assert len(loader) == 2


def test_sampler_without_samples_gives_no_batches():
    assert seen(DataLoader(numbers(9), 2, sampler=[])) == []


def test_sampler_without_a_length_has_no_number_of_batches():
    loader = DataLoader(numbers(9), 2, sampler=iter([1, 2]))
    with pytest.raises(InvalidType, match="__len__"):
        len(loader)


@pytest.mark.parametrize("sampler", [[0.5], [[1, 2]]])
def test_sampler_must_give_whole_numbers(sampler):
    with pytest.raises(InvalidShape, match="number of one sample at a time"):
        list(DataLoader(numbers(9), 2, sampler=sampler))


def test_sampler_must_stay_within_the_data_set():
    with pytest.raises(InvalidIndex, match="no sample 9"):
        list(DataLoader(numbers(9), 2, sampler=[1, 9]))


def test_without_batch_size_samples_come_one_by_one():
    samples = list(DataLoader(numbers(3), batch_size=None))
    assert [float(x.array) for x, _ in samples] == [0, 1, 2]


def test_without_batch_size_collate_fn_gets_the_sample():
    loader = DataLoader([1, 2], batch_size=None, collate_fn=lambda sample: sample * 10)
    assert list(loader) == [10, 20]


def test_collate_fn_makes_the_batch():
    loader = DataLoader([1, 2, 3], 2, collate_fn=sum)
    assert list(loader) == [3, 3]


def test_batch_does_not_share_memory_with_the_data_set():
    data = numbers(4)
    for x, _ in DataLoader(data, 2):
        x.array[...] = -1
    assert (data.tensors[0].array == np.arange(4)).all()


def test_empty_data_set_gives_no_batches():
    loader = DataLoader([], 3)
    assert (len(loader), list(loader)) == (0, [])


def test_workers_are_announced_to_be_without_effect():
    with pytest.warns(ChainruleWarning, match="in this process"):
        DataLoader(numbers(3), num_workers=2)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"batch_size": 0}, InvalidArgument, "batch_size=0"),
        ({"batch_size": 2.5}, InvalidArgument, "batch_size=2.5"),
        ({"batch_size": True}, InvalidArgument, "batch_size=True"),
        ({"batch_size": None, "drop_last": True}, InvalidArgument, "drop_last"),
        ({"shuffle": True, "sampler": [0]}, InvalidArgument, "sampler decides"),
        ({"num_workers": -1}, InvalidArgument, "num_workers=-1"),
    ],
)
def test_loader_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        DataLoader(numbers(3), **arguments)


def test_loader_refuses_what_is_no_data_set():
    with pytest.raises(InvalidType, match=r"generator.*TensorDataset"):
        DataLoader(x for x in range(3))


def test_loader_refuses_to_shuffle_nothing():
    with pytest.raises(InvalidArgument, match="without samples"):
        DataLoader([], shuffle=True)


def test_loader_counts_batches_from_zero():
    with pytest.raises(InvalidArgument, match="start=-1"):
        DataLoader(numbers(3)).batches(-1)
