"""Matrix products in machine code: BLAS, and plain loops where the call is the larger work."""

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from chainrule.compiler.intrinsics.threads import TEAM
from chainrule.compiler.intrinsics.views import ROW_MAJOR, address_of, array_on_memory
from chainrule.compiler.numba_options import OPTIONS

SMALL_PRODUCT = 10_000  # multiplications; below, plain loops are faster than a call


@intrinsic
def call_gemm(context, address, letters, sizes, scale, a, b, keep, c):
    signature = types.void(address, letters, sizes, scale, a, b, keep, c)

    def generate(context, builder, signature, arguments):
        address, letters, sizes, scale, a, b, keep, c = arguments
        pointer, letter = ir.IntType(8).as_pointer(), ir.IntType(8)
        number = context.get_data_type(signature.args[3])

        def by_reference(value, kind):
            slot = cgutils.alloca_once(builder, kind)
            builder.store(value, slot)
            return builder.bitcast(slot, pointer)

        def memory(position, value):
            array = make_array(signature.args[position])(context, builder, value)
            return builder.bitcast(array.data, pointer)

        letters = [
            by_reference(builder.trunc(value, letter), letter)
            for value in cgutils.unpack_tuple(builder, letters, 2)
        ]
        m, n, k, lda, ldb, ldc = (
            by_reference(builder.trunc(value, ir.IntType(32)), ir.IntType(32))
            for value in cgutils.unpack_tuple(builder, sizes, 6)
        )
        scale, keep = by_reference(scale, number), by_reference(keep, number)
        function = ir.FunctionType(ir.VoidType(), [pointer] * 13).as_pointer()
        a, b, c = memory(4, a), memory(5, b), memory(7, c)
        call = [*letters, m, n, k, scale, a, lda, b, ldb, keep, c, ldc]
        builder.call(builder.inttoptr(address, function), call)
        return context.get_dummy_value()

    return signature, generate


NO, YES = ord("N"), ord("T")


def matrix_product(dtype):
    """Return ``gemm`` for matrices of a dtype in any order: one form, whatever their order is."""
    matrix = types.Array(dtype, 2, "A")
    line = array_on_memory(dtype, ROW_MAJOR)
    size = dtype.bitwidth // 8

    @njit(types.UniTuple(types.int64, 2)(matrix), **OPTIONS)
    def leading(array):
        # The letter and the leading axis under which BLAS, which thinks in columns, sees array^T.
        if array.strides[1] == size and array.strides[0] >= size * array.shape[1]:
            return NO, max(array.strides[0] // size, 1)
        return YES, max(array.strides[1] // size, 1)

    @njit(types.void(matrix, matrix, matrix, dtype), **OPTIONS)
    def by_columns(a, b, c, keep):
        # Columns of a and c lie together: each column of c is a sum of multiples of a's columns.
        for column in range(b.shape[1]):
            target = line(address_of(c) + column * c.strides[1], (c.shape[0],))
            for row in range(target.size):
                target[row] *= keep
            for k in range(b.shape[0]):
                factor = b[k, column]
                source = line(address_of(a) + k * a.strides[1], (c.shape[0],))
                for row in range(target.size):
                    target[row] += source[row] * factor

    @njit(types.void(matrix, matrix, matrix, dtype), **OPTIONS)
    def by_dots(a, b, c, keep):
        # Rows of a and columns of b lie together: each number of c is their product.
        for row in range(a.shape[0]):
            left = line(address_of(a) + row * a.strides[0], (a.shape[1],))
            for column in range(b.shape[1]):
                right = line(address_of(b) + column * b.strides[1], (a.shape[1],))
                total = dtype(0)
                for k in range(left.size):
                    total += left[k] * right[k]
                c[row, column] = keep * c[row, column] + total

    @njit(types.void(matrix, matrix, matrix, dtype), **OPTIONS)
    def by_numbers(a, b, c, keep):
        for row in range(a.shape[0]):
            for column in range(b.shape[1]):
                total = dtype(0)
                for k in range(a.shape[1]):
                    total += a[row, k] * b[k, column]
                c[row, column] = keep * c[row, column] + total

    @njit(types.void(matrix, matrix, matrix, dtype), **OPTIONS)
    def small(a, b, c, keep):
        if keep == 0:
            for row in range(c.shape[0]):
                for column in range(c.shape[1]):
                    c[row, column] = 0
        if a.strides[0] == size and c.strides[0] == size:
            by_columns(a, b, c, dtype(1) if keep == 0 else keep)
        elif b.strides[1] == size and c.strides[1] == size:
            by_columns(b.T, a.T, c.T, dtype(1) if keep == 0 else keep)
        elif a.strides[1] == size and b.strides[0] == size:
            by_dots(a, b, c, keep)
        else:
            by_numbers(a, b, c, keep)

    @njit(types.void(matrix, matrix, matrix, types.float64, TEAM), **OPTIONS)
    def gemm(a, b, c, keep, team):
        rows, inner, columns = a.shape[0], a.shape[1], b.shape[1]
        if rows * inner * columns <= SMALL_PRODUCT:
            small(a, b, c, dtype(keep))
            return
        address = team.sgemm if size == 4 else team.dgemm
        letter_a, step_a = leading(a)
        letter_b, step_b = leading(b)
        letter_c, step_c = leading(c)
        if letter_c == NO:  # c^T = b^T a^T
            sizes = (columns, rows, inner, step_b, step_a, step_c)
            call_gemm(address, (letter_b, letter_a), sizes, dtype(1), b, a, dtype(keep), c)
        else:  # c is stored by columns: c = a b as BLAS thinks
            letters = (YES + NO - letter_a, YES + NO - letter_b)
            sizes = (rows, columns, inner, step_a, step_b, step_c)
            call_gemm(address, letters, sizes, dtype(1), a, b, dtype(keep), c)

    return gemm
