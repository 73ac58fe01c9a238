"""Matrix products in machine code: calls of BLAS, which is quick for small matrices, too."""

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from chainrule.compiler.numba_options import OPTIONS


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
    size = dtype.bitwidth // 8

    @njit(types.UniTuple(types.int64, 2)(matrix), **OPTIONS)
    def leading(array):
        # The letter and the leading axis under which BLAS, which thinks in columns, sees array^T.
        if array.strides[1] == size and array.strides[0] >= size * array.shape[1]:
            return NO, max(array.strides[0] // size, 1)
        return YES, max(array.strides[1] // size, 1)

    @njit(**OPTIONS)
    def gemm(a, b, c, keep, team):
        rows, inner, columns = a.shape[0], a.shape[1], b.shape[1]
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
