"""Arrays in machine code: on given memory, and on a part of another array's memory."""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array

ROW_MAJOR, COLUMN_MAJOR = "C", "F"


def make_view(context, builder, kind, data, shape):
    """Return an array of this kind whose numbers lie together from an address on."""
    word = context.get_value_type(types.intp)
    size = context.get_constant(
        types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype))
    )
    strides, stride = [], size
    for extent in shape if kind.layout == COLUMN_MAJOR else reversed(shape):
        strides.append(stride)
        stride = builder.mul(stride, extent)
    if kind.layout == ROW_MAJOR:
        strides.reverse()
    result = make_array(kind)(context, builder)
    populate_array(
        result,
        data=data,
        shape=cgutils.pack_array(builder, shape, ty=word),
        strides=cgutils.pack_array(builder, strides, ty=word),
        itemsize=size,
        meminfo=None,
    )
    return result._getvalue()


def product_of(context, builder, extents):
    """Return how many numbers an array has along these axes."""
    count = context.get_constant(types.intp, 1)
    for extent in extents:
        count = builder.mul(count, extent)
    return count


def array_on_memory(dtype, order):
    """Return an intrinsic ``(address, shape) -> array``."""

    @intrinsic
    def on_memory(context, address, shape):
        kind = types.Array(dtype, len(shape), order)
        signature = kind(types.int64, shape)

        def generate(context, builder, signature, arguments):
            address, shape = arguments
            data = builder.inttoptr(address, context.get_data_type(dtype).as_pointer())
            shape = cgutils.unpack_tuple(builder, shape, kind.ndim)
            return make_view(context, builder, kind, data, shape)

        return signature, generate

    return on_memory


@intrinsic
def flat(context, array):
    kind = types.Array(array.dtype, 1, ROW_MAJOR)

    def generate(context, builder, signature, arguments):
        source = make_array(array)(context, builder, arguments[0])
        shape = cgutils.unpack_tuple(builder, source.shape, array.ndim)
        count = product_of(context, builder, shape)
        return make_view(context, builder, kind, source.data, [count])

    return kind(array), generate


@intrinsic
def as_matrix(context, array):
    kind = array if array.ndim == 2 else types.Array(array.dtype, 2, ROW_MAJOR)

    def generate(context, builder, signature, arguments):
        if array.ndim == 2:
            return arguments[0]
        source = make_array(array)(context, builder, arguments[0])
        *rows, columns = cgutils.unpack_tuple(builder, source.shape, array.ndim)
        shape = [product_of(context, builder, rows), columns]
        return make_view(context, builder, kind, source.data, shape)

    return kind(array), generate


def as_table(kind):
    """Return the kind of an array by rows with all axes but the first as one."""
    return types.Array(kind.dtype, 2, ROW_MAJOR)


def table_of(context, builder, value, before, after):
    """Return an array by rows with all axes but the first as one."""
    source = make_array(before)(context, builder, value)
    first, *others = cgutils.unpack_tuple(builder, source.shape, before.ndim)
    shape = [first, product_of(context, builder, others)]
    return make_view(context, builder, after, source.data, shape)


def part(array, ndim):
    """Return the kind of a part of an array, and a generator of code that finds it."""
    kind = types.Array(array.dtype, ndim, ROW_MAJOR)

    def generate(context, builder, signature, arguments):
        value, first, *shape = arguments
        data = make_array(array)(context, builder, value).data
        return make_view(context, builder, kind, builder.gep(data, [first]), shape)

    return kind, generate


@intrinsic
def line(context, array, first, count):
    kind, generate = part(array, 1)
    return kind(array, types.int64, types.int64), generate


@intrinsic
def block(context, array, first, rows, columns):
    kind, generate = part(array, 2)
    return kind(array, types.int64, types.int64, types.int64), generate


@intrinsic
def address_of(context, array):
    def generate(context, builder, signature, arguments):
        data = make_array(array)(context, builder, arguments[0]).data
        return builder.ptrtoint(data, ir.IntType(64))

    return types.int64(array), generate
