"""Spreading: places keep their distance, stay on the line, and move as little as possible."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize

from chainrule.explain.drawing.layout.spreading import spread


@pytest.mark.parametrize("seed", range(12))
def test_places_keep_distance_and_stay_on_the_line(seed: int) -> None:
    generator = np.random.default_rng(seed)
    wanted = sorted(generator.uniform(0, 100, generator.integers(1, 10)).tolist())
    places = spread(wanted, 10.0, 0.0, 100.0)
    assert all(b - a >= 10 - 1e-9 for a, b in pairwise(places))
    assert min(places) >= -1e-9
    assert max(places) <= 100 + 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_places_move_as_little_as_an_optimiser_finds(seed: int) -> None:
    wanted = np.sort(np.random.default_rng(seed).uniform(200, 260, 5))
    places = np.array(spread(list(wanted), 14.0, 0.0, 1000.0))
    found = minimize(
        lambda x: ((x - wanted) ** 2).sum(),
        wanted + 14 * np.arange(5),
        constraints=[{"type": "ineq", "fun": lambda x: np.diff(x) - 14}],
    )
    assert ((places - wanted) ** 2).sum() <= found.fun + 1e-3


def test_what_has_room_stays_where_it_is() -> None:
    assert spread([10.0, 40.0, 90.0], 10.0, 0.0, 100.0) == [10.0, 40.0, 90.0]


def test_too_many_are_spread_evenly() -> None:
    assert spread([5.0] * 5, 10.0, 0.0, 20.0) == [0.0, 5.0, 10.0, 15.0, 20.0]
    assert spread([], 10.0, 0.0, 20.0) == []
