"""How single samples become a batch: numbers and arrays are stacked, containers keep their form."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from chainrule.array_types import Array, get_default_dtype
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType

Batch: TypeAlias = Any
"""A batch, in whatever form ``collate_fn`` gives it; by default a list of tensors."""


def default_collate(batch: Sequence[object]) -> Batch:
    """Put samples together into a batch, as PyTorch's function of this name does.

        tensors, arrays          a tensor with one more axis in front
        float, int, bool         a tensor of float64, int64, bool
        strings, bytes           a list
        mappings, named tuples   the same, of batches
        tuples, lists            a list of batches

    Raises:
        InvalidShape: if the samples' shapes or lengths differ.
        InvalidType: if they are of a kind that cannot be batched.
        InvalidArgument: if there are none.

    >>> x, y = default_collate([(1.5, 0), (2.5, 1)])
    >>> y.array
    array([0, 1])
    """
    if not batch:
        raise InvalidArgument("default_collate got no samples: a batch needs at least one.")
    first = batch[0]
    if isinstance(first, Tensor):
        return wrap(_stack([_array_of(sample) for sample in batch]))
    if isinstance(first, (np.ndarray, np.generic)):
        return wrap(_stack([_array_of(sample) for sample in batch]))
    if isinstance(first, (bool, int, float)):
        return wrap(_numbers(batch))
    if isinstance(first, (str, bytes)):
        return list(batch)
    if isinstance(first, Mapping):
        return _mapping(first, batch)
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*_columns(batch))
    if isinstance(first, (tuple, list)):
        return _columns(batch)
    raise InvalidType(
        f"default_collate cannot put samples of type {type(first).__name__} into a batch: return "
        "tensors, arrays, numbers, tuples or dicts from the data set, or pass collate_fn."
    )


def _array_of(sample: object) -> Array:
    """Return a sample's numbers."""
    array = sample.array if isinstance(sample, Tensor) else np.asarray(sample)
    if array.dtype.kind not in "fiub":
        raise InvalidType(
            f"default_collate got an array of {array.dtype}: only numbers can be put into a batch. "
            "Pass collate_fn for anything else."
        )
    return array


def _stack(arrays: list[Array]) -> Array:
    """Stack arrays of one shape."""
    for position, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            raise InvalidShape(
                f"default_collate got samples of different shapes: the first of the batch has "
                f"{arrays[0].shape}, number {position} has {array.shape}. Bring them to one shape "
                "in the data set, or pass collate_fn."
            )
    return np.stack(arrays)


def _numbers(batch: Sequence[object]) -> Array:
    """Return Python numbers as an array."""
    numbers = np.array(batch)
    if numbers.dtype.kind not in "fib" or numbers.ndim != 1:
        kinds = ", ".join(sorted({type(sample).__name__ for sample in batch}))
        raise InvalidType(
            f"default_collate got samples of types {kinds} in one batch: return numbers of one "
            "kind that fit into 64 bits from the data set."
        )
    if numbers.dtype.kind == "f" and not isinstance(batch[0], float):
        return numbers.astype(get_default_dtype())
    return numbers


def _mapping(first: Mapping[Any, object], batch: Sequence[Any]) -> dict[Any, Batch]:
    """Batch each entry of mappings that have the same keys."""
    for position, sample in enumerate(batch):
        if not isinstance(sample, Mapping) or sample.keys() != first.keys():
            raise InvalidType(
                f"default_collate got samples with different entries: the first of the batch has "
                f"{list(first)}, number {position} differs."
            )
    return {key: default_collate([sample[key] for sample in batch]) for key in first}


def _columns(batch: Sequence[Any]) -> list[Batch]:
    """Batch each position of tuples or lists of one length."""
    for position, sample in enumerate(batch):
        if not isinstance(sample, (tuple, list)) or len(sample) != len(batch[0]):
            raise InvalidShape(
                f"default_collate got samples of different lengths: the first of the batch has "
                f"{len(batch[0])} parts, number {position} differs."
            )
    return [default_collate(column) for column in zip(*batch, strict=True)]
