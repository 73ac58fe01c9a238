"""Products of narrow matrices, and turned tables, in machine code: against NumPy, in any order."""

from collections.abc import Callable

import numpy as np
import pytest

from chainrule.array_types import Array
from chainrule.compiler.kernels.linear import LINEAR_KERNELS
from chainrule.compiler.kernels.turning import turn_samples, turn_units
from chainrule.compiler.primitives import Team, narrow_gemm, turn
from chainrule.operations.linear import LINEAR
from compiler.kernel_checks import TOLERANCES, check, compiled, run_team

DTYPES = ("float32", "float64")
SIZES = ((1, 1, 1), (8, 5, 32), (10, 70, 33), (129, 3, 17), (2, 200, 130), (67, 64, 100))
AROUND = 7.0


def multiply(a: Array, b: Array, c: Array, keep: float, team: Team) -> None:
    """The primitive as something to compile."""
    narrow_gemm(a, b, c, keep, team)


def turn_table(source: Array, target: Array, team: Team) -> None:  # noqa: ARG001
    """The primitive as something to compile."""
    turn(source, target)


def inside(content: np.ndarray, order: str) -> tuple[np.ndarray, np.ndarray]:
    """A matrix as a part of a larger array, and the whole."""
    rows, columns = content.shape
    whole = np.full((rows + 3, columns + 5), AROUND, content.dtype, order=order)  # type: ignore[call-overload]
    whole[2:-1, 4:-1] = content
    return whole[2:-1, 4:-1], whole


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("orders", ["CCC", "FFF", "FCC", "FFC", "CFF", "CFC"])
def test_products_are_exact_and_leave_what_is_around(orders: str, dtype: str) -> None:
    random = np.random.default_rng(0)
    for rows, inner, columns in SIZES:
        shapes = (rows, inner), (inner, columns), (rows, columns)
        contents = [random.standard_normal(shape).astype(dtype) for shape in shapes]
        (a, _), (b, _), (c, whole) = map(inside, contents, orders)
        expected = contents[0].astype(np.float64) @ contents[1]
        for keep in (0.0, 1.0):
            before = c.astype(np.float64)
            run_team(compiled(multiply, dtype), [a, b, c, keep], 1)
            np.testing.assert_allclose(
                c, expected + keep * before, rtol=0, atol=20 * inner * TOLERANCES[dtype]
            )
        c[...] = AROUND
        assert (whole == AROUND).all()


def test_what_was_there_does_not_matter_to_a_product_that_is_not_kept() -> None:
    a, b, c = np.ones((9, 4)), np.ones((4, 33)), np.full((9, 33), np.nan)
    run_team(compiled(multiply, "float64"), [a, b, c, 0.0], 1)
    assert (c == 4).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("orders", ["CF", "FC"])
def test_turned_tables_hold_the_same_and_leave_what_is_around(orders: str, dtype: str) -> None:
    for shape in ((1, 1), (16, 16), (15, 40), (33, 17), (64, 5), (32, 784)):
        content = np.random.default_rng(0).standard_normal(shape).astype(dtype)
        (source, _), (target, whole) = map(inside, (content, np.zeros_like(content)), orders)
        run_team(compiled(turn_table, dtype), [source, target], 1)
        assert (target == content).all()
        target[...] = AROUND
        assert (whole == AROUND).all()


@pytest.mark.parametrize(("kernel", "orders"), [(turn_units, "FC"), (turn_samples, "CF")])
def test_threads_turn_a_table_together(kernel: Callable[..., None], orders: str) -> None:
    content = np.random.default_rng(0).standard_normal((37, 50))
    source, target = (
        np.array(part, order=order)
        for part, order in zip(  # type: ignore[call-overload]
            (content, 0 * content), orders, strict=True
        )
    )
    for loops, threads in ((kernel, 0), (compiled(kernel, "float64"), 3)):
        target[...] = 0
        run_team(loops, [source, target], threads)
        assert (target == content).all()


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("dtype", DTYPES)
def test_affine_maps(dtype: str, order: str) -> None:
    random = np.random.default_rng(0)
    for samples, inputs, outputs in ((5, 3, 2), (40, 90, 33), (150, 20, 40)):
        arrays = [
            random.standard_normal((samples, inputs)),
            random.standard_normal((outputs, inputs)),
        ]
        checked = check(
            LINEAR,
            [array.astype(dtype) for array in arrays] + [None],
            {},
            LINEAR_KERNELS,
            order=order,
        )
        assert checked
