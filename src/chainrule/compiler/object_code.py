"""Machine code at work: loaded without Numba, called by a team of threads.

A program is an object file with one entry, ``run(table, thread)``; the table holds the addresses of
all arrays. Loading it takes milliseconds.
"""

import ctypes
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from chainrule.compiler.cache import Compiled

_READY: list[bool] = []


class ObjectCode:
    """A loaded program.

    Args:
        compiled: Object files that call each other, and the name of the entry.
    """

    def __init__(self, compiled: Compiled) -> None:
        if not _READY:
            llvm.initialize_native_target()
            llvm.initialize_native_asmprinter()
            _READY.append(True)
        machine = llvm.Target.from_default_triple().create_target_machine()
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        for code in compiled.files:
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        address = self._engine.get_function_address(compiled.entry)
        prototype = ctypes.CFUNCTYPE(
            ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64
        )
        self._function = prototype(address)
        self._result, self._error = ctypes.c_void_p(), ctypes.c_void_p()

    def run(self, table: int, thread: int) -> None:
        """Run as one thread of the team, on a table at this address."""
        status = self._function(
            ctypes.byref(self._result), ctypes.byref(self._error), table, thread
        )
        if status:
            raise RuntimeError(f"A compiled program ended with status {status}.")


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[object]:
    """Keep BLAS to the calling thread: two pools of threads would wait for each other, spinning."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def blas_addresses() -> tuple[int, int]:
    """Return the addresses of SciPy's sgemm and dgemm."""
    from scipy.linalg import cython_blas

    capsules = cython_blas.__pyx_capi__
    name: Callable[..., bytes] = ctypes.pythonapi.PyCapsule_GetName
    pointer: Callable[..., int] = ctypes.pythonapi.PyCapsule_GetPointer
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]  # type: ignore[attr-defined]
    pointer.restype = ctypes.c_void_p  # type: ignore[attr-defined]
    pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]  # type: ignore[attr-defined]
    sgemm, dgemm = (capsules[function] for function in ("sgemm", "dgemm"))
    return pointer(sgemm, name(sgemm)), pointer(dgemm, name(dgemm))
