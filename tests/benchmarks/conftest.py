"""A work so small that every contender is through with it at once."""

import pytest

from chainrule.benchmarks.works import Work, dense


@pytest.fixture
def tiny() -> Work:
    """A feedforward network of a few units on a few samples."""
    return dense((4, 8, 3), 8, name="tiny", num_batches=16)
