"""The few functions of numbers that formulas need and NumPy does not have in a form that compiles.

Each works on arrays here; the compiled engine gives each a scalar form under the same name.
"""

import numpy as np

from chainrule.array_types import Number

SQRT_2 = 1.4142135623730951
INVERSE_SQRT_2PI = 0.3989422804014327  # 1 / sqrt(2 pi): height of the normal density at 0


def select(condition: Number, chosen: Number | float, otherwise: Number | float) -> Number:
    """Return ``chosen`` where the condition holds and ``otherwise`` elsewhere.

    >>> select(np.array([True, False]), np.array([1.0, 2.0]), 0.0)
    array([1., 0.])
    """
    return np.where(condition, chosen, otherwise)


def erf(x: Number) -> Number:
    """Return the error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.

    >>> round(float(erf(np.array(1.0))), 4)
    0.8427
    """
    from scipy.special import erf as scipy_erf  # heavy, and only GELU needs it

    result: Number = scipy_erf(x)
    return result


def logistic(x: Number) -> Number:
    """Return 1 / (1 + exp(-x)) without overflow at either end.

    >>> logistic(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    exponential = np.exp(-np.abs(x))
    return select(x >= 0, 1.0, exponential) / (1.0 + exponential)


def normal_cdf(x: Number) -> Number:
    """Return the probability that a standard normal number is below x.

    >>> normal_cdf(np.array(0.0))
    np.float64(0.5)
    """
    return 0.5 * (1.0 + erf(x / SQRT_2))


def normal_density(x: Number) -> Number:
    """Return the standard normal density, exp(-x^2 / 2) / sqrt(2 pi).

    >>> round(float(normal_density(np.array(0.0))), 4)
    0.3989
    """
    return INVERSE_SQRT_2PI * np.exp(-0.5 * x * x)
