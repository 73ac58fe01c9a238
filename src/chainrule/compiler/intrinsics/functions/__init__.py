"""NumPy's functions of one number, in a form with which the loop around becomes vector code.

The functions of libm, which NumPy's become in machine code otherwise, are calls: one number at a
time. The values differ from the exact ones by at most 2 units in the last place, those of tanh and
sinh by at most 3.
"""

import functools
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

from chainrule.compiler.intrinsics.functions import formulas
from chainrule.compiler.intrinsics.functions.constants import Pair
from chainrule.compiler.numba_options import OPTIONS
from chainrule.operations import numbers

# Sums must stay in the order given, also where the caller allows any order. Inlined, so that the
# caller's loop becomes vector code.
EXACT: dict[str, Any] = {**OPTIONS, "fastmath": {"contract"}, "forceinline": True}

REALS = (types.float32, types.float64)
WHOLE = (types.Integer, types.Boolean)  # which become float64


@functools.cache
def compiled(formula, real):
    """Return a function of the formulas with its numbers in one type, float32 or float64."""

    def typed(value):
        if isinstance(value, Pair):
            return real(value.single if real is np.float32 else value.double)
        if isinstance(value, float):
            return real(value)
        return compiled(value, real) if isinstance(value, FunctionType) else value

    code = formula.__code__
    space = {**formula.__globals__}
    space.update({name: typed(space[name]) for name in code.co_names if name in space})
    code = code.replace(co_consts=tuple(typed(value) for value in code.co_consts))
    return njit(**EXACT)(_named(FunctionType(code, space), f"{formula.__name__}_{real.__name__}"))


def _named(function, name):
    """Give a function a name; machine code from several processes is told apart by names."""
    function.__name__ = function.__qualname__ = f"form_of_{name}"
    return function


def form(function, formula):
    """Return what stands for a function of NumPy in code to be compiled.

    Args:
        function: The function, which is left to Numba for what are not real numbers.
        formula: The function of the same arguments in ``formulas``.
    """
    is_unary = formula.__code__.co_argcount == 1

    def chosen(*kinds):
        kinds = [types.unliteral(kind) for kind in kinds]
        name = f"{formula.__name__}_of_{'_'.join(map(str, kinds))}"
        if not all(kind in REALS or isinstance(kind, WHOLE) for kind in kinds):
            return _named(
                (lambda x: function(x)) if is_unary else (lambda x, y: function(x, y)), name
            )
        real = np.float32 if set(kinds) == {types.float32} else np.float64
        inner = compiled(formula, real)
        if is_unary:
            return _named(lambda x: inner(real(x)), name)
        return _named(lambda x, y: inner(real(x), real(y)), name)

    if is_unary:

        def stand_in(x):
            return function(x)

        def choose(x):
            return chosen(x)
    else:

        def stand_in(x, y):
            return function(x, y)

        def choose(x, y):
            return chosen(x, y)

    overload(_named(stand_in, formula.__name__), jit_options=EXACT)(choose)
    return stand_in


FUNCTIONS: dict[Any, Any] = {
    function: form(function, formula)
    for function, formula in (
        (np.exp, formulas.exp),
        (np.expm1, formulas.expm1),
        (np.log, formulas.log),
        (np.log1p, formulas.log1p),
        (np.log2, formulas.log2),
        (np.log10, formulas.log10),
        (np.logaddexp, formulas.logaddexp),
        (np.tanh, formulas.tanh),
        (np.sinh, formulas.sinh),
        (np.cosh, formulas.cosh),
        (numbers.erf, formulas.erf),
    )
}
"""Function of numbers -> what stands for it in code to be compiled."""


def numpy_with(functions: dict[Any, Any]) -> ModuleType:
    """Return a module with all that NumPy has, but some functions replaced.

    As the global ``np`` of a function it decides what Numba compiles.
    """
    module = ModuleType("numpy")
    vars(module).update(vars(np))
    for function, replacement in functions.items():
        name = function.__name__
        if getattr(np, name, None) is function:
            setattr(module, name, replacement)
    return module
