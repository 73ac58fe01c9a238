"""Products of narrow matrices: sums stay in vector registers, and nothing is copied first.

BLAS copies both matrices into the order in which it multiplies them. Where one of them is narrow,
as a batch is, that takes a quarter of the time. Here a tile of the product, some rows high and two
vectors wide, is summed up in registers while both matrices are read where they are.
"""

from numba import njit, types
from numba.extending import intrinsic

from chainrule.compiler.intrinsics.vectors import INTEGER, Vectors, has_long_vectors, lanes_of
from chainrule.compiler.intrinsics.views import address_of
from chainrule.compiler.numba_options import OPTIONS

ROWS_AT_ONCE = 64  # of the product: their part of the first matrix stays in the cache
INNER_AT_ONCE = 64  # of a first matrix that is read across its rows
NARROW = 128  # columns, or what is summed over: beyond, copying pays


def tile(dtype, rows, vectors, is_partial):
    """Return an intrinsic that computes a tile of a product: c = a b + keep c.

    It takes addresses, and distances in numbers. Of a tile that is partial only some columns count.
    """

    @intrinsic
    def multiply(context, a, a_row, a_inner, b, b_row, c, c_row, inner, keep, columns):
        signature = types.void(*[types.int64] * 10)

        def generate(context, builder, signature, arguments):
            a, a_row, a_inner, b, b_row, c, c_row, inner, keep, columns = arguments
            code = Vectors(builder, dtype)
            mask = code.first(columns) if is_partial else None
            a, b, c = map(code.pointer, (a, b, c))
            places = [INTEGER(vector * code.lanes) for vector in range(vectors)]
            before = builder.block
            loop, after = (builder.append_basic_block(name) for name in ("inner", "write"))
            builder.branch(loop)
            builder.position_at_end(loop)
            k = builder.phi(INTEGER)
            sums = [[builder.phi(code.kind) for _ in places] for _ in range(rows)]
            row_of_b = code.at(b, builder.mul(k, b_row))
            factors = [code.load(code.at(row_of_b, place), mask) for place in places]
            column_of_a = code.at(a, builder.mul(k, a_inner))
            totals = []
            for row in range(rows):
                number = builder.load(code.at(column_of_a, builder.mul(a_row, INTEGER(row))))
                vector = code.repeat(number)
                totals.append(
                    [
                        code.multiply_add(vector, factor, total)
                        for factor, total in zip(factors, sums[row], strict=True)
                    ]
                )
            following = builder.add(k, INTEGER(1))
            for phi, start, end in [
                (k, INTEGER(0), following),
                *(
                    (phi, code.zero, total)
                    for pair in zip(sums, totals, strict=True)
                    for phi, total in zip(*pair, strict=True)
                ),
            ]:
                phi.add_incoming(start, before)
                phi.add_incoming(end, loop)
            builder.cbranch(builder.icmp_signed("<", following, inner), loop, after)
            builder.position_at_end(after)
            kept = code.first(builder.mul(keep, INTEGER(code.lanes)))
            kept = kept if mask is None else builder.and_(kept, mask)
            for row in range(rows):
                row_of_c = code.at(c, builder.mul(c_row, INTEGER(row)))
                for place, total in zip(places, totals[row], strict=True):
                    target = code.at(row_of_c, place)
                    code.store(builder.fadd(total, code.load(target, kept)), target, mask)
            return context.get_dummy_value()

        return signature, generate

    return multiply


def strip(dtype, vectors, is_partial):
    """Return a function that computes some columns of a product, tile by tile."""
    size = dtype.bitwidth // 8
    height = 8 if has_long_vectors() else 4
    whole, row = (tile(dtype, rows, vectors, is_partial) for rows in (height, 1))

    @njit(types.void(*[types.int64] * 11), **OPTIONS)
    def multiply(a, a_row, a_inner, b, b_row, c, c_row, rows, inner, keep, columns):
        i = 0
        while i < rows:
            left, result = a + size * i * a_row, c + size * i * c_row
            given = left, a_row, a_inner, b, b_row, result, c_row, inner, keep, columns
            if rows - i >= height:
                whole(*given)
                i += height
            else:
                row(*given)
                i += 1

    return multiply


TILED = (types.int64,) * 11
"""What the function of ``tiled_product`` takes."""


def tiled_product(dtype):
    """Return ``multiply``, which computes c = a b + keep c tile by tile.

    It takes addresses, distances in numbers, sizes, and whether to keep what is there. Rows of b
    and of c lie together.
    """
    size, lanes = dtype.bitwidth // 8, lanes_of(dtype)
    double, partial = strip(dtype, 2, False), strip(dtype, 1, True)

    @njit(**OPTIONS)
    def multiply(a, a_row, a_inner, b, b_row, c, c_row, rows, inner, columns, keep):
        most = inner if a_inner == 1 else INNER_AT_ONCE
        for k in range(0, inner, most):
            depth = min(most, inner - k)
            for i in range(0, rows, ROWS_AT_ONCE):
                height = min(ROWS_AT_ONCE, rows - i)
                left = a + size * (i * a_row + k * a_inner)
                j = 0
                while j < columns:
                    right, result = b + size * (k * b_row + j), c + size * (i * c_row + j)
                    given = left, a_row, a_inner, right, b_row, result, c_row, height, depth, keep
                    if columns - j >= 2 * lanes:
                        double(*given, 2 * lanes)
                        j += 2 * lanes
                    else:
                        partial(*given, min(lanes, columns - j))
                        j += lanes
            keep = 1

    return multiply


def narrow_product(dtype, multiply, gemm):
    """Return ``narrow_gemm``, which multiplies by tiles, or leaves it to ``gemm``.

    That does better where the product and the first matrix are broad, or where rows do not lie
    together in the order of the product.
    """
    size = dtype.bitwidth // 8

    @njit(**OPTIONS)
    def narrow_gemm(a, b, c, keep, team):
        left, right, result = a, b, c
        if c.strides[1] != size:
            left, right, result = b.T, a.T, c.T  # c^T = b^T a^T
        rows, inner, columns = left.shape[0], left.shape[1], right.shape[1]
        is_together = result.strides[1] == size and right.strides[1] == size
        if is_together and 0 < min(inner, columns) <= NARROW:
            multiply(
                address_of(left), left.strides[0] // size, left.strides[1] // size,
                address_of(right), right.strides[0] // size,
                address_of(result), result.strides[0] // size, rows, inner, columns, int(keep),
            )  # fmt: skip
        else:
            gemm(a, b, c, keep, team)

    return narrow_gemm
