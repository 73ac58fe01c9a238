"""How Numba is asked to compile, and why."""

from typing import Any

FAST_MATH = {
    "nsz",  # the sign of a zero does not matter
    "arcp",  # dividing may be multiplying with the reciprocal
    "contract",  # a product and a sum may be one instruction
    "afn",  # functions may be approximated
    "reassoc",  # sums may be taken in any order, as vectors do
}
# Not "nnan" and "ninf": with them a program could not see that a number is not finite.

OPTIONS: dict[str, Any] = {
    "fastmath": FAST_MATH,
    "error_model": "numpy",  # dividing by zero gives infinity: no branch that hinders vectors
    "nogil": True,
    "_nrt": False,  # no memory is allocated: the program is a plain function of its arguments
    "no_cpython_wrapper": True,  # only machine code calls it
    "no_cfunc_wrapper": True,
}
