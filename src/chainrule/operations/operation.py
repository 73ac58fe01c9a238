"""What an operation is: its value, and for every input the derivative of that value.

An operation is a record of plain functions of arrays. Its derivatives say by their parameter names
what they read: the incoming ``gradient``, any input under the name the value function gives it, the
output under the name ``y``, anything the value function returned beside its output, and any option:

    def sigmoid_backward(gradient, y):
        return gradient * y * (1 - y)

needs the output alone, and that is all the graph keeps safe for it. An elementwise operation is
written with NumPy's functions on numbers, so that the same text also runs on scalars inside a
compiled loop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from chainrule.array_types import Array, Number, Shape
from chainrule.errors import InvalidShape

Options: TypeAlias = tuple[Any, ...]
Inputs: TypeAlias = tuple[Any, ...]
"""The arrays an operation is applied to; an optional input that is absent is None."""

OUTPUT = "y"
GRADIENT = "gradient"


@dataclass(frozen=True)
class Interval:
    """The values an input may take: an open interval, widened by its end points where they belong.

    >>> 0.0 in Interval(0, float("inf"), includes_low=True)
    True
    """

    low: float = -np.inf
    high: float = np.inf
    includes_low: bool = False
    includes_high: bool = False

    def __contains__(self, value: float) -> bool:
        above = value >= self.low if self.includes_low else value > self.low
        below = value <= self.high if self.includes_high else value < self.high
        return above and below


REAL = Interval()
POSITIVE = Interval(low=0.0)
NONNEGATIVE = Interval(low=0.0, includes_low=True)
UNIT = Interval(0.0, 1.0, includes_low=True, includes_high=True)


@dataclass(frozen=True)
class Integers:
    """An example input of integers from ``low`` up to, not including, ``high``."""

    shape: Shape
    high: int
    low: int = 0


@dataclass(frozen=True)
class Example:
    """Inputs and options an operation accepts, from which its checks are made.

    Args:
        inputs: For each input its shape (floating point, drawn from the domain), ``Integers``, a
            ready array, or None for an optional input that is absent.
        options: Options that differ from the value function's defaults, by name.
    """

    inputs: tuple[Shape | Integers | Array | None, ...]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Operation:
    """The record of one operation; a graph node holds it and looks nothing up.

    Args:
        name: The name PyTorch gives the function, where it has one.
        value: ``value(*inputs, *options)`` -> the output, or a tuple of the output and the
            ``saved`` arrays.
        derivatives: For each input, a function of named quantities -> gradient of that input, or
            None where the output does not depend on it smoothly (labels, indices, masks). It
            returns a new array, the incoming gradient itself or a view of it, and never memory of
            an input.
        shape: ``shape(*input_shapes, *options)`` -> shape of the output; raises InvalidShape.
        source: Where the formula comes from.
        saved: Names of what ``value`` returns beside its output, for the derivatives.
        domain: For each input the values allowed; the last entry repeats.
        kinks: Points of the first input where left and right derivative differ, or a function of
            the options that returns them.
        examples: Inputs to check the operation on.
        is_view: Whether the output may share memory with the first input.
        is_variadic: Whether ``value`` takes one tuple of any number of inputs. Its one derivative
            then serves all of them and may read ``position``, the number of the input asked for.
        mutates: Names of inputs that ``value`` updates in place (running statistics).

    Attributes:
        input_names, option_names: Parameter names of ``value``.
        reads: For each derivative, the names it reads.
        inputs_read: For each derivative, the positions of the inputs it reads.
        reads_output: Whether any derivative reads the output.
    """

    name: str
    value: Callable[..., Any]
    derivatives: tuple[Callable[..., Array] | None, ...]
    shape: Callable[..., Shape]
    source: str = ""
    saved: tuple[str, ...] = ()
    domain: tuple[Interval, ...] = (REAL,)
    kinks: tuple[float, ...] | Callable[..., tuple[float, ...]] = ()
    examples: tuple[Example, ...] = ()
    is_view: bool = False
    is_variadic: bool = False
    mutates: tuple[str, ...] = ()
    option_names: tuple[str, ...] = field(init=False)
    input_names: tuple[str, ...] = field(init=False)
    reads: tuple[tuple[str, ...], ...] = field(init=False)
    reads_output: bool = field(init=False)
    inputs_read: tuple[tuple[int, ...], ...] = field(init=False)
    _picks: tuple[tuple[int, ...], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = parameter_names(self.value)
        count = 1 if self.is_variadic else len(self.derivatives)
        inputs, options = names[:count], names[count:]
        position = ("position",) if self.is_variadic else ()
        known = (GRADIENT, *inputs, OUTPUT, *self.saved, *options, *position)
        reads = tuple(parameter_names(d) if d else () for d in self.derivatives)
        for derivative, wanted in zip(self.derivatives, reads, strict=True):
            unknown = [name for name in wanted if name not in known]
            if unknown:
                raise TypeError(
                    f"{self.name}: {getattr(derivative, '__name__', derivative)} reads "
                    f"{unknown[0]!r}, which is none of {', '.join(known)}."
                )
        set_field = object.__setattr__
        set_field(self, "input_names", inputs)
        set_field(self, "option_names", options)
        set_field(self, "reads", reads)
        set_field(self, "reads_output", any(OUTPUT in wanted for wanted in reads))
        positions = [
            tuple(i for i, name in enumerate(inputs) if name in wanted) for wanted in reads
        ]
        set_field(self, "inputs_read", tuple(positions))
        picks = tuple(tuple(known.index(name) for name in wanted) for wanted in reads)
        set_field(self, "_picks", picks)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    @property
    def is_differentiable(self) -> bool:
        """Whether the output depends smoothly on at least one input."""
        return any(derivative is not None for derivative in self.derivatives)

    def has_derivative(self, position: int) -> bool:
        """Return whether the output depends smoothly on the input at this position."""
        return self.derivatives[0 if self.is_variadic else position] is not None

    def evaluate(self, inputs: Inputs, options: Options) -> tuple[Array, tuple[Any, ...]]:
        """Return the output and what the derivatives want beside it."""
        result = self.value(inputs, *options) if self.is_variadic else self.value(*inputs, *options)
        if self.saved:
            return result[0], result[1:]
        return result, ()

    def differentiate(
        self,
        position: int,
        gradient: Array,
        inputs: Inputs,
        output: Array,
        saved: tuple[Any, ...],
        options: Options,
    ) -> Array:
        """Return the gradient of the input at ``position``, in that input's shape."""
        if self.is_variadic:
            known = (gradient, inputs, output, *saved, *options, position)
            position = 0
        else:
            known = (gradient, *inputs, output, *saved, *options)
        derivative = self.derivatives[position]
        if derivative is None:
            raise TypeError(f"{self.name} has no derivative with respect to input {position}.")
        return derivative(*[known[i] for i in self._picks[position]])

    def kinks_for(self, options: Options) -> tuple[float, ...]:
        """Return the points of the first input where the derivative jumps."""
        return self.kinks(*options) if callable(self.kinks) else self.kinks

    def infer_shape(self, shapes: Sequence[Shape | None], options: Options) -> Shape:
        """Return the output's shape, or raise InvalidShape saying why there is none."""
        if self.is_variadic:
            return self.shape(tuple(shapes), *options)
        return self.shape(*shapes, *options)


class Elementwise(Operation):
    """An operation on numbers, applied to each element; inputs broadcast against each other.

    Its value and derivatives are written with NumPy's functions and the helpers of
    ``operations/numbers.py``, so they work on arrays and, inlined by the compiler, on scalars.
    """

    def __init__(
        self,
        name: str,
        value: Callable[..., Number],
        derivatives: tuple[Callable[..., Number] | None, ...],
        *,
        source: str = "",
        domain: tuple[Interval, ...] = (REAL,),
        kinks: tuple[float, ...] | Callable[..., tuple[float, ...]] = (),
        examples: tuple[Example, ...] = (),
    ) -> None:
        count = len(derivatives)

        def shape(*arguments: Any) -> Shape:
            return broadcast_shape(name, arguments[:count])

        super().__init__(
            name=name,
            value=value,
            derivatives=derivatives,
            shape=shape,
            source=source,
            domain=domain,
            kinks=kinks,
            examples=examples or default_examples(count),
        )

    def differentiate(
        self,
        position: int,
        gradient: Array,
        inputs: Inputs,
        output: Array,
        saved: tuple[Any, ...],
        options: Options,
    ) -> Array:
        """Return the gradient of the input at ``position``, summed over broadcast axes."""
        result = super().differentiate(position, gradient, inputs, output, saved, options)
        shape = inputs[position].shape
        return result if result.shape == shape else sum_to_shape(result, shape)


def parameter_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a plain function's positional parameters.

    >>> parameter_names(lambda gradient, y: gradient)
    ('gradient', 'y')
    """
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def default_examples(count: int) -> tuple[Example, ...]:
    """Return the shapes every elementwise operation of ``count`` inputs must take."""
    same = [(2, 3), (), (1,), (0, 3), (5, 1, 2)]
    examples = [Example((shape,) * count) for shape in same]
    if count >= 2:
        rest = ((3,),) * (count - 1)
        examples.append(Example(((2, 3), *rest)))
        examples.append(Example(((3, 1), *(((1, 4),) * (count - 1)))))
        examples.append(Example(((), *(((2, 2),) * (count - 1)))))
        examples.append(Example(((0, 1), *rest)))
    return tuple(examples)


def broadcast_shape(name: str, shapes: Sequence[Shape]) -> Shape:
    """Return the shape that inputs of these shapes broadcast to.

    Raises:
        InvalidShape: naming the operation, the shapes and the axes that disagree.

    >>> broadcast_shape("add", [(4, 1), (3,)])
    (4, 3)
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = " and ".join(str(shape) for shape in shapes)
        raise InvalidShape(
            f"{name} got shapes {listed}, which do not broadcast: counted from the right, each "
            "pair of axes must be equal or one of them 1. Reshape one of them, e.g. with "
            "unsqueeze."
        ) from None


def sum_to_shape(gradient: Array, shape: Shape) -> Array:
    """Undo broadcasting: sum a gradient over the axes along which its input was repeated.

    >>> sum_to_shape(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    """
    if gradient.shape == shape:
        return gradient
    if gradient.ndim < len(shape) or gradient.size < np.prod(shape, dtype=int):
        gradient = np.broadcast_to(gradient, np.broadcast_shapes(gradient.shape, shape))
    extra = gradient.ndim - len(shape)
    repeated = tuple(
        axis
        for axis in range(gradient.ndim)
        if axis < extra or (shape[axis - extra] == 1 and gradient.shape[axis] != 1)
    )
    return gradient.sum(axis=repeated).reshape(shape)
