"""Preprocessing: applied, saved, read back, refused."""

import json

import numpy as np
import pytest

from chainrule.data import ImageForm, Preprocessing, standardize
from chainrule.errors import CorruptFile, InvalidArgument, InvalidShape


def test_samples_are_shifted_scaled_and_brought_into_shape():
    record = Preprocessing((1, 2, 2), mean=(1.0,), std=(2.0,))
    result = record.apply(np.array([[1, 3, 5, 7]]))
    assert result.tolist() == [[[[0, 1], [2, 3]]]]
    assert result.dtype == np.float32


def test_record_survives_json():
    record = Preprocessing((2,), (1.0, 2.0), (3.0, 4.0), ("a", "b"), ImageForm(8, 8, 8, None, 16.0))
    assert Preprocessing.from_dict(json.loads(json.dumps(record.to_dict()))) == record


@pytest.mark.parametrize(
    "change",
    [{"mean": None}, {"mean": ["x"]}, {"std": [0]}, {"image": {"height": 8}}, {"image": 3}],
)
def test_damaged_record_is_refused(change):
    values = {**Preprocessing((2,)).to_dict(), **change}
    with pytest.raises(CorruptFile, match="preprocessing is damaged"):
        Preprocessing.from_dict(values)


def test_record_without_an_entry_is_refused():
    with pytest.raises(CorruptFile, match="feature_shape"):
        Preprocessing.from_dict({"image": None})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mean": (1.0, 2.0)}, "2 numbers as mean: expected 1 or 3"),
        ({"std": ()}, "0 numbers as std"),
        ({"mean": (float("nan"),)}, "mean that is not finite"),
        ({"std": (float("inf"),)}, "std that is not finite"),
        ({"std": (0.0,)}, "not positive"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(arguments, words):
    with pytest.raises(InvalidArgument, match=words):
        Preprocessing((3,), **arguments)


@pytest.mark.parametrize("shape", [(), (3,), (5, 3)])
def test_samples_of_another_size_are_refused(shape):
    with pytest.raises(InvalidShape, match="samples of 2 numbers"):
        Preprocessing((2,)).apply(np.zeros(shape))


def test_constant_column_is_not_scaled():
    record = standardize(np.array([[7.0, 1.0], [7.0, 3.0]]), ("a", "b"))
    assert record.apply(np.array([[7.0, 1.0]])).tolist() == [[0.0, -1.0]]
    assert record.feature_names == ("a", "b")
