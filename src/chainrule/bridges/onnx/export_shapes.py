"""Reductions, reshaping, joining and indexing in ONNX's operations."""

import math
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.bridges.onnx.export_formulas import Export, number
from chainrule.bridges.onnx.refusal import NotExportable
from chainrule.bridges.onnx.writer import Call, Writer
from chainrule.compiler.extent import Extent

END = np.iinfo(np.int64).max


def axes_of(call: Call) -> list[int]:
    """Return the axes that are reduced."""
    dim = call.options.get("dim")
    if dim is None:
        return list(range(len(call.shape)))
    return [axis % max(len(call.shape), 1) for axis in (dim if isinstance(dim, tuple) else (dim,))]


def keeps(call: Call) -> int:
    """Return whether the reduced axes stay, as ONNX wants it."""
    return int(bool(call.options.get("keepdim", False)))


def reduction(kind: str) -> Export:
    """Return the export of a reduction that ONNX has."""

    def export(writer: Writer, call: Call) -> str:
        [x] = call.inputs
        if not call.shape:
            return writer.node("Identity", x)
        return writer.node(kind, x, writer.constant(axes_of(call)), keepdims=keeps(call))

    return export


def norm(writer: Writer, call: Call) -> str:
    """The p-norm: of absolute values, or (sum of |x|^p)^(1/p)."""
    p = float(call.options["p"])
    simple = {1.0: "ReduceL1", 2.0: "ReduceL2"}
    if p in simple:
        return reduction(simple[p])(writer, call)
    size = writer.node("Abs", *call.inputs)
    given = Call(call.application, (size,))
    if math.isinf(p):
        return reduction("ReduceMax" if p > 0 else "ReduceMin")(writer, given)
    power = writer.node("Pow", size, number(writer, call, p))
    total = reduction("ReduceSum")(writer, Call(call.application, (power,)))
    return writer.node("Pow", total, number(writer, call, 1 / p))


def variance(is_root: bool) -> Export:
    """Return the export of the variance, or of its root."""

    def export(writer: Writer, call: Call) -> str:
        [x] = call.inputs
        axes = axes_of(call)
        if any(call.shape[axis].per_sample for axis in axes):
            raise NotExportable("A variance over the samples of a batch cannot be exported.")
        count = math.prod(call.shape[axis].count for axis in axes)
        places = writer.constant(axes)
        centred = writer.node("Sub", x, writer.node("ReduceMean", x, places))
        squares = writer.node("Mul", centred, centred)
        total = writer.node("ReduceSum", squares, places, keepdims=keeps(call))
        divisor = number(writer, call, max(count - call.options["correction"], 0))
        result = writer.node("Div", total, divisor)
        return writer.node("Sqrt", result) if is_root else result

    return export


def position(kind: str) -> Export:
    """Return the export of argmax or argmin."""

    def export(writer: Writer, call: Call) -> str:
        [x] = call.inputs
        if call.options["dim"] is None:
            flat = writer.node("Reshape", x, writer.constant([-1]))
            return writer.node(kind, flat, axis=0, keepdims=0)
        return writer.node(kind, x, axis=call.options["dim"], keepdims=keeps(call))

    return export


def truth(kind: str) -> Export:
    """Return the export of all or any."""

    def export(writer: Writer, call: Call) -> str:
        whole = writer.cast(writer.cast(call.inputs[0], np.dtype(bool)), np.dtype(np.int32))
        found = reduction(kind)(writer, Call(call.application, (whole,)))
        return writer.cast(found, np.dtype(bool))

    return export


def cumsum(writer: Writer, call: Call) -> str:
    """The running sum along an axis."""
    return writer.node("CumSum", *call.inputs, writer.constant(call.options["dim"]))


def reshape(writer: Writer, call: Call) -> str:
    """The same numbers in another shape: of one extent that grows with the batch ONNX finds it."""
    shape = call.output.shape
    growing = [extent for extent in shape if extent.per_sample]
    if len(growing) == 1 and all(extent.count for extent in shape):
        sizes = [-1 if extent.per_sample else extent.count for extent in shape]
        return writer.node("Reshape", *call.inputs, writer.constant(sizes))
    return writer.node("Reshape", *call.inputs, writer.extents(shape))


def expand(writer: Writer, call: Call) -> str:
    """Repeat along axes of length 1."""
    return writer.node("Expand", *call.inputs, writer.extents(call.output.shape))


def transpose(writer: Writer, call: Call) -> str:
    """Exchange two axes."""
    order = list(range(len(call.shape)))
    if not order:
        return writer.node("Identity", *call.inputs)
    one, other = call.options["dim0"], call.options["dim1"]
    order[one], order[other] = order[other], order[one]
    return writer.node("Transpose", *call.inputs, perm=order)


def permute(writer: Writer, call: Call) -> str:
    """Put the axes in another order."""
    order = [axis % max(len(call.shape), 1) for axis in call.options["dims"]]
    return writer.node("Transpose", *call.inputs, perm=order)


def flip(writer: Writer, call: Call) -> str:
    """Go through some axes backwards."""
    axes = list(call.options["dims"])
    count = len(axes)
    starts, ends, steps = ([value] * count for value in (-1, -END, -1))
    return sliced(writer, call.inputs[0], starts, ends, axes, steps)


def sliced(
    writer: Writer, x: str, starts: list[Any], ends: list[Any], axes: list[int], steps: list[int]
) -> str:
    """Return a part of an array."""
    first, last = (
        writer.extents(tuple(bounds))
        if any(isinstance(bound, Extent) for bound in bounds)
        else writer.constant(bounds)
        for bounds in (starts, ends)
    )
    return writer.node("Slice", x, first, last, writer.constant(axes), writer.constant(steps))


def cat(writer: Writer, call: Call) -> str:
    """Join along an axis."""
    return writer.node("Concat", *call.inputs, axis=call.options["dim"])


def stack(writer: Writer, call: Call) -> str:
    """Join along a new axis."""
    axis = call.options["dim"] % (len(call.shape) + 1)
    wide = [writer.node("Unsqueeze", name, writer.constant([axis])) for name in call.inputs]
    return writer.node("Concat", *wide, axis=axis)


def getitem(writer: Writer, call: Call) -> str:
    """Take numbers out by position: slices, single positions, new axes, one array of positions."""
    index = call.options["index"]
    index = index if isinstance(index, tuple) else (index,)
    index = [np.asarray(part) if isinstance(part, (list, tuple)) else part for part in index]
    if any(part is Ellipsis for part in index):
        place = next(n for n, part in enumerate(index) if part is Ellipsis)
        taken = sum(part is not None for part in index) - 1
        index[place : place + 1] = [slice(None)] * (len(call.shape) - taken)
    [x] = call.inputs
    starts, ends, steps, axes = [], [], [], []
    single: list[tuple[int, Any]] = []
    arrays: list[tuple[int, Array]] = []
    new, axis, after = [], 0, 0
    for part in index:
        if part is None:
            new.append(after)
            after += 1
        elif isinstance(part, slice):
            if part != slice(None):
                step = 1 if part.step is None else part.step
                starts.append(0 if part.start is None else part.start)
                ends.append(END if part.stop is None else part.stop)
                steps.append(step)
                axes.append(axis)
            axis, after = axis + 1, after + 1
        elif isinstance(part, (int, np.integer, Extent)):
            single.append((axis, part))
            axis += 1
        elif isinstance(part, np.ndarray) and part.dtype.kind in "iu" and not arrays:
            arrays.append((axis, part))
            axis, after = axis + 1, after + part.ndim
        else:
            raise NotExportable(
                f"{call.application.path or 'The model'} takes numbers out of a tensor with "
                f"{type(part).__name__}: only slices, positions and one array of them can be "
                "exported."
            )
    if arrays and single:
        raise NotExportable("Positions and an array of positions together cannot be exported.")
    if axes:
        x = sliced(writer, x, starts, ends, axes, steps)
    for place, positions in arrays:
        x = writer.node("Gather", x, writer.constant(positions), axis=place)
    for place, position_ in reversed(single):
        where = writer.extents((position_,)) if isinstance(position_, Extent) else None
        x = writer.node("Gather", x, where or writer.constant([int(position_)]), axis=place)
    if single:
        x = writer.node("Squeeze", x, writer.constant([place for place, _ in single]))
    if new:
        x = writer.node("Unsqueeze", x, writer.constant(new))
    return x if axes or arrays or single or new else writer.node("Identity", x)


def pad(writer: Writer, call: Call) -> str:
    """Numbers around an array."""
    modes = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    widths = call.options["pad"]
    ndim = len(call.shape)
    before, after = [0] * ndim, [0] * ndim
    for place in range(len(widths) // 2):
        before[ndim - 1 - place], after[ndim - 1 - place] = widths[2 * place : 2 * place + 2]
    given = [writer.constant([*before, *after])]
    if call.options["mode"] == "constant":
        given.append(number(writer, call, call.options["value"]))
    return writer.node("Pad", *call.inputs, *given, mode=modes[call.options["mode"]])


def cast(writer: Writer, call: Call) -> str:
    """Another dtype."""
    return writer.cast(call.inputs[0], call.output.dtype)


def gather(writer: Writer, call: Call) -> str:
    """Numbers at positions along an axis."""
    return writer.node("GatherElements", *call.inputs, axis=call.options["dim"])


SHAPES: dict[str, Export] = {
    "sum": reduction("ReduceSum"), "mean": reduction("ReduceMean"),
    "prod": reduction("ReduceProd"), "amax": reduction("ReduceMax"),
    "amin": reduction("ReduceMin"), "logsumexp": reduction("ReduceLogSumExp"), "norm": norm,
    "var": variance(False), "std": variance(True), "argmax": position("ArgMax"),
    "argmin": position("ArgMin"), "all": truth("ReduceMin"), "any": truth("ReduceMax"),
    "cumsum": cumsum, "reshape": reshape, "expand": expand, "transpose": transpose,
    "permute": permute, "flip": flip, "cat": cat, "stack": stack, "getitem": getitem, "pad": pad,
    "cast": cast, "gather": gather, "take_along_dim": gather,
}  # fmt: skip
"""Name of an operation -> its export."""
