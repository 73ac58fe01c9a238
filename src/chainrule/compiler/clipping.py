"""Gradient clipping as calls: the norm of all gradients together, and the factor it asks for."""

import numpy as np

from chainrule.array_types import Array
from chainrule.compiler.graph import Call, Graph, Value
from chainrule.compiler.kernels import Kernel
from chainrule.compiler.primitives import Team, line, own
from chainrule.nn.clipping import EPSILON


def square_sums(gradient: Array, result: Array, team: Team) -> None:
    """Sum the squares of every row, in float64: those of large float32 numbers would overflow."""
    rows = gradient.shape[0]
    width = gradient.size // max(rows, 1)
    for row in own(rows, team):
        numbers = line(gradient, row * width, width)
        total = 0.0
        for i in range(width):
            number = np.float64(numbers[i])
            total += number * number
        result[row] = total


def clip_factor(sums: tuple[Array, ...], max_norm: float, result: Array, team: Team) -> None:
    """min(max_norm / (norm + 1e-6), 1), with the norm of all gradients as one vector."""
    if team.thread == 0:
        total = 0.0
        for part in sums:
            for row in range(part.size):
                total += part[row]
        factor = max_norm / (np.sqrt(total) + EPSILON)
        result[0] = 1.0 if factor >= 1.0 else factor  # a norm that is NaN stays to be seen


SQUARE_SUMS = Kernel(square_sums, square_sums, {"gradient": 0, "result": 0})
CLIP_FACTOR = Kernel(clip_factor, clip_factor, {})


def clipping_calls(graph: Graph, max_norm: float) -> tuple[list[Call], Value]:
    """Return the calls that find the factor for all gradients of a graph, and the factor."""
    calls: list[Call] = []
    sums: list[Value] = []
    for parameter, gradient in graph.gradients.items():
        shape = gradient.shape[:1]
        part = Value(f"{gradient.name}_squares", shape, np.dtype(np.float64))
        arguments = {"gradient": gradient}
        written = {"result": part}
        calls.append(Call(square_sums, arguments, written, "backward", parameter.path, SQUARE_SUMS))
        sums.append(part)
    factor = Value("clip_factor_", (), graph.outputs.dtype)
    options = {"sums": tuple(sums), "max_norm": float(max_norm)}
    calls.append(Call(clip_factor, options, {"result": factor}, "backward", "", CLIP_FACTOR))
    return calls, factor
