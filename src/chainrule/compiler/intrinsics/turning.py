"""A table from rows to columns, or back, by squares that are turned in vector registers."""

from numba import njit, types
from numba.extending import intrinsic

from chainrule.compiler.intrinsics.vectors import INTEGER, Vectors
from chainrule.compiler.intrinsics.views import address_of
from chainrule.compiler.numba_options import OPTIONS

SIDE = 4  # of a square; larger ones take longer to compile than they save


def turn_square(dtype):
    """Return an intrinsic that copies a small square with its axes swapped.

    It takes addresses, and distances between rows in numbers.
    """

    @intrinsic
    def turn(context, source, source_row, target, target_row):
        def generate(context, builder, signature, arguments):
            source, source_row, target, target_row = arguments
            code = Vectors(builder, dtype, SIDE)
            source, target = code.pointer(source), code.pointer(target)

            def row_of(pointer, distance, row):
                return code.at(pointer, builder.mul(distance, INTEGER(row)))

            lanes = range(code.lanes)
            rows = [code.load(row_of(source, source_row, row)) for row in lanes]
            step = 1
            while step < code.lanes:  # exchange squares of this size between pairs of rows
                upper = [lane if not lane & step else lane - step + code.lanes for lane in lanes]
                lower = [lane + step if not lane & step else lane + code.lanes for lane in lanes]
                for row in lanes:
                    if not row & step:
                        pair = rows[row], rows[row + step]
                        rows[row] = code.choose(*pair, upper)
                        rows[row + step] = code.choose(*pair, lower)
                step *= 2
            for row in lanes:
                code.store(rows[row], row_of(target, target_row, row))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 4), generate

    return turn


def turning(dtype):
    """Return ``turn``, which copies a table stored by rows into one stored by columns, or back."""
    size, lanes = dtype.bitwidth // 8, SIDE
    square = turn_square(dtype)

    @njit(**OPTIONS)
    def turn(source, target):
        if source.strides[1] != size:  # by columns: what follows goes along rows
            source, target = source.T, target.T
        high, wide = source.shape[0] // lanes * lanes, source.shape[1] // lanes * lanes
        down, across = source.strides[0] // size, target.strides[1] // size
        for i in range(0, high, lanes):
            for j in range(0, wide, lanes):
                square(
                    address_of(source) + size * (i * down + j), down,
                    address_of(target) + size * (j * across + i), across,
                )  # fmt: skip
        for j in range(source.shape[1]):
            for i in range(high if j < wide else 0, source.shape[0]):
                target[i, j] = source[i, j]

    return turn
