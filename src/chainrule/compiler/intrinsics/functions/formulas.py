"""Functions of real numbers as arithmetic, selections and operations on bits, without branches.

They are compiled for float32 and for float64, with the constants of each, and only as they stand:
the order of sums and products matters.
"""

from chainrule.compiler.intrinsics.functions.bits import (
    exponent,
    fraction,
    pick,
    power_of_two,
    with_sign,
)
from chainrule.compiler.intrinsics.functions.constants import (
    ERF_HIGHEST,
    ERF_REST,
    ERF_TAIL,
    EXP_HIGHEST,
    EXP_LOWEST,
    EXP_REST,
    EXPM1_HIGHEST,
    EXPM1_LOWEST,
    INFINITY,
    LIFT,
    LIFT_EXPONENT,
    LN2,
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
    LOG10_2_HIGH,
    LOG10_2_LOW,
    LOG10_E,
    LOG_REST,
    NOT_A_NUMBER,
    ROUNDER,
    SMALLEST_NORMAL,
    TANH_HIGHEST,
)


def at_most(x, highest):
    return pick(x > highest, highest, x)  # NaN stays


def at_least(x, lowest):
    return pick(x < lowest, lowest, x)


# Exponentials: x = n log(2) + r, exp(x) = 2^n exp(r)


def raised(x, fewer):
    """Return exp(x) / 2^fewer, scaled in two steps: 2^n alone may be out of range."""
    x = at_least(at_most(x, EXP_HIGHEST), EXP_LOWEST)
    n = (x * LOG2_E + ROUNDER) - ROUNDER
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    shifted = n * 0.5 + ROUNDER
    others = (n - (shifted - ROUNDER)) - fewer
    result = 1.0 + (r + r * r * EXP_REST(r))
    return result * power_of_two(shifted) * power_of_two(others + ROUNDER)


def exp(x):
    return raised(x, 0.0)


def half_expm1(x):
    """Return (exp(x) - 1) / 2 for x from EXPM1_LOWEST to EXPM1_HIGHEST.

    It is (u - 1/2) + u (exp(r) - 1) with u = 2^(n - 1).
    """
    shifted = x * LOG2_E + ROUNDER
    n = shifted - ROUNDER
    first = x - n * LN2_HIGH
    r = first - n * LN2_LOW
    r_low = (first - r) - n * LN2_LOW
    u = power_of_two(shifted - 1.0)
    base = u - 0.5
    growth = u * r
    total = base + growth
    total_low = growth - (total - base)
    return total + (total_low + u * (r * r * EXP_REST(r) + r_low))


def expm1(x):
    return 2.0 * half_expm1(at_least(at_most(x, EXPM1_HIGHEST), EXPM1_LOWEST))


def tanh(x):
    """Return e / (e + 2) with e = exp(2 |x|) - 1, with the sign of x."""
    half = half_expm1(2.0 * at_most(abs(x), TANH_HIGHEST))
    return with_sign(half / (half + 1.0), x)


def cosh(x):
    half = raised(abs(x), 1.0)
    return half + 0.25 / half


def sinh(x):
    size = abs(x)
    half = half_expm1(at_most(size, 1.0))
    small = half + half / (2.0 * half + 1.0)
    half = raised(size, 1.0)
    return with_sign(pick(size < 1.0, small, half - 0.25 / half), x)


# Logarithms: x = 2^k (1 + f), log(x) = k log(2) + log(1 + f)


def log_of_parts(f, low, k):
    """Return k log(2) + log(1 + f) + low, where low is small; for log(1 + f) as fdlibm."""
    s = f / (2.0 + f)
    z = s * s
    half_square = 0.5 * f * f
    rest = s * (half_square + z * LOG_REST(z))
    return k * LN2_HIGH + (f - (half_square - (rest + (k * LN2_LOW + low))))


def exponent_of(x):
    """Return k for x > 0, denormal or not."""
    is_tiny = x < SMALLEST_NORMAL
    return exponent(pick(is_tiny, x * LIFT, x)) - pick(is_tiny, LIFT_EXPONENT, 0.0)


def excess_of(x):
    """Return f for x > 0, denormal or not."""
    return fraction(pick(x < SMALLEST_NORMAL, x * LIFT, x)) - 1.0


def with_ends(result, x, lowest):
    """Return the logarithm of what is 0 at x = lowest, right at the ends and beyond."""
    beyond = pick(x == lowest, -INFINITY, NOT_A_NUMBER)
    return pick(x > lowest, pick(x < INFINITY, result, x), beyond)


def log(x):
    return with_ends(log_of_parts(excess_of(x), 0.0, exponent_of(x)), x, 0.0)


def log2(x):
    return with_ends(exponent_of(x) + log_of_parts(excess_of(x), 0.0, 0.0) * LOG2_E, x, 0.0)


def log10(x):
    k = exponent_of(x)
    low = log_of_parts(excess_of(x), 0.0, 0.0) * LOG10_E + k * LOG10_2_LOW
    return with_ends(k * LOG10_2_HIGH + low, x, 0.0)


def log1p(x):
    """Return log(u) with u = 1 + x, and what was lost in that sum."""
    u = 1.0 + x
    low = pick(x > 1.0, 1.0 - (u - x), x - (u - 1.0))
    k = exponent(u)
    f = fraction(u) - 1.0
    low = low * power_of_two(ROUNDER - at_most(k, 60.0))  # beyond, it does not matter
    return with_ends(log_of_parts(f, low - low * f, k), x, -1.0)


def logaddexp(x, y):
    """Return log(exp(x) + exp(y))."""
    larger = pick(x > y, x, y)
    return pick(x == y, x + LN2, larger + log1p(exp(-abs(x - y))))


# The error function


def erf(x):
    """Return x (1 + a polynomial) or, beyond 1, 1 - exp(a polynomial)."""
    size = abs(x)
    small = x + x * ERF_REST(x * x)
    beyond = 1.0 - exp(ERF_TAIL(at_most(size, ERF_HIGHEST)))
    return pick(size < 1.0, small, with_sign(beyond, x))
