"""Layers of ONNX, by the functions of this library."""

import math
from typing import Any

import numpy as np

from chainrule.autograd import functions as f
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.bridges.onnx.node import Node, Result, Run
from chainrule.nn import functional as nn_f

Pads = list[tuple[int, int]]


def gemm(node: Node, a: Tensor, b: Tensor, c: Tensor | None = None) -> Tensor:
    """Return alpha a b + beta c, with either matrix transposed if so asked."""
    a = a.transpose(0, 1) if node.get("transA", 0) else a
    alpha, beta = node.get("alpha", 1.0), node.get("beta", 1.0)
    if node.get("transB", 0) and alpha == beta == 1 and (c is None or c.dim() == 1):
        return nn_f.linear(a, b, c)
    b = b.transpose(0, 1) if node.get("transB", 0) else b
    product = a @ b if alpha == 1 else (a @ b) * alpha
    if c is None:
        return product
    return product + (c if beta == 1 else c * beta)


def pads_of(node: Node, sizes: tuple[int, ...], kernel: list[int]) -> Pads:
    """Return how much padding each axis gets before and after."""
    ndim = len(kernel)
    strides, dilations = node.get("strides", [1] * ndim), node.get("dilations", [1] * ndim)
    auto = node.get("auto_pad", "NOTSET")
    if auto in ("NOTSET", "VALID"):
        given = node.get("pads", [0] * 2 * ndim) if auto == "NOTSET" else [0] * 2 * ndim
        return [*zip(given[:ndim], given[ndim:], strict=True)]
    pads = []
    for size, taps, stride, dilation in zip(sizes, kernel, strides, dilations, strict=True):
        places = -(-size // stride)
        total = max((places - 1) * stride + (taps - 1) * dilation + 1 - size, 0)
        less = total // 2
        pads.append((less, total - less) if auto == "SAME_UPPER" else (total - less, less))
    return pads


def padded(x: Tensor, pads: Pads, value: float = 0.0) -> Tensor:
    """Return x with numbers around its last axes."""
    if not any(map(any, pads)):
        return x
    return nn_f.pad(x, tuple(width for pair in reversed(pads) for width in pair), value=value)


def windowed(node: Node, kernel: list[int], what: str) -> int:
    """Return along how many axes windows move.

    Raises:
        NotExportable: if it is neither one nor two.
    """
    if len(kernel) not in (1, 2):
        raise node.refuse(f"{what} of {len(kernel)} axes")
    return len(kernel)


def convolution(node: Node, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return the convolution of signals or images."""
    kernel = list(weight.shape[2:])
    ndim = windowed(node, kernel, "windows")
    pads = pads_of(node, tuple(x.shape[2:]), kernel)
    is_even = all(before == after for before, after in pads)
    x = x if is_even else padded(x, pads)
    function: Any = nn_f.conv1d if ndim == 1 else nn_f.conv2d
    return function(
        x,
        weight,
        bias,
        stride=tuple(node.get("strides", [1] * ndim)),
        padding=tuple(before for before, _ in pads) if is_even else 0,
        dilation=tuple(node.get("dilations", [1] * ndim)),
        groups=node.get("group", 1),
    )


def last_windows(node: Node, x: Tensor, kernel: list[int], pads: Pads) -> Pads:
    """Return the padding with what ceil_mode adds at the ends, for windows that stay inside."""
    if not node.get("ceil_mode", 0):
        return pads
    ndim = len(kernel)
    strides, dilations = node.get("strides", [1] * ndim), node.get("dilations", [1] * ndim)
    grown = []
    for size, taps, stride, dilation, (before, after) in zip(
        x.shape[2:], kernel, strides, dilations, pads, strict=True
    ):
        room = size + before + after - (taps - 1) * dilation - 1
        places = -(-room // stride) + 1
        if (places - 1) * stride >= size + before:  # it would begin in the padding at the end
            places -= 1
        needed = (places - 1) * stride + (taps - 1) * dilation + 1
        grown.append((before, max(needed - size - before, 0)))
    return grown


def max_pool(node: Node, x: Tensor) -> Tensor:
    """Return the largest of each window.

    Raises:
        NotExportable: if the positions of the largest are asked for.
    """
    if len([name for name in node.outputs if name]) > 1:
        raise node.refuse("the positions of the largest numbers as an output")
    kernel = node.get("kernel_shape")
    ndim = windowed(node, kernel, "windows")
    pads = last_windows(node, x, kernel, pads_of(node, tuple(x.shape[2:]), kernel))
    lowest = -math.inf if x.dtype.kind == "f" else float(np.iinfo(x.dtype).min)
    function: Any = nn_f.max_pool1d if ndim == 1 else nn_f.max_pool2d
    is_integer = x.dtype.kind != "f"
    given = x.to(np.dtype(np.float64)) if is_integer else x
    result = function(
        padded(given, pads, lowest),
        tuple(kernel),
        tuple(node.get("strides", [1] * ndim)),
        dilation=tuple(node.get("dilations", [1] * ndim)),
    )
    return result.to(x.dtype) if is_integer else result


def average_pool(node: Node, x: Tensor) -> Tensor:
    """Return the mean of each window: its sum, divided by the numbers that count."""
    kernel = node.get("kernel_shape")
    ndim = windowed(node, kernel, "windows")
    asked = pads_of(node, tuple(x.shape[2:]), kernel)
    pads = last_windows(node, x, kernel, asked)
    total = summed(node, padded(x, pads), kernel, ndim)
    ones = wrap(np.ones((1, 1, *x.shape[2:]), x.dtype))
    if node.get("count_include_pad", 0):
        added = [(b, max(a - wanted, 0)) for (b, a), (_, wanted) in zip(pads, asked, strict=True)]
        ones = padded(
            ones, [(b, min(a, w)) for (b, a), (_, w) in zip(pads, asked, strict=True)], 1.0
        )
        ones = padded(ones, [(0, rest) for _, rest in added])
    else:
        ones = padded(ones, pads)
    return total / summed(node, ones, kernel, ndim)


def summed(node: Node, x: Tensor, kernel: list[int], ndim: int) -> Tensor:
    """Return the sum of each window: a convolution of each channel with ones."""
    channels = x.shape[1]
    ones = wrap(np.ones((channels, 1, *kernel), x.dtype))
    function: Any = nn_f.conv1d if ndim == 1 else nn_f.conv2d
    return function(
        x,
        ones,
        stride=tuple(node.get("strides", [1] * ndim)),
        dilation=tuple(node.get("dilations", [1] * ndim)),
        groups=channels,
    )


def global_pool(is_mean: bool) -> Run:
    """Return the mean, or the largest, of each whole channel."""

    def run(node: Node, x: Tensor) -> Tensor:
        axes = tuple(range(2, x.dim()))
        return x.mean(dim=axes, keepdim=True) if is_mean else x.amax(dim=axes, keepdim=True)

    return run


def around(tensor: Tensor, x: Tensor) -> Tensor:
    """Return a number per channel in a shape that goes along with x."""
    return tensor.reshape(1, -1, *[1] * (x.dim() - 2))


def batch_normalization(
    node: Node, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor
) -> Result:
    """Return channels normalised by given statistics, or by the batch's, which update those."""
    epsilon = float(node.get("epsilon", 1e-5))
    if not node.get("training_mode", 0):
        root = f.sqrt(around(variance, x) + epsilon)
        normalised = (x - around(mean, x)) / root.to(x.dtype)
        return (normalised * around(scale, x) + around(bias, x)).to(x.dtype)
    axes = tuple(axis for axis in range(x.dim()) if axis != 1)
    now, spread = x.mean(dim=axes), x.var(dim=axes, correction=0)
    root = f.sqrt(around(spread, x) + epsilon)
    result = (x - around(now, x)) / root * around(scale, x) + around(bias, x)
    kept = float(node.get("momentum", 0.9))
    return (
        result,
        mean * kept + now.to(mean.dtype) * (1 - kept),
        variance * kept + spread.to(variance.dtype) * (1 - kept),
    )[: len(node.outputs)]


def layer_normalization(node: Node, x: Tensor, scale: Tensor, bias: Tensor | None = None) -> Result:
    """Return the last axes normalised; mean and inverse deviation, too, where they are wanted."""
    axis = node.get("axis", -1) % x.dim()
    axes = tuple(range(axis, x.dim()))
    mean = x.mean(dim=axes, keepdim=True)
    variance = x.var(dim=axes, correction=0, keepdim=True)
    inverse = f.rsqrt(variance + float(node.get("epsilon", 1e-5)))
    result = (x - mean) * inverse * scale
    result = result if bias is None else result + bias
    return (result, mean, inverse)[: len(node.outputs)]


def instance_normalization(node: Node, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Return each channel of each sample normalised."""
    return nn_f.group_norm(x, x.shape[1], scale, bias, float(node.get("epsilon", 1e-5)))


def group_normalization(node: Node, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Return groups of channels of each sample normalised."""
    groups, epsilon = node.get("num_groups"), float(node.get("epsilon", 1e-5))
    if scale.shape[0] == x.shape[1]:
        return nn_f.group_norm(x, groups, scale, bias, epsilon)
    plain = nn_f.group_norm(x, groups, None, None, epsilon)  # before opset 21: one per group
    repeats = x.shape[1] // groups
    wide_scale, wide_bias = (
        t.reshape(-1, 1).expand(groups, repeats).reshape(-1) for t in (scale, bias)
    )
    return plain * around(wide_scale, x) + around(wide_bias, x)


def rms_normalization(node: Node, x: Tensor, scale: Tensor) -> Tensor:
    """Return the last axes divided by the root of their mean square."""
    axes = tuple(range(node.get("axis", -1) % x.dim(), x.dim()))
    mean = x.square().mean(dim=axes, keepdim=True)
    return x * f.rsqrt(mean + float(node.get("epsilon", 1e-5))) * scale


def along(function: Any) -> Run:
    """Return softmax or its logarithm along an axis."""
    return lambda node, x: function(x, dim=node.get("axis", -1))


def dropout(
    node: Node, x: Tensor, ratio: Tensor | None = None, training: Tensor | None = None
) -> Result:
    """Return x: there is nothing to drop when a network is used.

    Raises:
        NotExportable: if the graph drops units all the same.
    """
    is_on = training is not None and bool(training.array)
    if is_on and (0.5 if ratio is None else float(ratio.array)) > 0:
        raise node.refuse("training_mode on")
    mask = wrap(np.ones(x.shape, bool))
    return (x, mask)[: len(node.outputs)]


def negative_log_likelihood(
    node: Node, x: Tensor, target: Tensor, weight: Tensor | None = None
) -> Tensor:
    """Return the loss of log-probabilities, the classes along axis 1."""
    ignored = node.get("ignore_index", -100)
    last, labels = classes_last(x), target.reshape(-1)
    losses = nn_f.nll_loss(last, labels, weight, ignored, node.get("reduction", "mean"))
    return losses.reshape(target.shape) if losses.dim() else losses


def softmax_cross_entropy(
    node: Node, x: Tensor, target: Tensor, weight: Tensor | None = None
) -> Result:
    """Return the loss of scores, the classes along axis 1, and the log-probabilities if wanted."""
    log_probabilities = f.log_softmax(x, dim=1)
    loss = negative_log_likelihood(node, log_probabilities, target, weight)
    return (loss, log_probabilities)[: len(node.outputs)]


def classes_last(x: Tensor) -> Tensor:
    """Return scores with a row per place."""
    return f.movedim(x, 1, -1).reshape(-1, x.shape[1])


LAYERS: dict[str, Run] = {
    "AveragePool": average_pool, "BatchNormalization": batch_normalization, "Conv": convolution,
    "Dropout": dropout, "Gemm": gemm, "GlobalAveragePool": global_pool(True),
    "GlobalMaxPool": global_pool(False), "GroupNormalization": group_normalization,
    "InstanceNormalization": instance_normalization, "LayerNormalization": layer_normalization,
    "LogSoftmax": along(f.log_softmax), "MatMul": lambda node, a, b: a @ b, "MaxPool": max_pool,
    "NegativeLogLikelihoodLoss": negative_log_likelihood,
    "RMSNormalization": rms_normalization, "Softmax": along(f.softmax),
    "SoftmaxCrossEntropyLoss": softmax_cross_entropy,
}  # fmt: skip
"""ONNX's name of an operation -> what computes it."""
