"""Padding: numbers put around an array, constant or taken from it."""

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.operations.operation import Example, Operation

NUMPY_MODES = {
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


def pad(
    x: Array, pad: tuple[int, ...], mode: str = "constant", value: float = 0.0
) -> tuple[Array, Shape]:
    """Put numbers around an array.

    Args:
        x: Any shape.
        pad: How many before and after, for the last axis first: (left, right, top, bottom, ...).
            Negative ones cut off, in mode "constant".
        mode: "constant"; "reflect" mirrors at the edge without repeating it, "replicate" repeats
            the edge, "circular" goes on at the other side.
        value: The constant.

    Derivative: dL/dy of the inner part; for the copying modes, copies add to where they came from.

    >>> pad(np.array([1.0, 2.0, 3.0]), (2, 1), "reflect")[0]
    array([3., 2., 1., 2., 3., 2.])
    """
    pad_shape(x.shape, pad, mode, value)
    widths = axis_widths(x.ndim, pad)
    if mode == "constant":
        grown = np.pad(
            x, [(max(a, 0), max(b, 0)) for a, b in widths], constant_values=x.dtype.type(value)
        )
        return grown[_cut(grown.shape, widths)].copy(), x.shape
    return np.pad(x, widths, mode=NUMPY_MODES[mode]), x.shape  # type: ignore[call-overload]  # a known mode


def pad_backward(gradient: Array, pad: tuple[int, ...], mode: str, old_shape: Shape) -> Array:
    """Return dL/dx."""
    widths = axis_widths(len(old_shape), pad)
    if mode == "constant":
        result = np.zeros(
            [n + max(a, 0) + max(b, 0) for n, (a, b) in zip(old_shape, widths, strict=True)],
            gradient.dtype,
        )
        result[_cut(result.shape, widths)] = gradient
        inner = tuple(
            slice(max(a, 0), max(a, 0) + n) for n, (a, _) in zip(old_shape, widths, strict=True)
        )
        return result[inner]
    # Pad the positions themselves the same way: they tell where each copy came from.
    positions = np.arange(np.prod(old_shape, dtype=int)).reshape(old_shape)
    origin = np.pad(positions, widths, mode=NUMPY_MODES[mode])  # type: ignore[call-overload]  # a known mode
    total = np.bincount(origin.ravel(), gradient.ravel(), positions.size)
    return total.reshape(old_shape).astype(gradient.dtype, copy=False)


def pad_shape(x: Shape, pad: tuple[int, ...], mode: str, value: float) -> Shape:
    """Return the grown shape."""
    del value
    if mode not in NUMPY_MODES:
        raise InvalidArgument(f"pad got mode={mode!r}: choose one of {', '.join(NUMPY_MODES)}.")
    if len(pad) % 2 or len(pad) > 2 * len(x):
        raise InvalidArgument(
            f"pad got {pad} for shape {x}: it takes two numbers, before and after, for each of the "
            "last axes."
        )
    widths = axis_widths(len(x), pad)
    result = tuple(n + a + b for n, (a, b) in zip(x, widths, strict=True))
    limit = {"reflect": -1, "circular": 0}.get(mode)
    for n, (a, b) in zip(x, widths, strict=True):
        too_wide = limit is not None and max(a, b) > n + limit
        if (
            n + a + b < 0
            or too_wide
            or (mode != "constant" and (min(a, b) < 0 or (a + b and not n)))
        ):
            raise InvalidShape(
                f"pad got {pad} with mode={mode!r} for shape {x}: an axis is too short."
            )
    return result


def axis_widths(ndim: int, pad: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return (before, after) for each axis, from the order of ``pad``: last axis first.

    >>> axis_widths(3, (1, 2))
    [(0, 0), (0, 0), (1, 2)]
    """
    given = [(pad[i], pad[i + 1]) for i in range(0, len(pad) - 1, 2)]
    return [(0, 0)] * (ndim - len(given)) + given[::-1]


def _cut(shape: Shape, widths: list[tuple[int, int]]) -> tuple[slice, ...]:
    """Return what negative widths leave of an array of this shape."""
    return tuple(
        slice(max(-a, 0), length - max(-b, 0)) for length, (a, b) in zip(shape, widths, strict=True)
    )


PAD = Operation(
    "pad",
    pad,
    (pad_backward,),
    pad_shape,
    saved=("old_shape",),
    examples=(
        Example(((2, 3),), {"pad": (1, 2)}),
        Example(((2, 3, 4),), {"pad": (1, 0, 2, 1), "value": 7.0}),
        Example(((2, 5),), {"pad": (-1, 2)}),
        Example(((2, 3, 4),), {"pad": (2, 1), "mode": "reflect"}),
        Example(((2, 3, 4),), {"pad": (2, 5), "mode": "replicate"}),
        Example(((2, 3, 4),), {"pad": (3, 4), "mode": "circular"}),
        Example(((0, 3),), {"pad": (1, 1)}),
        Example(((1,),), {"pad": (1, 1)}),
    ),
)
PADDING: tuple[Operation, ...] = (PAD,)
