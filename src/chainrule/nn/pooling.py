"""Pooling layers: what each window of a signal or an image boils down to."""

from typing import ClassVar, TypeAlias

from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument
from chainrule.nn import functional_layers as functional
from chainrule.nn.module import Module
from chainrule.operations.windows import check_pooling_padding, per_axis

IntOrTuple: TypeAlias = int | tuple[int, ...]
OutputSize: TypeAlias = int | tuple[int | None, ...] | None


class _MaxPool(Module):
    """What max pooling along any number of axes shares."""

    ndim: ClassVar[int]

    def __init__(
        self,
        kernel_size: IntOrTuple,
        stride: IntOrTuple | None = None,
        padding: IntOrTuple = 0,
        dilation: IntOrTuple = 1,
        *,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        check_window(type(self).__name__, self.ndim, kernel_size, stride, padding, dilation)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        """Return the arguments for ``repr``."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """Keeps the largest element of each window along a signal.

    Args:
        kernel_size: Number of elements of a window.
        stride: Distance of neighbouring windows; the kernel size if None.
        padding: Elements of minus infinity added at both ends; at most half a window.
        dilation: Distance of neighbouring elements of a window.
        ceil_mode: Whether a last window may hang over the end.

    Shape:
        input: (batch, channels, length) or (channels, length)
        ->  (batch, channels, places) or (channels, places), with
        places = floor((length + 2 padding − dilation (kernel_size − 1) − 1) / stride) + 1.

    Source: Ranzato, Boureau and LeCun 2007; arguments as in torch.nn.MaxPool1d.

    >>> MaxPool1d(2)(Tensor([[1.0, 3.0, 2.0, 0.0]])).array
    array([[3., 2.]], dtype=float32)
    """

    ndim = 1

    def forward(self, input: Tensor) -> Tensor:
        """Return the largest element of each window."""
        return functional.max_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        )


class MaxPool2d(_MaxPool):
    """Keeps the largest element of each window of an image.

    Args:
        kernel_size: Height and width of a window; one number for both.
        stride, padding, dilation, ceil_mode: As in ``MaxPool1d``, one number or one per axis.

    Shape:
        input: (batch, channels, height, width) or (channels, height, width)
        ->  (batch, channels, *places) or (channels, *places).

    Source: Ranzato, Boureau and LeCun 2007; arguments as in torch.nn.MaxPool2d.

    >>> MaxPool2d(2)(Tensor([[[1.0, 3.0], [2.0, 0.0]]])).array
    array([[[3.]]], dtype=float32)
    """

    ndim = 2

    def forward(self, input: Tensor) -> Tensor:
        """Return the largest element of each window."""
        return functional.max_pool2d(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        )


class AvgPool1d(Module):
    """Averages each window along a signal.

    Args:
        kernel_size: Number of elements of a window.
        stride: Distance of neighbouring windows; the kernel size if None.
        padding: Zeros added at both ends; at most half a window.
        ceil_mode: Whether a last window may hang over the end.
        count_include_pad: Whether these zeros count as elements.

    Shape:
        input: (batch, channels, length) or (channels, length)
        ->  (batch, channels, places) or (channels, places).

    Source: LeCun et al. 1989; arguments as in torch.nn.AvgPool1d.

    >>> AvgPool1d(2)(Tensor([[1.0, 3.0, 2.0, 0.0]])).array
    array([[2., 1.]], dtype=float32)
    """

    def __init__(
        self,
        kernel_size: IntOrTuple,
        stride: IntOrTuple | None = None,
        padding: IntOrTuple = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        check_window("AvgPool1d", 1, kernel_size, stride, padding, 1)
        self.kernel_size = per_axis("AvgPool1d", "kernel_size", kernel_size, 1)
        self.stride = (
            self.kernel_size if stride is None else per_axis("AvgPool1d", "stride", stride, 1)
        )
        self.padding = per_axis("AvgPool1d", "padding", padding, 1, low=0)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        """Return the mean of each window."""
        return functional.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )

    def extra_repr(self) -> str:
        """Return the arguments for ``repr``."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """Averages each window of an image.

    Args:
        kernel_size: Height and width of a window; one number for both.
        stride, padding, ceil_mode, count_include_pad: As in ``AvgPool1d``, one number or one per
            axis.
        divisor_override: What sums are divided by, instead of the number of elements.

    Shape:
        input: (batch, channels, height, width) or (channels, height, width)
        ->  (batch, channels, *places) or (channels, *places).

    Source: LeCun et al. 1989; arguments as in torch.nn.AvgPool2d.

    >>> AvgPool2d(2)(Tensor([[[1.0, 3.0], [2.0, 0.0]]])).array
    array([[[1.5]]], dtype=float32)
    """

    def __init__(
        self,
        kernel_size: IntOrTuple,
        stride: IntOrTuple | None = None,
        padding: IntOrTuple = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        check_window("AvgPool2d", 2, kernel_size, stride, padding, 1)
        if divisor_override == 0:
            raise InvalidArgument("AvgPool2d got divisor_override=0: pass another number or None.")
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """Return the mean of each window."""
        return functional.avg_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        """Return the arguments for ``repr``."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AdaptiveAvgPool1d(Module):
    """Averages a signal in a given number of near equal bins.

    Args:
        output_size: Number of bins.

    Shape:
        input: (batch, channels, length) or (channels, length)
        ->  (batch, channels, output_size) or (channels, output_size).

    >>> AdaptiveAvgPool1d(1)(Tensor([[1.0, 2.0, 6.0]])).array
    array([[3.]], dtype=float32)
    """

    def __init__(self, output_size: IntOrTuple) -> None:
        super().__init__()
        per_axis("AdaptiveAvgPool1d", "output_size", output_size, 1)
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Return the mean of each bin."""
        return functional.adaptive_avg_pool1d(input, self.output_size)

    def extra_repr(self) -> str:
        """Return the argument for ``repr``."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool2d(Module):
    """Averages an image in a grid of near equal bins: any size of image gives the same shape.

    Args:
        output_size: Rows and columns of the grid; one number for both, None to keep a size.

    Shape:
        input: (batch, channels, height, width) or (channels, height, width)
        ->  (batch, channels, *output_size) or (channels, *output_size).

    >>> AdaptiveAvgPool2d(1)(Tensor([[[1.0, 3.0], [2.0, 0.0]]])).array
    array([[[1.5]]], dtype=float32)
    """

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__()
        given = output_size if isinstance(output_size, (tuple, list)) else (output_size,)
        asked = tuple(1 if size is None else size for size in given)
        per_axis("AdaptiveAvgPool2d", "output_size", asked, 2)
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Return the mean of each bin."""
        return functional.adaptive_avg_pool2d(input, self.output_size)

    def extra_repr(self) -> str:
        """Return the argument for ``repr``."""
        return f"output_size={self.output_size}"


def check_window(
    layer: str,
    ndim: int,
    kernel_size: IntOrTuple,
    stride: IntOrTuple | None,
    padding: IntOrTuple,
    dilation: IntOrTuple,
) -> None:
    """Refuse a window no input could be seen through, when the layer is made.

    Raises:
        InvalidArgument: naming the layer and the argument.
    """
    kernel = per_axis(layer, "kernel_size", kernel_size, ndim)
    if stride is not None:
        per_axis(layer, "stride", stride, ndim)
    spread = per_axis(layer, "dilation", dilation, ndim)
    check_pooling_padding(layer, per_axis(layer, "padding", padding, ndim, low=0), kernel, spread)
