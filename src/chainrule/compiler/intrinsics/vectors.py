"""Vectors in machine code: how long they are here, and loading and storing them."""

from functools import cache

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils

INTEGER = ir.IntType(64)
INDEX = ir.IntType(32)
LONG_VECTORS = "avx512f"


@cache
def has_long_vectors() -> bool:
    """Return whether registers hold 64 bytes, and there are 32 of them; else 32 bytes, and 16."""
    return bool(llvm.get_host_cpu_features().get(LONG_VECTORS))


def lanes_of(dtype) -> int:
    """Return how many numbers a register holds."""
    return (64 if has_long_vectors() else 32) * 8 // dtype.bitwidth


class Vectors:
    """Writes code for vectors of one dtype.

    Args:
        builder: Of the code.
        dtype: float32 or float64.
        lanes: How many numbers make a vector; as many as a register holds if not said.
    """

    def __init__(self, builder, dtype, lanes=None):
        self.builder = builder
        self.lanes = lanes_of(dtype) if lanes is None else lanes
        self.number = ir.FloatType() if dtype == types.float32 else ir.DoubleType()
        self.kind = ir.VectorType(self.number, self.lanes)
        self.mask = ir.VectorType(ir.IntType(1), self.lanes)
        self.align = dtype.bitwidth // 8
        self.suffix = f"v{self.lanes}f{dtype.bitwidth}"

    def pointer(self, address):
        """Return the pointer to a number at an address."""
        return self.builder.inttoptr(address, self.number.as_pointer())

    def at(self, pointer, *offsets):
        """Return a pointer some numbers further on."""
        for offset in offsets:
            pointer = self.builder.gep(pointer, [offset])
        return pointer

    def first(self, count):
        """Return the mask of the first lanes."""
        lanes = ir.Constant(ir.VectorType(INTEGER, self.lanes), list(range(self.lanes)))
        return self.builder.icmp_signed("<", lanes, self._repeat(count, INTEGER))

    def load(self, pointer, mask=None):
        """Return a vector from memory; zeros where the mask says no."""
        place = self.builder.bitcast(pointer, self.kind.as_pointer())
        if mask is None:
            return self.builder.load(place, align=self.align)
        name, kinds = "llvm.masked.load", [place.type, INDEX, self.mask, self.kind]
        function = self._function(f"{name}.{self.suffix}.p0", self.kind, kinds)
        return self.builder.call(function, [place, INDEX(self.align), mask, self.zero])

    def store(self, value, pointer, mask=None):
        """Write a vector to memory, where the mask says yes."""
        place = self.builder.bitcast(pointer, self.kind.as_pointer())
        if mask is None:
            self.builder.store(value, place, align=self.align)
            return
        name, kinds = "llvm.masked.store", [self.kind, place.type, INDEX, self.mask]
        function = self._function(f"{name}.{self.suffix}.p0", ir.VoidType(), kinds)
        self.builder.call(function, [value, place, INDEX(self.align), mask])

    def repeat(self, number):
        """Return a vector of one number."""
        return self._repeat(number, self.number)

    def multiply_add(self, a, b, c):
        """Return a b + c."""
        function = self._function(f"llvm.fma.{self.suffix}", self.kind, [self.kind] * 3)
        return self.builder.call(function, [a, b, c])

    def choose(self, a, b, lanes):
        """Return these lanes of two vectors, whose lanes are counted together."""
        chosen = ir.Constant(ir.VectorType(INDEX, self.lanes), lanes)
        return self.builder.shuffle_vector(a, b, chosen)

    @property
    def zero(self):
        """A vector of zeros."""
        return ir.Constant(self.kind, [0.0] * self.lanes)

    def _repeat(self, value, kind):
        vector = ir.VectorType(kind, self.lanes)
        nothing = ir.Constant(vector, ir.Undefined)
        one = self.builder.insert_element(nothing, value, INDEX(0))
        lanes = ir.Constant(ir.VectorType(INDEX, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(one, nothing, lanes)

    def _function(self, name, result, arguments):
        kind = ir.FunctionType(result, arguments)
        return cgutils.get_or_insert_function(self.builder.module, kind, name)
