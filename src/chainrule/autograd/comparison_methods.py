"""Methods of Tensor that compare, combine truth values, or turn a single number into Python's."""

from typing import TYPE_CHECKING

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.conversion import Operand, operands
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.autograd.modes import note_exit
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.operations import comparison
from chainrule.operations.operation import Operation

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor


class ComparisonMethods(TensorCore):
    """Comparisons, elementwise; logic; conversion of one-element tensors to Python numbers."""

    __slots__ = ()

    def eq(self, other: Operand) -> "Tensor":
        """Return where numbers are equal."""
        return apply(comparison.EQUAL, operands(self, other))

    def ne(self, other: Operand) -> "Tensor":
        """Return where numbers differ."""
        return apply(comparison.NOT_EQUAL, operands(self, other))

    def lt(self, other: Operand) -> "Tensor":
        """Return where x < other."""
        return apply(comparison.LESS, operands(self, other))

    def le(self, other: Operand) -> "Tensor":
        """Return where x <= other."""
        return apply(comparison.LESS_EQUAL, operands(self, other))

    def gt(self, other: Operand) -> "Tensor":
        """Return where x > other."""
        return apply(comparison.GREATER, operands(self, other))

    def ge(self, other: Operand) -> "Tensor":
        """Return where x >= other."""
        return apply(comparison.GREATER_EQUAL, operands(self, other))

    __lt__, __le__, __gt__, __ge__ = lt, le, gt, ge
    less, less_equal, greater, greater_equal, not_equal = lt, le, gt, ge, ne

    def __eq__(self, other: object) -> "Tensor":  # type: ignore[override]  # elementwise
        if isinstance(other, (TensorCore, int, float, np.ndarray, np.generic)):
            return self.eq(other)
        return NotImplemented

    def __ne__(self, other: object) -> "Tensor":  # type: ignore[override]  # elementwise
        if isinstance(other, (TensorCore, int, float, np.ndarray, np.generic)):
            return self.ne(other)
        return NotImplemented

    def __hash__(self) -> int:
        # By identity: equality is elementwise, and two tensors of equal numbers are two tensors.
        return id(self)

    # Logic

    def logical_and(self, other: Operand) -> "Tensor":
        """Return where both differ from 0."""
        return apply(comparison.LOGICAL_AND, operands(self, other))

    def logical_or(self, other: Operand) -> "Tensor":
        """Return where at least one differs from 0."""
        return apply(comparison.LOGICAL_OR, operands(self, other))

    def logical_xor(self, other: Operand) -> "Tensor":
        """Return where exactly one differs from 0."""
        return apply(comparison.LOGICAL_XOR, operands(self, other))

    def logical_not(self) -> "Tensor":
        """Return where x is 0."""
        return apply(comparison.LOGICAL_NOT, (self,))

    def __and__(self, other: Operand) -> "Tensor":
        return bits(comparison.BITWISE_AND, *operands(self, other))

    def __or__(self, other: Operand) -> "Tensor":
        return bits(comparison.BITWISE_OR, *operands(self, other))

    def __xor__(self, other: Operand) -> "Tensor":
        return bits(comparison.BITWISE_XOR, *operands(self, other))

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> "Tensor":
        return bits(comparison.BITWISE_NOT, self)

    def isnan(self) -> "Tensor":
        """Return where x is not a number."""
        return apply(comparison.ISNAN, (self,))

    def isinf(self) -> "Tensor":
        """Return where x is plus or minus infinity."""
        return apply(comparison.ISINF, (self,))

    def isfinite(self) -> "Tensor":
        """Return where x is neither infinite nor NaN."""
        return apply(comparison.ISFINITE, (self,))

    def equal(self, other: TensorCore) -> bool:
        """Return whether both have the same shape and the same numbers.

        Two NaN are not the same number.
        """
        note_exit("equal")
        return bool(np.array_equal(self.array, other.array))

    def allclose(
        self,
        other: TensorCore,
        rtol: float = 1e-5,
        atol: float = 1e-8,
        equal_nan: bool = False,
    ) -> bool:
        """Return whether all numbers agree to within atol + rtol * |other|."""
        note_exit("allclose")
        return bool(np.allclose(self.array, other.array, rtol, atol, equal_nan))

    # One number

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise InvalidArgument(
                f"The truth value of a tensor of shape {self.array.shape} is ambiguous: use "
                ".any() or .all()."
            )
        note_exit("bool")
        return bool(self.array.item())

    def __float__(self) -> float:
        return float(only_number(self.array, "float"))

    def __int__(self) -> int:
        return int(only_number(self.array, "int"))

    def __index__(self) -> int:
        if self.array.dtype.kind == "f":
            raise InvalidType(
                f"Only integers can be an index, this tensor is {self.array.dtype}: convert it "
                "first, e.g. with .long()."
            )
        return int(only_number(self.array, "index"))


def bits(operation: Operation, *inputs: TensorCore) -> "Tensor":
    """Apply an operation on bits.

    Raises:
        InvalidType: for floating-point numbers.
    """
    if inputs[0].array.dtype.kind == "f":
        raise InvalidType(
            f"{operation.name} works on truth values and integers, got {inputs[0].array.dtype}: "
            "compare first, e.g. (x > 0) & (y > 0)."
        )
    return apply(operation, inputs)


def only_number(array: Array, name: str) -> float:
    """Return the one number of an array.

    Raises:
        InvalidArgument: if there are none or several.
    """
    if array.size != 1:
        raise InvalidArgument(
            f"{name}() needs a tensor of one number, got shape {array.shape}: reduce it first, "
            "e.g. with .sum(), or take .tolist()."
        )
    note_exit(name)
    return array.item()
