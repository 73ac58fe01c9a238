"""Reductions, reshaping, joining and indexing of ONNX, by the functions of this library."""

from collections.abc import Callable
from typing import Any

import numpy as np
from onnx import helper, numpy_helper

from chainrule.autograd import functions as f
from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.tensor import Tensor
from chainrule.bridges.onnx.node import Node, Run, axes_of, numbers
from chainrule.nn import functional as nn_f
from chainrule.operations.padding import PAD


def reduction(
    function: Callable[..., Tensor],
    before: Callable[[Tensor], Tensor] | None = None,
    after: Callable[[Tensor], Tensor] | None = None,
) -> Run:
    """Return a reduction over some axes, or over all."""

    def run(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
        chosen = axes_of(node, axes)
        if not chosen and node.get("noop_with_empty_axes", 0):
            kept = x if before is None else before(x)
            return kept if after is None else after(kept)
        places = tuple(chosen) if chosen else tuple(range(x.dim()))
        given = x if before is None else before(x)
        if not places:
            result = given
        else:
            result = function(given, dim=places, keepdim=bool(node.get("keepdims", 1)))
        result = result.to(x.dtype) if result.dtype != x.dtype else result
        return result if after is None else after(result)

    return run


def product(x: Tensor, dim: tuple[int, ...], keepdim: bool) -> Tensor:
    """Return the product over several axes."""
    for axis in sorted((axis % x.dim() for axis in dim), reverse=True):
        x = f.prod(x, dim=axis, keepdim=keepdim)
    return x


def extreme(function: Any, empty: float) -> Callable[..., Tensor]:
    """Return the largest or the smallest, of truth values and of nothing, too."""

    def run(x: Tensor, dim: tuple[int, ...], keepdim: bool) -> Tensor:
        if 0 in x.shape or x.dtype == bool:
            whole = x.array
            reduce = np.max if empty < 0 else np.min
            if x.dtype == bool:
                initial: Any = empty > 0
            elif x.dtype.kind == "f":
                initial = empty
            else:
                bounds = np.iinfo(x.dtype)
                initial = bounds.min if empty < 0 else bounds.max
            return wrap(np.asarray(reduce(whole, axis=dim, keepdims=keepdim, initial=initial)))
        return function(x, dim=dim, keepdim=keepdim)

    return run


def log_sum_exp(x: Tensor, dim: tuple[int, ...], keepdim: bool) -> Tensor:
    """Return log(sum of exp(x)), -infinity for nothing."""
    if 0 in x.shape:
        return f.log(f.sum(f.exp(x), dim=dim, keepdim=keepdim))
    return f.logsumexp(x, dim=dim, keepdim=keepdim)


def position(is_largest: bool) -> Run:
    """Return the position of the largest or smallest along an axis; of equals the first or last."""

    def run(node: Node, x: Tensor) -> Tensor:
        axis, array = node.get("axis", 0) % x.dim(), x.array
        find = np.argmax if is_largest else np.argmin
        if node.get("select_last_index", 0):
            found = array.shape[axis] - 1 - find(np.flip(array, axis), axis=axis)
        else:
            found = find(array, axis=axis)
        found = np.expand_dims(found, axis) if node.get("keepdims", 1) else found
        return wrap(np.asarray(found, np.int64))

    return run


def cumulative_sum(node: Node, x: Tensor, axis: Tensor) -> Tensor:
    """Return the running sum, backwards or without the number itself if so asked."""
    place = int(axis.array.reshape(-1)[0]) % x.dim()
    x = f.flip(x, (place,)) if node.get("reverse", 0) else x
    total = f.cumsum(x, dim=place)
    total = total.to(x.dtype) if total.dtype != x.dtype else total
    total = total - x if node.get("exclusive", 0) else total
    return f.flip(total, (place,)) if node.get("reverse", 0) else total


def reshape(node: Node, x: Tensor, shape: Tensor) -> Tensor:
    """Return the same numbers in another shape; 0 stands for the length that was there."""
    sizes = numbers(shape) or []
    if not node.get("allowzero", 0):
        sizes = [x.shape[place] if size == 0 else size for place, size in enumerate(sizes)]
    return x.reshape(sizes)


def flatten(node: Node, x: Tensor) -> Tensor:
    """Return a table: axes up to one, and axes from it on, as one each."""
    axis = node.get("axis", 1)
    axis = axis + x.dim() if axis < 0 else axis
    rows = int(np.prod(x.shape[:axis], dtype=np.int64))
    return x.reshape(rows, -1) if x.numel() else x.reshape(rows, int(np.prod(x.shape[axis:])))


def squeeze(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Return x without axes of length 1."""
    chosen = axes_of(node, axes)
    places = (
        {axis % x.dim() for axis in chosen}
        if chosen is not None
        else {axis for axis, size in enumerate(x.shape) if size == 1}
    )
    return x.reshape([size for axis, size in enumerate(x.shape) if axis not in places])


def unsqueeze(node: Node, x: Tensor, axes: Tensor | None = None) -> Tensor:
    """Return x with new axes of length 1."""
    chosen = axes_of(node, axes) or []
    ndim = x.dim() + len(chosen)
    places, sizes = {axis % ndim for axis in chosen}, iter(x.shape)
    return x.reshape([1 if axis in places else next(sizes) for axis in range(ndim)])


def transpose(node: Node, x: Tensor) -> Tensor:
    """Return x with its axes in another order, reversed if none is given."""
    return f.permute(x, tuple(node.get("perm", range(x.dim())[::-1])))


def expand(node: Node, x: Tensor, shape: Tensor) -> Tensor:
    """Return x repeated along axes of length 1, to a shape that goes along with its own."""
    wanted = np.broadcast_shapes(tuple(x.shape), tuple(numbers(shape) or ()))
    return f.broadcast_to(x, wanted)


def concat(node: Node, *inputs: Tensor) -> Tensor:
    """Return arrays joined along an axis."""
    return f.cat(inputs, dim=node.get("axis"))


def split(node: Node, x: Tensor, sizes: Tensor | None = None) -> tuple[Tensor, ...]:
    """Return the parts of an array along an axis."""
    axis = node.get("axis", 0)
    given = numbers(sizes) or node.get("split")
    if given is None:
        count = node.get("num_outputs", len(node.outputs))
        size = -(-x.shape[axis] // count)
        given = [size] * (count - 1) + [x.shape[axis] - size * (count - 1)]
    return tuple(f.split(x, given, dim=axis))


def gather(node: Node, x: Tensor, positions: Tensor) -> Tensor:
    """Return the parts of x at positions along an axis."""
    axis = node.get("axis", 0) % x.dim()
    places = positions.array.astype(np.int64)
    if axis == 0 and x.dim() == 2 and x.dtype.kind == "f" and (places >= 0).all():
        return nn_f.embedding(wrap(places), x)
    return x[(slice(None),) * axis + (places,)]


def gather_elements(node: Node, x: Tensor, positions: Tensor) -> Tensor:
    """Return numbers of x at positions along an axis."""
    axis = node.get("axis", 0) % x.dim()
    places = positions.array.astype(np.int64) % x.shape[axis]
    return f.gather(x, axis, wrap(places))


def slice_(
    node: Node,
    x: Tensor,
    starts: Tensor | None = None,
    ends: Tensor | None = None,
    axes: Tensor | None = None,
    steps: Tensor | None = None,
) -> Tensor:
    """Return a part of x, from a position to another along some axes, also backwards."""
    first = numbers(starts) or node.get("starts") or []
    last = numbers(ends) or node.get("ends") or []
    places = axes_of(node, axes) or list(range(len(first)))
    strides = numbers(steps) or [1] * len(first)
    index: list[Any] = [slice(None)] * x.dim()
    backwards = []
    for start, end, axis, step in zip(first, last, places, strides, strict=True):
        place = axis % x.dim()
        if step > 0:
            index[place] = slice(start, end, step)
            continue
        taken = np.arange(x.shape[place])[slice(*within(start, end, x.shape[place]), step)]
        backwards.append((place, taken))
    result = x[tuple(index)]
    for place, taken in backwards:
        result = result[(slice(None),) * place + (taken,)]
    return result


def within(start: int, end: int, size: int) -> tuple[int, int | None]:
    """Return the bounds of a backward slice as Python has them."""
    start = min(start, size - 1)
    if end < -size:
        return start, None
    return start, end


def pad(
    node: Node,
    x: Tensor,
    pads: Tensor | None = None,
    value: Tensor | None = None,
    axes: Tensor | None = None,
) -> Tensor:
    """Return x with numbers around it."""
    modes = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    widths = numbers(pads) or node.get("pads") or []
    chosen = axes_of(node, axes) or list(range(x.dim()))
    before, after = [0] * x.dim(), [0] * x.dim()
    for place, axis in enumerate(chosen):
        before[axis % x.dim()] = widths[place]
        after[axis % x.dim()] = widths[place + len(chosen)]
    pairs = [*zip(before, after, strict=True)][::-1]
    flat = tuple(width for pair in pairs for width in pair)
    mode = modes[node.get("mode", "constant")]
    filling = 0.0 if value is None else float(value.array.reshape(-1)[0])
    return apply(PAD, (x,), (flat, mode, filling))


def cast(node: Node, x: Tensor) -> Tensor:
    """Return the same numbers in another dtype.

    Raises:
        NotExportable: if NumPy does not have it.
    """
    return to_dtype(node, x, node.get("to"))


def to_dtype(node: Node, x: Tensor, number: int) -> Tensor:
    """Return numbers in ONNX's dtype of this number."""
    dtype = np.dtype(helper.tensor_dtype_to_np_dtype(number))
    if dtype.kind not in "fiub":
        raise node.refuse(f"the dtype {dtype}")
    return x.to(dtype)


def cast_like(node: Node, x: Tensor, like: Tensor) -> Tensor:
    """Return the same numbers in the dtype of others."""
    return x.to(like.dtype)


def constant(node: Node) -> Tensor:
    """Return the constant that the node holds."""
    for name, value in node.attributes.items():
        if name == "value":
            return wrap(np.array(numpy_helper.to_array(value)))
        if name in ("value_float", "value_floats"):
            return wrap(np.array(value, np.float32))
        if name in ("value_int", "value_ints"):
            return wrap(np.array(value, np.int64))
    raise node.refuse("a constant that is neither numbers nor an array")


def constant_of_shape(node: Node, shape: Tensor) -> Tensor:
    """Return an array of one number."""
    value = node.get("value")
    filling = np.zeros(1, np.float32) if value is None else numpy_helper.to_array(value)
    return wrap(np.full(numbers(shape) or [], filling[0], filling.dtype))


def shape_of(node: Node, x: Tensor) -> Tensor:
    """Return the lengths of axes."""
    return wrap(np.array(x.shape[node.get("start", 0) : node.get("end")], np.int64))


def size_of(node: Node, x: Tensor) -> Tensor:
    """Return how many numbers there are."""
    return wrap(np.array(x.numel(), np.int64))


def arange(node: Node, start: Tensor, limit: Tensor, delta: Tensor) -> Tensor:
    """Return numbers at equal distances."""
    ends = (part.array.reshape(-1)[0] for part in (start, limit, delta))
    return wrap(np.arange(*ends, dtype=start.dtype))


def tile(node: Node, x: Tensor, repeats: Tensor) -> Tensor:
    """Return x, repeated along its axes."""
    return f.tile(x, tuple(numbers(repeats) or ()))


def diagonal_part(node: Node, x: Tensor, k: Tensor | None = None) -> Tensor:
    """Return the upper or lower triangle."""
    diagonal = 0 if k is None else int(k.array.reshape(-1)[0])
    keep = np.triu if node.get("upper", 1) else np.tril
    mask = keep(np.ones(x.shape[-2:], bool), diagonal)
    return f.where(wrap(np.broadcast_to(mask, x.shape).copy()), x, wrap(np.zeros((), x.dtype)))


SHAPES: dict[str, Run] = {
    "ArgMax": position(True), "ArgMin": position(False), "Cast": cast, "CastLike": cast_like,
    "Concat": concat, "Constant": constant, "ConstantOfShape": constant_of_shape,
    "CumSum": cumulative_sum, "Expand": expand, "Flatten": flatten, "Gather": gather,
    "GatherElements": gather_elements, "Pad": pad, "Range": arange,
    "ReduceL1": reduction(f.sum, before=f.abs),
    "ReduceL2": reduction(f.sum, before=f.square, after=f.sqrt),
    "ReduceLogSum": reduction(f.sum, after=f.log), "ReduceLogSumExp": reduction(log_sum_exp),
    "ReduceMax": reduction(extreme(f.amax, -np.inf)), "ReduceMean": reduction(f.mean),
    "ReduceMin": reduction(extreme(f.amin, np.inf)), "ReduceProd": reduction(product),
    "ReduceSum": reduction(f.sum), "ReduceSumSquare": reduction(f.sum, before=f.square),
    "Reshape": reshape, "Shape": shape_of, "Size": size_of, "Slice": slice_, "Split": split,
    "Squeeze": squeeze, "Tile": tile, "Transpose": transpose, "Trilu": diagonal_part,
    "Unsqueeze": unsqueeze,
}  # fmt: skip
"""ONNX's name of an operation -> what computes it."""
