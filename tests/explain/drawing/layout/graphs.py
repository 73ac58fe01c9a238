"""Graphs to be laid out: known small ones, and random ones."""

import numpy as np

from chainrule.explain.drawing.layout.placement import Arc, Problem

KNOWN: dict[str, tuple[list[int], list[Arc], int]] = {
    "chain": ([0, 1, 2], [(0, 1), (1, 2)], 0),
    "crossed pair": ([0, 0, 1, 1], [(0, 3), (1, 2)], 0),
    "all of 2 with all of 2": ([0, 0, 1, 1], [(0, 2), (0, 3), (1, 2), (1, 3)], 1),
    "all of 3 with all of 3": (
        [0, 0, 0, 1, 1, 1],
        [(a, b) for a in range(3) for b in range(3, 6)],
        9,
    ),
    "tree numbered against its order": (
        [0, 1, 1, 2, 2, 2, 2],
        [(0, 1), (0, 2), (1, 6), (1, 4), (2, 5), (2, 3)],
        0,
    ),
    "cycle round two layers": (
        [0, 0, 0, 1, 1, 1],
        [(0, 3), (0, 4), (1, 4), (1, 5), (2, 5), (2, 3)],
        2,
    ),
    "diamond with a way around": (
        [0, 1, 1, 2, 3],
        [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (0, 4)],
        0,
    ),
    "barycentres alone leave 2": (
        [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2],
        [(0, 5), (0, 6), (3, 4), (3, 6), (4, 9), (5, 7), (5, 9), (6, 7), (6, 10)],
        1,
    ),
    "barycentres alone leave 4": (
        [0, 0, 0, 0, 0, 1, 1, 1, 1],
        [(0, 5), (0, 7), (0, 8), (1, 6), (1, 8), (2, 8), (3, 5), (3, 8), (4, 7)],
        1,
    ),
    "linear layer": ([0, 0, 0, 1, 2], [(0, 3), (1, 3), (2, 3), (3, 4)], 0),
}
"""Name -> layers of the boxes, edges, and the fewest crossings there can be."""


def random_problem(seed: int) -> Problem:
    """A random graph of up to 24 boxes of random sizes, every one connected."""
    generator = np.random.default_rng(seed)
    count = int(generator.integers(2, 25))
    arcs = [(int(generator.integers(i)), i) for i in range(1, count)]
    for _ in range(int(generator.integers(count + 1))):
        source, target = sorted(generator.choice(count, 2, replace=False).tolist())
        arcs.append((source, target))
    sizes = tuple(
        (float(width), float(height))
        for width, height in generator.uniform((48, 30), (300, 160), (count, 2))
    )
    ranks = tuple(generator.choice((0, 1, 2, 2), count).tolist())
    return Problem(sizes, tuple(arcs), ranks)
