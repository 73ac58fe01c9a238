"""Rows of a data set into a batch, and a batch's results back."""

from chainrule.array_types import Array
from chainrule.compiler.primitives import Team, own, share


def take_rows(source: Array, order: Array, start: int, target: Array, team: Team) -> None:
    """Copy the rows that are next in the order."""
    for row in own(target.shape[0], team):
        chosen = order[start + row]
        for column in range(target.shape[1]):
            target[row, column] = source[chosen, column]


def take_columns(source: Array, order: Array, start: int, target: Array, team: Team) -> None:
    """Copy the rows that are next in the order into a table that is stored by columns."""
    first, last = share(target.shape[0], team)
    for column in range(target.shape[1]):
        for row in range(first, last):
            target[row, column] = source[order[start + row], column]


def put_rows(source: Array, start: int, target: Array, team: Team) -> None:
    """Copy a batch's rows to their place among all."""
    for row in own(source.shape[0], team):
        for column in range(source.shape[1]):
            target[start + row, column] = source[row, column]
