"""What has no compiled form: NumPy does it, called from the midst of a program."""

import ctypes
from typing import Any

import numpy as np

from chainrule.compiler.extent import Extent
from chainrule.compiler.graph import NumpyCall, Value
from chainrule.compiler.program_memory import ProgramMemory
from chainrule.randomness import default_generator

KEY, OFFSET = "key", "offset"
"""Options by which operations draw random bits: the run's, and places counted from the batch's."""


class Callback:
    """The function that a program calls.

    Args:
        calls: What it may ask for, by number.
        memory: Of the program.

    Attributes:
        address: Of the function.
    """

    def __init__(self, calls: list[NumpyCall], memory: ProgramMemory) -> None:
        self._calls, self._memory = calls, memory
        self._error: BaseException | None = None
        prototype = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)
        self._function = prototype(self._answer)
        self.address = ctypes.cast(self._function, ctypes.c_void_p).value or 0

    def check(self) -> None:
        """Raise what a function raised since the last time.

        What the program computed after it is worth nothing.
        """
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _answer(self, number: int, samples: int, counter: int) -> None:
        """Do what a program asks for; an exception cannot go through machine code, so it waits."""
        if self._error is not None:
            return
        try:
            self._run(self._calls[number], samples, counter)
        except BaseException as error:  # whatever it is, it must not get lost
            self._error = error

    def _run(self, call: NumpyCall, samples: int, counter: int) -> None:
        """Call a function and put what it returns where the program expects it."""
        known = {n: self._argument(a, samples) for n, a in call.arguments.items()}
        if OFFSET in known and KEY in known:
            known[KEY] = default_generator.key
            known[OFFSET] += counter
        with np.errstate(all="ignore"):
            result = call.function(**known)
        results = result if len(call.returns) > 1 else (result,)
        for name, array in zip(call.returns, results, strict=False):
            value = call.written.get(name)
            if value is not None:
                self._memory.view(value, samples)[...] = array

    def _argument(self, argument: Any, samples: int) -> Any:
        """Return an argument for a batch of so many samples."""
        if isinstance(argument, Value):
            view = self._memory.view(argument, samples)
            return view if view.flags.c_contiguous else view.copy()  # by rows, as they are used to
        if isinstance(argument, Extent):
            return argument.at(samples)
        if isinstance(argument, tuple):
            return tuple(self._argument(part, samples) for part in argument)
        if isinstance(argument, slice):
            ends = (argument.start, argument.stop, argument.step)
            return slice(*(self._argument(end, samples) for end in ends))
        return argument
