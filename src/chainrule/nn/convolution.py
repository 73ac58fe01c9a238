"""Convolution layers for signals and images."""

from typing import ClassVar, Literal, TypeAlias

from chainrule.array_types import Dtype, Shape
from chainrule.autograd.tensor import Tensor
from chainrule.device import Device
from chainrule.errors import InvalidArgument
from chainrule.nn import functional_layers as functional
from chainrule.nn.layer_arguments import (
    check_divides,
    empty_parameter,
    initialise_affine,
    positive_integer,
)
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter
from chainrule.operations.convolution import padding_at_ends
from chainrule.operations.windows import per_axis

IntOrTuple: TypeAlias = int | tuple[int, ...]
PaddingMode: TypeAlias = Literal["zeros", "reflect", "replicate", "circular"]


class _Convolution(Module):
    """What convolutions of any number of axes share: their arguments, parameters and repr."""

    ndim: ClassVar[int]
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntOrTuple,
        stride: IntOrTuple = 1,
        padding: IntOrTuple | str = 0,
        dilation: IntOrTuple = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: PaddingMode = "zeros",
        device: Device | str | None = None,
        dtype: Dtype | type | None = None,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        self.in_channels = positive_integer(layer, "in_channels", in_channels)
        self.out_channels = positive_integer(layer, "out_channels", out_channels)
        self.groups = positive_integer(layer, "groups", groups)
        check_divides(
            layer, "groups", self.groups, in_channels=in_channels, out_channels=out_channels
        )
        self.kernel_size = per_axis(layer, "kernel_size", kernel_size, self.ndim)
        self.stride = per_axis(layer, "stride", stride, self.ndim)
        self.dilation = per_axis(layer, "dilation", dilation, self.ndim)
        padding_at_ends(layer, padding, self.kernel_size, self.stride, self.dilation)
        self.padding: Shape | str = (
            padding
            if isinstance(padding, str)
            else per_axis(layer, "padding", padding, self.ndim, low=0)
        )
        if padding_mode != "zeros":
            raise InvalidArgument(
                f'{layer} got padding_mode={padding_mode!r}: only "zeros" is here. Pad the input '
                "before the layer instead."
            )
        self.padding_mode = padding_mode
        shape = (self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        self.weight = empty_parameter(shape, device, dtype)
        if bias:
            self.bias = empty_parameter((self.out_channels,), device, dtype)
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        initialise_affine(self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the arguments that are not the usual ones for ``repr``."""
        parts = [
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}"
        ]
        if self.padding != (0,) * self.ndim:
            parts.append(f"padding={self.padding}")
        if self.dilation != (1,) * self.ndim:
            parts.append(f"dilation={self.dilation}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        return ", ".join(parts)


class Conv1d(_Convolution):
    """A convolution along a signal: the same weights at every place.

        y[n, o, i] = b[o] + sum over c, k of weight[o, c, k] x[n, c, stride i + dilation k]

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output, each with weights of its own.
        kernel_size: Number of places a weight sees at once.
        stride: Distance of neighbouring outputs, in places of the input.
        padding: Zeros added at both ends, "valid" for none, "same" to keep the length. With
            padding=2, ``1234`` becomes ``00123400``.
        dilation: Distance of the places that neighbouring weights see: 2 leaves one out.
        groups: Number of parts into which channels are divided; each part sees only its own.
        bias: Whether a bias is added.
        padding_mode: What padding consists of; "zeros" only.
        device: "cpu" or None.
        dtype: Of the parameters; the default dtype if None.

    Attributes:
        weight: (out_channels, in_channels / groups, kernel_size), at first uniform between
            ±1 / sqrt(number of weights one output has).
        bias: (out_channels), likewise; or None.

    Shape:
        input: (batch, in_channels, length) or (in_channels, length)
        ->  (batch, out_channels, places) or (out_channels, places), with
        places = floor((length + 2 padding − dilation (kernel_size − 1) − 1) / stride) + 1.

    Raises: InvalidArgument if a number is not positive, or groups does not divide the channels.
    Source: LeCun et al. 1989; arguments as in torch.nn.Conv1d.

    >>> Conv1d(2, 4, 3, padding=1)(Tensor([[[0.0] * 8] * 2])).shape
    Size([1, 4, 8])
    """

    ndim = 1

    def forward(self, input: Tensor) -> Tensor:
        """Return the convolution of the input with the weights, plus the bias."""
        return functional.conv1d(
            input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )


class Conv2d(_Convolution):
    """A convolution over an image: the same weights at every place.

        y[n, o, i, j] = b[o] + sum over c, k, l of
                        weight[o, c, k, l] x[n, c, stride i + dilation k, stride j + dilation l]

    Args:
        in_channels: Channels of the input, 3 for a colour image.
        out_channels: Channels of the output, each with weights of its own.
        kernel_size: Height and width a weight sees at once; one number for both.
        stride: Distance of neighbouring outputs, in places of the input.
        padding: Rows and columns of zeros added on each side, "valid" for none, "same" to keep
            the size.
        dilation: Distance of the places that neighbouring weights see: 2 leaves one out.
        groups: Number of parts into which channels are divided; each part sees only its own.
        bias: Whether a bias is added.
        padding_mode: What padding consists of; "zeros" only.
        device: "cpu" or None.
        dtype: Of the parameters; the default dtype if None.

    Attributes:
        weight: (out_channels, in_channels / groups, *kernel_size), at first uniform between
            ±1 / sqrt(number of weights one output has).
        bias: (out_channels), likewise; or None.

    Shape:
        input: (batch, in_channels, height, width) or (in_channels, height, width)
        ->  (batch, out_channels, *places) or (out_channels, *places), along each axis as in
        ``Conv1d``.

    Raises: InvalidArgument if a number is not positive, or groups does not divide the channels.
    Source: LeCun et al. 1989; arguments as in torch.nn.Conv2d.

    >>> Conv2d(1, 4, 3)(Tensor([[[[0.0] * 8] * 8]])).shape
    Size([1, 4, 6, 6])
    """

    ndim = 2

    def forward(self, input: Tensor) -> Tensor:
        """Return the convolution of the input with the weights, plus the bias."""
        return functional.conv2d(
            input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )
