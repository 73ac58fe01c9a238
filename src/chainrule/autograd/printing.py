"""How tensors print: like PyTorch's, four digits, aligned, long axes shortened."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from chainrule.array_types import Array, get_default_dtype
from chainrule.errors import InvalidArgument

if TYPE_CHECKING:
    from chainrule.autograd.core import TensorCore

PREFIX = "tensor("
LARGEST_PLAIN = 1e8  # larger numbers are written with powers of ten,
SMALLEST_PLAIN = 1e-4  # and so are smaller ones,
LARGEST_RATIO = 1000.0  # and all, if the largest is more than so many times the smallest
ELLIPSIS = "..."
BACKWARD_NAMES = {"prelu": "PreluKernel"}
"""Operations whose backward pass PyTorch calls by a name of its own."""


@dataclass
class PrintOptions:
    """How numbers are printed.

    Attributes:
        precision: Digits after the point.
        threshold: Tensors of more numbers are shortened.
        edgeitems: Numbers shown at each end of a shortened axis.
        linewidth: Characters a line.
        sci_mode: Whether to write powers of ten; None decides by the numbers.
    """

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


options = PrintOptions()
PROFILES = {
    "default": PrintOptions(),
    "short": PrintOptions(precision=2, edgeitems=2),
    "full": PrintOptions(threshold=np.inf),
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: Literal["default", "short", "full"] | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors print; what is left out stays, but sci_mode goes back to deciding.

    Args:
        precision: Digits after the point.
        threshold: Tensors of more numbers are shortened.
        edgeitems: Numbers shown at each end of a shortened axis.
        linewidth: Characters a line.
        profile: A set of options to start from: "default", "short" for fewer digits, "full" for all
            numbers.
        sci_mode: Whether to write powers of ten; None decides by the numbers.

    Raises:
        InvalidArgument: if there is no such profile.
    """
    if profile is not None:
        if profile not in PROFILES:
            raise InvalidArgument(
                f"set_printoptions got profile {profile!r}: choose one of {', '.join(PROFILES)}."
            )
        vars(options).update(vars(PROFILES[profile]))
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    vars(options).update({name: value for name, value in given.items() if value is not None})
    options.sci_mode = sci_mode


class NumberFormat:
    """One format for all numbers of a tensor, so that columns line up.

    Floating-point numbers that are all whole get a point and nothing after it; powers of ten are
    used where numbers are very large or small, or span more than three orders of magnitude.
    """

    def __init__(self, shown: Array) -> None:
        self.is_float = shown.dtype.kind == "f"
        self.is_whole = True
        self.is_scientific = False
        aligned = shown.reshape(-1)
        if self.is_float:
            # Columns are as wide as these need: zeros and infinities do not count, as in PyTorch.
            aligned = aligned[np.isfinite(aligned) & (aligned != 0)]
            self._choose(np.abs(aligned.astype(np.float64)))
        self.width = max((len(self._text(value)) for value in aligned.tolist()), default=1)

    def _choose(self, sizes: Array) -> None:
        """Decide between whole numbers, decimals and powers of ten by the sizes of the numbers."""
        if not sizes.size:
            return
        self.is_whole = bool((sizes == np.ceil(sizes)).all())
        largest, smallest = sizes.max(), sizes.min()
        spread = largest / smallest > LARGEST_RATIO or largest > LARGEST_PLAIN
        by_numbers = spread or (not self.is_whole and smallest < SMALLEST_PLAIN)
        self.is_scientific = by_numbers if options.sci_mode is None else options.sci_mode

    def _text(self, value: float) -> str:
        if not self.is_float:
            return str(value)
        if self.is_scientific:
            return f"{value:.{options.precision}e}"
        if self.is_whole:
            return f"{value:.0f}." if np.isfinite(value) else str(value)
        return f"{value:.{options.precision}f}"

    def __call__(self, value: float) -> str:  # noqa: D102 - the class says it
        return self._text(value).rjust(self.width)


def describe(tensor: "TensorCore") -> str:
    """Return how a tensor prints."""
    array, notes = tensor.array, []
    is_empty = array.size == 0
    if is_empty and array.ndim != 1:
        notes.append(f"size={array.shape}")
    usual = (get_default_dtype(),) if is_empty else (get_default_dtype(), np.int64, np.bool_)
    if array.dtype not in usual:
        notes.append(f"dtype={array.dtype}")
    if tensor.grad_fn is not None:
        notes.append(f"grad_fn=<{backward_name(tensor.grad_fn.operation.name)}>")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    return _with_notes(PREFIX + ("[]" if is_empty else body(array, len(PREFIX))), notes)


def backward_name(operation: str) -> str:
    """Return the name of an operation's backward pass.

    >>> backward_name("log_softmax")
    'LogSoftmaxBackward0'
    """
    words = "".join(word.capitalize() for word in operation.split("_"))
    return f"{BACKWARD_NAMES.get(operation, words)}Backward0"


def body(array: Array, indent: int) -> str:
    """Return the numbers in brackets, continued lines indented.

    >>> print(body(np.array([[1.0, 2.5], [10.0, 0.0]]), 0))
    [[ 1.0000,  2.5000],
     [10.0000,  0.0000]]
    """
    is_shortened = array.size > options.threshold
    shown = _ends(array) if is_shortened else array
    return _rows(array, indent, NumberFormat(shown), is_shortened)


def _ends(array: Array) -> Array:
    """Return the numbers that are shown of a shortened tensor: the ends of its long axes."""
    edge = options.edgeitems
    for axis, length in enumerate(array.shape):
        if length > 2 * edge:
            array = np.take(array, np.r_[:edge, length - edge : length], axis=axis)
    return array


def _rows(array: Array, indent: int, form: NumberFormat, is_shortened: bool) -> str:
    """Return an array in brackets, its rows below each other."""
    if array.ndim == 0:
        return form(array.item())
    edge = options.edgeitems
    is_cut = is_shortened and len(array) > 2 * edge
    shown = [*array[:edge], *array[len(array) - edge :]] if is_cut else list(array)
    if array.ndim == 1:
        texts = [form(number.item()) for number in shown]
    else:
        texts = [_rows(row, indent + 1, form, is_shortened) for row in shown]
    if is_cut:
        texts.insert(edge, f" {ELLIPSIS}" if array.ndim == 1 else ELLIPSIS)
    margin = " " * (indent + 1)
    if array.ndim > 1:
        return "[" + ("," + "\n" * (array.ndim - 1) + margin).join(texts) + "]"
    count = max(1, (options.linewidth - indent) // (form.width + 2))
    lines = [", ".join(texts[start : start + count]) for start in range(0, len(texts), count)]
    return "[" + (",\n" + margin).join(lines) + "]"


def _with_notes(text: str, notes: list[str]) -> str:
    """Append what is to be said beside the numbers, on a new line where the line is full."""
    used = len(text) - text.rfind("\n") + 1
    for note in notes:
        if used + len(note) + 2 > options.linewidth:
            text += ",\n" + " " * len(PREFIX) + note
            used = len(PREFIX) + len(note)
        else:
            text += f", {note}"
            used += len(note) + 2
    return text + ")"
