"""New tensors: from numbers, filled or counted."""

import math
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Dtype, Nested, Scalar, get_default_dtype
from chainrule.autograd.conversion_methods import KINDS, as_dtype
from chainrule.autograd.core import TensorCore
from chainrule.autograd.shaping_methods import Sizes, as_shape
from chainrule.autograd.tensor import Tensor, wrap_tensor
from chainrule.device import Device, check_device
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType

DtypeLike: TypeAlias = Dtype | type | None
DeviceLike: TypeAlias = Device | str | None


def make(
    array: Array,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor around an array, converted where asked for."""
    check_device(device)
    result = wrap_tensor(array if dtype is None else array.astype(as_dtype(dtype), copy=False))
    if requires_grad:
        result.requires_grad = True
    return result


def or_default(dtype: DtypeLike) -> Dtype:
    """Return the dtype asked for, else the default one."""
    return get_default_dtype() if dtype is None else as_dtype(dtype)


def tensor(
    data: Nested | Array | TensorCore,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor of a copy of these numbers.

    Args:
        data: A number, numbers in nested lists, an array or a tensor.
        dtype: By default the default dtype for Python's floats, int64 for its integers, bool for
            truth values, and an array's own.
        device: "cpu", or nothing.
        requires_grad: Whether ``backward()`` is to compute a gradient for it.

    Raises:
        InvalidType: for texts, complex numbers and other objects.
        InvalidShape: for lists of unequal lengths.

    >>> tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    return make(as_numbers(data, dtype), dtype, device, requires_grad)


def as_numbers(data: object, dtype: DtypeLike = None) -> Array:
    """Return numbers as a new array.

    Args:
        data: A number, numbers in nested lists, an array or a tensor.
        dtype: What they will be converted to, if that is known; otherwise Python's floats become
            the default dtype, as in PyTorch.
    """
    if isinstance(data, TensorCore):
        return data.array.copy()
    if isinstance(data, (np.ndarray, np.generic)) and not isinstance(data, float):
        return np.array(_native(data))
    try:
        array = np.array(_without_tensors(data))
    except ValueError:
        raise InvalidShape(
            "tensor() got nested lists of unequal lengths: all rows must be equally long."
        ) from None
    array = _native(array)
    is_open = array.dtype == np.float64 and dtype is None
    return array.astype(get_default_dtype()) if is_open else array


def _native(array: Array | np.generic) -> Array:
    """Return an array of numbers a tensor can hold, its bytes in this machine's order.

    Raises:
        InvalidType: for texts, complex numbers and other objects.
    """
    if array.dtype.kind not in KINDS:
        example = array.reshape(-1)[:1].tolist()
        raise InvalidType(
            f"A tensor holds real numbers or truth values, got values of {array.dtype} such as "
            f"{example}: convert them to numbers first."
        )
    if array.dtype.isnative:
        return np.asarray(array)
    return np.asarray(array.astype(array.dtype.newbyteorder("=")))


def _without_tensors(data: object) -> object:
    """Return nested lists in which tensors have become numbers or lists."""
    if isinstance(data, TensorCore):
        return data.array.tolist()
    if isinstance(data, (list, tuple)):
        return [_without_tensors(part) for part in data]
    return data


def as_tensor(
    data: Nested | Array | TensorCore, dtype: DtypeLike = None, device: DeviceLike = None
) -> Tensor:
    """Return a tensor of these numbers, of the same memory where possible.

    Args:
        data: A tensor, which is returned itself unless its dtype changes; an array, whose memory is
            shared; or numbers.
        dtype: What to convert to; by default what ``tensor()`` chooses.
        device: "cpu", or nothing.
    """
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray):
        return make(_native(data), dtype)
    return tensor(data, dtype=dtype)


def from_numpy(ndarray: Array) -> Tensor:
    """Return a tensor of the same memory as a NumPy array: a change to one is seen in the other.

    Raises:
        InvalidType: if it is not an array of real numbers in this machine's byte order.

    >>> numbers = np.zeros(2)
    >>> from_numpy(numbers)[0] = 5.0
    >>> numbers
    array([5., 0.])
    """
    if not isinstance(ndarray, np.ndarray):
        raise InvalidType(f"from_numpy takes a NumPy array, got {type(ndarray).__name__}.")
    if not ndarray.dtype.isnative:
        raise InvalidType(
            f"from_numpy got {ndarray.dtype}, whose bytes are in the other order, and cannot share "
            "it: copy it with tensor()."
        )
    return wrap_tensor(_native(ndarray))


# Filled


def full(
    size: Sizes,
    fill_value: Scalar,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor filled with one number, of its kind unless a dtype is given.

    >>> full((2, 2), 7.0)
    tensor([[7., 7.],
            [7., 7.]])
    """
    chosen = as_numbers(fill_value).dtype if dtype is None else as_dtype(dtype)
    return make(np.full(as_shape((size,)), fill_value, chosen), None, device, requires_grad)


def zeros(
    *size: Sizes, dtype: DtypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor of zeros.

    >>> zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    return make(np.zeros(as_shape(size), or_default(dtype)), None, device, requires_grad)


def ones(
    *size: Sizes, dtype: DtypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor of ones."""
    return make(np.ones(as_shape(size), or_default(dtype)), None, device, requires_grad)


def empty(
    *size: Sizes, dtype: DtypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor whose numbers are still to be set."""
    return make(np.empty(as_shape(size), or_default(dtype)), None, device, requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a matrix of n rows and m columns with ones on its diagonal and zeros elsewhere."""
    return make(np.eye(n, m, dtype=or_default(dtype)), None, device, requires_grad)


# Counted


def arange(
    start: float = 0,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return the numbers from start up to, not including, end; ``arange(end)`` starts at 0.

    Raises:
        InvalidArgument: if steps of this size never arrive.

    >>> arange(5), arange(0, 1, 0.25)
    (tensor([0, 1, 2, 3, 4]), tensor([0.0000, 0.2500, 0.5000, 0.7500]))
    """
    first, last = (0, start) if end is None else (start, end)
    if step == 0 or (last - first) * step < 0 or not np.isfinite([first, last, step]).all():
        raise InvalidArgument(
            f"arange({first}, {last}, {step}) never arrives: step must lead from start to end."
        )
    if dtype is None:
        is_float = any(isinstance(value, (float, np.floating)) for value in (first, last, step))
        dtype = get_default_dtype() if is_float else np.int64
    # In float64, as PyTorch counts: the number of steps must not depend on rounding to float32.
    count = math.ceil((last - first) / step)
    return make(first + step * np.arange(count), dtype, device, requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return so many numbers at equal distances, both ends included.

    Raises:
        InvalidArgument: if steps is negative.
    """
    check_steps("linspace", steps)
    return make(np.linspace(start, end, steps), or_default(dtype), device, requires_grad)


def logspace(
    start: float,
    end: float,
    steps: int,
    base: float = 10.0,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return so many powers of the base, their exponents at equal distances.

    Raises:
        InvalidArgument: if steps is negative.
    """
    check_steps("logspace", steps)
    numbers = np.logspace(start, end, steps, base=base)
    return make(numbers, or_default(dtype), device, requires_grad)


def check_steps(name: str, steps: int) -> None:
    """Refuse a negative number of steps.

    Raises:
        InvalidArgument: naming the function.
    """
    if steps < 0:
        raise InvalidArgument(f"{name} got steps={steps}: it must be 0 or more.")


# Like another tensor


def zeros_like(
    input: TensorCore,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return zeros in the shape and dtype of another tensor."""
    return make(np.zeros_like(input.array, order="C"), dtype, device, requires_grad)


def ones_like(
    input: TensorCore,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return ones in the shape and dtype of another tensor."""
    return make(np.ones_like(input.array, order="C"), dtype, device, requires_grad)


def empty_like(
    input: TensorCore,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor whose numbers are still to be set, in the shape and dtype of another."""
    chosen = input.array.dtype if dtype is None else as_dtype(dtype)
    return make(np.empty(input.array.shape, chosen), None, device, requires_grad)


def full_like(
    input: TensorCore,
    fill_value: Scalar,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return one number in the shape and dtype of another tensor."""
    chosen = input.array.dtype if dtype is None else as_dtype(dtype)
    return make(np.full(input.array.shape, fill_value, chosen), None, device, requires_grad)


def one_hot(tensor: TensorCore, num_classes: int = -1) -> Tensor:
    """Return for each label a row with 1 at the label and 0 elsewhere.

    Args:
        tensor: Integer labels of any shape.
        num_classes: Length of the rows; without it, the largest label and 1.

    Raises:
        InvalidType: if the labels are no integers.
        InvalidArgument: if a label is negative or num_classes or more, or none tells how many
            classes there are.

    >>> one_hot(arange(3) % 2)
    tensor([[1, 0],
            [0, 1],
            [1, 0]])
    """
    labels = tensor.array
    if labels.dtype.kind not in "iu":
        raise InvalidType(f"one_hot takes integer labels, got {labels.dtype}: use .long().")
    if not labels.size and num_classes < 1:
        raise InvalidArgument("one_hot got no labels: say with num_classes how long rows are.")
    length = int(labels.max(initial=-1)) + 1 if num_classes == -1 else num_classes
    if labels.size and not (labels.min() >= 0 and labels.max() < length):
        raise InvalidArgument(
            f"one_hot got labels from {labels.min()} to {labels.max()}: they must lie between 0 "
            f"and {length - 1}."
        )
    return wrap_tensor((labels[..., None] == np.arange(length)).astype(np.int64))
