"""Operations of ONNX on numbers, by the functions of this library."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.autograd import functions as f
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.bridges.onnx.node import Node, Run
from chainrule.nn import functional as nn_f


def plain(function: Callable[..., Tensor]) -> Run:
    """Return an operation that is a function of ours of the same inputs."""
    return lambda node, *inputs: function(*inputs)


def option(node: Node, name: str, default: float) -> float:
    """Return a float attribute."""
    return float(node.get(name, default))


def fold(function: Callable[[Tensor, Tensor], Tensor]) -> Run:
    """Return an operation on any number of inputs."""

    def run(node: Node, first: Tensor, *others: Tensor) -> Tensor:
        for other in others:
            first = function(first, other)
        return first

    return run


def divide(node: Node, a: Tensor, b: Tensor) -> Tensor:
    """Return the quotient; that of integers is cut off towards zero."""
    if a.dtype.kind == "f":
        return a / b
    quotient = np.floor_divide(np.abs(a.array), np.abs(b.array)) if a.dtype.kind == "i" else None
    if quotient is None:
        return wrap(a.array // b.array)
    return wrap((quotient * np.sign(a.array) * np.sign(b.array)).astype(a.dtype))


def modulo(node: Node, a: Tensor, b: Tensor) -> Tensor:
    """Return the remainder, with the sign of b, or with fmod that of a."""
    if node.get("fmod", 0):
        return wrap(np.fmod(a.array, b.array))
    return f.remainder(a, b)


def power(node: Node, a: Tensor, b: Tensor) -> Tensor:
    """Return a power in the dtype of its base."""
    return f.pow(a, b).to(a.dtype) if a.dtype != b.dtype else f.pow(a, b)


def clip(node: Node, x: Tensor, low: Tensor | None = None, high: Tensor | None = None) -> Tensor:
    """Return x between bounds, either of which may be absent; the upper one wins."""
    if low is not None:
        x = f.maximum(x, low)
    return x if high is None else f.minimum(x, high)


def mean(node: Node, *inputs: Tensor) -> Tensor:
    """Return the mean of arrays."""
    total: Any = fold(f.add)(node, *inputs)
    return total / float(len(inputs))


def gelu(node: Node, x: Tensor) -> Tensor:
    """Return GELU, exact or by tanh."""
    return nn_f.gelu(x, approximate=node.get("approximate", "none"))


def hard_sigmoid(node: Node, x: Tensor) -> Tensor:
    """Return max(0, min(1, alpha x + beta))."""
    return (x * option(node, "alpha", 0.2) + option(node, "beta", 0.5)).clamp(0.0, 1.0)


def hard_swish(node: Node, x: Tensor) -> Tensor:
    """Return x times a hard sigmoid."""
    return x * (x / 6 + 0.5).clamp(0.0, 1.0)


def selu(node: Node, x: Tensor) -> Tensor:
    """Return gamma ELU(x)."""
    gamma, alpha = (
        option(node, "gamma", 1.0507009873554805),
        option(node, "alpha", 1.6732632423543772),
    )
    return nn_f.elu(x, alpha) * gamma


def shrink(node: Node, x: Tensor) -> Tensor:
    """Return x nearer to zero by the bias, and zero within lambd of it."""
    limit, bias = option(node, "lambd", 0.5), option(node, "bias", 0.0)
    if x.dtype.kind != "f":
        moved = np.where(
            x.array < -limit, x.array + bias, np.where(x.array > limit, x.array - bias, 0)
        )
        return wrap(moved.astype(x.dtype))
    nothing = x * 0.0
    return f.where(x < -limit, x + bias, f.where(x > limit, x - bias, nothing))


def thresholded_relu(node: Node, x: Tensor) -> Tensor:
    """Return x above alpha, else 0."""
    return nn_f.threshold(x, option(node, "alpha", 1.0), 0.0)


def swish(node: Node, x: Tensor) -> Tensor:
    """Return x sigmoid(alpha x)."""
    return x * f.sigmoid(x * option(node, "alpha", 1.0))


def softplus(node: Node, x: Tensor) -> Tensor:
    """Return log(1 + exp(x))."""
    return nn_f.softplus(x, 1.0, math.inf)


def prelu(node: Node, x: Tensor, slope: Tensor) -> Tensor:
    """Return x, or the slope times x below zero, the slope repeated where need be."""
    return f.maximum(x, x * 0.0) + slope * f.minimum(x, x * 0.0)


def is_infinite(node: Node, x: Tensor) -> Tensor:
    """Return which numbers are infinite, of both signs or of one."""
    found = np.isinf(x.array)
    if not node.get("detect_positive", 1):
        found &= x.array < 0
    if not node.get("detect_negative", 1):
        found &= x.array > 0
    return wrap(found)


def bits(function: Callable[..., Any]) -> Run:
    """Return an operation on the bits of integers."""
    return lambda node, *inputs: wrap(function(*(x.array for x in inputs)))


def rounded(node: Node, x: Tensor) -> Tensor:
    """Return the nearest integers, halves to the even one."""
    return f.round(x)


FORMULAS: dict[str, Run] = {
    "Abs": plain(f.abs), "Add": plain(f.add), "And": plain(f.logical_and), "Atan": plain(f.atan),
    "BitwiseAnd": bits(np.bitwise_and), "BitwiseNot": bits(np.bitwise_not),
    "BitwiseOr": bits(np.bitwise_or), "BitwiseXor": bits(np.bitwise_xor), "Ceil": plain(f.ceil),
    "Celu": lambda node, x: nn_f.celu(x, option(node, "alpha", 1.0)), "Clip": clip,
    "Cos": plain(f.cos), "Cosh": plain(f.cosh), "Div": divide,
    "Elu": lambda node, x: nn_f.elu(x, option(node, "alpha", 1.0)), "Equal": plain(f.eq),
    "Erf": plain(f.erf), "Exp": plain(f.exp), "Floor": plain(f.floor), "Gelu": gelu,
    "Greater": plain(f.gt), "GreaterOrEqual": plain(f.ge), "HardSigmoid": hard_sigmoid,
    "HardSwish": hard_swish, "Identity": plain(f.clone), "IsInf": is_infinite,
    "IsNaN": plain(f.isnan),
    "LeakyRelu": lambda node, x: nn_f.leaky_relu(x, option(node, "alpha", 0.01)),
    "Less": plain(f.lt), "LessOrEqual": plain(f.le), "Log": plain(f.log), "Max": fold(f.maximum),
    "Mean": mean, "Min": fold(f.minimum), "Mish": plain(nn_f.mish), "Mod": modulo,
    "Mul": plain(f.mul), "Neg": plain(f.neg), "Not": plain(f.logical_not),
    "Or": plain(f.logical_or), "PRelu": prelu, "Pow": power, "Reciprocal": plain(f.reciprocal),
    "Relu": plain(f.relu), "Round": rounded, "Selu": selu, "Shrink": shrink,
    "Sigmoid": plain(f.sigmoid), "Sign": plain(f.sign), "Sin": plain(f.sin),
    "Sinh": plain(f.sinh), "Softplus": softplus, "Softsign": plain(nn_f.softsign),
    "Sqrt": plain(f.sqrt), "Sub": plain(f.sub), "Sum": fold(f.add), "Swish": swish,
    "Tan": plain(f.tan), "Tanh": plain(f.tanh), "ThresholdedRelu": thresholded_relu,
    "Where": plain(f.where), "Xor": plain(f.logical_xor),
}  # fmt: skip
"""ONNX's name of an operation -> what computes it."""
