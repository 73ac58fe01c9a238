"""The few things kernels and programs are written with that NumPy does not have.

Here they are plain Python, so that every kernel can be read, run and tested as it stands, by one
thread. In machine code ``intrinsics/`` puts forms in their place that work on the same arguments.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from chainrule.array_types import Array


class Team(NamedTuple):
    """The threads that run a program together, as one of them sees it.

    Attributes:
        thread: Number of this thread, from 0.
        threads: How many there are.
        sync: Memory through which they wait for each other.
        sgemm, dgemm: Addresses of the matrix products for float32 and float64.
    """

    thread: int
    threads: int
    sync: Array | None
    sgemm: int
    dgemm: int


ALONE = Team(0, 1, None, 0, 0)
"""A team of one."""


def share(extent: int, team: Team) -> tuple[int, int]:
    """Return the first and, excluded, the last index of this thread's share of an axis.

    >>> [share(10, Team(thread, 3, None, 0, 0)) for thread in range(3)]
    [(0, 3), (3, 6), (6, 10)]
    """
    return extent * team.thread // team.threads, extent * (team.thread + 1) // team.threads


def own(extent: int, team: Team) -> range:
    """Return the indices of this thread's share of an axis."""
    return range(*share(extent, team))


def blocks(extent: int, rows: int, team: Team) -> Iterator[tuple[int, int, int]]:
    """Yield the first and the last index, excluded, of blocks of this thread's share of an axis.

    The third number is the first index of the share: a place in memory that is the thread's own.

    >>> list(blocks(10, 3, Team(1, 2, None, 0, 0)))
    [(5, 8, 5), (8, 10, 5)]
    """
    begin, end = share(extent, team)
    for first in range(begin, end, rows):
        yield first, min(first + rows, end), begin


def alone(team: Team) -> Team:
    """Return a team of this thread only."""
    return Team(0, 1, team.sync, team.sgemm, team.dgemm)


def meet(team: Team) -> None:
    """Wait until all threads of the team have come here."""


def in_numpy(number: int, n: int, counter: int, caller: int, team: Team) -> None:
    """Have Python do what has no compiled form.

    Args:
        number: Of the call, among those of its kind.
        n: Samples of the batch.
        counter: Place in the stream of random bits where the batch begins.
        caller: Address of the function that Python gave for it.
        team: One of its threads calls.
    """


def flat(array: Array) -> Array:
    """Return all numbers of a C-ordered array along one axis, in the same memory."""
    return array.reshape(-1)


def gemm(  # every thread multiplies its own part
    a: Array,
    b: Array,
    c: Array,
    keep: float,
    team: Team,  # noqa: ARG001 - machine code finds BLAS there
) -> None:
    """Multiply matrices: c = a b + keep c.

    Shape:
        a: (rows, inner); b: (inner, columns); c: (rows, columns). Each in C or Fortran order, or a
        part of such an array that is cut along either axis.
    """
    product = np.matmul(a, b)
    if keep == 0.0:
        c[...] = product
    else:
        c *= keep
        c += product


def narrow_gemm(a: Array, b: Array, c: Array, keep: float, team: Team) -> None:
    """Do what ``gemm`` does, where one of the matrices is narrow; ``keep`` is 0 or 1.

    It is quick where the rows of b and c, or the columns of a and c, lie together.
    """
    gemm(a, b, c, keep, team)


def turn(source: Array, target: Array) -> None:
    """Copy a table stored by rows into one of the same shape stored by columns, or back."""
    target[...] = source


def as_matrix(array: Array) -> Any:
    """Return an array with all axes but the last as one, in the same memory."""
    return array.reshape(-1, array.shape[-1])


def line(array: Array, first: int, count: int) -> Array:
    """Return ``count`` numbers of a C-ordered array from the one at ``first``, in the same memory.

    >>> line(np.arange(6).reshape(2, 3), 2, 3)
    array([2, 3, 4])
    """
    return array.reshape(-1)[first : first + count]


def block(array: Array, first: int, rows: int, columns: int) -> Array:
    """Return a matrix of the numbers of a C-ordered array from the one at ``first``.

    >>> block(np.arange(6), 2, 2, 2)
    array([[2, 3],
           [4, 5]])
    """
    return line(array, first, rows * columns).reshape(rows, columns)
