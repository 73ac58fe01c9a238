"""Batches to ask questions about: given, from data, made up."""

import numpy as np
import pytest

from chainrule import nn
from chainrule.data import Preprocessing, load
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.explain.batch import data_batch, given_batch, made_up_batch, parse_rows
from chainrule.nn.feedforward import feedforward


def network(*sizes: int) -> nn.Module:
    return feedforward(list(sizes)).double()


def convolution() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 3)).double()


def test_classes_mean_cross_entropy_and_numbers_the_squared_error() -> None:
    classes = given_batch(network(2, 3), [[0, 1], [1, 0]], [[2], [0]])
    assert classes.loss_name == "cross-entropy"
    assert classes.target.tolist() == [2, 0]
    assert classes.inputs.tolist() == [[0.0, 1.0], [1.0, 0.0]]
    numbers = given_batch(network(2, 3), [[0, 1]], [[1, 2, 3]])
    assert numbers.loss_name == "mse"
    assert numbers.target.shape == (1, 3)
    assert given_batch(network(2, 1), [[0, 1]], [[1]]).loss_name == "mse"


def test_a_loss_can_be_chosen() -> None:
    batch = given_batch(network(2, 1), [[0, 1]], [[1]], loss_name="bce-logits")
    assert isinstance(batch.loss_function, nn.BCEWithLogitsLoss)
    assert batch.loss_function(network(2, 1)(batch.inputs), batch.target).item() > 0


def test_samples_take_the_shape_of_the_network() -> None:
    batch = given_batch(convolution(), [[0.5] * 16], [[1]], sample_shape=(1, 4, 4))
    assert batch.inputs.shape == (1, 1, 4, 4)
    with pytest.raises(InvalidArgument, match="pass its shape"):
        given_batch(convolution(), [[0.5] * 16], [[1]])


def test_samples_of_a_data_set_go_through_the_models_preprocessing() -> None:
    split = load("moons", num_samples=50)
    plain = data_batch(network(2, 2), split, [3, 1])
    np.testing.assert_allclose(plain.inputs.array, split.x_train[[3, 1]])
    assert plain.target.tolist() == split.y_train[[3, 1]].tolist()
    scaled = data_batch(network(2, 2), split, [3, 1], Preprocessing((2,), (1.0,), (2.0,)))
    np.testing.assert_allclose(scaled.inputs.array, (plain.inputs.array - 1) / 2, rtol=1e-6)
    assert str(plain) == "cross-entropy of 2 of the samples moons learns from, in float64"


def test_the_usual_loss_follows_from_data_and_outputs() -> None:
    assert data_batch(network(2, 1), load("xor"), [0]).loss_name == "bce-logits"
    assert data_batch(network(1, 1), load("sine"), [0]).loss_name == "mse"


def test_made_up_samples_follow_from_the_seed() -> None:
    first, again, other = (made_up_batch(network(3, 2), seed=seed) for seed in (1, 1, 2))
    assert first.inputs.equal(again.inputs)
    assert first.target.equal(again.target)
    assert not first.inputs.equal(other.inputs)


def test_symbols_are_made_up_for_an_embedding() -> None:
    class Words(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(7, 4)

        def forward(self, x: object) -> object:
            return self.table(x).mean(1)

    batch = made_up_batch(Words().double(), (5,), count=20)
    assert batch.inputs.shape == (20, 5)
    assert set(np.unique(batch.inputs.array)) == set(range(7))


@pytest.mark.parametrize("loss", ["mse", "bce-logits", "cross-entropy", "half-sse"])
def test_made_up_targets_suit_every_loss(loss: str) -> None:
    batch = made_up_batch(network(3, 2), loss_name=loss)
    assert np.isfinite(batch.loss_function(network(3, 2)(batch.inputs), batch.target).item())


@pytest.mark.parametrize(
    ("samples", "targets", "words"),
    [
        ([[1.0]], [[1]], "has 1 numbers: the network takes 2"),
        ([[1.0, 2.0]], [[1], [2]], "1 samples, but 2 targets"),
        ([[1.0, 2.0]], [[1, 2]], r"has 2 numbers: mse for outputs of shape \(3,\) takes 3"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(
    samples: list[list[float]], targets: list[list[float]], words: str
) -> None:
    with pytest.raises(InvalidShape, match=words):
        given_batch(network(2, 3), samples, targets)


def test_rows_are_numbered_as_slices_and_lists() -> None:
    assert parse_rows(":3") == [0, 1, 2]
    assert parse_rows("2,5:7") == [2, 5, 6]
    for text in ("", "a", "1:b", "3:"):
        with pytest.raises(InvalidArgument, match="numbered as in"):
            parse_rows(text)
