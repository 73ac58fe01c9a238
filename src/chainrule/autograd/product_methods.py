"""Methods of Tensor that multiply vectors and matrices."""

from typing import TYPE_CHECKING

from chainrule.array_types import Array
from chainrule.autograd.conversion import operand
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.errors import InvalidShape, InvalidType
from chainrule.operations.arithmetic import MULTIPLY
from chainrule.operations.matmul import MATMUL
from chainrule.operations.shaping import RESHAPE

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor

SHAPES = {1: "a vector", 2: "a matrix", 3: "a stack of matrices"}


class ProductMethods(TensorCore):
    """The matrix product and its special cases by name."""

    __slots__ = ()

    def matmul(self, other: "TensorCore | Array") -> "Tensor":
        """Return the matrix product; a vector counts as a row on the left, a column on the right.

        Raises:
            InvalidShape: if the lengths do not fit.
            InvalidType: if the two are of different dtypes, or other is a single number.
        """
        return product("matmul", self, operand(other, self))

    def __matmul__(self, other: "TensorCore | Array") -> "Tensor":
        return product("matmul", self, operand(other, self))

    def __rmatmul__(self, other: Array) -> "Tensor":
        return product("matmul", operand(other, self), self)

    def dot(self, tensor: TensorCore) -> "Tensor":
        """Return the sum of the products of two vectors."""
        return product("dot", self, tensor, (1, 1))

    def mv(self, vec: TensorCore) -> "Tensor":
        """Multiply a matrix by a vector."""
        return product("mv", self, vec, (2, 1))

    def mm(self, mat2: TensorCore) -> "Tensor":
        """Multiply two matrices."""
        return product("mm", self, mat2, (2, 2))

    def bmm(self, mat2: TensorCore) -> "Tensor":
        """Multiply two stacks of matrices, pair by pair.

        Raises:
            InvalidShape: if the stacks are not equally long.
        """
        check_axes("bmm", self, mat2, (3, 3))
        if len(self.array) != len(mat2.array):
            raise InvalidShape(
                f"bmm got stacks of {len(self.array)} and {len(mat2.array)} matrices: they must "
                "be equally many. Use @ to repeat one."
            )
        return product("bmm", self, mat2)

    def outer(self, vec2: TensorCore) -> "Tensor":
        """Return all products of the numbers of two vectors."""
        check_axes("outer", self, vec2, (1, 1))
        check_dtypes("outer", self, vec2)
        column = apply(RESHAPE, (self,), ((len(self.array), 1),))
        return apply(MULTIPLY, (column, vec2))


def product(
    name: str, a: TensorCore, b: TensorCore, axes: tuple[int, int] | None = None
) -> "Tensor":
    """Return the matrix product of two tensors of one dtype and, if said so, of so many axes."""
    if axes is not None:
        check_axes(name, a, b, axes)
    check_dtypes(name, a, b)
    return apply(MATMUL, (a, b))


def check_axes(name: str, a: TensorCore, b: TensorCore, axes: tuple[int, int]) -> None:
    """Refuse tensors of other than so many axes.

    Raises:
        InvalidShape: naming the function, the shapes and what was expected.
    """
    if (a.ndim, b.ndim) != axes:
        raise InvalidShape(
            f"{name} got shapes {a.array.shape} and {b.array.shape}: it takes {SHAPES[axes[0]]} "
            f"and {SHAPES[axes[1]]}. Use @ for other cases."
        )


def check_dtypes(name: str, a: TensorCore, b: TensorCore) -> None:
    """Refuse to multiply matrices of different dtypes, as PyTorch does: one is likely a mistake.

    Raises:
        InvalidType: naming the function and the dtypes.
    """
    if a.array.dtype != b.array.dtype:
        raise InvalidType(
            f"{name} got {a.array.dtype} and {b.array.dtype}: both must be of one dtype. Convert "
            f"one of them, e.g. with .to({a.array.dtype})."
        )
