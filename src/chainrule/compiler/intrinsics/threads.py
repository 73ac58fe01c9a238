"""Threads in machine code: a share for each, and a place where they meet."""

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from chainrule.compiler import primitives
from chainrule.compiler.numba_options import OPTIONS

SPINS = 2000  # about ten microseconds; after that the processor is offered to others
TEAM = types.NamedTuple(
    (types.int64, types.int64, types.Array(types.int64, 1, "C"), types.int64, types.int64),
    primitives.Team,
)


@njit(types.UniTuple(types.int64, 2)(types.int64, TEAM), **OPTIONS)
def share(extent, team):
    if team.threads == 1:  # dividing takes longer than anything else here
        return 0, extent
    return extent * team.thread // team.threads, extent * (team.thread + 1) // team.threads


@intrinsic
def add_atomically(context, array, amount):
    signature = types.int64(array, types.int64)

    def generate(context, builder, signature, arguments):
        data = make_array(array)(context, builder, arguments[0]).data
        return builder.atomic_rmw("add", data, arguments[1], "seq_cst")

    return signature, generate


@intrinsic
def load_atomically(context, array):
    signature = types.int64(array)

    def generate(context, builder, signature, arguments):
        data = make_array(array)(context, builder, arguments[0]).data
        return builder.load_atomic(data, "seq_cst", 8)

    return signature, generate


sched_yield = types.ExternalFunction("sched_yield", types.int32())


@njit(types.void(TEAM), **OPTIONS)
def meet(team):
    if team.threads > 1:
        ticket = add_atomically(team.sync, 1)
        complete = (ticket // team.threads + 1) * team.threads
        tries = 0
        while load_atomically(team.sync) < complete:
            tries += 1
            if tries > SPINS:
                sched_yield()


# Python


@intrinsic
def call_python(context, address, number, n, counter):
    signature = types.void(*[types.int64] * 4)

    def generate(context, builder, signature, arguments):
        integer = ir.IntType(64)
        function = ir.FunctionType(ir.VoidType(), [integer] * 3).as_pointer()
        builder.call(builder.inttoptr(arguments[0], function), arguments[1:])
        return context.get_dummy_value()

    return signature, generate


@njit(types.void(*[types.int64] * 4, TEAM), **OPTIONS)
def in_numpy(number, n, counter, caller, team):
    if team.thread == 0:
        call_python(caller, number, n, counter)
