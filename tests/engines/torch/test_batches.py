"""How the rows of batches are divided among processes, and reach the device."""

import numpy as np
import pytest
import torch

from chainrule.engines.torch.batches import Batches, share_of

CPU = torch.device("cpu")
X = np.arange(60, dtype=np.float32).reshape(30, 2)
Y = np.arange(30)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("batch_size", [1, 4, 8, 30])
def test_no_row_is_lost_or_doubled(count: int, batch_size: int) -> None:
    rows = np.random.default_rng(0).permutation(29)
    seen = []
    for rank in range(count):
        for batch in Batches(CPU, rank, count).of(X, Y, rows, batch_size):
            if batch.weight:
                seen += batch.targets.tolist()
    assert sorted(seen) == sorted(rows.tolist())


def test_the_shares_of_a_batch_add_up_to_one() -> None:
    for size in (1, 5, 8):
        weights = []
        for rank in range(3):
            [batch] = Batches(CPU, rank, 3).of(X, Y, np.arange(size), 8)
            assert len(batch.inputs) >= 1
            weights.append(batch.weight)
        assert sum(weights) == pytest.approx(1)


def test_shares_keep_the_order() -> None:
    parts = [share_of(np.arange(10), rank, 3).tolist() for rank in range(3)]
    assert parts == [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9]]


def test_arrays_that_may_not_be_written_are_read_without_a_warning() -> None:
    locked = X.copy()
    locked.flags.writeable = False
    [batch] = Batches(CPU, 0, 1).of(locked, Y, np.array([3, 1]), 2)
    assert batch.inputs.tolist() == X[[3, 1]].tolist()
