"""Mistakes in the gradient of one tensor, each known by the pattern it leaves behind."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.numeric_check import NOISE, ROUNDING
from chainrule.explain.check.evidence import Evidence, Slopes

SAME = 1e-4  # ratios that differ relatively by less are one
SIMPLE = 12  # a ratio is written as a fraction if its parts are not above this


def tensor_reason(slopes: Slopes, evidence: Evidence) -> str | None:
    """Return the first reason that fits, in a sentence; None if none does."""
    return next((s for reason in REASONS if (s := reason(slopes, evidence))), None)


def no_gradient(slopes: Slopes, evidence: Evidence) -> str | None:
    """Everything is 0."""
    del evidence
    if slopes.analytic.any():
        return None
    return (
        f"no gradient reaches {slopes.name}, although the result depends on it: it is cut off on "
        "the way, e.g. by .detach() or no_grad(), or its derivative is missing."
    )


def other_gradient(slopes: Slopes, evidence: Evidence) -> str | None:
    """It is the gradient of another tensor."""
    for other in evidence.slopes:
        if other is not slopes and slopes.is_complete and slopes.fits(other.analytic):
            return (
                f"the gradient of {slopes.name} arrived at {other.name}: the order of the "
                "derivatives is not that of the inputs."
            )
    return None


def constant_factor(slopes: Slopes, evidence: Evidence) -> str | None:
    """All derivatives are off by the same factor."""
    quotients = ratios(slopes, evidence)
    ratio = constant(quotients)
    if ratio is None or abs(ratio - 1) < SAME or not ratio:
        return None
    if np.count_nonzero(~np.isnan(quotients)) == 1 and not is_simple(ratio):
        return None  # a single number is always off by a constant factor
    return f"every derivative of {slopes.name} is {_wrong_by(ratio, evidence)}"


def transposed(slopes: Slopes, evidence: Evidence) -> str | None:
    """Two axes are exchanged."""
    del evidence
    if not slopes.is_complete:
        return None
    for first, second in combinations(range(slopes.analytic.ndim), 2):
        shape = list(slopes.analytic.shape)
        shape[first], shape[second] = shape[second], shape[first]
        if slopes.fits(slopes.analytic.reshape(shape).swapaxes(first, second)):
            axes = "" if slopes.analytic.ndim == 2 else f" in its axes {first} and {second}"
            return f"the gradient of {slopes.name} is transposed{axes}."
    return None


def turned_round(slopes: Slopes, evidence: Evidence) -> str | None:
    """The order along some axes is the opposite one."""
    del evidence
    if not slopes.is_complete:
        return None
    ndim = slopes.analytic.ndim
    for axes in (axes for n in range(1, ndim + 1) for axes in combinations(range(ndim), n)):
        if slopes.fits(np.flip(slopes.analytic, axes)):
            named = f"axis {axes[0]}" if len(axes) == 1 else f"axes {' and '.join(map(str, axes))}"
            return f"the gradient of {slopes.name} is in reverse order along {named}."
    return None


def missing_multiplicand(slopes: Slopes, evidence: Evidence) -> str | None:
    """The numbers of a tensor are a factor too little or too much."""
    if not slopes.is_complete:
        return None
    for variable in evidence.check.variables:
        values = variable.tensor.array
        for words, power in (("miss", 1), ("have too often", -1)):
            with np.errstate(all="ignore"):
                for factor in aligned(values, slopes.analytic.shape):
                    if slopes.fits(slopes.analytic * factor**power):
                        return (
                            f"the derivatives of {slopes.name} {words} a factor: the numbers of "
                            f"{variable.name}."
                        )
    return None


def zero_in_places(slopes: Slopes, evidence: Evidence) -> str | None:
    """What is wrong is 0."""
    del evidence
    wrong = slopes.wrong
    if not slopes.is_complete or slopes.analytic[wrong].any():
        return None
    return (
        f"{np.count_nonzero(wrong):,} of {wrong.size:,} derivatives of {slopes.name} are 0 and "
        f"should not be{_where(wrong)}: contributions are overwritten instead of added up, or "
        "masked out."
    )


def factor_by_axis(slopes: Slopes, evidence: Evidence) -> str | None:
    """The factor that is missing depends on one axis only."""
    if not slopes.is_complete or slopes.analytic.ndim < 2:
        return None
    quotients = ratios(slopes, evidence)
    for axis in range(slopes.analytic.ndim):
        parts = [constant(part) for part in np.moveaxis(quotients, axis, 0)]
        if all(part is not None for part in parts):
            listed = ", ".join(f"{part:.4g}" for part in parts[:4])
            dots = ", ..." if len(parts) > 4 else ""
            return (
                f"the derivatives of {slopes.name} are off by a factor for each index of axis "
                f"{axis} ({listed}{dots}): a quantity that belongs to that axis is missing."
            )
    return None


def wrong_in_places(slopes: Slopes, evidence: Evidence) -> str | None:
    """What is wrong lies in one row, column or slice."""
    del evidence
    if not slopes.is_complete:
        return None
    where = _where(slopes.wrong)
    return f"only some derivatives of {slopes.name} are wrong{where}." if where else None


REASONS: tuple[Callable[[Slopes, Evidence], str | None], ...] = (
    no_gradient,
    other_gradient,
    constant_factor,
    transposed,
    turned_round,
    missing_multiplicand,
    zero_in_places,
    factor_by_axis,
    wrong_in_places,
)


def ratios(slopes: Slopes, evidence: Evidence) -> Array:
    """Return analytic / numeric where that is sharp, else NaN."""
    check = evidence.check
    noise = NOISE * ROUNDING * (check.scale + 1e-3) / check.step
    with np.errstate(all="ignore"):
        quotients = slopes.analytic / slopes.numeric
    return np.where(np.abs(slopes.numeric) > noise / SAME, quotients, np.nan)


def constant(quotients: Array) -> float | None:
    """Return the one ratio that all known ones are, None if they differ or none is known.

    >>> constant(np.array([2.0, np.nan, 2.0])), constant(np.array([1.0, 2.0]))
    (2.0, None)
    """
    known = quotients[~np.isnan(quotients)]
    if not known.size:
        return None
    middle = float(np.median(known))
    return middle if bool((np.abs(known - middle) <= SAME * abs(middle)).all()) else None


def aligned(values: Array, shape: tuple[int, ...]) -> Iterator[Array]:
    """Yield an array as it can stand beside one of this shape: as it is, or along one axis."""
    if values.shape == shape or values.size == 1:
        yield values
    elif values.ndim == 1:
        for axis, length in enumerate(shape):
            if length == values.size:
                yield values.reshape([length if a == axis else 1 for a in range(len(shape))])


def _wrong_by(ratio: float, evidence: Evidence) -> str:
    """Return what a ratio of analytic to numeric says."""
    if abs(ratio + 1) < SAME:
        return "the negative of what it should be: a sign is turned."
    size = "twice" if abs(ratio - 2) < SAME else f"{fraction(ratio)} of"
    if abs(ratio) > 1 and size != "twice":
        size = f"{fraction(ratio)} times"
    counted = _length(ratio, evidence) or _length(1 / ratio, evidence)
    hint = f", and {counted}, as where a mean and a sum are confused" if counted else ""
    return f"{size} what it should be: a factor {fraction(1 / ratio)} is missing{hint}."


def _length(number: float, evidence: Evidence) -> str | None:
    """Return which length of an array a number is, if it is one."""
    with evidence.check.nothing_left_changed():
        outputs = evidence.check.outputs()
    arrays = {v.name: v.tensor.array for v in evidence.check.variables}
    arrays |= {f"output {position}": output.array for position, output in enumerate(outputs)}
    for name, array in arrays.items():
        for axis, length in enumerate(array.shape):
            if length > 1 and abs(number - length) < SAME * length:
                return f"{length} is the length of axis {axis} of {name}"
        if array.size > 1 and abs(number - array.size) < SAME * array.size:
            return f"{array.size} is the number of elements of {name}"
    return None


def fraction(number: float) -> str:
    """Return a number as a simple fraction, if it is one.

    >>> fraction(0.5), fraction(-1.5), fraction(3.0), fraction(0.1234)
    ('1/2', '-3/2', '3', '0.1234')
    """
    simple = Fraction(number).limit_denominator(SIMPLE)
    return str(simple) if is_simple(number) else f"{number:.4g}"


def is_simple(number: float) -> bool:
    """Return whether a number, or its inverse, is a fraction of small integers."""
    simple = Fraction(number).limit_denominator(SIMPLE)
    return bool(simple) and abs(float(simple) - number) < SAME * abs(number)


def _where(wrong: Array) -> str:
    """Return the slice that holds all that is wrong, nothing if that is everything."""
    if wrong.all():
        return ""
    indices = np.argwhere(wrong)
    parts = [
        str(int(column[0])) if length > 1 and (column == column[0]).all() else ":"
        for column, length in zip(indices.T, wrong.shape, strict=True)
    ]
    return f", all at [{', '.join(parts)}]" if set(parts) != {":"} else ""
