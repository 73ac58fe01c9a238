"""What the forms of functions need of the bits of numbers; each takes the type of its argument."""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic


class Layout(NamedTuple):
    """How a real number lies in memory."""

    real: Any  # the type in NumPy
    word: ir.IntType
    whole: Any  # the integer of the same size in NumPy
    mantissa: int  # bits
    bias: int  # of the exponent


SINGLE = Layout(np.float32, ir.IntType(32), np.int32, 23, 127)
DOUBLE = Layout(np.float64, ir.IntType(64), np.int64, 52, 1023)
LAYOUTS = {types.float32: SINGLE, types.float64: DOUBLE}


def bits_of(layout, value):
    """Return the bits of a number, known at compile time, as a constant."""
    return layout.word(int(np.asarray(value, layout.real).view(layout.whole)))


def rounder(layout):
    """Return 1.5 * 2^mantissa: the last bits of its sum with n are the whole number nearest n."""
    return 1.5 * 2.0**layout.mantissa


@intrinsic
def pick(context, condition, chosen, otherwise):
    """Return one of two numbers without a branch."""

    def generate(context, builder, signature, values):
        return builder.select(*values)

    return chosen(types.boolean, chosen, chosen), generate


@intrinsic
def power_of_two(context, shifted):
    """Return 2^n for n + ROUNDER."""
    layout = LAYOUTS[shifted]

    def generate(context, builder, signature, values):
        whole = builder.bitcast(values[0], layout.word)
        exponent = builder.shl(whole, layout.word(layout.mantissa))
        return builder.bitcast(builder.add(exponent, bits_of(layout, 1.0)), values[0].type)

    return shifted(shifted), generate


def _lowered(builder, layout, value):
    """Return the bits of a number such that its exponent changes at sqrt(1/2) times a power of 2.

    As musl's ``log`` has it.
    """
    offset = bits_of(layout, 1.0).constant - bits_of(layout, np.sqrt(0.5)).constant
    return builder.add(builder.bitcast(value, layout.word), layout.word(offset))


@intrinsic
def exponent(context, x):
    """Return k, a number of the type of x > 0, where x = 2^k m with m in [sqrt(1/2), sqrt(2))."""
    layout = LAYOUTS[x]

    def generate(context, builder, signature, values):
        whole = _lowered(builder, layout, values[0])
        whole = builder.lshr(whole, layout.word(layout.mantissa))
        whole = builder.add(whole, bits_of(layout, rounder(layout)))
        kind = values[0].type
        return builder.fsub(
            builder.bitcast(whole, kind), kind(float(rounder(layout) + layout.bias))
        )

    return x(x), generate


@intrinsic
def fraction(context, x):
    """Return m in [sqrt(1/2), sqrt(2)) where x = 2^k m, x > 0 and no denormal number."""
    layout = LAYOUTS[x]

    def generate(context, builder, signature, values):
        whole = _lowered(builder, layout, values[0])
        whole = builder.and_(whole, layout.word(2**layout.mantissa - 1))
        whole = builder.add(whole, bits_of(layout, np.sqrt(0.5)))
        return builder.bitcast(whole, values[0].type)

    return x(x), generate


@intrinsic
def with_sign(context, size, x):
    """Return a size, which is not negative, with the sign of x."""
    layout = LAYOUTS[size]

    def generate(context, builder, signature, values):
        whole, sign = (builder.bitcast(value, layout.word) for value in values)
        sign = builder.and_(sign, layout.word(1 << (layout.word.width - 1)))
        return builder.bitcast(builder.or_(whole, sign), values[0].type)

    return size(size, size), generate


def polynomial(single, double):
    """Return a polynomial with these coefficients, that of the constant first.

    Args:
        single: Coefficients for float32.
        double: Coefficients for float64.
    """

    @intrinsic
    def evaluate(context, x):
        layout = LAYOUTS[x]
        coefficients = single if layout is SINGLE else double

        def generate(context, builder, signature, values):
            kind = values[0].type
            *others, result = (kind(float(layout.real(c))) for c in coefficients)
            for coefficient in reversed(others):
                result = builder.fadd(builder.fmul(result, values[0]), coefficient)
            return result

        return x(x), generate

    return evaluate
