"""Spreading: places on a line, each near where it wants to be and none too near another."""

from collections.abc import Sequence


def spread(wanted: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Return ascending places that keep a distance, as near to the wanted ones as possible.

        minimise  sum of (place − wanted)²  with  place[i + 1] − place[i] ≥ distance

    Args:
        wanted: Ascending.
        distance: Between neighbours; made smaller if they do not fit otherwise.
        low: Where the line begins.
        high: Where it ends.

    Source: regression under order, by pooling what violates it (Ayer et al. 1955).

    >>> spread([5.0, 5.0], 2.0, 0.0, 10.0)
    [4.0, 6.0]
    """
    if len(wanted) > 1:
        distance = min(distance, (high - low) / (len(wanted) - 1))
    pools: list[tuple[float, int]] = []
    for i, place in enumerate(wanted):
        total, count = place - i * distance, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before = pools.pop()
            total, count = total + before[0], count + before[1]
        pools.append((total, count))
    free = [total / count for total, count in pools for _ in range(count)]
    last = high - (len(wanted) - 1) * distance
    return [min(max(place, low), last) + i * distance for i, place in enumerate(free)]
