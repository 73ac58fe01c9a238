"""Data sets as things with a length and samples by number, under PyTorch's names."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Generic, TypeAlias, TypeVar

import numpy as np

from chainrule.array_types import Array, Dtype
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.data.file_rows import Rows, open_rows
from chainrule.errors import InvalidArgument, InvalidIndex, InvalidShape, InvalidType
from chainrule.randomness import Generator, default_generator

Sample = TypeVar("Sample", covariant=True)
Lengths: TypeAlias = Sequence[int] | Sequence[float]
FRACTION_TOLERANCE = 1e-6  # how far fractions may miss a sum of 1 through rounding
BYTES_AT_ONCE = 1 << 24  # for one slice of steps from files, or for one batch to be tested on


class Dataset(Generic[Sample]):
    """Samples by number: a subclass says how many there are and what number ``index`` is.

    >>> class Squares(Dataset[int]):
    ...     def __len__(self) -> int:
    ...         return 3
    ...     def __getitem__(self, index: int) -> int:
    ...         return index * index
    >>> Squares()[2]
    4
    """

    def __getitem__(self, index: int) -> Sample:
        """Return one sample."""
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(self, index).")

    def __len__(self) -> int:
        """Return the number of samples."""
        raise NotImplementedError(f"{type(self).__name__} must define __len__(self).")

    def __add__(self, other: "Dataset[Sample]") -> "ConcatDataset[Sample]":
        return ConcatDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors of equal length side by side: sample ``i`` is row ``i`` of each.

    Of tensors made from memory-mapped arrays (``from_numpy(numpy.load(path, mmap_mode="r"))``) only
    the rows that are asked for are ever read.

    Args:
        tensors: Any number of tensors whose first axes have one length.

    Attributes:
        tensors: As given.

    Raises:
        InvalidType: if one of them is not a tensor.
        InvalidShape: if their lengths differ, or one is a single number.
        InvalidArgument: if a mapped one is stored column by column.

    >>> pairs = TensorDataset(Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([0.0, 1.0]))
    >>> pairs[1][0].array
    array([3., 4.], dtype=float32)
    """

    def __init__(self, *tensors: Tensor) -> None:
        if not tensors:
            raise InvalidArgument("TensorDataset() got no tensors: pass at least one, e.g. (X, y).")
        for tensor in tensors:
            if not isinstance(tensor, Tensor):
                raise InvalidType(
                    f"TensorDataset got a {type(tensor).__name__}: make it a tensor first, e.g. "
                    "with from_numpy()."
                )
            if tensor.ndim == 0:
                raise InvalidShape(
                    "TensorDataset got a tensor of shape (): it needs a first axis, the samples."
                )
        lengths = [tensor.shape[0] for tensor in tensors]
        if len(set(lengths)) > 1:
            shapes = " and ".join(str(tensor.array.shape) for tensor in tensors)
            raise InvalidShape(
                f"TensorDataset got tensors of shapes {shapes}: their first axes, the numbers of "
                "samples, must be equal."
            )
        self.tensors = tensors
        self._files = [open_rows(tensor.array) for tensor in tensors]

    @property
    def rows(self) -> list[Rows]:
        """What the rows of each tensor are read from: its array, or a file."""
        pairs = zip(self.tensors, self._files, strict=True)
        return [tensor.array if file is None else file for tensor, file in pairs]

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        """Return row ``index`` of each tensor."""
        if isinstance(index, (int, np.integer)):
            check_index(index, len(self), "TensorDataset")
        return tuple(wrap(np.asarray(rows[index])) for rows in self.rows)

    def __len__(self) -> int:
        return self.tensors[0].shape[0]

    @property
    def is_in_memory(self) -> bool:
        """Whether no tensor is in a file."""
        return all(file is None for file in self._files)

    def most_at_once(self, wanted: int) -> int:
        """Return how many samples to copy at once: so many, or fewer if they are large.

        Args:
            wanted: How many would be best.
        """
        sample_bytes = sum(math.prod(r.shape[1:]) * r.dtype.itemsize for r in self.rows)
        return min(wanted, max(BYTES_AT_ONCE // max(sample_bytes, 1), 1))

    def take(self, indices: Array) -> list[Tensor]:
        """Return the samples at ``indices`` as one batch, copied, without visiting them one by one.

        Args:
            indices: Integers from -len to len - 1, shape (batch,).
        """
        check_indices(indices, len(self), "TensorDataset")
        return [wrap(rows.take(indices, axis=0)) for rows in self.rows]

    def hold(self, indices: Array) -> tuple[list[Array], Array]:
        """Return arrays in memory with the samples at ``indices`` in them, and their places there.

        That is all samples, without a copy, unless they are in files.
        """
        if self.is_in_memory:
            return [tensor.array for tensor in self.tensors], indices
        return [tensor.array for tensor in self.take(indices)], np.arange(len(indices))

    def announce(self, indices: Array) -> None:
        """Have rows that are in files fetched, because they will be wanted soon."""
        for file in self._files:
            if file is not None:
                file.announce(indices)


class ConvertedDataset(TensorDataset):
    """Tensors side by side, converted: at once, or if they are in files, row by row as it is read.

    Args:
        tensors: Any number of tensors whose first axes have one length.
        dtypes: What each is converted to.

    >>> numbers = ConvertedDataset(Tensor([5.0, 6.0]), dtypes=[np.dtype(np.float64)])
    >>> numbers[1][0].array
    array(6.)
    """

    def __init__(self, *tensors: Tensor, dtypes: Sequence[Dtype]) -> None:
        pairs = list(zip(tensors, dtypes, strict=True))
        files = [open_rows(tensor.array, dtype) for tensor, dtype in pairs]
        super().__init__(
            *(
                tensor if file is not None else wrap(tensor.array.astype(dtype, copy=False))
                for (tensor, dtype), file in zip(pairs, files, strict=True)
            )
        )
        self._files = files


class Subset(Dataset[Sample]):
    """The samples of a data set at chosen numbers, in that order.

    Args:
        dataset: Where the samples are.
        indices: Their numbers there.

    >>> Subset(TensorDataset(Tensor([5.0, 6.0, 7.0])), [2, 0])[0][0].array
    array(7., dtype=float32)
    """

    def __init__(self, dataset: Dataset[Sample], indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: int) -> Sample:
        """Return the sample that number ``index`` of the chosen ones stands for."""
        check_index(index, len(self.indices), "Subset")
        return self.dataset[int(self.indices[index])]

    def __len__(self) -> int:
        return len(self.indices)


class ConcatDataset(Dataset[Sample]):
    """Several data sets one after the other; ``a + b`` makes one.

    Args:
        datasets: At least one data set.

    >>> numbers = TensorDataset(Tensor([5.0, 6.0]))
    >>> len(numbers + numbers)
    4
    """

    def __init__(self, datasets: Iterable[Dataset[Sample]]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise InvalidArgument("ConcatDataset got no data sets: pass at least one.")
        self.cumulative_sizes = list(accumulate(len(dataset) for dataset in self.datasets))

    def __getitem__(self, index: int) -> Sample:
        """Return the sample number ``index``, counted over all data sets."""
        check_index(index, len(self), "ConcatDataset")
        position = index % len(self)
        which = bisect_right(self.cumulative_sizes, position)
        before = self.cumulative_sizes[which - 1] if which else 0
        return self.datasets[which][position - before]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


def random_split(
    dataset: Dataset[Sample], lengths: Lengths, generator: Generator | None = default_generator
) -> list[Subset[Sample]]:
    """Deal a data set's samples at random into parts that do not overlap.

    Args:
        dataset: What to split.
        lengths: The parts' numbers of samples, which add up to ``len(dataset)``; or fractions that
            add up to 1, each rounded down, the rest dealt one each from the first part on.
        generator: Where the permutation comes from.

    Raises:
        InvalidArgument: if the lengths do not fit.

    >>> [len(part) for part in random_split(TensorDataset(Tensor([0.0] * 10)), [0.75, 0.25])]
    [8, 2]
    """
    counts = _counts(lengths, len(dataset))
    order = (generator or default_generator).numpy.permutation(len(dataset)).tolist()
    ends = accumulate(counts)
    return [
        Subset(dataset, order[end - count : end]) for count, end in zip(counts, ends, strict=True)
    ]


def _counts(lengths: Lengths, total: int) -> list[int]:
    """Return how many samples each part gets."""
    if any(not math.isfinite(length) or length < 0 for length in lengths):
        raise InvalidArgument(
            f"random_split got lengths {list(lengths)}: none may be negative or not finite."
        )
    if all(int(length) == length for length in lengths) and sum(lengths) == total:
        return [int(length) for length in lengths]
    if abs(sum(lengths) - 1) > FRACTION_TOLERANCE:
        raise InvalidArgument(
            f"random_split got lengths {list(lengths)}, which add up to {sum(lengths)}: pass "
            f"numbers of samples that add up to {total}, or fractions that add up to 1."
        )
    counts = [math.floor(total * fraction) for fraction in lengths]
    for position in range(total - sum(counts)):
        counts[position % len(counts)] += 1
    return counts


def check_indices(indices: Array, length: int, name: str) -> None:
    """Raise InvalidIndex for the first of many numbers that is out of range."""
    outside = (indices < -length) | (indices >= length)
    if outside.any():
        check_index(int(indices[outside][0]), length, name)


def check_index(index: int, length: int, name: str) -> None:
    """Raise InvalidIndex, which also ends a plain ``for`` loop, unless ``index`` is in range."""
    if not -length <= index < length:
        raise InvalidIndex(
            f"{name} of {length} samples has no sample {index}: they are numbered from 0 on."
        )
