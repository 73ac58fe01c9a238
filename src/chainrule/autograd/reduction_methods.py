"""Methods of Tensor that reduce axes: sums, means, extremes, norms, and sorting along an axis."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, overload

import numpy as np

from chainrule.array_types import Array, Dtype
from chainrule.autograd.conversion import cast, floating, operands, require_floating
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.errors import InvalidArgument
from chainrule.operations import extremes, reductions
from chainrule.operations.arithmetic import MAXIMUM, MINIMUM
from chainrule.operations.axes import axis_of, nonempty_reduced_shape

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor

DimArgument: TypeAlias = int | Sequence[int] | None
"""One axis, several, or None for all."""


class ValuesAndIndices(NamedTuple):
    """Numbers chosen along an axis, and where they stood."""

    values: "Tensor"
    indices: "Tensor"


def as_dims(dim: DimArgument) -> int | tuple[int, ...] | None:
    """Return the axes as an option: a list as a tuple, nothing as None."""
    if dim is None or isinstance(dim, int):
        return dim
    return tuple(dim) or None


class ReductionMethods(TensorCore):
    """Reductions over one axis, several or all; ``keepdim`` keeps them with length 1."""

    __slots__ = ()

    def sum(
        self, dim: DimArgument = None, keepdim: bool = False, *, dtype: Dtype | None = None
    ) -> "Tensor":
        """Return the sum; of integers and truth values as int64."""
        x = self if dtype is None else cast(self, dtype)
        return apply(reductions.SUM, (x,), (as_dims(dim), keepdim))

    def mean(
        self, dim: DimArgument = None, keepdim: bool = False, *, dtype: Dtype | None = None
    ) -> "Tensor":
        """Return the sum divided by the count.

        Raises:
            InvalidType: for integers, whose mean is none.
        """
        x = self if dtype is None else cast(self, dtype)
        require_floating(x, "mean")
        return apply(reductions.MEAN, (x,), (as_dims(dim), keepdim))

    def prod(
        self, dim: int | None = None, keepdim: bool = False, *, dtype: Dtype | None = None
    ) -> "Tensor":
        """Return the product; of integers and truth values as int64."""
        x = self if dtype is None else cast(self, dtype)
        return apply(reductions.PRODUCT, (x,), (dim, keepdim))

    def var(
        self,
        dim: DimArgument = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: float | None = None,
    ) -> "Tensor":
        """Return the mean squared distance from the mean.

        Args:
            dim: One axis, several, or None for all.
            unbiased: Divide by the count less 1, to estimate the variance of what the numbers are
                a sample of, rather than by the count.
            keepdim: Keep the reduced axes with length 1.
            correction: What to take from the count instead.

        Raises:
            InvalidType: for integers.
        """
        require_floating(self, "var")
        options = (as_dims(dim), correction_of(unbiased, correction), keepdim)
        return apply(reductions.VARIANCE, (self,), options)

    def std(
        self,
        dim: DimArgument = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: float | None = None,
    ) -> "Tensor":
        """Return the standard deviation, the square root of ``var`` with the same arguments.

        Where all numbers are equal, its gradient is taken as 0.

        Raises:
            InvalidType: for integers.
        """
        require_floating(self, "std")
        options = (as_dims(dim), correction_of(unbiased, correction), keepdim)
        return apply(reductions.DEVIATION, (self,), options)

    def logsumexp(self, dim: DimArgument, keepdim: bool = False) -> "Tensor":
        """Return log(sum(exp(x))) without overflow."""
        return apply(reductions.LOGSUMEXP, (floating(self),), (as_dims(dim), keepdim))

    def norm(
        self, p: float | str = "fro", dim: DimArgument = None, keepdim: bool = False
    ) -> "Tensor":
        """Return the length of the vector, sum(|x|^p)^(1/p).

        Args:
            p: 2 (or "fro") for the Euclidean length, 1, infinity, or any other number.
            dim: One axis, several, or None for all.
            keepdim: Keep the reduced axes with length 1.

        Raises:
            InvalidType: for integers.
            InvalidArgument: if p is another word.
        """
        require_floating(self, "norm")
        if isinstance(p, str):
            if p != "fro":
                raise InvalidArgument(f"norm got p={p!r}: pass a number or 'fro'.")
            p = 2
        return apply(reductions.NORM, (self,), (p, as_dims(dim), keepdim))

    def cumsum(self, dim: int, *, dtype: Dtype | None = None) -> "Tensor":
        """Return the running sums along an axis."""
        x = self if dtype is None else cast(self, dtype)
        return apply(reductions.CUMULATIVE_SUM, (x,), (dim,))

    # Truth values and counts

    def all(self, dim: DimArgument = None, keepdim: bool = False) -> "Tensor":
        """Return whether all hold."""
        return apply(extremes.ALL, (self,), (as_dims(dim), keepdim))

    def any(self, dim: DimArgument = None, keepdim: bool = False) -> "Tensor":
        """Return whether at least one holds."""
        return apply(extremes.ANY, (self,), (as_dims(dim), keepdim))

    def count_nonzero(self, dim: DimArgument = None) -> "Tensor":
        """Return how many numbers differ from 0."""
        return apply(extremes.COUNT_NONZERO, (self,), (as_dims(dim),))

    # Extremes

    def amax(self, dim: DimArgument = (), keepdim: bool = False) -> "Tensor":
        """Return the largest number; equally large ones share the gradient."""
        return apply(extremes.AMAX, (self,), (as_dims(dim), keepdim))

    def amin(self, dim: DimArgument = (), keepdim: bool = False) -> "Tensor":
        """Return the smallest number; equally small ones share the gradient."""
        return apply(extremes.AMIN, (self,), (as_dims(dim), keepdim))

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> "Tensor":
        """Return the position of the largest number, in the flattened tensor without ``dim``."""
        return apply(extremes.ARGMAX, (self,), (dim, keepdim))

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> "Tensor":
        """Return the position of the smallest number, in the flattened tensor without ``dim``."""
        return apply(extremes.ARGMIN, (self,), (dim, keepdim))

    @overload
    def max(self) -> "Tensor": ...
    @overload
    def max(self, dim: TensorCore) -> "Tensor": ...
    @overload
    def max(self, dim: int, keepdim: bool = False) -> ValuesAndIndices: ...
    def max(
        self, dim: int | TensorCore | None = None, keepdim: bool = False
    ) -> "Tensor | ValuesAndIndices":
        """Return the largest number, or with ``dim`` (values, indices) along that axis.

        With another tensor, return the larger of each two numbers. Over all axes, equally large
        numbers share the gradient; along one, the first of them gets it.
        """
        if dim is None:
            return apply(extremes.AMAX, (self,), (None, keepdim))
        if isinstance(dim, TensorCore):
            return apply(MAXIMUM, operands(self, dim))
        nonempty_reduced_shape("max", self.array.shape, dim, keepdim)
        return chosen(self, self.array.argmax(dim, keepdims=True), dim, keepdim)

    @overload
    def min(self) -> "Tensor": ...
    @overload
    def min(self, dim: TensorCore) -> "Tensor": ...
    @overload
    def min(self, dim: int, keepdim: bool = False) -> ValuesAndIndices: ...
    def min(
        self, dim: int | TensorCore | None = None, keepdim: bool = False
    ) -> "Tensor | ValuesAndIndices":
        """Return the smallest number, or with ``dim`` (values, indices) along that axis.

        With another tensor, return the smaller of each two numbers. Over all axes, equally small
        numbers share the gradient; along one, the first of them gets it.
        """
        if dim is None:
            return apply(extremes.AMIN, (self,), (None, keepdim))
        if isinstance(dim, TensorCore):
            return apply(MINIMUM, operands(self, dim))
        nonempty_reduced_shape("min", self.array.shape, dim, keepdim)
        return chosen(self, self.array.argmin(dim, keepdims=True), dim, keepdim)

    @overload
    def median(self) -> "Tensor": ...
    @overload
    def median(self, dim: int, keepdim: bool = False) -> ValuesAndIndices: ...
    def median(self, dim: int | None = None, keepdim: bool = False) -> "Tensor | ValuesAndIndices":
        """Return the middle number, the lower of two; with ``dim`` (values, indices) along it."""
        if dim is None:
            return apply(extremes.MEDIAN, (self,))
        nonempty_reduced_shape("median", self.array.shape, dim, keepdim)
        if self.array.ndim == 0:
            return chosen(self, np.zeros((), np.int64), dim, keepdim)
        order = np.argsort(self.array, dim, kind="stable")
        length = self.array.shape[dim]
        middle = order.take([(length - 1) // 2], dim)
        # NaN sorts last: where there is one, it is the median.
        first_nan = np.isnan(self.array).argmax(dim, keepdims=True)
        has_nan = np.isnan(self.array).any(dim, keepdims=True)
        return chosen(self, np.where(has_nan, first_nan, middle), dim, keepdim)

    # Order

    def argsort(
        self,
        dim: int = -1,
        descending: bool = False,
        *,
        stable: bool = False,
    ) -> "Tensor":
        """Return the positions that put the numbers into order; equal ones keep theirs."""
        return wrap(sorted_positions(self.array, dim, descending))

    def sort(
        self,
        dim: int = -1,
        descending: bool = False,
        *,
        stable: bool = False,
    ) -> ValuesAndIndices:
        """Return (values, indices): the numbers in order along an axis, and where they stood."""
        return chosen(self, sorted_positions(self.array, dim, descending), dim, keepdim=True)

    def topk(
        self,
        k: int,
        dim: int = -1,
        largest: bool = True,
        sorted: bool = True,
    ) -> ValuesAndIndices:
        """Return (values, indices) of the k largest numbers along an axis, in order.

        Raises:
            InvalidArgument: if the axis has not that many.
        """
        axis = axis_of("topk", dim, self.array.ndim)
        length = self.array.shape[axis] if self.array.ndim else 1
        if not 0 <= k <= length:
            raise InvalidArgument(
                f"topk got k={k} for an axis of length {length}: pass 0 to {length}."
            )
        order = sorted_positions(self.array, dim, descending=largest)
        first = order[(slice(None),) * axis + (slice(k),)] if order.ndim else order
        return chosen(self, first, dim, keepdim=True)


def correction_of(unbiased: bool, correction: float | None) -> float:
    """Return what a variance takes from the count."""
    return (1 if unbiased else 0) if correction is None else correction


def sorted_positions(array: Array, dim: int, descending: bool) -> Array:
    """Return the positions that sort an array along an axis; NaN counts as the largest number."""
    axis = axis_of("sort", dim, array.ndim)
    if array.ndim == 0:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(array, axis, kind="stable")
    # Sorted from the far end and read backwards, equal numbers keep their order.
    order = np.flip(np.argsort(np.flip(array, axis), axis, kind="stable"), axis)
    return array.shape[axis] - 1 - order


def chosen(tensor: TensorCore, indices: Array, dim: int, keepdim: bool) -> ValuesAndIndices:
    """Return the numbers at these positions along ``dim``, with the positions."""
    positions = wrap(np.asarray(indices))
    values = apply(extremes.TAKE_ALONG_DIM, (tensor, positions), (dim,))
    if keepdim or tensor.array.ndim == 0:
        return ValuesAndIndices(values, positions)
    return ValuesAndIndices(values.squeeze(dim), positions.squeeze(dim))
