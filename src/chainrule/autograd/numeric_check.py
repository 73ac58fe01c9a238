"""Is a gradient right? Nudge every number and see how much the result really changes.

A central difference, (f(x + h) - f(x - h)) / 2h, needs nothing but the forward pass, so it is an
independent witness for what ``backward()`` returns. It costs two forward passes per number, and in
float64 it agrees with a correct gradient to about nine digits; with float32 it would to three.

Source: the best step is near the cube root of the rounding error (Press et al. 2007, "Numerical
Recipes", section 5.7).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.autograd.core import TensorCore
from chainrule.autograd.gradient import grad
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import enable_grad, no_grad
from chainrule.autograd.tensor import Tensor
from chainrule.errors import GradientError, InvalidArgument, InvalidType
from chainrule.randomness import default_generator

ROUNDING = float(np.finfo(np.float64).eps)
STEP = ROUNDING ** (
    1 / 3
)  # truncation, about h^2, and rounding, about 1e-16 / h, are both smallest
TOLERANCE = 1e-6
NOISE = 100.0  # how many roundings of the result a difference may be off by
KINK = 1e-3  # slopes to the left and right that differ relatively by more belong to a kink

Function: TypeAlias = Callable[..., Tensor | Sequence[Tensor]]
"""What is differentiated: takes the inputs, returns one tensor or several."""


@dataclass(frozen=True)
class Comparison:
    """One derivative, computed in both ways.

    Attributes:
        name: Of what it is the derivative: "input 0", or a parameter's name.
        index: Position of the number that was nudged, or None for a random direction.
        analytic: What ``backward()`` gives.
        numeric: What nudging gives.
        allowed: The difference that rounding explains.
        is_kink: Whether the slopes to the left and to the right differ and the analytic value lies
            between them, as that of relu at 0: then both are right.
    """

    name: str
    index: Shape | None
    analytic: float
    numeric: float
    allowed: float
    is_kink: bool = False

    @property
    def relative_error(self) -> float:
        """The difference in proportion to the larger of the two."""
        size = max(abs(self.analytic), abs(self.numeric))
        return abs(self.analytic - self.numeric) / size if size else 0.0

    @property
    def excess(self) -> float:
        """The difference in proportion to the one allowed; infinite where one is not finite."""
        ratio = abs(self.analytic - self.numeric) / self.allowed
        return ratio if np.isfinite(ratio) else np.inf

    @property
    def agrees(self) -> bool:
        """Whether the two are the same, as far as nudging can tell."""
        return self.is_kink or self.excess <= 1.0

    def __str__(self) -> str:
        place = "in a random direction" if self.index is None else f"at {list(self.index)}"
        return (
            f"{self.name} {place}: backward() gives {self.analytic:.9g}, finite differences "
            f"{self.numeric:.9g}, relative error {self.relative_error:.2g}"
        )


@dataclass(frozen=True)
class GradientReport:
    """What a gradient check found; true if every derivative agrees.

    Attributes:
        comparisons: All derivatives that were compared.
        tolerance: The relative error that was allowed.
    """

    comparisons: tuple[Comparison, ...]
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether every derivative agrees."""
        return all(comparison.agrees for comparison in self.comparisons)

    @property
    def worst(self) -> Comparison | None:
        """The derivative that differs most, or None if there was nothing to compare."""
        smooth = [comparison for comparison in self.comparisons if not comparison.is_kink]
        return max(smooth, key=lambda comparison: comparison.excess, default=None)

    @property
    def num_kinks(self) -> int:
        """How many derivatives lie at a kink, where nudging cannot judge them."""
        return sum(comparison.is_kink for comparison in self.comparisons)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        verdict = "agrees with" if self.passed else "DIFFERS from"
        lines = [f"The gradient {verdict} finite differences (tolerance {self.tolerance:.0e})."]
        for name in dict.fromkeys(comparison.name for comparison in self.comparisons):
            of_name = [comparison for comparison in self.comparisons if comparison.name == name]
            wrong = sum(not comparison.agrees for comparison in of_name)
            lines.append(f"  {name}: {len(of_name) - wrong} of {len(of_name)} derivatives agree")
        if self.num_kinks:
            lines.append(f"  {self.num_kinks} of them at a kink, between the slopes on both sides")
        if self.worst is not None:
            lines.append(f"Largest difference: {self.worst}.")
        return "\n".join(lines)


@dataclass
class Variable:
    """A tensor that is nudged, with its memory and its analytic gradient."""

    name: str
    tensor: Tensor
    gradient: Array


def check_gradient(
    function: Function,
    inputs: TensorCore | Sequence[object] = (),
    *,
    parameters: Iterable[Tensor] | None = None,
    num_directions: int | None = None,
    step: float | None = None,
    tolerance: float | None = None,
    raise_on_failure: bool = True,
) -> GradientReport:
    """Compare the gradient of a function with central differences.

    Every floating-point input is nudged, number by number, and so is every parameter; a result of
    several numbers is weighted at random, so that each of its numbers counts. Dropout draws the
    same mask each time. Nothing is left changed: inputs, parameters, their ``.grad``, running
    statistics and the random generator are as before.

    Args:
        function: Takes the inputs and returns one tensor or several. May be a module.
        inputs: A tensor or a sequence; labels and whatever else is no floating-point tensor are
            handed over as they are.
        parameters: Tensors that the function reads beside its inputs; without them, those that
            ``function.named_parameters()`` gives, if it has that.
        num_directions: Nudge each tensor as a whole in so many random directions instead of number
            by number: two forward passes per direction, whatever its size.
        step: How far to nudge, relative to numbers above 1.
        tolerance: Relative difference allowed, beside what rounding explains.
        raise_on_failure: Raise if a derivative differs, rather than only report it.

    Raises:
        GradientError: if a derivative differs, or the result does not depend on any input.
        InvalidType: if an input or parameter is not float64.
        InvalidArgument: if there is nothing to nudge, or step is not above 0.

    >>> x = Tensor([1.0, 2.0]).double()
    >>> print(check_gradient(lambda x: (x * x).sum(), x))
    The gradient agrees with finite differences (tolerance 1e-06).
      input 0: 2 of 2 derivatives agree
    Largest difference: input 0 at ...
    """
    limit = TOLERANCE if tolerance is None else tolerance
    check = GradientCheck(function, inputs, parameters, STEP if step is None else step)
    report = GradientReport(tuple(check.compare(limit, None, num_directions)), limit)
    return _judged(report, raise_on_failure)


def gradcheck(
    func: Function,
    inputs: TensorCore | Sequence[object],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Check a gradient under the name, arguments and tolerances PyTorch has for it.

    Raises:
        GradientError: if a derivative differs.

    >>> gradcheck(lambda x: x.exp(), Tensor([0.5]).double())
    True
    """
    check = GradientCheck(func, inputs, None, eps)
    report = GradientReport(tuple(check.compare(rtol, atol, None)), rtol)
    return _judged(report, raise_exception).passed


def _judged(report: GradientReport, raise_on_failure: bool) -> GradientReport:
    if raise_on_failure and not report.passed:
        raise GradientError(str(report))
    return report


class GradientCheck:
    """One function at one point: its analytic gradients, and its value anywhere near.

    Args:
        function: Takes the inputs and returns one tensor or several.
        inputs: As for ``check_gradient``.
        parameters: Likewise.
        step: How far to nudge, relative to numbers above 1.

    Attributes:
        arguments: The inputs, copied where they are nudged.
        variables: What is nudged, with the gradients that ``backward()`` computes.
        scale: Size of the terms that the weighted result is a sum of.

    Raises: as ``check_gradient``, but for a derivative that differs.
    """

    def __init__(
        self,
        function: Function,
        inputs: TensorCore | Sequence[object],
        parameters: Iterable[Tensor] | None,
        step: float,
    ) -> None:
        if not step > 0:
            raise InvalidArgument(f"check_gradient got step {step}: it must be above 0.")
        self.function = function
        self.step = step
        self.random = np.random.default_rng(0)
        given = [inputs] if isinstance(inputs, TensorCore) else list(inputs)
        self.arguments = [_leaf(value) for value in given]
        self.generator_state = default_generator.state_dict()
        self.weights: list[Array] = []
        named = {
            f"input {position}": value
            for position, value in enumerate(self.arguments)
            if isinstance(value, Tensor) and value.array.dtype.kind == "f"
        }
        named.update(_named_parameters(function, parameters))
        self.variables = self._differentiate(named)

    def _differentiate(self, named: dict[str, Tensor]) -> list[Variable]:
        """Return what is to be nudged, with the gradients that backward() computes."""
        if not named:
            raise InvalidArgument(
                "check_gradient got no floating-point tensor to nudge: pass at least one input or "
                "parameter."
            )
        for name, tensor in named.items():
            if tensor.array.dtype != np.float64:
                raise InvalidType(
                    f"check_gradient got {tensor.array.dtype} for {name}: finite differences need "
                    "float64. Convert tensors and modules first, with .double()."
                )
        with self.nothing_left_changed(), enable_grad():
            outputs = self.outputs()
        self.weights = [np.asarray(self.random.normal(size=y.array.shape)) for y in outputs]
        # What the differences cannot see: the rounding of a sum of terms of this size.
        terms = zip(outputs, self.weights, strict=True)
        self.scale = sum(float(np.abs(y.array * w).sum()) for y, w in terms)
        dependent = [i for i, y in enumerate(outputs) if y.requires_grad]
        if not dependent:
            raise GradientError(
                "check_gradient: no gradient flows from the result to any input or parameter: it "
                "was detached, or does not depend on them."
            )
        gradients = grad(
            [outputs[i] for i in dependent],
            list(named.values()),
            [wrap(self.weights[i]) for i in dependent],
            allow_unused=True,
        )
        return [
            Variable(name, tensor, np.zeros(tensor.array.shape) if g is None else g.array)
            for (name, tensor), g in zip(named.items(), gradients, strict=True)
        ]

    def compare(
        self, relative: float, absolute: float | None, num_directions: int | None
    ) -> Iterator[Comparison]:
        """Yield every derivative, computed in both ways."""
        with self.nothing_left_changed():
            middle = self.value()
            for variable in self.variables:
                for index, direction in self._directions(variable, num_directions):
                    analytic = float(np.sum(variable.gradient * direction))
                    step = self.step_along(variable, direction)
                    behind, ahead = (
                        self.value_at(variable, sign * step * direction) for sign in (-1, 1)
                    )
                    numeric = (ahead - behind) / (2 * step)
                    size = max(abs(analytic), abs(numeric))
                    noise = NOISE * ROUNDING * (self.scale + 1e-3) / step
                    yield Comparison(
                        variable.name,
                        index,
                        analytic,
                        numeric,
                        relative * size + (noise if absolute is None else absolute),
                        is_kink((middle - behind) / step, (ahead - middle) / step, analytic),
                    )

    def _directions(
        self, variable: Variable, count: int | None
    ) -> Iterator[tuple[Shape | None, Array]]:
        """Yield the directions to nudge in: along each number, or random ones."""
        shape = variable.tensor.array.shape
        if count is not None:
            for _ in range(count if variable.tensor.array.size else 0):
                yield None, np.asarray(self.random.normal(size=shape))
            return
        for index in np.ndindex(shape):
            direction = np.zeros(shape)
            direction[index] = 1.0
            yield index, direction

    def step_along(self, variable: Variable, direction: Array) -> float:
        """Return the step, larger for numbers above 1 so that it is not lost in their rounding."""
        moved = np.abs(variable.tensor.array[direction != 0])
        return self.step * max(1.0, float(moved.max(initial=0.0)))

    def value_at(self, variable: Variable, change: Array) -> float:
        """Return the weighted result with one tensor changed."""
        array = variable.tensor.array
        before = array.copy()
        array += change
        try:
            return self.value()
        finally:
            array[...] = before

    def value(self) -> float:
        """Return the weighted result."""
        with no_grad(), np.errstate(all="ignore"):
            outputs = self.outputs()
            terms = zip(outputs, self.weights, strict=True)
            return float(sum(np.sum(y.array * w) for y, w in terms))

    def outputs(self) -> list[Tensor]:
        """Return the floating-point results, with the random choices of the first time."""
        default_generator.load_state_dict(self.generator_state)
        result = self.function(*self.arguments)
        outputs = [result] if isinstance(result, TensorCore) else list(result)
        return [y for y in outputs if y.array.dtype.kind == "f"]

    @contextmanager
    def nothing_left_changed(self) -> Iterator[None]:
        """Put back the random generator, and running statistics that a module updates."""
        buffers = list(getattr(self.function, "buffers", tuple)())
        before = [buffer.array.copy() for buffer in buffers]
        try:
            yield
        finally:
            default_generator.load_state_dict(self.generator_state)
            for buffer, array in zip(buffers, before, strict=True):
                buffer.array[...] = array


def is_kink(left: float, right: float, analytic: float) -> bool:
    """Return whether a derivative lies between the slopes on both sides, which differ.

    >>> is_kink(0.0, 1.0, 0.0), is_kink(1.0, 1.0, 0.5), is_kink(0.0, 1.0, 2.0)
    (True, False, False)
    """
    gap = KINK * max(abs(left), abs(right))
    low, high = min(left, right), max(left, right)
    return bool(high - low > gap and low - gap <= analytic <= high + gap)


def _leaf(value: object) -> object:
    """Return a copy of a floating-point tensor that collects a gradient; anything else as it is."""
    if isinstance(value, TensorCore) and value.array.dtype.kind == "f":
        return wrap(value.array.copy()).requires_grad_()
    return value


def _named_parameters(function: Function, parameters: Iterable[Tensor] | None) -> dict[str, Tensor]:
    """Return the parameters to nudge, by name."""
    if parameters is None:
        found = dict(getattr(function, "named_parameters", tuple)())
    else:
        found = {f"parameter {position}": tensor for position, tensor in enumerate(parameters)}
    return {name: tensor for name, tensor in found.items() if tensor.requires_grad}
