"""The check a user calls: that of ``autograd``, and the likely reason where it fails."""

from collections.abc import Iterable, Sequence

from chainrule.autograd.core import TensorCore
from chainrule.autograd.numeric_check import (
    STEP,
    TOLERANCE,
    Function,
    GradientCheck,
    GradientReport,
)
from chainrule.autograd.tensor import Tensor
from chainrule.errors import GradientError
from chainrule.explain.check.evidence import evidence
from chainrule.explain.check.reasons import is_random, likely_reasons
from chainrule.explain.check.report import Diagnosis


def check_gradient(
    function: Function,
    inputs: TensorCore | Sequence[object] = (),
    *,
    parameters: Iterable[Tensor] | None = None,
    num_directions: int | None = None,
    step: float | None = None,
    tolerance: float | None = None,
    raise_on_failure: bool = True,
) -> Diagnosis:
    """Compare the gradient of a function with central differences, and say what may be wrong.

    As ``chainrule.autograd.check_gradient``; where derivatives differ, the differences are compared
    with those that usual mistakes leave: a factor that is constant, a gradient that is transposed,
    turned round, zero, or that of another input, a function that is random, is computed in less
    than float64, or has a kink or a jump within the step.

    Args:
        function: Takes the inputs and returns one tensor or several. May be a module.
        inputs: A tensor or a sequence; what is no floating-point tensor is handed over as it is.
        parameters: Tensors that the function reads beside its inputs; by default those of
            ``function.named_parameters()``, if it has that.
        num_directions: Nudge each tensor as a whole in so many random directions instead of number
            by number. Some reasons can then not be told.
        step: How far to nudge, relative to numbers above 1.
        tolerance: Relative difference allowed, beside what rounding explains.
        raise_on_failure: Raise if a derivative differs, rather than only report it.

    Raises:
        GradientError: if a derivative differs, or the result does not depend on any input.
        InvalidType: if an input or parameter is not float64.
        InvalidArgument: if there is nothing to nudge, or step is not above 0.

    >>> from chainrule.autograd.graph import apply
    >>> from chainrule.operations.operation import Elementwise
    >>> square = Elementwise("square", lambda x: x * x, (lambda gradient, x: gradient * x,))
    >>> x = Tensor([1.0, 2.0, 3.0]).double()
    >>> wrong = check_gradient(lambda x: apply(square, (x,)), x, raise_on_failure=False)
    >>> print(wrong.reasons[0])
    every derivative of input 0 is 1/2 of what it should be: a factor 2 is missing.
    """
    limit = TOLERANCE if tolerance is None else tolerance
    check = GradientCheck(function, inputs, parameters, STEP if step is None else step)
    comparisons = tuple(check.compare(limit, None, num_directions))
    diagnosis = Diagnosis(comparisons, limit, _reasons(check, GradientReport(comparisons, limit)))
    if raise_on_failure and not diagnosis.passed:
        raise GradientError(str(diagnosis))
    return diagnosis


def _reasons(check: GradientCheck, report: GradientReport) -> tuple[str, ...]:
    """Return why a check failed; nothing if it passed."""
    random = is_random(check)
    if random is not None:
        return (random,)  # which passes for a kink at every number, too
    if report.passed or report.worst is None:
        return ()
    return tuple(likely_reasons(evidence(check, report.comparisons, report.worst)))
