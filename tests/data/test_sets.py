"""Data sets by name, and how they are split."""

import numpy as np
import pytest

from chainrule.data import DATA_SETS, find_source, load, split_indices
from chainrule.errors import InvalidArgument

PUBLISHED = ("mnist", "fashion-mnist")
MADE_HERE = [source.name for source in DATA_SETS if source.name not in PUBLISHED]


def test_names_are_told_apart():
    names = [source.name for source in DATA_SETS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("source", DATA_SETS, ids=lambda source: source.name)
def test_every_source_says_what_it_is(source):
    assert source.description
    assert source.reference
    assert source.licence
    assert bool(source.class_names) == (source.task == "classification")


@pytest.mark.parametrize("name", MADE_HERE)
def test_split_keeps_its_promises(name):
    source, split = find_source(name), load(name, seed=3)
    assert (split.name, split.task, split.class_names) == (name, source.task, source.class_names)
    for x, y in ((split.x_train, split.y_train), (split.x_test, split.y_test)):
        assert x.dtype == np.float32
        assert x.shape == (len(y), *split.feature_shape)
        if source.task == "classification":
            assert (y.dtype, y.ndim) == (np.int64, 1)
            assert set(y.tolist()) == set(range(len(source.class_names)))
        else:
            assert (y.dtype, y.shape) == (np.float32, (len(x), 1))
    assert (len(split.train), len(split.test)) == (len(split.y_train), len(split.y_test))


@pytest.mark.parametrize("name", MADE_HERE)
def test_seed_decides_the_split(name):
    same, again, other = (load(name, seed=seed) for seed in (1, 1, 2))
    assert (same.x_train == again.x_train).all()
    assert not (same.x_train == other.x_train).all()


def test_digits_are_all_there_once_from_zero_to_one():
    from sklearn.datasets import load_digits

    split = load("digits")
    ours = np.concatenate([split.x_train, split.x_test]) * 16
    assert sorted(ours.tolist()) == sorted(load_digits().data.tolist())
    assert (len(split.y_train), len(split.y_test)) == (1438, 359)


def test_digits_split_keeps_the_classes_in_proportion():
    split = load("digits", seed=5)
    share = np.bincount(split.y_test) / np.bincount(np.concatenate([split.y_train, split.y_test]))
    assert np.abs(share - 0.2).max() < 0.5 / 170  # half a sample of the smallest class


def test_pictures_can_keep_their_shape():
    split = load("digits", flatten=False)
    assert split.x_train.shape == (1438, 1, 8, 8)
    assert (split.x_train.reshape(1438, 64) == load("digits").x_train).all()


def test_made_up_problems_take_options():
    split = load("spirals", num_samples=100, num_classes=5)
    assert len(split.y_train) + len(split.y_test) == 100
    assert split.class_names == ("0", "1", "2", "3", "4")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("cifar", {}, "no data set 'cifar': choose one of digits, mnist"),
        ("digits", {"size": 3}, "digits has no option 'size'"),
        ("moons", {"size": 3}, "moons has no option 'size': it has num_samples, noise"),
        ("x.csv", {"size": 3}, "the table has no option 'size'"),
    ],
)
def test_what_does_not_exist_is_refused(name, options, words):
    with pytest.raises(InvalidArgument, match=words):
        load(name, **options)


def test_split_deals_every_sample_once_and_tests_every_class():
    labels = np.array([0] * 50 + [1] * 10 + [2] * 2)
    train, test = split_indices(labels, "classification", 0.2, seed=0)
    assert sorted([*train, *test]) == list(range(62))
    assert np.bincount(labels[test]).tolist() == [10, 2, 1]


def test_class_of_one_sample_is_learned_from():
    train, test = split_indices(np.array([0, 0, 1]), "classification")
    assert 2 in train
    assert len(test) == 1


@pytest.mark.parametrize(
    ("labels", "arguments", "words"),
    [
        ([0, 1], {}, "too few"),
        ([0, 0], {"test_fraction": 1.0}, "between 0 and 1"),
        ([0, 0], {"seed": -1}, "seed"),
    ],
)
def test_split_refuses(labels, arguments, words):
    with pytest.raises(InvalidArgument, match=words):
        split_indices(np.array(labels), "classification", **arguments)
