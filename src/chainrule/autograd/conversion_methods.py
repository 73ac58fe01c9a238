"""Methods of Tensor that hand its numbers to Python and NumPy, or convert and copy them."""

from typing import TYPE_CHECKING, NoReturn, Self

import numpy as np

from chainrule.array_types import Array, Dtype, Nested, Scalar, Shape
from chainrule.autograd.conversion import cast
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.device import CPU, Device, check_device
from chainrule.errors import GradientError, InvalidArgument, InvalidType
from chainrule.operations.shaping import CLONE

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor


class ConversionMethods(TensorCore):
    """Numbers out, numbers of another kind, copies."""

    __slots__ = ()
    __array_priority__ = 1000  # NumPy arrays on the left leave operators to the tensor
    __array_ufunc__ = None

    # Out of the tensor

    def item(self) -> Scalar:
        """Return the only number as a Python number.

        Raises:
            InvalidArgument: if there are more, or none.
        """
        if self.array.size != 1:
            raise InvalidArgument(
                f"item() needs a tensor of one number, got shape {self.shape}: use .tolist()."
            )
        return self.array.item()

    def tolist(self) -> Nested:
        """Return the numbers in nested lists."""
        return self.array.tolist()

    def numpy(self) -> Array:
        """Return the numbers as a NumPy array of the same memory.

        Raises:
            GradientError: if the tensor requires a gradient, which NumPy would lose.
        """
        if self._requires_grad:
            raise GradientError(
                "numpy() of a tensor that requires a gradient would lose the gradient: call "
                ".detach().numpy()."
            )
        return self.array

    def __array__(self, dtype: Dtype | None = None, copy: bool | None = None) -> Array:
        array = self.numpy()
        if copy is None:
            return array if dtype is None else array.astype(dtype, copy=False)
        return np.array(array, dtype=dtype, copy=copy)

    def size(self, dim: int | None = None) -> Shape | int:
        """Return the shape, or the length of one axis."""
        return self.shape if dim is None else self.shape[dim]

    def numel(self) -> int:
        """Return how many numbers there are."""
        return self.array.size

    nelement = numel

    def dim(self) -> int:
        """Return the number of axes."""
        return self.array.ndim

    ndimension = dim

    def element_size(self) -> int:
        """Return the size of one number in bytes."""
        return self.array.itemsize

    def is_floating_point(self) -> bool:
        """Return whether the numbers are of floating point."""
        return self.array.dtype.kind == "f"

    def is_contiguous(self) -> bool:
        """Return whether the numbers lie in memory in their order."""
        return self.array.flags.c_contiguous

    # Devices

    @property
    def device(self) -> Device:
        """Where the numbers lie."""
        return CPU

    @property
    def is_cuda(self) -> bool:
        """Whether the numbers lie on a GPU: never here."""
        return False

    def cpu(self) -> Self:
        """Return the tensor itself: it is on the CPU."""
        return self

    def cuda(self) -> NoReturn:
        """Refuse: there is no GPU here."""
        check_device("cuda")
        raise AssertionError("there is a GPU after all")

    # Other kinds of numbers

    def to(self, *arguments: "Dtype | type | Device | str | TensorCore") -> "Tensor":
        """Return the tensor converted to a dtype; a device changes nothing."""
        result: TensorCore = self
        for argument in arguments:
            if isinstance(argument, TensorCore):
                result = cast(result, argument.array.dtype)
            elif isinstance(argument, (str, Device)):
                check_device(argument)
            else:
                result = cast(result, np.dtype(argument))
        return result  # type: ignore[return-value]  # a Tensor, as this one is

    def type_as(self, other: TensorCore) -> "Tensor":
        """Return the tensor converted to the dtype of another."""
        return self.to(other.array.dtype)

    def float(self) -> "Tensor":
        """Convert to float32."""
        return self.to(np.float32)

    def double(self) -> "Tensor":
        """Convert to float64."""
        return self.to(np.float64)

    def half(self) -> "Tensor":
        """Convert to float16."""
        return self.to(np.float16)

    def long(self) -> "Tensor":
        """Convert to int64, cutting off decimals."""
        return self.to(np.int64)

    def int(self) -> "Tensor":
        """Convert to int32, cutting off decimals."""
        return self.to(np.int32)

    def bool(self) -> "Tensor":
        """Convert to truth values: whatever is not zero is true."""
        return self.to(np.bool_)

    # Copies

    def clone(self) -> "Tensor":
        """Return a copy that stays in the graph."""
        return apply(CLONE, (self,))

    def contiguous(self) -> "Tensor":
        """Return the tensor itself if its numbers lie in order, else a copy in which they do."""
        return self if self.is_contiguous() else self.clone()  # type: ignore[return-value]  # a Tensor

    @property
    def data(self) -> "Tensor":
        """The same numbers, in the same memory, outside the graph. Can be assigned."""
        return self.detach()

    @data.setter
    def data(self, value: TensorCore) -> None:
        if not isinstance(value, TensorCore):
            raise InvalidType(f"data must be a tensor, got {type(value).__name__}.")
        self.array = value.array
        self.mark_changed("x.data = value")

    def new_zeros(self, *size: "int | Shape") -> "Tensor":
        """Return zeros of this dtype."""
        shape = size[0] if len(size) == 1 and not isinstance(size[0], int) else size
        return wrap(np.zeros(shape, self.array.dtype))  # type: ignore[arg-type]  # ints

    def new_ones(self, *size: "int | Shape") -> "Tensor":
        """Return ones of this dtype."""
        shape = size[0] if len(size) == 1 and not isinstance(size[0], int) else size
        return wrap(np.ones(shape, self.array.dtype))  # type: ignore[arg-type]  # ints

    def new_tensor(self, data: Nested) -> "Tensor":
        """Return a tensor of this dtype."""
        return wrap(np.array(data, self.array.dtype))

    def __copy__(self) -> "Tensor":
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: "dict[int, object]") -> "Tensor":
        if not self.is_leaf:
            raise GradientError(
                "Only tensors made by the user can be copied with copy.deepcopy: use .clone(), or "
                ".detach() first."
            )
        copied = type(self).__new__(type(self))
        copied._set(self.array.copy())
        copied._requires_grad = self._requires_grad
        copied.grad = None if self.grad is None else wrap(self.grad.array.copy())
        memo[id(self)] = copied
        return copied  # type: ignore[return-value]  # a Tensor, as this one is

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise InvalidType(
            "Tensors are not pickled, since loading a pickle can run any code: use "
            "chainrule.save(tensor, path) and chainrule.load(path)."
        )
