"""DataLoader: a data set in batches, in order or shuffled anew each epoch."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Generic, Protocol, TypeVar

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.tensor import Tensor
from chainrule.data.collate import Batch, default_collate
from chainrule.data.dataset import Dataset, Subset, TensorDataset, check_indices
from chainrule.errors import ChainruleWarning, InvalidArgument, InvalidShape, InvalidType
from chainrule.randomness import Generator, default_generator

Sample = TypeVar("Sample", covariant=True)


class MapStyle(Protocol[Sample]):
    """Anything with a length and samples by number, such as a list."""

    def __getitem__(self, index: int, /) -> Sample:
        """Return one sample."""
        ...

    def __len__(self) -> int:
        """Return the number of samples."""
        ...


class DataLoader(Generic[Sample]):
    """Go through a data set in batches: ``for x, y in loader``.

    Args:
        dataset: A data set, or anything with a length and samples by number.
        batch_size: Samples per batch; None gives single samples, not collated.
        shuffle: Draw a new order for each epoch.
        sampler: The numbers of the samples in the order wanted, instead of ``shuffle``.
        num_workers: Accepted for PyTorch's sake; all loading happens in this process.
        collate_fn: Makes a batch of a list of samples; default ``default_collate``.
        pin_memory: Accepted for PyTorch's sake; without effect on a CPU.
        drop_last: Leave out a last batch that is not full.
        generator: Where the orders come from; default the library's own, set by ``manual_seed``.

    Raises:
        InvalidArgument: if an argument cannot be used.
        InvalidType: if the data set has no length or no samples by number.

    Rows of a ``TensorDataset`` are taken a batch at a time, never one by one.

    >>> from chainrule.autograd.tensor import Tensor
    >>> loader = DataLoader(TensorDataset(Tensor([1.0, 2.0, 3.0])), batch_size=2)
    >>> [x.shape for [x] in loader]
    [Size([2]), Size([1])]
    """

    def __init__(
        self,
        dataset: Dataset[Sample] | MapStyle[Sample],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[int] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Sample]], Batch] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        generator: Generator | None = None,
    ) -> None:
        if not (hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__")):
            raise InvalidType(
                f"DataLoader got a {type(dataset).__name__}: a data set needs __getitem__ and "
                "__len__. Wrap tensors in TensorDataset(X, y)."
            )
        _check_batch_size(batch_size, drop_last)
        if shuffle and sampler is not None:
            raise InvalidArgument(
                "DataLoader got shuffle=True and a sampler: the sampler decides the order, so "
                "leave shuffle out."
            )
        if shuffle and len(dataset) == 0:
            raise InvalidArgument("DataLoader cannot shuffle a data set without samples.")
        _check_workers(num_workers)
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = bool(shuffle)
        self.sampler = sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.pin_memory = pin_memory
        self.drop_last = drop_last
        self.generator = default_generator if generator is None else generator

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return self._num_batches(self._num_samples())

    def __iter__(self) -> Iterator[Batch]:
        return self.batches()

    def draw_order(self) -> Array:
        """Return the numbers of the samples in the order of a new epoch, shape (samples,).

        A shuffled order is the next permutation from ``generator``: the same generator state gives
        the same order.

        Raises:
            InvalidShape: if the sampler gives anything but whole numbers.
        """
        if self.sampler is not None:
            order = np.array(list(self.sampler))
            if order.size and (order.ndim != 1 or order.dtype.kind not in "iu"):
                raise InvalidShape(
                    f"The sampler gave an array of {order.dtype} of shape {order.shape}: expected "
                    "the number of one sample at a time."
                )
            return order.astype(np.int64)
        if self.shuffle:
            return self.generator.numpy.permutation(len(self.dataset))
        return np.arange(len(self.dataset))

    def batches(self, start: int = 0, order: Array | None = None) -> Iterator[Batch]:
        """Go through one epoch from batch number ``start`` on.

        The order is settled by this call, before the first batch is asked for.

        Args:
            start: How many batches to pass over, as when resuming in the middle of an epoch.
            order: What ``draw_order()`` returned; without it, a new order is drawn.
        """
        if start < 0:
            raise InvalidArgument(f"batches got start={start}: batches are counted from 0.")
        chosen = self.draw_order() if order is None else np.asarray(order)
        rows = self.rows(chosen)
        size = self.batch_size or 1
        places = range(start, self._num_batches(len(chosen)))
        if rows is not None:
            return _read(*rows, size, places)
        return (self._load(chosen[k * size : (k + 1) * size].tolist()) for k in places)

    def rows(self, order: Array) -> tuple[TensorDataset, Array] | None:
        """Return the tensors that batches are taken from, and their rows in an epoch's order.

        Args:
            order: What ``draw_order()`` returned.

        Returns:
            None if batches are not simply rows of tensors.
        """
        check_indices(order, len(self.dataset), "The data set")
        if self.batch_size is None or self.collate_fn is not None:
            return None
        return _rows(self.dataset, order)

    def _load(self, indices: list[int]) -> Batch:
        """Return the batch of the samples at ``indices``, fetched one by one."""
        samples = [self.dataset[index] for index in indices]
        if self.batch_size is not None:
            return (self.collate_fn or default_collate)(samples)
        if self.collate_fn is None:
            return samples[0]
        return self.collate_fn(samples[0])  # type: ignore[arg-type]  # one sample, as in PyTorch

    def _num_samples(self) -> int:
        """Return how many samples an epoch visits."""
        if self.sampler is None:
            return len(self.dataset)
        if not isinstance(self.sampler, Sized):
            raise InvalidType(
                f"The sampler, a {type(self.sampler).__name__}, has no length, so the number of "
                "batches is unknown: give it a __len__."
            )
        return len(self.sampler)

    def _num_batches(self, samples: int) -> int:
        """Return how many batches so many samples make."""
        size = self.batch_size or 1
        return samples // size if self.drop_last else -(-samples // size)


def _rows(
    dataset: Dataset[Sample] | MapStyle[Sample], indices: Array
) -> tuple[TensorDataset, Array] | None:
    """Return the tensors under a data set and the rows wanted there, or None if there are none."""
    if isinstance(dataset, Subset) and type(dataset).__getitem__ is Subset.__getitem__:
        inner = np.asarray(dataset.indices)
        if inner.ndim != 1 or inner.dtype.kind not in "iu":
            return None
        check_indices(indices, len(inner), "Subset")
        return _rows(dataset.dataset, inner[indices])
    if isinstance(dataset, TensorDataset):
        overridden = type(dataset).__getitem__ is not TensorDataset.__getitem__
        return None if overridden else (dataset, indices)
    return None


def _read(
    tensors: TensorDataset, wanted: Array, size: int, places: Iterable[int]
) -> Iterator[list[Tensor]]:
    """Yield batches of rows; while one is worked on, the next is on its way from the disk."""
    for k in places:
        batch = tensors.take(wanted[k * size : (k + 1) * size])
        tensors.announce(wanted[(k + 1) * size : (k + 2) * size])
        yield batch


def _check_batch_size(batch_size: int | None, drop_last: bool) -> None:
    """Refuse sizes that make no batches."""
    if batch_size is None:
        if drop_last:
            raise InvalidArgument("DataLoader got drop_last=True without a batch_size: pass one.")
        return
    whole = isinstance(batch_size, (int, np.integer)) and not isinstance(batch_size, bool)
    if not whole or batch_size < 1:
        raise InvalidArgument(
            f"DataLoader got batch_size={batch_size!r}: expected a whole number of at least 1."
        )


def _check_workers(num_workers: int) -> None:
    """Say that loading happens in this process, whatever was asked for."""
    if num_workers < 0:
        raise InvalidArgument(f"DataLoader got num_workers={num_workers}: expected 0.")
    if num_workers > 0:
        warnings.warn(
            f"DataLoader got num_workers={num_workers}: samples are loaded in this process all the "
            "same. Leave num_workers out.",
            ChainruleWarning,
            stacklevel=3,
        )
