"""Formulas of numbers in ONNX's operations."""

import math
from collections.abc import Callable
from typing import Any

from chainrule.bridges.onnx.writer import Call, Writer

Export = Callable[[Writer, Call], str]
"""Adds the nodes of a call and returns the name of its output."""


def named(kind: str, **attributes: Any) -> Export:
    """Return the export of an operation that ONNX has."""
    return lambda writer, call: writer.node(kind, *call.inputs, **attributes)


def with_options(kind: str, **names: str) -> Export:
    """Return the export of an operation that ONNX has, with options: its name -> ours."""
    return lambda writer, call: writer.node(
        kind, *call.inputs, **{name: float(call.options[ours]) for name, ours in names.items()}
    )


def number(writer: Writer, call: Call, value: float) -> str:
    """Return the name of a number in the dtype of the call's first input."""
    return writer.constant(value, call.dtype)


def negated(kind: str) -> Export:
    """Return the export of a test as the opposite of ONNX's."""
    return lambda writer, call: writer.node("Not", writer.node(kind, *call.inputs))


def on_bits(kind: str) -> Export:
    """Return the export of an operation on bits: of truth values ONNX has one of its own."""

    def export(writer: Writer, call: Call) -> str:
        is_truth = all(value.dtype == bool for value in call.values)
        return writer.node(kind if is_truth else f"Bitwise{kind}", *call.inputs)

    return export


def scaled_log(base: float) -> Export:
    """Return the export of a logarithm to a base."""
    return lambda writer, call: writer.node(
        "Mul", writer.node("Log", *call.inputs), number(writer, call, 1 / math.log(base))
    )


def expm1(writer: Writer, call: Call) -> str:
    """exp(x) - 1 = 2 tanh(x / 2) / (1 - tanh(x / 2)), exact near 0 as well."""
    half = writer.node("Tanh", writer.node("Mul", *call.inputs, number(writer, call, 0.5)))
    above = writer.node("Mul", half, number(writer, call, 2.0))
    near = writer.node("Div", above, writer.node("Sub", number(writer, call, 1.0), half))
    far = writer.node("Sub", writer.node("Exp", *call.inputs), number(writer, call, 1.0))
    is_far = writer.node("Greater", *call.inputs, number(writer, call, 1.0))
    return writer.node("Where", is_far, far, near)


def log1p(writer: Writer, call: Call) -> str:
    """log(1 + x) = 2 atanh(x / (2 + x)) for small x, exact near 0 as well."""
    [x] = call.inputs
    ratio = writer.node("Div", x, writer.node("Add", x, number(writer, call, 2.0)))
    near = writer.node("Mul", writer.node("Atanh", ratio), number(writer, call, 2.0))
    far = writer.node("Log", writer.node("Add", x, number(writer, call, 1.0)))
    is_near = writer.node("Less", writer.node("Abs", x), number(writer, call, 0.5))
    return writer.node("Where", is_near, near, far)


def rsqrt(writer: Writer, call: Call) -> str:
    """1 / sqrt(x)."""
    return writer.node("Reciprocal", writer.node("Sqrt", *call.inputs))


def square(writer: Writer, call: Call) -> str:
    """Return x x."""
    [x] = call.inputs
    return writer.node("Mul", x, x)


def lerp(writer: Writer, call: Call) -> str:
    """Return start + weight (end - start)."""
    start, end, weight = call.inputs
    part = writer.node("Mul", weight, writer.node("Sub", end, start))
    return writer.node("Add", start, part)


def floor_divide(writer: Writer, call: Call) -> str:
    """floor(a / b)."""
    return writer.node("Floor", writer.node("Div", *call.inputs))


def remainder(writer: Writer, call: Call) -> str:
    """Return a - b floor(a / b)."""
    a, b = call.inputs
    return writer.node("Sub", a, writer.node("Mul", b, floor_divide(writer, call)))


def isfinite(writer: Writer, call: Call) -> str:
    """Neither NaN nor infinite."""
    either = writer.node(
        "Or", writer.node("IsNaN", *call.inputs), writer.node("IsInf", *call.inputs)
    )
    return writer.node("Not", either)


def clamp(writer: Writer, call: Call) -> str:
    """Clip, where either bound may be absent."""
    bounds = [
        "" if call.options[name] is None else number(writer, call, call.options[name])
        for name in ("min", "max")
    ]
    return writer.node("Clip", *call.inputs, *bounds)


def between(low: float, high: float) -> Export:
    """Return the export of clipping to an interval."""
    return lambda writer, call: writer.node(
        "Clip", *call.inputs, number(writer, call, low), number(writer, call, high)
    )


def hardtanh(writer: Writer, call: Call) -> str:
    """Clip to the interval of the options."""
    low, high = call.options["min_val"], call.options["max_val"]
    return between(low, high)(writer, call)


def step(writer: Writer, call: Call) -> str:
    """1 from 0 on."""
    is_on = writer.node("GreaterOrEqual", *call.inputs, number(writer, call, 0.0))
    return writer.cast(is_on, call.dtype)


def silu(writer: Writer, call: Call) -> str:
    """Return x sigmoid(x)."""
    return writer.node("Mul", *call.inputs, writer.node("Sigmoid", *call.inputs))


def mish(writer: Writer, call: Call) -> str:
    """Return x tanh(softplus(x))."""
    inner = writer.node("Tanh", writer.node("Softplus", *call.inputs))
    return writer.node("Mul", *call.inputs, inner)


def softplus(writer: Writer, call: Call) -> str:
    """log(1 + exp(beta x)) / beta, and x beyond the threshold."""
    [x] = call.inputs
    beta = number(writer, call, call.options["beta"])
    inner = writer.node("Mul", x, beta)
    smooth = writer.node("Div", writer.node("Softplus", inner), beta)
    is_beyond = writer.node("Greater", inner, number(writer, call, call.options["threshold"]))
    return writer.node("Where", is_beyond, x, smooth)


def logsigmoid(writer: Writer, call: Call) -> str:
    """-softplus(-x)."""
    return writer.node("Neg", writer.node("Softplus", writer.node("Neg", *call.inputs)))


def shrink(keeps_height: bool) -> Export:
    """Return the export of hard or soft shrinking."""

    def export(writer: Writer, call: Call) -> str:
        limit = float(call.options["lambd"])
        bias = 0.0 if keeps_height else limit
        return writer.node("Shrink", *call.inputs, lambd=limit, bias=bias)

    return export


def tanhshrink(writer: Writer, call: Call) -> str:
    """Return x - tanh(x)."""
    return writer.node("Sub", *call.inputs, writer.node("Tanh", *call.inputs))


def threshold(writer: Writer, call: Call) -> str:
    """Return x above the threshold, else the value."""
    [x] = call.inputs
    is_above = writer.node("Greater", x, number(writer, call, call.options["threshold"]))
    return writer.node("Where", is_above, x, number(writer, call, call.options["value"]))


def celu(writer: Writer, call: Call) -> str:
    """max(x, 0) + alpha (exp(min(x, 0) / alpha) - 1): ONNX's own is for float32 alone."""
    [x] = call.inputs
    zero, alpha = number(writer, call, 0.0), number(writer, call, call.options["alpha"])
    inner = writer.node("Exp", writer.node("Div", writer.node("Min", x, zero), alpha))
    risen = writer.node("Mul", writer.node("Sub", inner, number(writer, call, 1.0)), alpha)
    return writer.node("Add", writer.node("Max", x, zero), risen)


def hardsigmoid(writer: Writer, call: Call) -> str:
    """clip(x / 6 + 1 / 2, 0, 1)."""
    [x] = call.inputs
    line = writer.node(
        "Add", writer.node("Div", x, number(writer, call, 6.0)), number(writer, call, 0.5)
    )
    return writer.node("Clip", line, number(writer, call, 0.0), number(writer, call, 1.0))


def hardswish(writer: Writer, call: Call) -> str:
    """Return x hardsigmoid(x)."""
    return writer.node("Mul", *call.inputs, hardsigmoid(writer, call))


def sample_count(writer: Writer, call: Call) -> str:
    """The number of samples, or a multiple of it."""
    count = call.options["count"]
    found = writer.extents((count,))
    return writer.cast(writer.node("Squeeze", found), call.output.dtype)


FORMULAS: dict[str, Export] = {
    "add": named("Add"), "sub": named("Sub"), "mul": named("Mul"), "div": named("Div"),
    "pow": named("Pow"), "maximum": named("Max"), "minimum": named("Min"), "neg": named("Neg"),
    "where": named("Where"), "lerp": lerp, "floor_divide": floor_divide, "remainder": remainder,
    "eq": named("Equal"), "ne": negated("Equal"), "lt": named("Less"), "le": named("LessOrEqual"),
    "gt": named("Greater"), "ge": named("GreaterOrEqual"), "logical_and": named("And"),
    "logical_or": named("Or"), "logical_xor": named("Xor"), "logical_not": named("Not"),
    "bitwise_and": on_bits("And"), "bitwise_or": on_bits("Or"), "bitwise_xor": on_bits("Xor"),
    "bitwise_not": on_bits("Not"), "isnan": named("IsNaN"), "isinf": named("IsInf"),
    "isfinite": isfinite,
    "exp": named("Exp"), "expm1": expm1, "log": named("Log"), "log1p": log1p,
    "log2": scaled_log(2.0), "log10": scaled_log(10.0), "sqrt": named("Sqrt"), "rsqrt": rsqrt,
    "square": square, "reciprocal": named("Reciprocal"), "abs": named("Abs"),
    "sign": named("Sign"), "floor": named("Floor"), "ceil": named("Ceil"),
    "round": named("Round"), "sin": named("Sin"), "cos": named("Cos"), "tan": named("Tan"),
    "sinh": named("Sinh"), "cosh": named("Cosh"), "tanh": named("Tanh"), "atan": named("Atan"),
    "erf": named("Erf"), "clamp": clamp, "clone": named("Identity"),
    "sample_count": sample_count,
    "step": step, "sigmoid": named("Sigmoid"), "relu": named("Relu"), "relu6": between(0.0, 6.0),
    "leaky_relu": with_options("LeakyRelu", alpha="negative_slope"),
    "elu": with_options("Elu", alpha="alpha"), "celu": celu, "selu": named("Selu"),
    "gelu": named("Gelu"), "gelu_tanh": named("Gelu", approximate="tanh"), "silu": silu,
    "mish": mish, "softplus": softplus, "softsign": named("Softsign"), "hardtanh": hardtanh,
    "hardsigmoid": hardsigmoid, "hardswish": hardswish, "hardshrink": shrink(True),
    "softshrink": shrink(False), "tanhshrink": tanhshrink, "threshold": threshold,
    "logsigmoid": logsigmoid,
}  # fmt: skip
"""Name of an operation -> its export."""
