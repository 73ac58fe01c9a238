"""Methods of Tensor for the activations that PyTorch offers as methods."""

from typing import TYPE_CHECKING, Self

from chainrule.array_types import Dtype
from chainrule.autograd.conversion import cast, floating, require_floating
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.operations.activations import RELU, SIGMOID, TANH
from chainrule.operations.softmax import LOG_SOFTMAX, SOFTMAX

if TYPE_CHECKING:
    from chainrule.autograd.tensor import Tensor


class ActivationMethods(TensorCore):
    """ReLU, sigmoid, tanh and softmax."""

    __slots__ = ()

    def relu(self) -> "Tensor":
        """Keep what is positive and set the rest to zero."""
        return apply(RELU, (self,))

    def relu_(self) -> Self:
        """Set what is not positive to zero, in place."""
        return self.become(apply(RELU, (self.before_change(),)), "relu_")

    def sigmoid(self) -> "Tensor":
        """Squeeze any number into (0, 1)."""
        return apply(SIGMOID, (floating(self),))

    def tanh(self) -> "Tensor":
        """Squeeze any number into (-1, 1)."""
        return apply(TANH, (floating(self),))

    def softmax(self, dim: int, dtype: Dtype | None = None) -> "Tensor":
        """Turn scores into probabilities that sum to 1 along an axis.

        Raises:
            InvalidType: for integers, unless a dtype is given.
        """
        x = self if dtype is None else cast(self, dtype)
        require_floating(x, "softmax")
        return apply(SOFTMAX, (x,), (dim,))

    def log_softmax(self, dim: int, dtype: Dtype | None = None) -> "Tensor":
        """Return the logarithm of softmax, exact where softmax is too small to hold.

        Raises:
            InvalidType: for integers, unless a dtype is given.
        """
        x = self if dtype is None else cast(self, dtype)
        require_floating(x, "log_softmax")
        return apply(LOG_SOFTMAX, (x,), (dim,))
