"""JAX, as its users write it for speed: pure functions, jit of a whole epoch or of one step.

Adam is written out, and pictures have their channels last. A scan over the steps of an epoch is
fastest for dense layers, a step at a time for convolutions: XLA runs those on one thread in a loop.
"""

import math
from typing import Any, TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.benchmarks.contender import Contender, Setting, Training
from chainrule.benchmarks.layers import (
    KERNEL_SIZE,
    POOL_SIZE,
    Convolution,
    Dropout,
    Embedding,
    Flatten,
    Linear,
    MaxPooling,
)
from chainrule.benchmarks.works import BETAS, EPSILON, LEARNING_RATE, Work, make_data

Parameters: TypeAlias = list[dict[str, Any]]

SETTINGS = (Setting("jit of an epoch", option="epoch"), Setting("jit of a step", option="step"))


def initial_parameters(work: Work, random: np.random.Generator) -> Parameters:
    """Return the parameters of every layer, distributed as PyTorch's."""
    parameters: Parameters = []
    for layer in work.layers:
        match layer:
            case Linear(inputs, outputs):
                shape: tuple[int, ...] = (inputs, outputs)
            case Convolution(inputs, outputs):
                shape = (KERNEL_SIZE, KERNEL_SIZE, inputs, outputs)
            case Embedding(words, numbers):
                table = random.standard_normal((words, numbers), dtype=np.float32)
                parameters.append({"table": table})
                continue
            case _:
                parameters.append({})
                continue
        bound = 1 / math.sqrt(math.prod(shape[:-1]))
        parameters.append(
            {
                "weight": random.uniform(-bound, bound, shape).astype(np.float32),
                "bias": random.uniform(-bound, bound, shape[-1]).astype(np.float32),
            }
        )
    return parameters


def outputs_of(work: Work, parameters: Parameters, x: Any, key: Any) -> Any:
    """Return the network's outputs."""
    import jax
    from jax import lax

    for position, (layer, own) in enumerate(zip(work.layers, parameters, strict=True)):
        match layer:
            case Linear():
                x = x @ own["weight"] + own["bias"]
            case Convolution():
                names = ("NHWC", "HWIO", "NHWC")
                x = lax.conv_general_dilated(
                    x, own["weight"], (1, 1), "SAME", dimension_numbers=names
                )
                x = x + own["bias"]
            case Embedding():
                x = own["table"][x]
            case Dropout(probability):
                draw = jax.random.fold_in(key, position)
                kept = jax.random.bernoulli(draw, 1 - probability, x.shape)
                x = jax.numpy.where(kept, x / (1 - probability), 0)
            case MaxPooling():
                # Three times as fast as lax.reduce_window, whose derivative is slow on processors.
                batch, height, width, channels = x.shape
                rows, columns = height // POOL_SIZE, width // POOL_SIZE
                x = x.reshape(batch, rows, POOL_SIZE, columns, POOL_SIZE, channels).max((2, 4))
            case Flatten():
                x = x.reshape(len(x), -1)
            case _:
                x = jax.nn.relu(x)
    return x


def mean_loss(work: Work, parameters: Parameters, x: Any, y: Any, key: Any) -> Any:
    """Return the mean cross-entropy of a batch."""
    import jax

    scores = jax.nn.log_softmax(outputs_of(work, parameters, x, key))
    return -jax.numpy.take_along_axis(scores, y[:, None], axis=1).mean()


def adam(parameters: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
    """Return parameters and state after a step of Adam."""
    import jax

    first, second, count = state
    count = count + 1
    beta_1, beta_2 = BETAS
    first = jax.tree.map(lambda m, g: beta_1 * m + (1 - beta_1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: beta_2 * v + (1 - beta_2) * g * g, second, gradients)
    rate = LEARNING_RATE / (1 - beta_1**count)
    correction = jax.numpy.sqrt(1 - beta_2**count)
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * m / (jax.numpy.sqrt(v) / correction + EPSILON),
        *(parameters, first, second),
    )
    return parameters, (first, second, count)


def channels_last(work: Work, x: Array) -> Array:
    """Return pictures in the layout that XLA is quickest with."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1)) if work.has_pictures else x


def prepare(work: Work, setting: Setting) -> Training:
    """Put data and parameters where JAX computes, and wrap the step."""
    import jax

    samples, classes = make_data(work)
    inputs = jax.device_put(channels_last(work, samples))
    targets = jax.device_put(classes.astype(np.int32))
    random = np.random.default_rng(0)
    parameters = jax.tree.map(jax.numpy.array, initial_parameters(work, random))
    zeros = jax.tree.map(jax.numpy.zeros_like, parameters)
    state = (zeros, jax.tree.map(jax.numpy.zeros_like, parameters), jax.numpy.float32(0))
    carried = (parameters, state, jax.random.key(0))

    def step(carried: Any, rows: Any, inputs: Any, targets: Any) -> tuple[Any, Any]:
        parameters, state, key = carried
        key, own_key = jax.random.split(key)
        x, y = inputs[rows], targets[rows]
        loss, gradients = jax.value_and_grad(lambda p: mean_loss(work, p, x, y, own_key))(
            parameters
        )
        parameters, state = adam(parameters, gradients, state)
        return (parameters, state, key), loss

    def epoch(carried: Any, order: Any, inputs: Any, targets: Any) -> tuple[Any, Any]:
        return jax.lax.scan(lambda c, rows: step(c, rows, inputs, targets), carried, order)

    compiled_epoch = jax.jit(epoch, donate_argnums=0)
    compiled_step = jax.jit(step, donate_argnums=0)

    def run() -> float:
        nonlocal carried
        order = random.permutation(work.num_samples).reshape(work.num_batches, work.batch_size)
        if setting.option == "epoch":
            carried, losses = compiled_epoch(carried, order, inputs, targets)
        else:
            losses = []
            for rows in order:
                carried, loss = compiled_step(carried, rows, inputs, targets)
                losses.append(loss)
        return float(np.mean(jax.device_get(losses)))

    return Training(run, work.num_batches)


JAX = Contender("jax", "JAX", SETTINGS, prepare, ("jax", "jaxlib"))
