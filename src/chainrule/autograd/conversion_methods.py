"""Methods of Tensor that hand its numbers to Python and NumPy, or convert and copy them."""

import builtins
from typing import TYPE_CHECKING, NoReturn, Self, overload

import numpy as np

from chainrule.array_types import (
    Array,
    Dtype,
    Nested,
    Scalar,
    Size,
    float16,
    float32,
    float64,
    get_default_dtype,
    int16,
    int32,
    int64,
)
from chainrule.autograd.comparison_methods import only_number
from chainrule.autograd.conversion import cast
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.modes import note_exit
from chainrule.autograd.shaping_methods import Sizes, as_shape
from chainrule.device import CPU, Device, check_device
from chainrule.errors import GradientError, InvalidType
from chainrule.operations.axes import axis_of
from chainrule.operations.shaping import CLONE

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor

BOOL = np.dtype(np.bool_)
KINDS = "biuf"  # truth values, integers with and without sign, floating point


def as_dtype(dtype: Dtype | type) -> Dtype:
    """Return the dtype meant; Python's own ``float`` means the default one.

    Raises:
        InvalidType: if tensors cannot hold such numbers.

    >>> as_dtype(float), as_dtype(int)
    (dtype('float32'), dtype('int64'))
    """
    if dtype is builtins.float:
        return get_default_dtype()
    try:
        chosen = np.dtype(dtype)
    except TypeError:
        raise InvalidType(
            f"{dtype!r} is no dtype: pass one such as chainrule.float32 or chainrule.int64."
        ) from None
    if chosen.kind not in KINDS:
        raise InvalidType(f"Tensors hold real numbers and truth values, not {chosen}.")
    return chosen


class ConversionMethods(TensorCore):
    """Numbers out, numbers of another kind, copies."""

    __slots__ = ()

    # Out of the tensor

    def item(self) -> Scalar:
        """Return the only number as a Python number.

        Raises:
            InvalidArgument: if there are more, or none.
        """
        return only_number(self.array, "item")

    def tolist(self) -> Nested:
        """Return the numbers in nested lists."""
        note_exit("tolist")
        return self.array.tolist()

    def numpy(self, *, force: builtins.bool = False) -> Array:
        """Return the numbers as a NumPy array of the same memory.

        Args:
            force: Detach the tensor from the graph, if it is in one.

        Raises:
            GradientError: if the tensor requires a gradient, which NumPy would lose.
        """
        if self._requires_grad and not force:
            raise GradientError(
                "numpy() of a tensor that requires a gradient would lose the gradient: call "
                ".detach().numpy()."
            )
        note_exit("numpy")
        return self.array

    def __array__(self, dtype: Dtype | None = None, copy: builtins.bool | None = None) -> Array:
        array = self.numpy()
        if copy is None:
            return array if dtype is None else array.astype(dtype, copy=False)
        return np.array(array, dtype=dtype, copy=copy)

    def __array_wrap__(
        self,
        array: Array,
        context: object = None,
        return_scalar: builtins.bool = False,
    ) -> "Tensor":
        # What NumPy's functions make of tensors are tensors: np.exp(x), np.add(x, y).
        return wrap(np.asarray(array))

    # What it is

    @overload
    def size(self, dim: None = None) -> Size: ...
    @overload
    def size(self, dim: builtins.int) -> builtins.int: ...
    def size(self, dim: builtins.int | None = None) -> Size | builtins.int:
        """Return the shape, or the length of one axis."""
        return self.shape if dim is None else self.array.shape[axis_of("size", dim, self.ndim)]

    def numel(self) -> builtins.int:
        """Return how many numbers there are."""
        return self.array.size

    nelement = numel

    def dim(self) -> builtins.int:
        """Return the number of axes."""
        return self.array.ndim

    ndimension = dim

    def element_size(self) -> builtins.int:
        """Return the size of one number in bytes."""
        return self.array.itemsize

    def is_floating_point(self) -> builtins.bool:
        """Return whether the numbers are of floating point."""
        return self.array.dtype.kind == "f"

    def is_contiguous(self) -> builtins.bool:
        """Return whether the numbers lie in memory in their order."""
        return self.array.flags.c_contiguous

    # Devices

    @property
    def device(self) -> Device:
        """Where the numbers lie."""
        return CPU

    @property
    def is_cuda(self) -> builtins.bool:
        """Whether the numbers lie on a GPU: never here."""
        return False

    def cpu(self) -> Self:
        """Return the tensor itself: it is on the CPU."""
        return self

    def cuda(self, device: object = None) -> Self:
        """Refuse: there is no GPU here.

        Raises:
            InvalidArgument: always.
        """
        check_device("cuda" if device is None else str(device))
        return self

    # Other kinds of numbers

    def to(
        self,
        *target: "Dtype | type | Device | str | TensorCore",
        dtype: Dtype | type | None = None,
        device: Device | str | None = None,
        non_blocking: builtins.bool = False,
        copy: builtins.bool = False,
    ) -> "Tensor":
        """Return the tensor converted to a dtype; a device changes nothing.

        Args:
            target: A dtype, a device, both, or a tensor whose dtype is taken.
            dtype: The dtype, by name.
            device: The device, by name.
            non_blocking: Accepted for PyTorch's sake; without effect on a CPU.
            copy: Return a copy even where nothing changes.

        Raises:
            InvalidArgument: if the device is not the CPU.
            InvalidType: if the dtype is none.
        """
        for wanted in (device, *target):
            if isinstance(wanted, TensorCore):
                dtype = wanted.array.dtype
            elif wanted is None or isinstance(wanted, (str, Device)):
                check_device(wanted)
            else:
                dtype = wanted
        result = cast(self, self.array.dtype if dtype is None else as_dtype(dtype))
        return apply(CLONE, (result,)) if copy and result is self else result  # type: ignore[return-value]  # a Tensor

    def type_as(self, other: TensorCore) -> "Tensor":
        """Return the tensor converted to the dtype of another."""
        return self.to(other.array.dtype)

    def float(self) -> "Tensor":
        """Convert to float32."""
        return self.to(float32)

    def double(self) -> "Tensor":
        """Convert to float64."""
        return self.to(float64)

    def half(self) -> "Tensor":
        """Convert to float16."""
        return self.to(float16)

    def long(self) -> "Tensor":
        """Convert to int64, cutting off decimals."""
        return self.to(int64)

    def int(self) -> "Tensor":
        """Convert to int32, cutting off decimals."""
        return self.to(int32)

    def short(self) -> "Tensor":
        """Convert to int16, cutting off decimals."""
        return self.to(int16)

    def bool(self) -> "Tensor":
        """Convert to truth values: whatever is not zero is true."""
        return self.to(BOOL)

    # Copies

    def clone(self) -> "Tensor":
        """Return a copy that stays in the graph."""
        return apply(CLONE, (self,))

    def contiguous(self) -> "Tensor":
        """Return the tensor itself if its numbers lie in order, else a copy in which they do."""
        return self if self.is_contiguous() else self.clone()  # type: ignore[return-value]  # a Tensor

    @property
    def data(self) -> "Tensor":
        """The same numbers, in the same memory, outside the graph. Can be assigned.

        Raises:
            InvalidType: on assigning anything but a tensor, or integers where a gradient is
                required.
        """
        return self.detach()

    @data.setter
    def data(self, value: TensorCore) -> None:
        if not isinstance(value, TensorCore):
            raise InvalidType(f"x.data = ... takes a tensor, got {type(value).__name__}.")
        if self._requires_grad and value.array.dtype.kind != "f":
            raise InvalidType(
                f"x.data = ... got {value.array.dtype} for a tensor that requires a gradient: only "
                "floating-point numbers can have one."
            )
        self.array = value.array
        self.mark_changed("x.data = value")

    def new_zeros(self, *size: Sizes, dtype: Dtype | type | None = None) -> "Tensor":
        """Return zeros of this dtype, or another."""
        return wrap(np.zeros(as_shape(size), self.array.dtype if dtype is None else dtype))

    def new_ones(self, *size: Sizes, dtype: Dtype | type | None = None) -> "Tensor":
        """Return ones of this dtype, or another."""
        return wrap(np.ones(as_shape(size), self.array.dtype if dtype is None else dtype))

    def new_full(
        self, size: Sizes, fill_value: Scalar, *, dtype: Dtype | type | None = None
    ) -> "Tensor":
        """Return a tensor of this dtype, or another, filled with one number."""
        chosen = self.array.dtype if dtype is None else dtype
        return wrap(np.full(as_shape((size,)), fill_value, chosen))

    def new_tensor(self, data: Nested, *, dtype: Dtype | type | None = None) -> "Tensor":
        """Return a tensor of these numbers, of this dtype or another."""
        return wrap(np.array(data, self.array.dtype if dtype is None else dtype))

    def __copy__(self) -> Self:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[builtins.int, object]) -> Self:
        if not self.is_leaf:
            raise GradientError(
                "copy.deepcopy copies only tensors made by the user, this one was computed and "
                "requires a gradient: use .clone(), or .detach() first."
            )
        copied = type(self).__new__(type(self))
        copied._set(self.array.copy())
        copied._requires_grad = self._requires_grad
        copied.grad = None if self.grad is None else wrap(self.grad.array.copy())
        memo[id(self)] = copied
        return copied

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise InvalidType(
            "Tensors are not pickled, since loading a pickle can run any code: use "
            "chainrule.save(tensor, path) and chainrule.load(path)."
        )
