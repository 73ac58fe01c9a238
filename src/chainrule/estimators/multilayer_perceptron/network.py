"""The network of a multilayer perceptron, its initial weights, and its outputs."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np

from chainrule.array_types import Array, Dtype
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import no_grad
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.nn.containers import Sequential
from chainrule.nn.dropout import Dropout
from chainrule.nn.feedforward import activation_module
from chainrule.nn.linear import Linear
from chainrule.nn.module import Module
from chainrule.randomness import default_generator

IDENTITY = "identity"
LOGISTIC = ("logistic", "sigmoid")
OUTPUT_BATCH_SIZE = 4096
_generator_lock = threading.RLock()


def build_network(
    sizes: Sequence[int], activation: str, dropout: float, dtype: Dtype
) -> Sequential:
    """Return fully connected layers, an activation between each two; initial weights are not set.

    Args:
        sizes: Number of inputs, then the number of units of every layer.
        activation: scikit-learn's name or one of this library's.
        dropout: Probability with which each hidden unit is dropped while training.
        dtype: Of the parameters.

    Shape:
        (batch, sizes[0])  ->  (batch, sizes[-1]).

    Raises:
        InvalidArgument: if there is no such activation.

    >>> build_network([4, 8, 3], "logistic", 0.0, np.dtype(np.float64))
    Sequential(
      (0): Linear(in_features=4, out_features=8, bias=True)
      (1): Sigmoid()
      (2): Linear(in_features=8, out_features=3, bias=True)
    )
    """
    layers: list[Module] = []
    with own_random_numbers(0):
        for position, (fan_in, fan_out) in enumerate(pairwise(sizes)):
            if position:
                if activation != IDENTITY:
                    layers.append(make_activation(activation).to(dtype))
                if dropout:
                    layers.append(Dropout(dropout))
            layers.append(Linear(fan_in, fan_out, dtype=dtype))
    return Sequential(*layers)


def make_activation(name: str) -> Module:
    """Return an activation module by scikit-learn's name or one of this library's.

    Raises:
        InvalidArgument: if there is none, naming those there are; or if it needs arguments.
    """
    kind = activation_module("sigmoid" if name == "logistic" else name)
    try:
        return kind()
    except TypeError as error:
        raise InvalidArgument(
            f"activation={name!r} cannot be chosen by name alone: {error}. Choose another one."
        ) from None


def initialise(model: Module, activation: str, random_state: np.random.RandomState) -> None:
    """Draw weights and biases uniformly between ±sqrt(6 / (fan_in + fan_out)).

    The logistic function takes 2 in place of 6. The numbers are drawn in scikit-learn's order, so
    that the same random state gives the same weights as there.

    Source: Glorot and Bengio 2010.
    """
    factor = 2.0 if activation in LOGISTIC else 6.0
    for layer in linear_layers(model):
        shape = layer.in_features, layer.out_features
        bound = np.sqrt(factor / sum(shape))
        layer.weight.array[...] = random_state.uniform(-bound, bound, shape).T
        biases_of(layer)[...] = random_state.uniform(-bound, bound, layer.out_features)


def linear_layers(model: Module) -> list[Linear]:
    """Return the fully connected layers in order."""
    return [module for module in model.modules() if isinstance(module, Linear)]


class LiveArrays(list[Array]):
    """Arrays in the memory of a model: one that is put in place of another is written there.

    >>> weights = np.zeros(2)
    >>> LiveArrays("coefs_", [weights])[0] = np.array([1.0, 2.0])
    >>> weights
    array([1., 2.])
    """

    def __init__(self, name: str, arrays: Iterable[Array]) -> None:
        super().__init__(arrays)
        self.name = name

    def __setitem__(self, place: Any, value: Any) -> None:
        """Write an array, or for a slice several, into the model.

        Raises:
            InvalidShape: if there are more or fewer arrays, or one has another shape.
        """
        old = self[place] if isinstance(place, slice) else [self[place]]
        new = [np.asarray(array) for array in (value if isinstance(place, slice) else [value])]
        shapes, expected = [a.shape for a in new], [a.shape for a in old]
        if shapes != expected:
            raise InvalidShape(
                f"{self.name} got shapes {shapes}, but the network has {expected}: keep to them, "
                "or fit an estimator with other hidden_layer_sizes."
            )
        # Copied first: an array may be one of those that are written.
        for array, values in zip(old, [a.copy() for a in new], strict=True):
            array[...] = values

    def __reduce__(self) -> tuple[type[list[Array]], tuple[list[Array]]]:
        """Be copied and pickled as a list of arrays that no model lives in."""
        return list, ([*self],)


def biases_of(layer: Linear) -> Array:
    """Return the memory of a layer's biases, which all layers here have."""
    return layer.get_parameter("bias").array


def dtype_of(model: Module) -> Dtype:
    """Return the dtype of the first parameter."""
    return next(model.parameters()).dtype


def squared_weights(model: Module) -> float:
    """Return the sum of all squared weights, biases left out."""
    weights = [layer.weight.array.reshape(-1) for layer in linear_layers(model)]
    return float(sum(weight @ weight for weight in weights))


def outputs_of(model: Module, samples: Array) -> Array:
    """Return the network's outputs, a batch at a time, which is when sparse samples become dense.

    Shape:
        (samples, features)  ->  (samples, outputs).
    """
    rows = []
    dtype = dtype_of(model)
    model.eval()
    with no_grad():
        for start in range(0, samples.shape[0], OUTPUT_BATCH_SIZE):
            batch = samples[start : start + OUTPUT_BATCH_SIZE]
            dense = batch if isinstance(batch, np.ndarray) else batch.toarray()
            rows.append(model(wrap(dense.astype(dtype, copy=False))).array)
    return np.concatenate(rows)


@contextmanager
def own_random_numbers(seed: int, counter: int = 0) -> Iterator[None]:
    """Start the library's generator from a seed, and give it back as it was afterwards.

    There is one generator for all threads, so they take turns: as joblib's may, in a search.

    Args:
        seed: Of the stream of numbers.
        counter: Place in the stream of dropout masks.
    """
    with _generator_lock:
        state = default_generator.state_dict()
        default_generator.manual_seed(seed).counter = counter
        try:
            yield
        finally:
            default_generator.load_state_dict(state)
