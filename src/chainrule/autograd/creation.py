"""New tensors: from numbers, filled, counted or drawn at random."""

import math
from collections.abc import Sequence

import numpy as np

from chainrule.array_types import Array, Dtype, Nested, Scalar, get_default_dtype
from chainrule.autograd.core import TensorCore
from chainrule.autograd.shaping_methods import Sizes, as_shape
from chainrule.autograd.tensor import Tensor, wrap_tensor
from chainrule.device import Device, check_device
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.randomness import Generator, default_generator

DtypeLike = Dtype | type | None
DeviceLike = Device | str | None


def make(
    array: Array,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor around an array, converted where asked for."""
    check_device(device)
    wanted = array if dtype is None else array.astype(np.dtype(dtype), copy=False)
    result = wrap_tensor(wanted)
    if requires_grad:
        result.requires_grad = True
    return result


def as_numbers(data: object) -> Array:
    """Return numbers in nested lists as a new array of the dtype PyTorch would choose.

    Raises:
        InvalidType: for texts, complex numbers and other objects.
        InvalidShape: for lists of unequal lengths.
    """
    if isinstance(data, TensorCore):
        return data.array.copy()
    if isinstance(data, (np.ndarray, np.generic)):
        array = np.array(data)
    else:
        try:
            array = np.array(_without_tensors(data))
        except ValueError:
            raise InvalidShape(
                "tensor() got nested lists of unequal lengths: all rows must be equally long."
            ) from None
        if array.dtype == np.float64:
            array = array.astype(get_default_dtype())
        elif not array.size and array.dtype.kind == "f":
            array = array.astype(get_default_dtype())
    if array.dtype.kind not in "biuf":
        raise InvalidType(
            f"tensor() got {type(data).__name__} with values of {array.dtype}: pass real numbers or "
            "truth values."
        )
    return array


def _without_tensors(data: object) -> object:
    """Return nested lists in which tensors have become numbers or lists."""
    if isinstance(data, TensorCore):
        return data.array.tolist()
    if isinstance(data, (list, tuple)):
        return [_without_tensors(part) for part in data]
    return data


def tensor(
    data: Nested | Array | TensorCore,
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

    >>> tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    return make(as_numbers(data), dtype, device, requires_grad)


def as_tensor(
    data: Nested | Array | TensorCore, dtype: DtypeLike = None, device: DeviceLike = None
) -> Tensor:
    """Return a tensor of these numbers, of the same memory where possible."""
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(np.dtype(dtype))
    if isinstance(data, np.ndarray):
        return make(from_numpy(data).array, dtype)
    return tensor(data, dtype)


def from_numpy(array: Array) -> Tensor:
    """Return a tensor of the same memory as a NumPy array: a change to one is seen in the other.

    Raises:
        InvalidType: if it is not an array of real numbers.
    """
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        kind = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        raise InvalidType(f"from_numpy takes a NumPy array of real numbers, got {kind}.")
    return wrap_tensor(array)


def full(
    size: Sizes,
    fill_value: Scalar,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor filled with one number."""
    chosen = as_numbers(fill_value).dtype if dtype is None else np.dtype(dtype)
    return make(np.full(as_shape((size,)), fill_value, chosen), None, device, requires_grad)


def zeros(
    *size: Sizes, dtype: DtypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor of zeros.

    >>> zeros(2, 3).shape
    (2, 3)
    """
    return make(np.zeros(as_shape(size), _or_default(dtype)), None, device, requires_grad)


def ones(
    *size: Sizes, dtype: DtypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor of ones."""
    return make(np.ones(as_shape(size), _or_default(dtype)), None, device, requires_grad)


def empty(
    *size: Sizes, dtype: DtypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor whose numbers are still to be set."""
    return make(np.empty(as_shape(size), _or_default(dtype)), None, device, requires_grad)


def eye(
    n: int, m: int | None = None, *, dtype: DtypeLike = None, requires_grad: bool = False
) -> Tensor:
    """Return a matrix with ones on its diagonal and zeros elsewhere."""
    return make(np.eye(n, m, dtype=_or_default(dtype)), requires_grad=requires_grad)


def arange(
    start: float = 0,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return the numbers from start up to, not including, end; ``arange(end)`` starts at 0."""
    first, last = (0, start) if end is None else (start, end)
    if step == 0 or (last - first) * step < 0:
        raise InvalidArgument(
            f"arange({first}, {last}, {step}) never arrives: step must lead from start to end."
        )
    is_float = any(isinstance(value, (float, np.floating)) for value in (first, last, step))
    chosen = (get_default_dtype() if is_float else np.int64) if dtype is None else dtype
    # In float64, as PyTorch counts: the number of steps must not depend on rounding to float32.
    count = max(math.ceil((last - first) / step), 0)
    return make(first + step * np.arange(count), chosen, device, requires_grad)


def linspace(
    start: float, end: float, steps: int, *, dtype: DtypeLike = None, requires_grad: bool = False
) -> Tensor:
    """Return so many numbers at equal distances, both ends included."""
    return make(np.linspace(start, end, steps), _or_default(dtype), None, requires_grad)


def logspace(
    start: float,
    end: float,
    steps: int,
    base: float = 10.0,
    *,
    dtype: DtypeLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return so many powers of the base, their exponents at equal distances."""
    numbers = np.logspace(start, end, steps, base=base)
    return make(numbers, _or_default(dtype), None, requires_grad)


def rand(
    *size: Sizes,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return numbers drawn evenly from [0, 1)."""
    numbers = _random(generator).random(as_shape(size))
    chosen = _or_default(dtype)
    # Rounding to a shorter dtype may reach 1, which is not in the interval.
    limit = np.nextafter(chosen.type(1), chosen.type(0))
    return make(np.minimum(numbers.astype(chosen), limit), None, device, requires_grad)


def randn(
    *size: Sizes,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return numbers drawn from the standard normal distribution."""
    numbers = _random(generator).standard_normal(as_shape(size))
    return make(np.asarray(numbers), _or_default(dtype), device, requires_grad)


def randint(
    low: int,
    high: int | Sequence[int],
    size: Sequence[int] | None = None,
    *,
    generator: Generator | None = None,
    dtype: DtypeLike = None,
    device: DeviceLike = None,
) -> Tensor:
    """Return integers drawn evenly from low up to, not including, high.

    ``randint(high, size)`` starts at 0.
    """
    if size is None:
        if isinstance(high, int):
            raise InvalidArgument("randint needs a size, e.g. randint(0, 10, (3,)).")
        low, high, size = 0, low, high
    if not isinstance(high, (int, np.integer)) or low >= high:
        raise InvalidArgument(f"randint needs low < high, got {low} and {high}.")
    numbers = _random(generator).integers(low, high, tuple(size))
    return make(np.asarray(numbers), np.int64 if dtype is None else dtype, device)


def randperm(n: int, *, generator: Generator | None = None) -> Tensor:
    """Return the integers from 0 up to, not including, n in a random order."""
    return wrap_tensor(_random(generator).permutation(n))


def normal(
    mean: "float | TensorCore",
    std: "float | TensorCore" = 1.0,
    size: Sequence[int] | None = None,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Return numbers drawn from normal distributions of these means and deviations."""
    m = mean.array if isinstance(mean, TensorCore) else np.asarray(mean)
    s = std.array if isinstance(std, TensorCore) else np.asarray(std)
    shape = np.broadcast_shapes(m.shape, s.shape) if size is None else tuple(size)
    numbers = m + s * _random(generator).standard_normal(shape)
    return make(np.asarray(numbers), get_default_dtype())


def bernoulli(input: TensorCore, *, generator: Generator | None = None) -> Tensor:
    """Return 1 with the probability each number gives, else 0."""
    if not ((input.array >= 0) & (input.array <= 1)).all():
        raise InvalidArgument("bernoulli takes probabilities: all numbers must be from 0 to 1.")
    drawn = _random(generator).random(input.shape) < input.array
    return make(np.asarray(drawn), input.array.dtype)


def multinomial(
    input: TensorCore,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Return positions drawn with probabilities in proportion to the numbers of each row."""
    random = _random(generator)
    rows = np.atleast_2d(input.array.astype(np.float64))
    if (rows < 0).any() or not (rows.sum(axis=1) > 0).all() or not np.isfinite(rows).all():
        raise InvalidArgument("multinomial takes weights of 0 or more that are not all 0.")
    if not replacement and (np.count_nonzero(rows, axis=1) < num_samples).any():
        raise InvalidArgument(
            f"multinomial cannot draw {num_samples} different positions: fewer have a weight above 0."
        )
    drawn = [
        random.choice(len(row), num_samples, replace=replacement, p=row / row.sum()) for row in rows
    ]
    return wrap_tensor(np.array(drawn).reshape(*input.shape[:-1], num_samples))


def zeros_like(
    input: TensorCore, *, dtype: DtypeLike = None, requires_grad: bool = False
) -> Tensor:
    """Return zeros in the shape and dtype of another tensor."""
    return make(np.zeros(input.shape, dtype or input.dtype), requires_grad=requires_grad)


def ones_like(
    input: TensorCore, *, dtype: DtypeLike = None, requires_grad: bool = False
) -> Tensor:
    """Return ones in the shape and dtype of another tensor."""
    return make(np.ones(input.shape, dtype or input.dtype), requires_grad=requires_grad)


def empty_like(
    input: TensorCore, *, dtype: DtypeLike = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor to be filled in the shape and dtype of another."""
    return make(np.empty(input.shape, dtype or input.dtype), requires_grad=requires_grad)


def full_like(
    input: TensorCore,
    fill_value: Scalar,
    *,
    dtype: DtypeLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return one number in the shape and dtype of another tensor."""
    numbers = np.full(input.shape, fill_value, dtype or input.dtype)
    return make(numbers, requires_grad=requires_grad)


def rand_like(input: TensorCore, *, dtype: DtypeLike = None, requires_grad: bool = False) -> Tensor:
    """Return numbers drawn evenly from [0, 1) in the shape and dtype of another tensor."""
    return rand(*input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def randn_like(
    input: TensorCore, *, dtype: DtypeLike = None, requires_grad: bool = False
) -> Tensor:
    """Return standard normal numbers in the shape and dtype of another tensor."""
    return randn(*input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def randint_like(input: TensorCore, low: int, high: int, *, dtype: DtypeLike = None) -> Tensor:
    """Return integers drawn evenly in the shape and dtype of another tensor."""
    return randint(low, high, input.shape, dtype=dtype or input.dtype)


def one_hot(tensor: TensorCore, num_classes: int = -1) -> Tensor:
    """Return for each label a row with 1 at the label and 0 elsewhere.

    >>> one_hot(wrap_tensor(np.array([0, 2]))).tolist()
    [[1, 0, 0], [0, 0, 1]]
    """
    labels = tensor.array
    if labels.dtype.kind not in "iu":
        raise InvalidType(f"one_hot takes integer labels, got {labels.dtype}: use .long().")
    if num_classes == -1:
        num_classes = int(labels.max(initial=-1)) + 1
    if labels.size and not (labels.min() >= 0 and labels.max() < num_classes):
        raise InvalidArgument(
            f"one_hot got labels from {labels.min()} to {labels.max()}: they must lie between 0 and "
            f"{num_classes - 1}."
        )
    return wrap_tensor((labels[..., None] == np.arange(num_classes)).astype(np.int64))


def _or_default(dtype: DtypeLike) -> Dtype:
    return get_default_dtype() if dtype is None else np.dtype(dtype)


def _random(generator: Generator | None) -> np.random.Generator:
    return (generator or default_generator).numpy

