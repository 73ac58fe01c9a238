"""The checks of a multilayer perceptron's arguments, made when it is fitted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.estimators.multilayer_perceptron.network import IDENTITY, make_activation
from chainrule.estimators.multilayer_perceptron.scikit_learn import check_array
from chainrule.optim import OPTIMIZERS

LBFGS = "lbfgs"
AUTO = "auto"
SCHEDULES = ("constant", "invscaling", "adaptive")


@dataclass(frozen=True)
class Range:
    """The numbers that an argument may be.

    Attributes:
        low, high: Its ends.
        has_low, has_high: Whether the ends are allowed.
        is_whole: Whether it counts something.
        words: What may be given in place of a number.
    """

    low: float
    high: float = math.inf
    has_low: bool = True
    has_high: bool = False
    is_whole: bool = False
    words: tuple[object, ...] = ()

    def accepts(self, value: Any) -> bool:
        """Return whether a value is one of these numbers or words."""
        if any(isinstance(value, type(word)) and value == word for word in self.words):
            return True
        kind = Integral if self.is_whole else Real
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, kind):
            return False
        number = float(value)
        above = number >= self.low if self.has_low else number > self.low
        return above and (number <= self.high if self.has_high else number < self.high)

    def __str__(self) -> str:
        kind = "a whole number" if self.is_whole else "a number"
        low = f"at least {self.low:g}" if self.has_low else f"above {self.low:g}"
        text = f"{kind} {low}"
        if self.high < math.inf:
            text += f" and {'at most' if self.has_high else 'below'} {self.high:g}"
        return " or ".join([text, *map(repr, self.words)])


COUNT = Range(1, is_whole=True)
SHARE = Range(0, 1)
RANGES = {
    "alpha": Range(0),
    "batch_size": Range(1, is_whole=True, words=(AUTO,)),
    "learning_rate_init": Range(0, has_low=False),
    "power_t": Range(0),
    "max_iter": COUNT,
    "tol": Range(0),
    "verbose": Range(0, is_whole=True, words=(False, True)),
    "momentum": Range(0, 1, has_high=True),
    "validation_fraction": SHARE,
    "beta_1": SHARE,
    "beta_2": SHARE,
    "epsilon": Range(0, has_low=False),
    "n_iter_no_change": Range(1, is_whole=True, words=(math.inf,)),
    "max_fun": COUNT,
    "dropout": SHARE,
}
SWITCHES = ("shuffle", "warm_start", "nesterovs_momentum", "early_stopping")


def check_arguments(name: str, arguments: Mapping[str, Any]) -> None:
    """Refuse arguments that cannot be used.

    Args:
        name: Of the estimator.
        arguments: Its arguments by name.

    Raises:
        InvalidArgument: naming the first of them.
    """
    for argument, allowed in RANGES.items():
        if not allowed.accepts(arguments[argument]):
            raise InvalidArgument(
                f"{name} got {argument}={arguments[argument]!r}: it must be {allowed}."
            )
    for switch in SWITCHES:
        if not isinstance(arguments[switch], (bool, np.bool_)):
            raise InvalidArgument(
                f"{name} got {switch}={arguments[switch]!r}: it must be True or False."
            )
    solvers = (LBFGS, *(optimizer.__name__.lower() for optimizer in OPTIMIZERS))
    check_choice(name, "solver", arguments["solver"], solvers)
    check_choice(name, "learning_rate", arguments["learning_rate"], SCHEDULES)
    hidden_sizes(name, arguments["hidden_layer_sizes"])
    activation = arguments["activation"]
    if not isinstance(activation, str):
        raise InvalidArgument(
            f"{name} got activation={activation!r}: it must be a name such as 'relu'."
        )
    if activation != IDENTITY:
        make_activation(activation)
    if arguments["dropout"] and arguments["solver"] == LBFGS:
        raise InvalidArgument(
            f"{name} got dropout={arguments['dropout']} with solver='lbfgs', which needs the same "
            "loss at the same weights: take another solver, or leave dropout out."
        )


def check_choice(name: str, argument: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse what is not one of the words allowed.

    Raises:
        InvalidArgument: listing them.
    """
    if not isinstance(value, str) or value not in allowed:
        listed = ", ".join(map(repr, allowed))
        raise InvalidArgument(f"{name} got {argument}={value!r}: choose one of {listed}.")


def hidden_sizes(name: str, sizes: Any) -> list[int]:
    """Return the number of units of every hidden layer.

    Args:
        name: Of the estimator.
        sizes: One number or several; none for no hidden layer.

    Raises:
        InvalidArgument: if one is not a whole number of at least 1.

    >>> hidden_sizes("MLPClassifier", 5), hidden_sizes("MLPClassifier", (5, 3))
    ([5], [5, 3])
    """
    listed = list(sizes) if np.iterable(sizes) and not isinstance(sizes, str) else [sizes]
    if not all(COUNT.accepts(size) for size in listed):
        raise InvalidArgument(
            f"{name} got hidden_layer_sizes={sizes!r}: expected the number of units of each hidden "
            "layer, all at least 1, e.g. (100,)."
        )
    return [int(size) for size in listed]


def check_sample_weights(name: str, weights: Any, count: int) -> Array | None:
    """Return the samples' weights as float64, shape (count,), or None.

    Raises:
        InvalidShape: if there is not one for each of ``count`` samples.
        InvalidArgument: if one is negative or not finite, or all are zero.
    """
    if weights is None:
        return None
    if isinstance(weights, Real):
        weights = np.full(count, weights)
    checked = check_array(
        weights, dtype=np.float64, ensure_2d=False, allow_nd=True, input_name="sample_weight"
    )
    if checked.shape != (count,):
        raise InvalidShape(
            f"{name} got sample_weight of shape {checked.shape}: expected ({count},), one number "
            "for each sample."
        )
    if checked.min() < 0:
        raise InvalidArgument(
            f"{name} got a negative sample_weight, {checked.min():g}: a weight says how often a "
            "sample counts, so it is 0 or more."
        )
    if checked.max() == 0:
        raise InvalidArgument(
            f"{name} got a sample_weight that is zero for every sample: at least one must count."
        )
    return np.asarray(checked)
