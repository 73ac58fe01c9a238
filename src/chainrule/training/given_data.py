"""The data that a model is trained or tested on, in any of the accepted forms, as batches."""

from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Dtype, get_default_dtype
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.data import (
    ConvertedDataset,
    DataLoader,
    Dataset,
    TensorDataset,
    find_not_finite,
)
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.training.trainer import as_pair

Data: TypeAlias = tuple[Tensor | Array, Tensor | Array] | Dataset[object] | DataLoader[object]
"""Samples and targets, as arrays or tensors, a data set of pairs, or a loader of batches."""


def as_loader(data: Data, batch_size: int, shuffle: bool) -> DataLoader[object]:
    """Return data of any of the accepted forms as a loader of batches.

    Raises:
        InvalidArgument: if there are no samples, or some are not finite.
        InvalidShape: if samples and targets are not equally many.
        InvalidType: if the data are of another form.
    """
    if isinstance(data, DataLoader):
        if data.sampler is None and len(data) == 0:
            raise InvalidArgument(
                f"The loader gives no batches of its {len(data.dataset)} samples: there is nothing "
                "to learn from. Pass more samples, or leave out drop_last."
            )
        return data
    if isinstance(data, tuple):
        if len(data) != 2:
            raise InvalidArgument(f"Data must be a pair (X, y), got {len(data)} parts.")
        inputs, targets = (as_tensor(part) for part in data)
        if inputs.ndim == 0 or targets.ndim == 0 or len(inputs) != len(targets):
            raise InvalidShape(
                f"X has shape {inputs.array.shape} and y has {targets.array.shape}: the first axis "
                "counts the samples and must be equal."
            )
        data = ConvertedDataset(inputs, targets, dtypes=[dtype_of(part) for part in data])
    if not hasattr(data, "__getitem__") or not hasattr(data, "__len__"):
        raise InvalidType(
            f"Data must be (X, y), a Dataset or a DataLoader, got {type(data).__name__}."
        )
    if len(data) == 0:
        raise InvalidArgument("The data have no samples: there is nothing to learn from.")
    if isinstance(data, TensorDataset):
        check_finite(data)
        batch_size = batch_size if shuffle else data.most_at_once(batch_size)
    return DataLoader(data, batch_size, shuffle=shuffle)


def as_tensor(part: Tensor | Array) -> Tensor:
    """Return samples or targets as a tensor of the same memory."""
    if isinstance(part, TensorCore):
        return part
    if not isinstance(part, np.ndarray) or part.dtype.kind not in "biuf":
        is_array = isinstance(part, np.ndarray)
        what = f"an array of {part.dtype}" if is_array else type(part).__name__
        raise InvalidType(
            f"Data must be tensors or NumPy arrays of numbers, got {what}: convert them, e.g. with "
            "numpy.array(x, dtype=float)."
        )
    return wrap(part)


def dtype_of(part: Tensor | Array) -> Dtype:
    """Return what is computed with: a tensor's own dtype; of arrays, the default one or int64."""
    if isinstance(part, TensorCore):
        return part.array.dtype
    return get_default_dtype() if part.dtype.kind == "f" else np.dtype(np.int64)


def check_finite(data: TensorDataset) -> None:
    """Refuse data with NaN or infinity in them; those in files are gone through once.

    Raises:
        InvalidArgument: naming the first sample.
    """
    for rows in data.rows:
        place = find_not_finite(rows)
        if place is not None:
            raise InvalidArgument(
                f"The data hold NaN or infinity, first in sample {place[0]}, at {place}: remove or "
                "replace such samples first, e.g. with numpy.nan_to_num."
            )


def first_samples(loader: DataLoader[object]) -> tuple[Array, Array]:
    """Return a batch made of the first sample and its target, whatever order is to come.

    Raises:
        InvalidShape: if the loader's batches are not pairs.
    """
    count = loader.batch_size if loader.drop_last and loader.batch_size else 1
    inputs, targets = as_pair(next(loader.batches(order=np.zeros(count, np.int64))))
    return inputs.array, targets.array
