"""Embedding: a table with one learned row of numbers per symbol."""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType
from chainrule.operations.operation import Example, Integers, Operation


def embedding(x: Array, weight: Array, padding_idx: int | None = None) -> Array:
    """Look up rows of a table by their number.

        y[..., :] = weight[x[...], :]

    Args:
        x: Integers from 0 to num_embeddings - 1.
        weight: The table.
        padding_idx: Row that stands for "nothing here": it gets no gradient. Negative counts from
            the end.

    Shape:
        x: (...), any shape; weight: (num_embeddings, embedding_dim)  ->  (..., embedding_dim).

    Derivative: dL/dweight[i] is the sum of dL/dy over all places where row i was used.
    Raises: InvalidIndex if there is no such row, InvalidType if x is not of integers.
    Source: Bengio et al. 2003, A neural probabilistic language model.

    >>> embedding(np.array([2, 0]), np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    array([[4., 5.],
           [0., 1.]])
    """
    embedding_shape(x.shape, weight.shape, padding_idx)
    check_indices(x, len(weight))
    return np.take(weight, x, axis=0)


def embedding_backward_weight(
    gradient: Array, x: Array, weight: Array, padding_idx: int | None
) -> Array:
    """Return dL/dweight: for each row the gradients of its uses, summed.

    The table is treated as one long row of numbers: NumPy adds single numbers at repeated places
    four times as fast as whole rows.
    """
    width = weight.shape[1]
    total = np.zeros(weight.size, gradient.dtype)
    places = x.reshape(-1, 1).astype(np.int64) * width + np.arange(width)
    np.add.at(total, places.reshape(-1), gradient.reshape(-1))
    rows = total.reshape(weight.shape)
    if padding_idx is not None:
        rows[padding_idx] = 0
    return rows


def check_indices(x: Array, count: int) -> None:
    """Refuse what cannot number the rows of a table.

    Raises:
        InvalidType: if these are not integers.
        InvalidIndex: naming the first that lies outside, and where it is.
    """
    if x.dtype.kind not in "iu":
        raise InvalidType(
            f"embedding got indices of dtype {x.dtype}: they number the rows of the table, so they "
            "must be integers. Convert them with .long()."
        )
    if not x.size or (x.min() >= 0 and x.max() < count):
        return
    position = np.unravel_index(np.argmax((x < 0) | (x >= count)), x.shape)
    place = f" at position {tuple(int(i) for i in position)}" if x.ndim else ""
    raise InvalidIndex(
        f"embedding got index {int(x[position])}{place}: the table has {count} rows, so indices "
        f"must lie from 0 to {count - 1}. Raise num_embeddings or mend the indices."
    )


def embedding_shape(x: Shape, weight: Shape, padding_idx: int | None) -> Shape:
    """Return (..., embedding_dim)."""
    if len(weight) != 2:
        raise InvalidShape(
            f"embedding got a weight of shape {weight}: it must be (num_embeddings, "
            "embedding_dim), one row per symbol."
        )
    if padding_idx is not None and not -weight[0] <= padding_idx < weight[0]:
        raise InvalidArgument(
            f"embedding got padding_idx={padding_idx}: the table has rows 0 to {weight[0] - 1}."
        )
    return (*x, weight[1])


EMBEDDING = Operation(
    "embedding",
    embedding,
    (None, embedding_backward_weight),
    embedding_shape,
    source="Bengio et al. 2003, A neural probabilistic language model.",
    examples=(
        Example((Integers((2, 3), 5), (5, 4))),
        # The padding row is not used here: its gradient is left out on purpose.
        Example((np.array([0, 2, 3, 2, 0]), (5, 2)), {"padding_idx": 1}),
        Example((np.array([[0, 2], [2, 1]]), (4, 2)), {"padding_idx": -1}),
        Example((Integers((30,), 5), (5, 2))),
        Example((Integers((), 5), (5, 4))),
        Example((Integers((0, 3), 5), (5, 4))),
        Example((Integers((1,), 1), (1, 1))),
    ),
)

EMBEDDINGS: tuple[Operation, ...] = (EMBEDDING,)
