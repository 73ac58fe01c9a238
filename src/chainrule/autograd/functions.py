"""Functions of tensors: the methods of Tensor under PyTorch's module-level names.

Each takes the tensor as its first argument, ``input``; what it does is said at the method.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np

from chainrule.autograd.conversion import Operand, operand
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.autograd.shaping_methods import cat as cat
from chainrule.autograd.shaping_methods import stack as stack
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidType

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
    return function


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
reshape = function_of(Tensor.reshape)
flatten = function_of(Tensor.flatten)
unflatten = function_of(Tensor.unflatten)
squeeze = function_of(Tensor.squeeze)
unsqueeze = function_of(Tensor.unsqueeze)
transpose = function_of(Tensor.transpose)
permute = function_of(Tensor.permute)
movedim = function_of(Tensor.movedim)
flip = function_of(Tensor.flip)
split = function_of(Tensor.split)
chunk = function_of(Tensor.chunk)
unbind = function_of(Tensor.unbind)
narrow = function_of(Tensor.narrow)
select = function_of(Tensor.select)
index_select = function_of(Tensor.index_select)
gather = function_of(Tensor.gather)
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
swapaxes = transpose

concat = concatenate = cat


def where(condition: Tensor, input: Operand, other: Operand) -> Tensor:
    """Take the first number where the condition holds, and the second elsewhere."""
    if isinstance(input, TensorCore):
        chosen = input
    elif isinstance(other, TensorCore):
        chosen = operand(input, other)
    else:
        chosen = wrap(np.asarray(input, np.float32 if isinstance(input, float) else None))
    return chosen.where(condition, other)  # type: ignore[attr-defined]  # a Tensor


def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Say for each pair of numbers whether they differ by at most atol + rtol |other|."""
    close = np.isclose(input.array, other.array, rtol=rtol, atol=atol, equal_nan=equal_nan)
    return wrap(np.asarray(close))


def is_tensor(obj: object) -> bool:
    """Say whether something is a tensor."""
    return isinstance(obj, TensorCore)


def is_floating_point(input: Tensor) -> bool:
    """Say whether a tensor holds floating-point numbers."""
    return input.is_floating_point()


def meshgrid(*tensors: Tensor, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Return the coordinates of all points of a grid, one tensor per axis."""
    grids = np.meshgrid(*[t.array for t in tensors], indexing=indexing)  # type: ignore[call-overload]  # "ij" or "xy"
    return tuple(wrap(np.ascontiguousarray(grid)) for grid in grids)


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """Count how often each integer from 0 on occurs."""
    counts = np.bincount(input.array, None if weights is None else weights.array, minlength)
    return wrap(counts)

