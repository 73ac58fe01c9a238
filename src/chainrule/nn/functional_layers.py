"""The functions behind layers: each applies one operation to an input and a layer's parameters."""

from collections.abc import Sequence

from chainrule.array_types import Shape
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidType
from chainrule.operations.adaptive_pooling import ADAPTIVE_AVG_POOL1D, ADAPTIVE_AVG_POOL2D
from chainrule.operations.average_pooling import AVG_POOL1D, AVG_POOL2D
from chainrule.operations.batch_normalization import BATCH_NORM
from chainrule.operations.convolution import CONV1D, CONV2D
from chainrule.operations.embedding import EMBEDDING
from chainrule.operations.group_normalization import GROUP_NORM
from chainrule.operations.layer_normalization import LAYER_NORM
from chainrule.operations.linear import LINEAR
from chainrule.operations.max_pooling import MAX_POOL1D, MAX_POOL2D
from chainrule.operations.operation import Operation

IntOrTuple = int | tuple[int, ...]


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Map inputs to weighted sums.

        y = x W^T + b

    Shape:
        input: (..., in_features); weight: (out_features, in_features); bias: (out_features)
        ->  (..., out_features).

    >>> linear(Tensor([1.0, 2.0]), Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([1.0, 1.0])).array
    array([ 6., 12.], dtype=float32)
    """
    return apply(LINEAR, checked(LINEAR, input, weight, bias))


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: IntOrTuple = 1,
    padding: IntOrTuple | str = 0,
    dilation: IntOrTuple = 1,
    groups: int = 1,
) -> Tensor:
    """Slide weights along a signal and sum the products at every place.

    Args:
        input: (batch, in_channels, length) or (in_channels, length).
        weight: (out_channels, in_channels / groups, kernel).
        bias: (out_channels).
        stride: Distance of neighbouring places.
        padding: Zeros added at both ends, "valid" for none, "same" to keep the length.
        dilation: Distance of the elements that neighbouring weights see.
        groups: Number of parts into which channels are divided; each part sees only its own.

    Shape:
        ->  (batch, out_channels, places) or (out_channels, places).

    >>> conv1d(Tensor([[1.0, 2.0, 4.0]]), Tensor([[[-1.0, 1.0]]])).array
    array([[1., 2.]], dtype=float32)
    """
    inputs = checked(CONV1D, input, weight, bias)
    return apply(CONV1D, inputs, (stride, padding, dilation, groups))


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: IntOrTuple = 1,
    padding: IntOrTuple | str = 0,
    dilation: IntOrTuple = 1,
    groups: int = 1,
) -> Tensor:
    """Slide weights over an image and sum the products at every place.

    Args:
        input: (batch, in_channels, height, width) or (in_channels, height, width).
        weight: (out_channels, in_channels / groups, kernel height, kernel width).
        bias: (out_channels).
        stride: Distance of neighbouring places; one number or one per axis.
        padding: Zeros added on each side, likewise; or "valid" or "same".
        dilation: Distance of the elements that neighbouring weights see, likewise.
        groups: Number of parts into which channels are divided; each part sees only its own.

    Shape:
        ->  (batch, out_channels, *places) or (out_channels, *places).

    >>> conv2d(Tensor([[[1.0, 2.0], [3.0, 4.0]]]), Tensor([[[[1.0, 1.0], [1.0, 1.0]]]])).array
    array([[[10.]]], dtype=float32)
    """
    inputs = checked(CONV2D, input, weight, bias)
    return apply(CONV2D, inputs, (stride, padding, dilation, groups))


def max_pool1d(
    input: Tensor,
    kernel_size: IntOrTuple,
    stride: IntOrTuple | None = None,
    padding: IntOrTuple = 0,
    dilation: IntOrTuple = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Keep the largest element of each window along a signal; see ``MaxPool1d``.

    >>> max_pool1d(Tensor([[1.0, 3.0, 2.0, 0.0]]), 2).array
    array([[3., 2.]], dtype=float32)
    """
    options = (kernel_size, stride, padding, dilation, ceil_mode)
    return apply(MAX_POOL1D, checked(MAX_POOL1D, input), options)


def max_pool2d(
    input: Tensor,
    kernel_size: IntOrTuple,
    stride: IntOrTuple | None = None,
    padding: IntOrTuple = 0,
    dilation: IntOrTuple = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Keep the largest element of each window of an image; see ``MaxPool2d``.

    >>> max_pool2d(Tensor([[[1.0, 3.0], [2.0, 0.0]]]), 2).array
    array([[[3.]]], dtype=float32)
    """
    options = (kernel_size, stride, padding, dilation, ceil_mode)
    return apply(MAX_POOL2D, checked(MAX_POOL2D, input), options)


def avg_pool1d(
    input: Tensor,
    kernel_size: IntOrTuple,
    stride: IntOrTuple | None = None,
    padding: IntOrTuple = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Average each window along a signal; see ``AvgPool1d``.

    >>> avg_pool1d(Tensor([[1.0, 3.0, 2.0, 0.0]]), 2).array
    array([[2., 1.]], dtype=float32)
    """
    options = (kernel_size, stride, padding, ceil_mode, count_include_pad)
    return apply(AVG_POOL1D, checked(AVG_POOL1D, input), options)


def avg_pool2d(
    input: Tensor,
    kernel_size: IntOrTuple,
    stride: IntOrTuple | None = None,
    padding: IntOrTuple = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Average each window of an image; see ``AvgPool2d``.

    >>> avg_pool2d(Tensor([[[1.0, 3.0], [2.0, 0.0]]]), 2).array
    array([[[1.5]]], dtype=float32)
    """
    options = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return apply(AVG_POOL2D, checked(AVG_POOL2D, input), options)


def adaptive_avg_pool1d(input: Tensor, output_size: IntOrTuple) -> Tensor:
    """Average a signal in a given number of near equal bins.

    >>> adaptive_avg_pool1d(Tensor([[1.0, 2.0, 6.0]]), 1).array
    array([[3.]], dtype=float32)
    """
    return apply(ADAPTIVE_AVG_POOL1D, checked(ADAPTIVE_AVG_POOL1D, input), (output_size,))


def adaptive_avg_pool2d(input: Tensor, output_size: int | tuple[int | None, ...] | None) -> Tensor:
    """Average an image in a given grid of near equal bins; None keeps the size of an axis.

    >>> adaptive_avg_pool2d(Tensor([[[1.0, 3.0], [2.0, 0.0]]]), (1, None)).array
    array([[[1.5, 1.5]]], dtype=float32)
    """
    return apply(ADAPTIVE_AVG_POOL2D, checked(ADAPTIVE_AVG_POOL2D, input), (output_size,))


def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """Look up rows of a table by their number.

    Args:
        input: Integers, from 0 to the number of rows - 1.
        weight: The table, (num_embeddings, embedding_dim).
        padding_idx: Row that gets no gradient.

    Shape:
        input: (...)  ->  (..., embedding_dim).

    >>> from chainrule.autograd.graph import wrap
    >>> import numpy as np
    >>> embedding(wrap(np.array([1, 0])), Tensor([[0.0, 1.0], [2.0, 3.0]])).array
    array([[2., 3.],
           [0., 1.]], dtype=float32)
    """
    check_is_tensor(EMBEDDING, "input", input)
    check_is_tensor(EMBEDDING, "weight", weight)
    return apply(EMBEDDING, (input, weight), (padding_idx,))


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Standardise every channel over the batch, then scale and shift it.

        y = weight (x − mean) / sqrt(variance + eps) + bias

    Args:
        input: (batch, channels, ...).
        running_mean: (channels). Updated in place in training, used otherwise.
        running_var: (channels), likewise.
        weight: (channels), learned scale.
        bias: (channels), learned shift.
        training: Whether to use the statistics of this batch.
        momentum: How far the running statistics move towards those of the batch, 0 to 1.
        eps: Added to the variance.

    >>> batch_norm(Tensor([[1.0], [3.0]]), None, None, training=True, eps=0.0).array
    array([[-1.],
           [ 1.]], dtype=float32)
    """
    inputs = checked(BATCH_NORM, input, running_mean, running_var, weight, bias)
    return apply(BATCH_NORM, inputs, (training, momentum, eps))


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Standardise the last axes of every sample, then scale and shift each feature.

        y = weight (x − mean) / sqrt(variance + eps) + bias

    Args:
        input: (..., *normalized_shape).
        normalized_shape: Lengths of the axes that mean and variance are over.
        weight: Of shape normalized_shape, learned scale.
        bias: Of shape normalized_shape, learned shift.
        eps: Added to the variance.

    >>> layer_norm(Tensor([[1.0, 3.0], [10.0, 30.0]]), (2,), eps=0.0).array
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)
    """
    options: tuple[Shape, float] = (tuple(normalized_shape), eps)
    return apply(LAYER_NORM, checked(LAYER_NORM, input, weight, bias), options)


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Standardise each group of channels of every sample, then scale and shift each channel.

        y = weight (x − mean) / sqrt(variance + eps) + bias

    Args:
        input: (batch, channels, ...).
        num_groups: Number of groups; it divides the number of channels.
        weight: (channels), learned scale.
        bias: (channels), learned shift.
        eps: Added to the variance.

    >>> group_norm(Tensor([[1.0, 3.0, 10.0, 30.0]]), 2, eps=0.0).array
    array([[-1.,  1., -1.,  1.]], dtype=float32)
    """
    return apply(GROUP_NORM, checked(GROUP_NORM, input, weight, bias), (num_groups, eps))


def checked(operation: Operation, *tensors: Tensor | None) -> tuple[Tensor | None, ...]:
    """Return the inputs of a layer once they are known to be floating point, and of one dtype.

    Raises:
        InvalidType: naming the operation and the input that differs.
    """
    names = operation.input_names
    first = tensors[0]
    check_is_tensor(operation, "input", first)
    dtype = first.array.dtype  # type: ignore[union-attr]  # a tensor, as just checked
    if dtype.kind != "f":
        raise InvalidType(
            f"{operation.name} got an input of {dtype}: it computes with floating-point numbers. "
            "Convert it with .float()."
        )
    for name, tensor in zip(names[1:], tensors[1:], strict=True):
        if tensor is None:
            continue
        check_is_tensor(operation, name, tensor)
        if tensor.array.dtype != dtype:
            raise InvalidType(
                f"{operation.name} got an input of {dtype} and a {name} of {tensor.array.dtype}: "
                "they must be the same. Convert the input, e.g. with .float(), or the model, e.g. "
                "with model.double()."
            )
    return tensors


def check_is_tensor(operation: Operation, name: str, value: object) -> None:
    """Refuse what is not a tensor.

    Raises:
        InvalidType: naming the operation and the input.
    """
    if not isinstance(value, TensorCore):
        raise InvalidType(
            f"{operation.name} got {type(value).__name__} as its {name}: pass a tensor, e.g. made "
            "with chainrule.tensor(...) or chainrule.from_numpy(...)."
        )
