"""Parameter: a tensor that a module learns."""

from typing import Self

from chainrule.array_types import Array
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidType


class Parameter(Tensor):
    """A tensor that a module learns: assigned to a module, it is found by ``parameters()``.

    Args:
        data: The first values; their memory is shared, not copied.
        requires_grad: Whether it is to be trained.

    Raises:
        InvalidType: if data is not a tensor, or not of floating point although it is to be trained.

    >>> Parameter(Tensor([1.0, 2.0]))
    Parameter containing:
    tensor([1., 2.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        if data is None:
            data = Tensor([])
        if not isinstance(data, Tensor):
            raise InvalidType(
                f"Parameter got {type(data).__name__}: pass a tensor, e.g. "
                "nn.Parameter(chainrule.zeros(3))."
            )
        self._set(data.array)
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        copied = type(self).__new__(type(self))
        copied._set(self.array.copy())
        copied._requires_grad = self._requires_grad
        copied.grad = None if self.grad is None else wrap(self.grad.array.copy())
        memo[id(self)] = copied
        return copied


def parameter_from(array: Array, requires_grad: bool = True) -> Parameter:
    """Return a parameter around this very array."""
    result = Parameter.__new__(Parameter)
    result._set(array)
    result._requires_grad = requires_grad
    return result
