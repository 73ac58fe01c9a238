"""Normalisation layers: they keep the size of activations steady from layer to layer."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from chainrule.array_types import Dtype
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.device import Device
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.nn import functional_layers as functional
from chainrule.nn import init
from chainrule.nn.layer_arguments import check_divides, empty_parameter, positive_integer
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter


class _BatchNorm(Module):
    """What batch normalisation of inputs of any number of axes shares."""

    ranks: ClassVar[tuple[int, ...]]
    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Device | str | None = None,
        dtype: Dtype | type | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = positive_integer(type(self).__name__, "num_features", num_features)
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        shape = (self.num_features,)
        set_scale_and_shift(self, shape, (affine, affine and bias), device, dtype)
        if track_running_stats:
            self.register_buffer("running_mean", empty_parameter(shape, device, dtype).detach())
            self.register_buffer("running_var", empty_parameter(shape, device, dtype).detach())
            self.register_buffer("num_batches_tracked", wrap(np.array(0, dtype=np.int64)))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget all batches seen: mean 0, variance 1."""
        if self.running_mean is not None and self.running_var is not None:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.array[...] = 0

    def reset_parameters(self) -> None:
        """Start anew: scale 1, shift 0, no batches seen."""
        self.reset_running_stats()
        reset_scale_and_shift(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Return the standardised input, scaled and shifted."""
        self._check_input(input)
        counter = self.num_batches_tracked if self.training else None
        momentum = 0.0 if self.momentum is None else self.momentum
        if counter is not None and self.momentum is None:
            momentum = 1.0 / (int(counter.array) + 1)  # every batch counts the same
        has_statistics = self.running_mean is not None and self.running_var is not None
        uses_statistics = self.track_running_stats or not self.training
        output = functional.batch_norm(
            input,
            self.running_mean if uses_statistics else None,
            self.running_var if uses_statistics else None,
            self.weight,
            self.bias,
            self.training or not has_statistics,
            momentum,
            self.eps,
        )
        if counter is not None and self.track_running_stats:
            counter.array += 1
        return output

    def extra_repr(self) -> str:
        """Return the arguments for ``repr``."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )

    def _check_input(self, input: Tensor) -> None:
        """Refuse inputs with another number of axes, or of channels, than the layer is made for."""
        shape = input.array.shape
        expected = " or ".join(f"{rank} axes" for rank in self.ranks)
        layer = f"{type(self).__name__}({self.num_features})"
        if len(shape) not in self.ranks:
            raise InvalidShape(
                f"{layer} got input of shape {shape}: expected (batch, {self.num_features}, ...) "
                f"with {expected}."
            )
        if shape[1] != self.num_features:
            raise InvalidShape(
                f"{layer} got input of shape {shape}: its axis 1 is {shape[1]}, expected "
                f"{self.num_features}."
            )


class BatchNorm1d(_BatchNorm):
    """Standardises every feature over the batch, then scales and shifts it by learned numbers.

        y = weight (x − mean) / sqrt(variance + eps) + bias

    In training, mean and variance are those of the batch, and running ones follow them:
    running = (1 − momentum) running + momentum batch, with the unbiased variance. In evaluation
    the running ones are used.

    Args:
        num_features: Number of features or channels.
        eps: Added to the variance.
        momentum: How far running statistics move with each batch; None for the mean of all batches.
        affine: Whether scale and shift are learned.
        track_running_stats: Whether running statistics are kept; without them, those of the batch
            are used in evaluation, too.
        device: "cpu" or None.
        dtype: Of parameters and statistics; the default dtype if None.
        bias: Whether a shift is learned, where a scale is.

    Attributes:
        weight, bias: (num_features), at first 1 and 0; or None.
        running_mean, running_var: (num_features), at first 0 and 1; or None.
        num_batches_tracked: Number of batches seen in training; or None.

    Shape:
        input: (batch, num_features) or (batch, num_features, length)  ->  the same shape.

    Raises: InvalidShape for another shape, or in training for a single value per feature.
    Source: Ioffe and Szegedy 2015, Batch normalization; arguments as in torch.nn.BatchNorm1d.

    >>> BatchNorm1d(1, eps=0.0)(Tensor([[1.0], [3.0]])).detach().array
    array([[-1.],
           [ 1.]], dtype=float32)
    """

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Standardises every channel over the batch and all places, then scales and shifts it.

    Everything is as in ``BatchNorm1d``, for images.

    Shape:
        input: (batch, num_features, height, width)  ->  the same shape.

    Source: Ioffe and Szegedy 2015, Batch normalization; arguments as in torch.nn.BatchNorm2d.

    >>> BatchNorm2d(1, eps=0.0)(Tensor([[[[1.0, 3.0]]]])).detach().array
    array([[[[-1.,  1.]]]], dtype=float32)
    """

    ranks = (4,)


class LayerNorm(Module):
    """Standardises the features of every sample, then scales and shifts each by learned numbers.

        y = weight (x − mean) / sqrt(variance + eps) + bias

    Args:
        normalized_shape: Lengths of the last axes, which mean and variance are over; one number
            for the last axis.
        eps: Added to the variance.
        elementwise_affine: Whether scale and shift are learned.
        bias: Whether a shift is learned, where a scale is.
        device: "cpu" or None.
        dtype: Of the parameters; the default dtype if None.

    Attributes:
        weight, bias: Of shape normalized_shape, at first 1 and 0; or None.

    Shape:
        input: (..., *normalized_shape)  ->  the same shape.

    Source: Ba, Kiros and Hinton 2016, Layer normalization; arguments as in torch.nn.LayerNorm.

    >>> LayerNorm(2, eps=0.0)(Tensor([[1.0, 3.0], [10.0, 30.0]])).detach().array
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Device | str | None = None,
        dtype: Dtype | type | None = None,
    ) -> None:
        super().__init__()
        lengths = normalized_shape if isinstance(normalized_shape, Sequence) else [normalized_shape]
        self.normalized_shape = tuple(
            positive_integer("LayerNorm", "normalized_shape", length) for length in lengths
        )
        if not self.normalized_shape:
            raise InvalidArgument(
                "LayerNorm got normalized_shape=(): it must name at least one axis."
            )
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        learned = (elementwise_affine, elementwise_affine and bias)
        set_scale_and_shift(self, self.normalized_shape, learned, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start anew: scale 1, shift 0."""
        reset_scale_and_shift(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Return the standardised input, scaled and shifted."""
        return functional.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the arguments for ``repr``."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class GroupNorm(Module):
    """Standardises groups of channels of every sample, then scales and shifts each channel.

        y = weight (x − mean) / sqrt(variance + eps) + bias

    Args:
        num_groups: Number of groups; it divides the number of channels.
        num_channels: Number of channels.
        eps: Added to the variance.
        affine: Whether scale and shift are learned.
        device: "cpu" or None.
        dtype: Of the parameters; the default dtype if None.
        bias: Whether a shift is learned, where a scale is.

    Attributes:
        weight, bias: (num_channels), at first 1 and 0; or None.

    Shape:
        input: (batch, num_channels, ...)  ->  the same shape.

    Raises: InvalidArgument if num_groups does not divide num_channels.
    Source: Wu and He 2018, Group normalization; arguments as in torch.nn.GroupNorm.

    >>> GroupNorm(2, 4, eps=0.0)(Tensor([[1.0, 3.0, 10.0, 30.0]])).detach().array
    array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Device | str | None = None,
        dtype: Dtype | type | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_groups = positive_integer("GroupNorm", "num_groups", num_groups)
        self.num_channels = positive_integer("GroupNorm", "num_channels", num_channels)
        check_divides("GroupNorm", "num_groups", self.num_groups, num_channels=num_channels)
        self.eps = eps
        self.affine = affine
        set_scale_and_shift(self, (self.num_channels,), (affine, affine and bias), device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start anew: scale 1, shift 0."""
        reset_scale_and_shift(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Return the standardised input, scaled and shifted."""
        return functional.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the arguments for ``repr``."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


def set_scale_and_shift(
    layer: Module,
    shape: tuple[int, ...],
    learned: tuple[bool, bool],
    device: Device | str | None,
    dtype: Dtype | type | None,
) -> None:
    """Give a layer its ``weight`` and ``bias``, or None where one is not learned."""
    for name, is_learned in zip(("weight", "bias"), learned, strict=True):
        parameter = empty_parameter(shape, device, dtype) if is_learned else None
        layer.register_parameter(name, parameter)


def reset_scale_and_shift(weight: Parameter | None, bias: Parameter | None) -> None:
    """Set what is learned to scale 1 and shift 0."""
    if weight is not None:
        init.ones_(weight)
    if bias is not None:
        init.zeros_(bias)
