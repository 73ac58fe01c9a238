"""Functions of tensors: the methods of Tensor under PyTorch's module-level names.

Each takes the tensor as its first argument, ``input``; what it does is said at the method.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Concatenate, Literal, ParamSpec, TypeVar

import numpy as np

from chainrule.array_types import Array, Scalar
from chainrule.autograd.arithmetic_methods import choose
from chainrule.autograd.conversion import Operand, cast, common_dtype
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.shaping_methods import as_shape
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.operations.joining import CAT, STACK
from chainrule.operations.padding import PAD

P = ParamSpec("P")
R = TypeVar("R")


def function_of(
    method: Callable[Concatenate[Tensor, P], R],
) -> Callable[Concatenate[Tensor, P], R]:
    """Make a function of a method: its first parameter becomes ``input``."""

    @functools.wraps(method)
    def function(input: Tensor, *args: P.args, **kwargs: P.kwargs) -> R:
        if not isinstance(input, TensorCore):
            raise InvalidType(
                f"{method.__name__} takes a tensor, got {type(input).__name__}: convert it with "
                "chainrule.tensor(x)."
            )
        return method(input, *args, **kwargs)

    signature = inspect.signature(method)
    _, *others = signature.parameters.values()
    first = inspect.Parameter("input", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Tensor)
    function.__signature__ = signature.replace(parameters=[first, *others])  # type: ignore[attr-defined]  # read by inspect and help()
    function.__qualname__ = method.__name__
    return function  # type: ignore[return-value]  # its first parameter has a name besides


add = function_of(Tensor.add)
sub = function_of(Tensor.sub)
mul = function_of(Tensor.mul)
div = function_of(Tensor.div)
floor_divide = function_of(Tensor.floor_divide)
remainder = function_of(Tensor.remainder)
pow = function_of(Tensor.pow)
maximum = function_of(Tensor.maximum)
minimum = function_of(Tensor.minimum)
lerp = function_of(Tensor.lerp)
neg = function_of(Tensor.neg)
abs = function_of(Tensor.abs)
exp = function_of(Tensor.exp)
expm1 = function_of(Tensor.expm1)
log = function_of(Tensor.log)
log1p = function_of(Tensor.log1p)
log2 = function_of(Tensor.log2)
log10 = function_of(Tensor.log10)
sqrt = function_of(Tensor.sqrt)
rsqrt = function_of(Tensor.rsqrt)
square = function_of(Tensor.square)
reciprocal = function_of(Tensor.reciprocal)
sign = function_of(Tensor.sign)
floor = function_of(Tensor.floor)
ceil = function_of(Tensor.ceil)
round = function_of(Tensor.round)
sin = function_of(Tensor.sin)
cos = function_of(Tensor.cos)
tan = function_of(Tensor.tan)
sinh = function_of(Tensor.sinh)
cosh = function_of(Tensor.cosh)
atan = function_of(Tensor.atan)
erf = function_of(Tensor.erf)
clamp = function_of(Tensor.clamp)
eq = function_of(Tensor.eq)
ne = function_of(Tensor.ne)
lt = function_of(Tensor.lt)
le = function_of(Tensor.le)
gt = function_of(Tensor.gt)
ge = function_of(Tensor.ge)
logical_and = function_of(Tensor.logical_and)
logical_or = function_of(Tensor.logical_or)
logical_xor = function_of(Tensor.logical_xor)
logical_not = function_of(Tensor.logical_not)
isnan = function_of(Tensor.isnan)
isinf = function_of(Tensor.isinf)
isfinite = function_of(Tensor.isfinite)
equal = function_of(Tensor.equal)
allclose = function_of(Tensor.allclose)
sum = function_of(Tensor.sum)
mean = function_of(Tensor.mean)
prod = function_of(Tensor.prod)
var = function_of(Tensor.var)
std = function_of(Tensor.std)
logsumexp = function_of(Tensor.logsumexp)
norm = function_of(Tensor.norm)
cumsum = function_of(Tensor.cumsum)
all = function_of(Tensor.all)
any = function_of(Tensor.any)
count_nonzero = function_of(Tensor.count_nonzero)
amax = function_of(Tensor.amax)
amin = function_of(Tensor.amin)
argmax = function_of(Tensor.argmax)
argmin = function_of(Tensor.argmin)
max = function_of(Tensor.max)
min = function_of(Tensor.min)
median = function_of(Tensor.median)
argsort = function_of(Tensor.argsort)
sort = function_of(Tensor.sort)
topk = function_of(Tensor.topk)
flatten = function_of(Tensor.flatten)
unflatten = function_of(Tensor.unflatten)
ravel = function_of(Tensor.ravel)
squeeze = function_of(Tensor.squeeze)
unsqueeze = function_of(Tensor.unsqueeze)
transpose = function_of(Tensor.transpose)
movedim = function_of(Tensor.movedim)
roll = function_of(Tensor.roll)
broadcast_to = function_of(Tensor.broadcast_to)
chunk = function_of(Tensor.chunk)
unbind = function_of(Tensor.unbind)
narrow = function_of(Tensor.narrow)
select = function_of(Tensor.select)
index_select = function_of(Tensor.index_select)
gather = function_of(Tensor.gather)
take_along_dim = function_of(Tensor.take_along_dim)
masked_select = function_of(Tensor.masked_select)
masked_fill = function_of(Tensor.masked_fill)
nonzero = function_of(Tensor.nonzero)
unique = function_of(Tensor.unique)
diagonal = function_of(Tensor.diagonal)
diag = function_of(Tensor.diag)
triu = function_of(Tensor.triu)
tril = function_of(Tensor.tril)
matmul = function_of(Tensor.matmul)
dot = function_of(Tensor.dot)
mv = function_of(Tensor.mv)
mm = function_of(Tensor.mm)
bmm = function_of(Tensor.bmm)
outer = function_of(Tensor.outer)
t = function_of(Tensor.t)
numel = function_of(Tensor.numel)
clone = function_of(Tensor.clone)
relu = function_of(Tensor.relu)
sigmoid = function_of(Tensor.sigmoid)
tanh = function_of(Tensor.tanh)
softmax = function_of(Tensor.softmax)
log_softmax = function_of(Tensor.log_softmax)
absolute = abs
negative = neg
multiply = mul
divide = div
subtract = sub
clip = clamp
swapaxes = function_of(Tensor.swapaxes)


def reshape(input: Tensor, shape: Sequence[int]) -> Tensor:
    """Return the numbers in another shape; one length may be -1 and is worked out."""
    return input.reshape(shape)


def permute(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Bring the axes into another order."""
    return input.permute(dims)


def flip(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Reverse the order along axes."""
    return input.flip(dims)


def tile(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Put copies side by side, so many along each of the last axes."""
    return input.tile(dims)


def split(
    tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0
) -> tuple[Tensor, ...]:
    """Cut into parts along an axis: of one length, the last perhaps shorter, or of those given."""
    return tensor.split(split_size_or_sections, dim)


def cat(tensors: Sequence[TensorCore], dim: int = 0) -> Tensor:
    """Put tensors one after the other along an axis; all other lengths must agree.

    >>> cat([Tensor([1.0]), Tensor([2.0, 3.0])])
    tensor([1., 2., 3.])
    """
    return apply(CAT, _of_one_dtype("cat", tensors), (dim,))


concat = concatenate = cat


def stack(tensors: Sequence[TensorCore], dim: int = 0) -> Tensor:
    """Put tensors of one shape side by side along a new axis.

    >>> stack([Tensor([1.0, 2.0]), Tensor([3.0, 4.0])])
    tensor([[1., 2.],
            [3., 4.]])
    """
    return apply(STACK, _of_one_dtype("stack", tensors), (dim,))


def _of_one_dtype(name: str, tensors: Sequence[TensorCore]) -> tuple[TensorCore, ...]:
    """Return the tensors, converted to the dtype that can hold all their numbers.

    Raises:
        InvalidType: if one of them is no tensor.
        InvalidArgument: if there are none.
    """
    if isinstance(tensors, TensorCore):
        raise InvalidType(f"{name} takes a list of tensors, got a tensor: put it into brackets.")
    given = tuple(tensors)
    if not given:
        raise InvalidArgument(f"{name} got no tensors: pass at least one.")
    for position, part in enumerate(given):
        if not isinstance(part, TensorCore):
            raise InvalidType(
                f"{name} takes a list of tensors, got {type(part).__name__} as number {position}: "
                "convert it with chainrule.tensor(x)."
            )
    dtype = functools.reduce(_wider, [part.array.reshape(-1) for part in given]).dtype
    return tuple([cast(part, dtype) for part in given])


def _wider(a: Array, b: Array) -> Array:
    """Return an empty array of the dtype that holds the numbers of both."""
    return np.empty(0, common_dtype(a, b))


def pad(
    input: Tensor, pad: Sequence[int], mode: str = "constant", value: Scalar | None = None
) -> Tensor:
    """Put numbers around a tensor.

    Args:
        input: Any shape.
        pad: How many before and after, for the last axis first: (left, right, top, bottom, ...).
            Negative ones cut off, in mode "constant".
        mode: "constant"; "reflect" mirrors at the edge without repeating it, "replicate" repeats
            the edge, "circular" goes on at the other side.
        value: The constant, 0 unless said otherwise.

    Raises:
        InvalidArgument: if there is no such mode, or pad has not two numbers for each axis.
        InvalidShape: if an axis is too short for so much padding.

    >>> pad(Tensor([1.0, 2.0, 3.0]), (2, 1), "reflect")
    tensor([3., 2., 1., 2., 3., 2.])
    """
    return apply(PAD, (input,), (as_shape((tuple(pad),)), mode, 0.0 if value is None else value))


def where(condition: TensorCore, input: Operand, other: Operand) -> Tensor:
    """Return ``input`` where the condition holds and ``other`` elsewhere.

    Raises:
        InvalidType: if the condition does not hold truth values.

    >>> where(Tensor([1.0, -1.0]) > 0, 1.0, 0.0)
    tensor([1., 0.])
    """
    return choose(condition, input, other)


def isclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> Tensor:
    """Return for each two numbers whether they differ by at most atol + rtol |other|."""
    return wrap(np.asarray(np.isclose(input.array, other.array, rtol, atol, equal_nan)))


def is_tensor(obj: object) -> bool:
    """Return whether something is a tensor."""
    return isinstance(obj, TensorCore)


def is_floating_point(input: Tensor) -> bool:
    """Return whether a tensor holds floating-point numbers."""
    return input.is_floating_point()


def meshgrid(*tensors: Tensor, indexing: Literal["ij", "xy"] | None = None) -> tuple[Tensor, ...]:
    """Return the coordinates of all points of a grid, one tensor per axis.

    Args:
        tensors: The coordinates along each axis.
        indexing: "ij", the default: the first tensor runs along the first axis. "xy": along the
            second, as in a picture.
    """
    grids = np.meshgrid(*[t.array for t in tensors], indexing=indexing or "ij")
    return tuple(wrap(np.ascontiguousarray(grid)) for grid in grids)


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """Return how often each integer from 0 on occurs, or the sum of the weights of its places.

    Raises:
        InvalidType: if the numbers are not integers.
        InvalidArgument: if one is negative, or they are no vector.
    """
    numbers = input.array
    if numbers.dtype.kind not in "iu":
        raise InvalidType(f"bincount counts integers, got {numbers.dtype}: use .long().")
    if numbers.ndim != 1 or numbers.min(initial=0) < 0:
        raise InvalidArgument(
            f"bincount takes a vector of integers from 0 on, got shape {numbers.shape} with the "
            f"smallest number {numbers.min(initial=0)}."
        )
    return wrap(np.bincount(numbers, None if weights is None else weights.array, minlength))
