"""What a capture says in fewer, or in more compilable, operations."""

from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.array_types import Number
from chainrule.compiler.capture import Application, Capture
from chainrule.compiler.graph import RUN_KEY, Place, Value, is_table
from chainrule.operations.activations.relu import RELU
from chainrule.operations.arithmetic import ADD, MULTIPLY
from chainrule.operations.dropout import DROPOUT, keep_threshold
from chainrule.operations.linear import LINEAR
from chainrule.operations.max_pooling import MAX_POOL1D, MAX_POOL2D
from chainrule.operations.numbers import select
from chainrule.operations.operation import Elementwise
from chainrule.operations.shaping import RESHAPE
from chainrule.randomness import random_bits


def simplify(captured: Capture) -> Capture:
    """Return the capture in fewer, or in more compilable, operations.

    What changes nothing is left out, dropout becomes formulas, and ReLU comes after pooling.
    """
    same: dict[Value, Value] = {}
    result: list[Application] = []
    for application in captured.applications:
        inputs = tuple(None if v is None else same.get(v, v) for v in application.inputs)
        application = replace(application, inputs=inputs)
        source = inputs[0] if inputs else None
        if (
            application.operation is RESHAPE
            and source is not None
            and source.shape == application.output.shape
        ):
            same[application.output] = source
        elif application.operation is RESHAPE and source is not None:
            application.output.by_rows = not is_table(source.shape)
            result.append(application)
        elif application.operation is LINEAR and inputs[2] is not None:
            result += _affine(application)
        elif application.operation is DROPOUT and application.options["mask_shape"] is None:
            result += _dropout(application)
        else:
            result.append(application)
    outputs = same.get(captured.outputs, captured.outputs)
    loss = None if captured.loss is None else same.get(captured.loss, captured.loss)
    result = _pool_first(result, {outputs, loss})
    return replace(captured, applications=result, outputs=outputs, loss=loss)


def _pool_first(applications: list[Application], wanted: set[Value | None]) -> list[Application]:
    """Return the applications with ReLU after max pooling where it came before.

    The largest of max(0, x) is max(0, largest x), and its gradient is the same, but there are fewer
    numbers to compare. Where all are negative another one wins, with a gradient of zero all the
    same.

    Args:
        applications: In order.
        wanted: Values that are needed as they are.
    """
    readers: dict[Value | None, list[Application]] = {}
    for application in applications:
        for value in application.inputs:
            readers.setdefault(value, []).append(application)
    result = list(applications)
    for position, relu in enumerate(applications):
        if relu.operation is not RELU or relu.output in wanted:
            continue
        following = readers.get(relu.output, [])
        if len(following) == 1 and _takes_largest(following[0]):
            [pool] = following
            last = pool.output
            pooled = replace(last)  # a value of its own
            last.name, last.path = relu.output.name, relu.output.path
            result[position] = replace(pool, inputs=relu.inputs, output=pooled)
            result[applications.index(pool)] = replace(relu, inputs=(pooled,), output=last)
    return result


def _takes_largest(application: Application) -> bool:
    """Return whether it is max pooling whose windows hold nothing but the input."""
    if application.operation not in (MAX_POOL1D, MAX_POOL2D):
        return False
    padding, ceil_mode = (application.options[name] for name in ("padding", "ceil_mode"))
    return not np.any(padding) and not ceil_mode


def _affine(application: Application) -> list[Application]:
    """Return an affine map as a product and an addition, which fuses with what comes after."""
    x, weight, bias = application.inputs
    output, path, flows = application.output, application.path, application.flows
    product = Value(f"{output.name}_product", output.shape, output.dtype, path=path)
    through = (flows[0] or flows[1], flows[2])
    return [
        Application(LINEAR, (x, weight, None), {}, product, {}, (*flows[:2], False), path),
        Application(ADD, (product, bias), {}, output, {}, through, path),
    ]


def dropout_factor(scale: float, threshold: Number, key: Number, counter: Number) -> Number:
    """Return the scale or 0, as the random bits at this place in the stream decide."""
    kept = random_bits(key, counter) >= threshold
    return select(kept, scale, 0.0)


DROPOUT_FACTOR = Elementwise("dropout_factor", dropout_factor, ())


def _dropout(application: Application) -> list[Application]:
    """Return dropout as the making of its factors and a multiplication."""
    x, factors = application.inputs[0], application.saved["factors"]
    p = application.options["p"]
    options: dict[str, Any] = {
        "scale": 0.0 if p == 1 else 1 / (1 - p),
        "key": RUN_KEY,
        "threshold": np.uint64(0) if p == 1 else keep_threshold(p),
        "counter": Place(application.options["offset"]),
    }
    path = application.path
    factor = Application(DROPOUT_FACTOR, (), options, factors, {}, (), path)
    flows = (application.flows[0], False)
    product = Application(MULTIPLY, (x, factors), {}, application.output, {}, flows, path)
    return [factor, product]
