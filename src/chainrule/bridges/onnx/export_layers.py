"""Layers in ONNX's operations: products, convolutions, pooling, normalisation."""

from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.bridges.onnx.export_formulas import Export, number
from chainrule.bridges.onnx.refusal import NotExportable
from chainrule.bridges.onnx.writer import Call, Writer
from chainrule.operations.windows import Windows


def linear(writer: Writer, call: Call) -> str:
    """Return x weight^T + bias."""
    x, weight, bias = call.inputs
    if len(call.shape) == 2:
        given = (x, weight, bias) if bias else (x, weight)
        return writer.node("Gemm", *given, transB=1)
    product = writer.node("MatMul", x, writer.node("Transpose", weight, perm=[1, 0]))
    return writer.node("Add", product, bias) if bias else product


def windows_of(call: Call) -> Windows:
    """Return where the windows lie."""
    found: Windows = call.application.saved["windows"]
    return found


def pads(windows: Windows) -> list[int]:
    """Return the padding as ONNX has it: all beginnings, then all ends."""
    return [*windows.before, *windows.after]


def batched(export: Export, ndim: int) -> Export:
    """Return an export of what ONNX does to batches only: a single sample becomes one of one."""

    def exported(writer: Writer, call: Call) -> str:
        if len(call.shape) == ndim + 2:
            return export(writer, call)
        one = writer.node("Unsqueeze", call.inputs[0], writer.constant([0]))
        result = export(writer, Call(call.application, (one, *call.inputs[1:])))
        return writer.node("Squeeze", result, writer.constant([0]))

    return exported


def convolution(writer: Writer, call: Call) -> str:
    """Convolution, with the padding worked out."""
    windows = windows_of(call)
    return writer.node(
        "Conv",
        *(name for name in call.inputs if name),
        strides=windows.stride,
        dilations=windows.dilation,
        pads=pads(windows),
        group=call.options["groups"],
    )


def max_pool(writer: Writer, call: Call) -> str:
    """The largest of each window."""
    windows = windows_of(call)
    return writer.node(
        "MaxPool",
        *call.inputs,
        kernel_shape=windows.kernel,
        strides=windows.stride,
        dilations=windows.dilation,
        pads=pads(windows),
        ceil_mode=int(call.options["ceil_mode"]),
    )


def average_pool(writer: Writer, call: Call) -> str:
    """The mean of each window, or its sum divided by a number that is given."""
    windows = windows_of(call)
    divisor = call.options.get("divisor_override")
    counts_padding = call.options["count_include_pad"] or divisor is not None
    mean = writer.node(
        "AveragePool",
        *call.inputs,
        kernel_shape=windows.kernel,
        strides=windows.stride,
        pads=pads(windows),
        ceil_mode=int(call.options["ceil_mode"]),
        count_include_pad=int(counts_padding),
    )
    if divisor is None:
        return mean
    return writer.node("Mul", mean, number(writer, call, int(np.prod(windows.kernel)) / divisor))


def adaptive_average_pool(ndim: int) -> Export:
    """Return the export of the mean over parts of equal size: a product with a matrix per axis."""

    def export(writer: Writer, call: Call) -> str:
        sizes = [extent.at(1) for extent in call.shape[-ndim:]]
        wanted = [extent.at(1) for extent in call.output.shape[-ndim:]]
        [x] = call.inputs
        last = writer.constant(means(sizes[-1], wanted[-1]).T, call.dtype)
        x = writer.node("MatMul", x, last)
        if ndim == 2:
            x = writer.node("MatMul", writer.constant(means(sizes[0], wanted[0]), call.dtype), x)
        return x

    return export


def means(size: int, parts: int) -> Array:
    """Return the matrix that takes the mean of each part of an axis.

    >>> means(3, 2)
    array([[0.5, 0.5, 0. ],
           [0. , 0.5, 0.5]])
    """
    matrix = np.zeros((parts, size))
    for part in range(parts):
        first, last = part * size // parts, -(-(part + 1) * size // parts)
        matrix[part, first:last] = 1 / (last - first)
    return matrix


def embedding(writer: Writer, call: Call) -> str:
    """The rows of the weight that the numbers name."""
    x, weight = call.inputs
    return writer.node("Gather", weight, x, axis=0)


def batch_norm(writer: Writer, call: Call) -> str:
    """Normalise channels, by the running statistics or by those of the batch."""
    x, mean, variance, weight, bias = call.inputs
    channels = call.shape[1].at(1)
    scale = weight or writer.constant(np.ones(channels), call.dtype)
    shift = bias or writer.constant(np.zeros(channels), call.dtype)
    if not call.options["training"]:
        return writer.node(
            "BatchNormalization",
            *(x, scale, shift, mean, variance),
            epsilon=float(call.options["eps"]),
        )
    axes = [axis for axis in range(len(call.shape)) if axis != 1]
    normalised = standardised(writer, call, x, axes)
    around = [1] * (len(call.shape) - 2)
    return rescaled(writer, normalised, scale, shift, [channels, *around])


def standardised(writer: Writer, call: Call, x: str, axes: list[int]) -> str:
    """Return (x - mean) / sqrt(variance + eps), both taken over some axes."""
    places = writer.constant(axes)
    centred = writer.node("Sub", x, writer.node("ReduceMean", x, places))
    variance = writer.node("ReduceMean", writer.node("Mul", centred, centred), places)
    shifted = writer.node("Add", variance, number(writer, call, call.options["eps"]))
    return writer.node("Div", centred, writer.node("Sqrt", shifted))


def rescaled(writer: Writer, x: str, scale: str, shift: str, shape: list[int]) -> str:
    """Return x times a scale plus a shift, both reshaped."""
    wide = writer.constant(shape)
    scaled = writer.node("Mul", x, writer.node("Reshape", scale, wide))
    return writer.node("Add", scaled, writer.node("Reshape", shift, wide))


def layer_norm(writer: Writer, call: Call) -> str:
    """Normalise the last axes of each sample."""
    x, weight, bias = call.inputs
    shape = [extent.at(1) for extent in call.shape[-len(call.options["normalized_shape"]) :]]
    scale = weight or writer.constant(np.ones(shape), call.dtype)
    given = (x, scale, bias) if bias else (x, scale)
    return writer.node(
        "LayerNormalization", *given, axis=-len(shape), epsilon=float(call.options["eps"])
    )


def group_norm(writer: Writer, call: Call) -> str:
    """Normalise groups of the channels of each sample."""
    x, weight, bias = call.inputs
    groups, channels = call.options["num_groups"], call.shape[1].at(1)
    grouped = writer.node("Reshape", x, writer.constant([0, groups, -1]))
    normalised = standardised(writer, call, grouped, [2])
    result = writer.node("Reshape", normalised, writer.extents(call.shape))
    if not weight:
        return result
    around = [1] * (len(call.shape) - 2)
    return rescaled(writer, result, weight, bias, [channels, *around])


def along(kind: str, is_negated: bool = False) -> Export:
    """Return the export of softmax and its kin."""

    def export(writer: Writer, call: Call) -> str:
        [x] = call.inputs
        x = writer.node("Neg", x) if is_negated else x
        return writer.node(kind, x, axis=call.options["dim"])

    return export


def glu(writer: Writer, call: Call) -> str:
    """The first half times the sigmoid of the second."""
    axis = call.options["dim"]
    given: dict[str, Any] = {"axis": axis, "num_outputs": 2}
    first, second = writer.nodes_outputs("Split", call.inputs, 2, given)
    return writer.node("Mul", first, writer.node("Sigmoid", second))


def prelu(writer: Writer, call: Call) -> str:
    """x, or the learned slope times x below zero; one slope, or one per channel."""
    x, weight = call.inputs
    slopes = call.values[1].shape[0].at(1)
    if slopes > 1:
        around = [1] * (len(call.shape) - 2)
        weight = writer.node("Reshape", weight, writer.constant([slopes, *around]))
    return writer.node("PRelu", x, weight)


def matmul(writer: Writer, call: Call) -> str:
    """The product of matrices."""
    return writer.node("MatMul", *call.inputs)


def dropout(writer: Writer, call: Call) -> str:
    """Refuse it: it is not there in evaluation mode.

    Raises:
        NotExportable: always.
    """
    del writer
    raise NotExportable(
        f"The model drops units at random in {call.application.path or 'its forward'}: switch to "
        "evaluation mode first, model.eval()."
    )


LAYERS: dict[str, Export] = {
    "linear": linear, "matmul": matmul, "conv1d": batched(convolution, 1),
    "conv2d": batched(convolution, 2), "max_pool1d": batched(max_pool, 1),
    "max_pool2d": batched(max_pool, 2), "avg_pool1d": batched(average_pool, 1),
    "avg_pool2d": batched(average_pool, 2), "adaptive_avg_pool1d": adaptive_average_pool(1),
    "adaptive_avg_pool2d": adaptive_average_pool(2), "embedding": embedding,
    "batch_norm": batch_norm, "layer_norm": layer_norm, "group_norm": group_norm,
    "softmax": along("Softmax"), "log_softmax": along("LogSoftmax"),
    "softmin": along("Softmax", is_negated=True), "glu": glu, "prelu": prelu, "dropout": dropout,
}  # fmt: skip
"""Name of an operation -> its export."""
