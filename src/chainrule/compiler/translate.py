"""A program's source into object files; Numba is loaded only here, when there is need."""

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.array_types import Dtype
from chainrule.compiler import cache, primitives
from chainrule.compiler.cache import Compiled
from chainrule.compiler.graph import Graph
from chainrule.compiler.kernels import Kernel, rows
from chainrule.compiler.update import Update

ORDERS = "CF"
DTYPES = ("float32", "float64", "int64", "int32", "uint8", "bool")

PRIMITIVES = (
    primitives.share, primitives.own, primitives.meet, primitives.flat, primitives.line,
    primitives.in_numpy, primitives.blocks, primitives.alone,
)  # fmt: skip
"""What a program's own text calls."""


def translate(graph: Graph, source: str, dtype: Dtype) -> Compiled:
    """Return a program's machine code, compiled or from an earlier time.

    Args:
        graph: Of the step, whose calls the source makes.
        source: Update rules and ``run(address, thread)``.
        dtype: Of the model's numbers.
    """
    kernels = {kernel.function for kernel in kernels_of(graph)}
    kernels |= {rows.take_rows, rows.take_columns, rows.put_rows}
    formulas = {c.function for c in graph.calls if c.is_elementwise or isinstance(c, Update)}
    key = cache.key_of(source, dtype.name, cache.fingerprint([*kernels, *formulas]))
    known = cache.read(key)
    if known is not None:
        return known
    # Numba takes half a second to load: only when there is something to compile.
    machine = importlib.import_module("chainrule.compiler.machine").machine_for(dtype)
    space: dict[str, Any] = {"uint64": np.uint64, "real": dtype.type, "Team": primitives.Team}
    for function in PRIMITIVES:
        space[function.__name__] = machine.loops(function)
    space |= {function.__name__: machine.kernel(function) for function in kernels}
    space |= {function.__name__: machine.formula(function) for function in formulas}
    for order in ORDERS:
        for name in DTYPES:
            space[f"{order}_{name}"] = machine.arrays(np.dtype(name), order)
    functions = {function.__name__: function for function in (*kernels, *formulas)}
    compiled: Compiled = machine.program(source, space, functions)
    cache.write(key, compiled)
    return compiled


def kernels_of(graph: Graph) -> Iterator[Kernel]:
    """Yield the kernels that the calls need."""
    for call in graph.calls:
        if call.kernel is not None and not isinstance(call, Update):
            yield call.kernel
