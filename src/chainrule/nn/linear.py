"""The fully connected layer."""

from chainrule.array_types import Dtype
from chainrule.autograd.tensor import Tensor
from chainrule.device import Device
from chainrule.nn import functional_layers as functional
from chainrule.nn.layer_arguments import empty_parameter, initialise_affine, positive_integer
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter


class Linear(Module):
    """A layer in which every output is a weighted sum of all inputs, plus a bias.

        y = x W^T + b

    Args:
        in_features: Number of inputs.
        out_features: Number of outputs.
        bias: Whether a bias is added.
        device: "cpu" or None.
        dtype: Of the parameters; the default dtype if None.

    Attributes:
        weight: (out_features, in_features), at first uniform between ±1 / sqrt(in_features).
        bias: (out_features), likewise; or None.

    Shape:
        input: (..., in_features)  ->  (..., out_features).

    Raises: InvalidArgument if a number of features is not positive.
    Source: Rumelhart, Hinton and Williams 1986; initialisation as in torch.nn.Linear.

    >>> Linear(2, 3)(Tensor([[1.0, 2.0]])).shape
    Size([1, 3])
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Device | str | None = None,
        dtype: Dtype | type | None = None,
    ) -> None:
        super().__init__()
        self.in_features = positive_integer("Linear", "in_features", in_features)
        self.out_features = positive_integer("Linear", "out_features", out_features)
        self.weight = empty_parameter((self.out_features, self.in_features), device, dtype)
        if bias:
            self.bias = empty_parameter((self.out_features,), device, dtype)
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        initialise_affine(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Return x W^T + b."""
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the arguments for ``repr``."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
