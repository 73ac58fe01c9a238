"""The functions of numbers in machine code: how exact they are, and that loops are vector code."""

import platform
import re

import numpy as np
import pytest
from numba import njit, types

from chainrule.compiler.intrinsics.functions import FUNCTIONS, numpy_with
from chainrule.compiler.numba_options import OPTIONS
from chainrule.operations import numbers

# What only machine code calls has no way in from Python, by which it is tested here.
CALLABLE = {name: value for name, value in OPTIONS.items() if not name.startswith("no_")}
DTYPES = (np.float32, np.float64)
LOGARITHMS = (np.log, np.log2, np.log10)
UNARY = tuple(function for function in FUNCTIONS if function is not np.logaddexp)
MOST_ULPS = {np.exp: 1, np.log: 1, np.tanh: 3, np.sinh: 3}  # of the others 2


def exact_erf(x):
    """Return erf(x) as the sum of 2^n x^(2n + 1) / (1 3 ... (2n + 1)), none of them negative."""
    x = np.minimum(np.abs(x), 7)
    term, total = x, x
    for n in range(1, 200):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    root = np.sqrt(np.longdouble("3.14159265358979323846264338327950288"))
    return 2 / root * np.exp(-x * x) * total


def exact(function, x):
    """Return the values of a function in more digits than x has."""
    x = x.astype(np.longdouble)
    with np.errstate(all="ignore"):
        if function is numbers.erf:
            return np.where(np.isnan(x), x, np.copysign(exact_erf(x), x))
        return function(x)


def samples(function, dtype):
    """Return numbers of all sizes and signs, and many where the formulas change."""
    rng = np.random.default_rng(0)
    limits = np.finfo(dtype)
    step = np.log(float(limits.max))
    points = [0.34657, 0.41421, 0.29289, 0.5, 0.70711, 1.0, 1.41421, 2.0, 4.0, 8.5, 20.0]
    parts = [np.exp(rng.uniform(np.log(float(limits.smallest_normal)), step, 100_000))]
    parts += [point * (1 + rng.normal(scale=0.01, size=2_000)) for point in points]
    parts += [rng.uniform(0, size, 40_000) for size in (0.3, 1.0, 7.0, step * 1.02)]
    x = np.concatenate(parts).astype(dtype)
    if function in LOGARITHMS:
        return x
    if function is np.log1p:
        return np.concatenate([x, -x[x < 1]])
    if function is numbers.erf:
        x = x[::5]  # the exact values take long
    return np.concatenate([x, -x])


def ulps(got, expected, dtype):
    """Return the largest difference in units in the last place, where the result is normal."""
    limits = np.finfo(dtype)
    with np.errstate(over="ignore"):
        rounded = expected.astype(dtype)
    is_finite = np.isfinite(rounded)
    np.testing.assert_array_equal(got[~is_finite], rounded[~is_finite])
    got, rounded, expected = got[is_finite], rounded[is_finite], expected[is_finite]
    units = np.spacing(np.maximum(np.abs(rounded), limits.smallest_normal))
    return float(np.max(np.abs(got - expected) / units))


def in_loop(function):
    """Return a function that fills an array, compiled as the loops of programs are."""
    stand_in = FUNCTIONS[function]

    def run(x, y):
        for i in range(x.size):
            y[i] = stand_in(x[i])

    return njit(**CALLABLE)(run)


def applied(function, x):
    y = np.empty_like(x)
    in_loop(function)(x, y)
    return y


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", UNARY)
def test_values_are_exact_to_the_last_places(function, dtype):
    x = samples(function, dtype)
    assert ulps(applied(function, x), exact(function, x), dtype) <= MOST_ULPS.get(function, 2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", [np.exp, np.expm1, np.log1p, np.tanh])
def test_arithmetic_around_is_not_mixed_with_that_inside(function, dtype):
    stand_in, half, two = FUNCTIONS[function], dtype(0.5), dtype(2)

    @njit(**CALLABLE)
    def run(x, y):
        for i in range(x.size):
            y[i] = stand_in(x[i] * half - half) * two

    x = np.arange(-63, 64, 2.0**-10).astype(dtype)
    x = x[x > -0.9] if function is np.log1p else x
    y = np.empty_like(x)
    run(x, y)
    assert ulps(y, 2 * exact(function, x * half - half), dtype) <= MOST_ULPS.get(function, 2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_logaddexp_is_exact_and_takes_infinities(dtype):
    logaddexp = FUNCTIONS[np.logaddexp]

    @njit(**CALLABLE)
    def run(pairs, result):
        for i in range(result.size):
            result[i] = logaddexp(pairs[i, 0], pairs[i, 1])

    pairs = np.random.default_rng(0).normal(scale=10, size=(30_000, 2)).astype(dtype)
    result = np.empty(len(pairs), dtype)
    run(pairs, result)
    expected = np.logaddexp(*pairs.T.astype(np.longdouble))
    assert (
        np.max(np.abs(result - expected) / np.spacing(np.abs(pairs).max(axis=1, initial=0.5))) <= 2
    )
    ends = [(1, np.inf), (-np.inf, -np.inf), (np.inf, np.inf), (-np.inf, 2), (np.nan, 0), (0, -1e4)]
    pairs = np.array(ends, dtype)
    run(pairs, result)
    np.testing.assert_array_equal(result[: len(ends)], [np.inf, -np.inf, np.inf, 2, np.nan, 0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", UNARY)
def test_special_values(function, dtype):
    limits = np.finfo(dtype)
    edges = [np.inf, limits.max, 0.0, 1.0, limits.smallest_subnormal, limits.smallest_normal]
    x = np.array([*edges, *np.negative(edges), -2.0, np.nan], dtype)
    with np.errstate(all="ignore"):
        expected = exact(function, x).astype(dtype)
    tolerance = 4 * float(limits.eps)
    if function in (np.expm1, np.tanh, np.sinh):  # of denormal numbers the last bit may be lost
        expected, x = expected[np.abs(x) != edges[4]], x[np.abs(x) != edges[4]]
    np.testing.assert_allclose(applied(function, x), expected, rtol=tolerance, atol=0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_exp_underflows_gradually(dtype):
    smallest = float(np.finfo(dtype).smallest_subnormal)
    top = np.log(float(np.finfo(dtype).smallest_normal))
    x = np.linspace(np.log(smallest) - 3, top, 1_000).astype(dtype)
    assert np.max(np.abs(applied(np.exp, x) - exact(np.exp, x))) <= smallest


def test_logarithms_of_powers_are_whole():
    powers = 2.0 ** np.arange(-1074, 1024)
    np.testing.assert_array_equal(applied(np.log2, powers), np.arange(-1074, 1024))
    np.testing.assert_array_equal(applied(np.log10, 10.0 ** np.arange(16)), np.arange(16))


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the names of instructions")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", UNARY)
def test_loops_are_vector_code(function, dtype):
    code = machine_code(in_loop(function), dtype)
    assert not re.search(r"\bcall", code)
    assert re.search(r"mulp[sd]\b", code), "no packed multiplication"
    if dtype is np.float32:
        assert not re.search(r"\bv?\w+sd\b", code), "arithmetic of float64"


def machine_code(run, dtype):
    """Return the assembly of a function of two arrays, without its entry from Python."""
    array = types.Array(types.float32 if dtype is np.float32 else types.float64, 1, "C")
    function = njit(types.void(array, array), **OPTIONS)(run.py_func)
    (code,) = function.inspect_asm().values()
    return code


def formula(x):
    return np.exp(x) * np.sqrt(2.0) + np.float32(np.pi)


def with_forms(function):
    """Return a function whose ``np`` has the forms, as the compiler makes it."""
    space = {**function.__globals__, "np": numpy_with(FUNCTIONS)}
    return njit(**CALLABLE)(type(function)(function.__code__, space))


def test_a_module_with_the_forms_replaces_numpy():
    module = numpy_with(FUNCTIONS)
    assert module.tanh is FUNCTIONS[np.tanh]
    assert module.sqrt is np.sqrt
    compiled = with_forms(formula)
    np.testing.assert_allclose(compiled(1.5), formula(1.5), rtol=1e-15)


@pytest.mark.parametrize("value", [3, True, np.uint8(7), np.int32(-2), 2.5, np.float32(0.1)])
def test_numbers_of_any_kind_are_taken(value):
    compiled = with_forms(lambda x: np.tanh(x))
    is_single = isinstance(value, np.float32)
    np.testing.assert_allclose(
        compiled(value), np.tanh(float(value)), rtol=3e-7 if is_single else 1e-15
    )
    (signature,) = compiled.nopython_signatures
    assert signature.return_type == (types.float32 if is_single else types.float64)


def test_complex_numbers_are_left_to_numba():
    np.testing.assert_allclose(with_forms(lambda x: np.exp(x))(1j), np.exp(1j))
