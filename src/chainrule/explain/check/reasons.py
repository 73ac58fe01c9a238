"""Mistakes in the function as a whole: then no derivative of it can be trusted, or none judged."""

from collections.abc import Callable, Iterator

import numpy as np

from chainrule.autograd.gradient import reachable_nodes
from chainrule.autograd.modes import enable_grad
from chainrule.autograd.numeric_check import KINK, NOISE, ROUNDING, GradientCheck
from chainrule.explain.check.evidence import Evidence
from chainrule.explain.check.tensor_reasons import tensor_reason

REPEATED = 1e-12  # values of two calls that differ relatively by more are not the same


def likely_reasons(evidence: Evidence) -> Iterator[str]:
    """Yield the reasons for what differs, in sentences.

    A reason that lies in the function explains all, so it comes alone; else there is one for each
    tensor whose gradient shows one of the usual patterns. That the function is random is known by
    then.
    """
    found = next((sentence for reason in REASONS if (sentence := reason(evidence))), None)
    if found is not None:
        yield found
        return
    for slopes in evidence.wrong:
        sentence = tensor_reason(slopes, evidence)
        if sentence is not None:
            yield sentence


def is_random(check: GradientCheck) -> str | None:
    """Two calls with the same numbers give two values: then differences say nothing at all."""
    with check.nothing_left_changed():
        values = [check.value() for _ in range(3)]
    spread = max(values) - min(values)
    if not spread > REPEATED * max(check.scale, abs(values[0])):
        return None
    return (
        "the function is random: called again with the same numbers, its result moves by "
        f"{spread:.2g}. The dropout of nn is held fixed here; what draws from another generator is "
        "not. Switch it off, e.g. with .eval(), or seed it inside the function."
    )


def is_coarse(evidence: Evidence) -> str | None:
    """Something is computed in float32."""
    check = evidence.check
    with check.nothing_left_changed(), enable_grad():
        nodes = reachable_nodes(check.outputs())
    for node in reversed(nodes):
        if node.output.dtype.itemsize < np.dtype(np.float64).itemsize:
            return (
                f"{node.operation.name} gives {node.output.dtype} numbers, in which a nudge is "
                "lost: keep float64 from the inputs to the result."
            )
    return None


def is_not_finite(evidence: Evidence) -> str | None:
    """A number is infinite or none at all."""
    worst = evidence.worst
    if np.isfinite(worst.analytic) and np.isfinite(worst.numeric):
        return None
    which = "the function's value" if np.isfinite(worst.analytic) else "what backward() gives"
    return (
        f"{which} is not finite at {worst.name}{place(worst.index)}: check at numbers inside the "
        "function's domain, or mend an overflow or a division by zero."
    )


def is_not_smooth(evidence: Evidence) -> str | None:
    """The slopes to both sides differ, and do not come closer with a smaller step.

    On a smooth curve they differ by the curvature times the step.
    """
    check, worst = evidence.check, evidence.worst
    if worst.index is None:
        return None
    variable = next(v for v in check.variables if v.name == worst.name)
    direction = np.zeros(variable.tensor.array.shape)
    direction[worst.index] = 1.0
    step = check.step_along(variable, direction)
    with check.nothing_left_changed():
        steps = (-3 * step, -step, 0.0, step, 3 * step)
        far_back, back, middle, ahead, far_ahead = (
            check.value_at(variable, s * direction) for s in steps
        )
    left, right = (middle - back) / step, (ahead - middle) / step
    gap, wide_gap = abs(right - left), abs(far_ahead + far_back - 2 * middle) / (3 * step)
    noise = NOISE * ROUNDING * (check.scale + 1e-3) / step
    if gap <= noise + KINK * max(abs(left), abs(right)) or wide_gap > 2 * gap:
        return None
    return (
        f"a kink or a jump of the function lies within {step:.1g} of {worst.name}"
        f"{place(worst.index)}: the slope is {left:.4g} to the left and {right:.4g} to the right. "
        "Nudging cannot tell there: check at other numbers, or with a smaller step."
    )


REASONS: tuple[Callable[[Evidence], str | None], ...] = (
    is_coarse,
    is_not_finite,
    is_not_smooth,
)


def place(index: tuple[int, ...] | None) -> str:
    """Return an index as a text, nothing for a random direction.

    >>> place((1, 0)), place(None)
    ('[1, 0]', '')
    """
    return "" if index is None else str(list(index))
