"""From plain Python functions to machine code, by Numba.

A formula is compiled as it stands, with one change: its constants take the dtype of the program, as
NumPy's rules for Python numbers have it (``0.5 * x`` is float32 where x is).
"""

import ctypes
import dis
import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numba import njit, types
from numba.core import cgutils
from numba.core.errors import NumbaError
from numba.extending import intrinsic

from chainrule.array_types import Dtype
from chainrule.compiler import cache, primitives
from chainrule.compiler.cache import Compiled
from chainrule.compiler.intrinsics import (
    FORMS,
    NUMPY,
    TEAM,
    TILED,
    array_on_memory,
    as_table,
    matrix_product,
    narrow_product,
    table_of,
    tiled_product,
    turning,
)
from chainrule.compiler.numba_options import OPTIONS
from chainrule.compiler.refusal import NotCompilable
from chainrule.randomness import random_bits

ENTRY = "run"
PROGRAM_FILE = "<program>"
NOWHERE = ctypes.cast(ctypes.pythonapi.Py_GetVersion, ctypes.c_void_p).value
NUMBA_TYPES = {
    "float32": types.float32,
    "float64": types.float64,
    "int64": types.int64,
    "int32": types.int32,
    "uint8": types.uint8,
    "uint64": types.uint64,
    "bool": types.boolean,
}


class Machine:
    """Compiles functions for programs of one dtype.

    Args:
        dtype: float32 or float64.
    """

    def __init__(self, dtype: Dtype) -> None:
        self.dtype = dtype
        self.objects: dict[str, Compiled] = {}
        self.used: dict[str, Compiled] = {}
        number = NUMBA_TYPES[dtype.name]
        matrix = types.Array(number, 2, "A")
        product = (matrix, matrix, matrix, types.float64, TEAM)
        gemm = self.external(matrix_product(number), product)
        tiles = self.external(tiled_product(number), TILED)
        self.forms: dict[Any, Any] = {
            **FORMS,
            primitives.gemm: gemm,
            primitives.narrow_gemm: self.external(narrow_product(number, tiles, gemm), product),
            primitives.turn: self.external(turning(number), (matrix, matrix)),
        }

    def formula(self, function: Callable[..., Any]) -> Any:
        """Return a formula of numbers, compiled, with constants of the program's dtype."""
        return self._compiled(function, retype=True)

    def loops(self, function: Callable[..., Any]) -> Any:
        """Return a helper of kernels, compiled, with its constants as they are."""
        return self._compiled(function, retype=False)

    def kernel(self, function: Callable[..., Any]) -> Any:
        """Return a kernel as something a program calls: it becomes an object file of its own."""
        key = ("kernel", function)
        if key not in self.forms:
            self.forms[key] = self.external(self.loops(function))
        return self.forms[key]

    def external(
        self, dispatcher: Any, declared: tuple[Any, ...] | None = None, tables: int = 0
    ) -> Any:
        """Return an intrinsic that calls a function in an object file of its own.

        The file is compiled once for each combination of argument types, whatever programs use it.

        Args:
            dispatcher: The function.
            declared: The types it takes, where all arguments are turned into those.
            tables: How many of its first arguments are arrays that it takes as tables, whatever
                axes follow their first: one form serves them all.
        """

        @intrinsic
        def call(context, *arguments):
            kinds = tuple(map(types.unliteral, arguments)) if declared is None else declared
            kinds = (*map(as_table, kinds[:tables]), *kinds[tables:])
            key = self._object_of(dispatcher, kinds)
            given = types.StarArgTuple(arguments)
            signature = types.void(given)

            def generate(context, builder, signature, values):
                # Here and not above: types are worked out once, code is made for every caller.
                self.used[key] = self.objects[key]
                name = self.objects[key].entry
                # Numba links its own copy, which never runs: any address will do there.
                llvm.add_symbol(name, NOWHERE)
                parts = cgutils.unpack_tuple(builder, values[0], len(given))
                values = [
                    table_of(context, builder, part, before, after)
                    if position < tables
                    else context.cast(builder, part, before, after)
                    for position, (part, before, after) in enumerate(
                        zip(parts, given, kinds, strict=True)
                    )
                ]
                convention = context.call_conv
                kind = convention.get_function_type(types.none, kinds)
                function = cgutils.get_or_insert_function(builder.module, kind, name)
                convention.call_function(builder, function, types.none, kinds, values)
                return context.get_dummy_value()

            return signature, generate

        return call

    def _object_of(self, dispatcher: Any, kinds: tuple[Any, ...]) -> str:
        """Return the key of a function's object files for these types, compiled if need be."""
        name = dispatcher.py_func.__qualname__  # which ends with a digest of all that it calls
        key = cache.key_of(self.dtype.name, name, repr(kinds))
        if key not in self.objects:
            known = cache.read(key)
            if known is None:
                known = self._compile_alone(dispatcher, kinds)
                cache.write(key, known)
            self.objects[key] = known
        return key

    def _compile_alone(self, dispatcher: Any, kinds: tuple[Any, ...]) -> Compiled:
        """Return a function for these types as object files, with those of what it calls."""
        outer, self.used = self.used, {}
        try:
            if kinds not in dispatcher.overloads:
                dispatcher.compile(kinds)
            compiled = dispatcher.overloads[kinds]
            files = [compiled.library._get_compiled_object()]
            files += [file for other in self.used.values() for file in other.files]
        finally:
            self.used = outer
        return Compiled(compiled.fndesc.llvm_func_name, files)

    def _compiled(self, function: Callable[..., Any], retype: bool) -> Any:
        if function in self.forms:
            return self.forms[function]
        retype = retype and function is not random_bits
        if not isinstance(function, FunctionType):
            raise NotCompilable(f"{function!r} is no Python function: it cannot be compiled.")
        constant = self._constant if retype else _unchanged
        names = {i.argval for i in dis.get_instructions(function) if i.opname == "LOAD_GLOBAL"}
        space = dict(function.__globals__)
        if space.get("np") is np:
            space["np"] = NUMPY
        for name in names & space.keys():
            value = space[name]
            if isinstance(value, FunctionType):
                space[name] = self._compiled(value, retype)
            else:
                space[name] = constant(value)
        code = function.__code__
        code = code.replace(co_consts=tuple(constant(value) for value in code.co_consts))
        plain = FunctionType(
            code, space, function.__name__, function.__defaults__, function.__closure__
        )
        _name_uniquely(plain, function)
        self.forms[function] = njit(**OPTIONS)(plain)
        return self.forms[function]

    def _constant(self, value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self.dtype.type(value)
        return value

    def arrays(self, dtype: Dtype, order: str) -> Any:
        """Return the function that makes arrays of a dtype and an order on given memory."""
        key = (dtype.name, order)
        if key not in self.forms:
            self.forms[key] = array_on_memory(NUMBA_TYPES[dtype.name], order)
        return self.forms[key]

    def program(
        self, source: str, space: dict[str, Any], functions: dict[str, Callable[..., Any]]
    ) -> Compiled:
        """Return the machine code of a program.

        Args:
            source: Python functions, among them ``run(address, thread)``.
            space: What the source names.
            functions: What some of it was made of, by name.

        Raises:
            NotCompilable: if a formula does what Numba cannot compile.
        """
        try:
            return self._program(source, space, functions)
        except NumbaError as error:
            reason = " ".join(line for line in str(error).splitlines()[1:] if line.strip())
            raise NotCompilable(f"Numba cannot compile a formula: {reason:.300}") from error

    def _program(
        self, source: str, space: dict[str, Any], functions: dict[str, Callable[..., Any]]
    ) -> Compiled:
        """Return the machine code of a program."""
        code = compile(source, PROGRAM_FILE, "exec")
        space = {"np": NUMPY, **space}
        exec(code, space)  # noqa: S102 - the compiler's own text
        self.used = {}
        for name, value in list(space.items()):
            is_own = isinstance(value, FunctionType) and value.__code__.co_filename == PROGRAM_FILE
            if is_own and name != ENTRY:
                called = [functions[n] for n in value.__code__.co_names if n in functions]
                _name_uniquely(value, value, *called)
                names = value.__code__.co_varnames[: value.__code__.co_argcount]
                tables = names.index("numbers") if names[0] == "parameter" else 0
                space[name] = self.external(njit(**OPTIONS)(value), tables=tables)
        entry = njit(types.void(types.int64, types.int64), **OPTIONS)(space[ENTRY])
        result = entry.overloads[entry.signatures[0]]
        files = {file for other in self.used.values() for file in other.files}
        return Compiled(
            result.fndesc.llvm_func_name, [result.library._get_compiled_object(), *sorted(files)]
        )


@functools.cache
def machine_for(dtype: Dtype) -> Machine:
    """Return the machine for a dtype; what it has compiled serves all programs."""
    return Machine(dtype)


def _name_uniquely(
    function: FunctionType, source: FunctionType, *called: Callable[..., Any]
) -> None:
    """Give a function a name that no other machine code on disk has.

    Args:
        function: To be renamed.
        source: What it was made of.
        called: What else decides what it does.
    """
    digest = cache.fingerprint([source, *called])[:16]
    function.__name__ = function.__qualname__ = f"{source.__name__}_{digest}"


def _unchanged(value: Any) -> Any:
    return value
