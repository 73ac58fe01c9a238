"""Holding kernels against the functions whose work they do, in plain Python and in machine code."""

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any
from unittest import mock

import numpy as np
from numba import njit

from chainrule.compiler import graph, primitives
from chainrule.compiler.extent import Extent
from chainrule.compiler.graph import Call, NumpyCall, Value, bind
from chainrule.compiler.intrinsics import (
    matrix_product,
    narrow_product,
    tiled_product,
    turning,
)
from chainrule.compiler.kernels import Kernel
from chainrule.compiler.kernels.kernel import RESULT
from chainrule.compiler.machine import NUMBA_TYPES, Machine
from chainrule.compiler.numba_options import OPTIONS
from chainrule.compiler.object_code import blas_addresses
from chainrule.compiler.primitives import ALONE, Team
from chainrule.compiler.refusal import NotCompilable
from chainrule.operations.operation import GRADIENT, OUTPUT, Operation
from conformance.operation_cases import Case

TOLERANCES = {"float32": 2e-6, "float64": 1e-12}
REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}
PARAMETERS = ("weight", "bias", "running_mean", "running_var")


@cache
def machine(dtype: str) -> Machine:
    """The machine for a dtype, with products and views of layers as plain Numba functions."""
    made = Machine(np.dtype(dtype))
    number = NUMBA_TYPES[dtype]
    gemm = matrix_product(number)
    made.forms[primitives.gemm] = gemm
    made.forms[primitives.narrow_gemm] = narrow_product(number, tiled_product(number), gemm)
    made.forms[primitives.turn] = turning(number)
    return made


@cache
def compiled(function: Callable[..., None], dtype: str) -> Callable[..., None]:
    """A kernel in machine code, to be called from Python."""
    inner = machine(dtype).loops(function)
    options = {**OPTIONS, "no_cpython_wrapper": False}
    return njit(**options)(lambda *arguments: inner(*arguments))


def check_examples(
    operation: Operation,
    kernels: Sequence[Kernel],
    *,
    dtypes: Iterable[str] = ("float64",),
    refused: Iterable[int] = (),
    single: Iterable[int] = (),
    orders: str = "C",
    team: int = 3,
    machine_code: bool = True,
) -> None:
    """Check the value and all derivatives on the operation's own examples.

    Args:
        operation: Whose value and derivatives the kernels compute.
        kernels: Those to choose from.
        dtypes: Of the numbers.
        refused: Numbers of the examples that no kernel does.
        single: Numbers of the examples whose input is one sample, no batch.
        orders: Of computed tables: "C", "F" or both.
        team: How many threads the machine code runs with, beside one.
        machine_code: Whether to run more than plain Python.
    """
    for number, example in enumerate(operation.examples):
        case = Case(operation, example, number)
        for dtype in dtypes:
            inputs = case.inputs(np.dtype(dtype).type)
            for order in orders:
                checked = check(
                    operation,
                    inputs,
                    case.options,
                    kernels,
                    order=order,
                    team=team,
                    is_single=number in single,
                    machine_code=machine_code,
                )
                assert checked == (number not in refused), case


def check(
    operation: Operation,
    inputs: Sequence[Any],
    options: Sequence[Any],
    kernels: Sequence[Kernel],
    *,
    order: str = "C",
    team: int = 3,
    python: bool = True,
    is_single: bool = False,
    machine_code: bool = True,
) -> bool:
    """Check value and derivatives on some inputs; False if there is no kernel for the value."""
    dtype = next(x.dtype for x in inputs if x is not None and x.dtype.kind == "f")
    copies = [None if x is None else x.copy() for x in inputs]
    output, saved = operation.evaluate(tuple(copies), tuple(options))
    kept = {OUTPUT: output} | dict(zip(operation.saved, saved, strict=False))
    known = dict(zip(operation.input_names, inputs, strict=True))
    known |= dict(zip(operation.option_names, options, strict=True))
    after = dict(zip(operation.input_names, copies, strict=True))
    mutated = {name: after[name] for name in operation.mutates if after[name] is not None}
    written = {name: v for name, v in kept.items() if isinstance(v, np.ndarray)} | mutated
    samples = -1 if is_single or inputs[0].ndim == 0 else inputs[0].shape[0]
    runner = Runner(kernels, dtype.name, order, team, samples, python, machine_code)
    produced = runner.run(operation.value, known, written, {OUTPUT, *mutated})
    if produced is None:
        return False
    # What a kernel keeps is laid out as the kernels like: derivatives are given just that.
    known |= mutated | kept | {n: a for n, a in produced.items() if n in operation.saved}
    gradient = np.random.default_rng(1).standard_normal(output.shape).astype(dtype)
    for position, derivative in enumerate(operation.derivatives):
        if derivative is None or inputs[position] is None:
            continue
        expected = operation.differentiate(
            position, gradient, tuple(inputs), output, saved, tuple(options)
        )
        runner.fixed = operation.input_names[position] in PARAMETERS
        result = runner.run(derivative, known | {GRADIENT: gradient}, {RESULT: expected}, {RESULT})
        assert result is not None, f"There is no kernel for {derivative.__name__}."
    return True


class Runner:
    """Runs the kernel of a function in all ways.

    Args:
        kernels: Those to choose from.
        dtype: Of the numbers.
        order: Of computed tables.
        team: How many threads the machine code runs with, beside one.
        samples: Size of the batch.
        python: Whether to run it as plain Python.
        machine_code: Whether to run it as machine code.
    """

    def __init__(
        self,
        kernels: Sequence[Kernel],
        dtype: str,
        order: str,
        team: int,
        samples: int,
        python: bool,
        machine_code: bool,
    ) -> None:
        self.kernels, self.dtype, self.order = kernels, dtype, order
        self.team, self.samples = team, samples
        self.python, self.machine_code = python, machine_code
        self.fixed = False

    def run(
        self,
        function: Callable[..., Any],
        known: dict[str, Any],
        written: dict[str, Any],
        wanted: set[str],
    ) -> dict[str, np.ndarray] | None:
        """Compare and return what the kernel of a function writes; None if there is none.

        Args:
            function: Of ``operations/``.
            known: What it is given; what is in ``written``, too, is updated in place.
            written: What it must write.
            wanted: Names of what is compared.
        """
        values = {name: self._value(name, array) for name, array in known.items()}
        outputs = {name: self._value(name, array) for name, array in written.items()}
        try:
            call = self._bind(function, values, outputs)
        except NotCompilable:
            return None
        kernel = call.kernel
        assert kernel is not None
        ways: list[tuple[str, Callable[..., None], int]] = []
        if self.python:
            ways.append(("Python", kernel.function, 0))
        if self.machine_code:
            code = compiled(kernel.function, self.dtype)
            ways += [("machine code", code, 1), ("machine code", code, self.team)]
        produced: dict[str, np.ndarray] = {}
        for way, loops, threads in ways:
            produced = {name: self._memory(v, known.get(name)) for name, v in call.written.items()}
            texts = [
                produced[name] if name in produced else self._argument(call, name, known)
                for name in kernel.parameters
            ]
            run_team(loops, texts, threads)
            for name in wanted & produced.keys():
                expected = np.asarray(written[name])
                largest = float(np.abs(expected[np.isfinite(expected)]).max(initial=1.0))
                np.testing.assert_allclose(
                    produced[name].reshape(expected.shape),
                    expected,
                    rtol=10 * TOLERANCES[self.dtype],
                    atol=largest * TOLERANCES[self.dtype],
                    err_msg=f"{name} of {kernel.function.__name__} in {way}, {threads} threads",
                )
            assert wanted <= produced.keys() | {
                name for name in wanted if name in known and name not in kernel.parameters
            }
        return produced

    def _value(self, name: str, array: Any) -> Any:
        if not isinstance(array, np.ndarray):
            return array
        extents = [Extent(size) for size in array.shape]
        is_fixed = name in PARAMETERS or (name == RESULT and self.fixed)
        if extents and not is_fixed and array.shape[0] == self.samples:
            extents[0] = Extent(1, per_sample=True)
        return Value(name, tuple(extents), array.dtype)

    def _bind(
        self, function: Callable[..., Any], values: dict[str, Any], outputs: dict[str, Any]
    ) -> Call:
        def find(wanted: Callable[..., Any], known: dict[str, Any]) -> Kernel | None:
            return next((k for k in self.kernels if k.of is wanted and k.fits(known)), None)

        with mock.patch.object(graph, "find_kernel", find):
            call = bind(function, values, outputs, "forward", "", returns=())
        if isinstance(call, NumpyCall):
            raise NotCompilable(f"{function.__name__} has no kernel for this.")
        return call

    def _memory(self, value: Value, before: np.ndarray | None) -> np.ndarray:
        shape = [extent.at(self.samples) for extent in value.shape]
        content = np.full(shape, 77, value.dtype) if before is None else before.copy()
        return self._laid_out(value, content)

    def _laid_out(self, value: Value, array: np.ndarray) -> np.ndarray:
        if array.ndim == 0:
            return array.reshape(1)
        by_columns = self.order == "F" and value.by_columns
        return np.asfortranarray(array) if by_columns else np.ascontiguousarray(array)

    def _argument(self, call: Call, name: str, known: dict[str, Any]) -> Any:
        argument = call.arguments.get(name)
        if isinstance(argument, Value):
            return self._laid_out(argument, known[name])
        return self._plain(argument)

    def _plain(self, argument: Any) -> Any:
        if isinstance(argument, Extent):
            return argument.at(self.samples)
        if isinstance(argument, tuple):
            return tuple(self._plain(part) for part in argument)
        return REDUCTIONS[argument] if isinstance(argument, str) else argument


def run_team(loops: Callable[..., None], arguments: list[Any], threads: int) -> None:
    """Run a kernel with a team of threads; 0 means in plain Python, alone."""
    if threads == 0:
        loops(*arguments, ALONE)
        return
    sync = np.zeros(8, np.int64)
    members = [
        threading.Thread(
            target=loops, args=(*arguments, Team(thread, threads, sync, *blas_addresses()))
        )
        for thread in range(threads)
    ]
    for member in members:
        member.start()
    for member in members:
        member.join()
