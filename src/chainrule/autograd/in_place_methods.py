"""Methods of Tensor that change its numbers in place; their names end in ``_``.

Under ``no_grad`` they write into the tensor's memory directly. Where a gradient is recorded, the
tensor moves on in the graph to be the result of the change, and what its old numbers were needed
for is found out in the backward pass. A leaf that requires a gradient cannot be changed then.
"""

from typing import Self, TypeVar

import numpy as np

from chainrule.array_types import Array, Scalar
from chainrule.autograd.conversion import Operand, cast, operand, require_floating
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.modes import state
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.operations.arithmetic import WHERE
from chainrule.randomness import Generator, default_generator

T = TypeVar("T", bound=TensorCore)


class InPlaceMethods(TensorCore):
    """Changes in place: arithmetic, filling, copying, random numbers."""

    __slots__ = ()

    # Arithmetic

    def add_(self, other: Operand, *, alpha: Scalar = 1) -> Self:
        """Add ``alpha * other``."""
        if alpha == 1 and change_directly(self, np.add, other, "add_"):
            return self
        return self.become(self.before_change().add(other, alpha=alpha), "add_")

    def sub_(self, other: Operand, *, alpha: Scalar = 1) -> Self:
        """Subtract ``alpha * other``."""
        if alpha == 1 and change_directly(self, np.subtract, other, "sub_"):
            return self
        return self.become(self.before_change().sub(other, alpha=alpha), "sub_")

    def mul_(self, other: Operand) -> Self:
        """Multiply by ``other``."""
        if change_directly(self, np.multiply, other, "mul_"):
            return self
        return self.become(self.before_change() * other, "mul_")

    def div_(self, other: Operand) -> Self:
        """Divide by ``other``."""
        if change_directly(self, np.divide, other, "div_"):
            return self
        return self.become(self.before_change() / other, "div_")

    def pow_(self, exponent: Operand) -> Self:
        """Raise to a power."""
        return self.become(self.before_change() ** exponent, "pow_")

    def __iadd__(self, other: Operand) -> Self:
        return self.add_(other)

    def __isub__(self, other: Operand) -> Self:
        return self.sub_(other)

    def __imul__(self, other: Operand) -> Self:
        return self.mul_(other)

    def __itruediv__(self, other: Operand) -> Self:
        return self.div_(other)

    def __ipow__(self, other: Operand) -> Self:
        return self.pow_(other)

    def addcmul_(self, tensor1: TensorCore, tensor2: TensorCore, *, value: Scalar = 1) -> Self:
        """Add ``value * tensor1 * tensor2``."""
        return self.become(self.before_change().addcmul(tensor1, tensor2, value=value), "addcmul_")

    def addcdiv_(self, tensor1: TensorCore, tensor2: TensorCore, *, value: Scalar = 1) -> Self:
        """Add ``value * tensor1 / tensor2``."""
        return self.become(self.before_change().addcdiv(tensor1, tensor2, value=value), "addcdiv_")

    def lerp_(self, end: TensorCore, weight: Operand) -> Self:
        """Go the fraction ``weight`` of the way to ``end``."""
        return self.become(self.before_change().lerp(end, weight), "lerp_")

    # Functions

    def neg_(self) -> Self:
        """Turn the sign."""
        return self.become(self.before_change().neg(), "neg_")

    def abs_(self) -> Self:
        """Drop the sign."""
        return self.become(self.before_change().abs(), "abs_")

    def exp_(self) -> Self:
        """Replace x by e^x."""
        return self.become(self.before_change().exp(), "exp_")

    def log_(self) -> Self:
        """Replace x by its natural logarithm."""
        return self.become(self.before_change().log(), "log_")

    def sqrt_(self) -> Self:
        """Replace x by its square root."""
        return self.become(self.before_change().sqrt(), "sqrt_")

    def reciprocal_(self) -> Self:
        """Replace x by 1 / x."""
        return self.become(self.before_change().reciprocal(), "reciprocal_")

    def round_(self, decimals: int = 0) -> Self:
        """Round to so many decimals."""
        return self.become(self.before_change().round(decimals), "round_")

    def clamp_(
        self, min: "Scalar | TensorCore | None" = None, max: "Scalar | TensorCore | None" = None
    ) -> Self:
        """Replace what is below ``min`` or above ``max`` by that bound."""
        return self.become(self.before_change().clamp(min, max), "clamp_")

    clip_ = clamp_

    # Filling

    def zero_(self) -> Self:
        """Set every number to 0."""
        return overwrite(self, wrap(np.zeros((), self.array.dtype)), "zero_")

    def fill_(self, value: Operand) -> Self:
        """Set every number to one value.

        Raises:
            InvalidShape: if value is more than a single number.
        """
        source = operand(value, self)
        if source.array.ndim:
            raise InvalidShape(
                f"fill_ got a value of shape {source.array.shape}: pass a single number, or use "
                "copy_."
            )
        return overwrite(self, source, "fill_")

    def copy_(self, src: "TensorCore | Array") -> Self:
        """Copy the numbers of another tensor, converted to this tensor's dtype.

        Raises:
            InvalidShape: if they do not broadcast to this tensor's shape.
        """
        source = operand(src, self)
        try:
            np.broadcast_to(source.array, self.array.shape)
        except ValueError:
            raise InvalidShape(
                f"copy_ got shape {source.array.shape} for a tensor of shape {self.array.shape}: "
                "it must be the same, or broadcast to it."
            ) from None
        return overwrite(self, source, "copy_")

    # Random numbers

    def normal_(
        self, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
    ) -> Self:
        """Draw every number from the normal distribution.

        Raises:
            InvalidArgument: if std is negative.
            InvalidType: for integers.
        """
        require_floating(self, "normal_")
        if not std >= 0:
            raise InvalidArgument(f"normal_ got std {std}: it must be 0 or larger.")
        drawn = (generator or default_generator).numpy.normal(mean, std, self.array.shape)
        return overwrite(self, wrap(np.asarray(drawn)), "normal_")

    def uniform_(
        self, low: float = 0.0, to: float = 1.0, *, generator: Generator | None = None
    ) -> Self:
        """Draw every number evenly from ``low`` up to, not including, ``to``.

        Raises:
            InvalidArgument: if to is below low.
            InvalidType: for integers.
        """
        require_floating(self, "uniform_")
        if not low <= to:
            raise InvalidArgument(f"uniform_ got the range {low} to {to}: its end is below it.")
        drawn = (generator or default_generator).numpy.uniform(low, to, self.array.shape)
        return overwrite(self, wrap(np.asarray(drawn)), "uniform_")


def is_recorded(tensor: TensorCore, other: TensorCore | None = None) -> bool:
    """Return whether a change of a tensor, by another one, is to be noted in a graph."""
    if state.tracer is not None:
        return True
    return state.grad_enabled and (
        tensor._requires_grad or (other is not None and other._requires_grad)
    )


def change_directly(tensor: TensorCore, function: np.ufunc, other: Operand, name: str) -> bool:
    """Change a tensor's memory without a graph, if nothing is to be recorded; return whether.

    What NumPy refuses is left to the general way, whose errors say more.
    """
    source = other if isinstance(other, TensorCore) else None
    if is_recorded(tensor, source):
        return False
    value = other if source is None else source.array
    try:
        with np.errstate(all="ignore"):
            function(tensor.array, value, out=tensor.array, casting="same_kind")
    except (TypeError, ValueError, OverflowError):
        return False
    tensor.mark_changed(name)
    return True


def overwrite(tensor: T, source: TensorCore, name: str) -> T:
    """Replace all numbers of a tensor, and with them the history that led to the old ones."""
    if not is_recorded(tensor, source):
        tensor.check_writable(name)
        with np.errstate(all="ignore"):
            tensor.array[...] = source.array
        tensor.mark_changed(name)
        return tensor
    # A choice that never falls on the old numbers: they get the gradient 0, the new ones all of it.
    never = wrap(np.array(False))
    new = cast(source, tensor.array.dtype)
    return tensor.become(apply(WHERE, (never, tensor.before_change(), new)), name)
