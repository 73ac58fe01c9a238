"""First values of weights: too small and the signal dies, too large and it explodes.

All functions fill a tensor in place and return it. Random numbers are drawn in float64, from the
library's generator unless another is given, and rounded to the tensor's dtype. ``fan_in`` is the
number of inputs a unit sums over, ``fan_out`` the number of units each input feeds.
"""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.nn.construction import needs_values
from chainrule.randomness import Generator, default_generator

Mode = Literal["fan_in", "fan_out"]
LINEAR_LIKE = {"linear", "conv1d", "conv2d", "sigmoid"}
DEFAULT_SLOPE = 0.01  # of leaky_relu


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers drawn evenly from [a, b)."""
    return _fill(tensor, lambda: _random(generator).uniform(a, b, tensor.shape))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers drawn from a normal distribution."""
    return _fill(tensor, lambda: _random(generator).normal(mean, std, tensor.shape))


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with numbers drawn from a normal distribution, those outside [a, b] drawn anew."""
    if not a < b:
        raise InvalidArgument(f"trunc_normal_ needs a < b, got a={a}, b={b}.")
    # Invert the distribution function between its values at the ends.
    from scipy.special import ndtr, ndtri

    low, high = ndtr((a - mean) / std), ndtr((b - mean) / std)

    def draw() -> Array:
        numbers = ndtri(_random(generator).uniform(low, high, tensor.shape)) * std + mean
        return np.clip(numbers, a, b)

    return _fill(tensor, draw)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one number."""
    return _fill(tensor, lambda: np.array(val))


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with ones on its diagonal and zeros elsewhere.

    Raises:
        InvalidShape: if the tensor is not a matrix.
    """
    if tensor.ndim != 2:
        raise InvalidShape(f"eye_ needs a matrix, got shape {tensor.array.shape}.")
    return _fill(tensor, lambda: np.eye(tensor.shape[0], tensor.shape[1]))


def calculate_fan_in_and_fan_out(tensor: TensorCore) -> tuple[int, int]:
    """Return fan_in and fan_out of a weight (out, in, ...); a kernel's size counts in both.

    Raises:
        InvalidShape: if the tensor has fewer than two axes.

    >>> calculate_fan_in_and_fan_out(Tensor(np.zeros((16, 3, 5, 5))))
    (75, 400)
    """
    shape = tensor.shape
    if len(shape) < 2:
        raise InvalidShape(
            f"Fan in and fan out need a weight of at least two axes, got shape {shape}: use a "
            "constant for biases."
        )
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor that makes up for what an activation takes from the signal's deviation.

    Args:
        nonlinearity: linear, conv1d, conv2d, sigmoid, tanh, relu, leaky_relu or selu.
        param: Slope of leaky_relu; default 0.01.

    Raises:
        InvalidArgument: if the name is none of these.

    Source: He et al. 2015 for ReLU and leaky ReLU; the others are PyTorch's.

    >>> round(calculate_gain("relu"), 4)
    1.4142
    """
    slope = DEFAULT_SLOPE if param is None else param
    gains = {
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + slope**2)),
        "selu": 3 / 4,
    }
    if nonlinearity in LINEAR_LIKE:
        return 1.0
    if nonlinearity not in gains:
        known = ", ".join(sorted(LINEAR_LIKE | set(gains)))
        raise InvalidArgument(f"calculate_gain knows no {nonlinearity!r}: choose one of {known}.")
    return gains[nonlinearity]


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill evenly with variance gain^2 * 2 / (fan_in + fan_out).

    Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep networks".
    """
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill normally with variance gain^2 * 2 / (fan_in + fan_out)."""
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: Mode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill evenly with variance gain^2 / fan, which keeps the signal's size through ReLU layers.

    Args:
        tensor: The weight, (out, in, ...).
        a: Slope of leaky_relu; 0 is ReLU.
        mode: Whether to keep the size forward (fan_in) or backward (fan_out).
        nonlinearity: The activation after the layer.
        generator: Where the numbers come from.

    Source: He et al. 2015, "Delving deep into rectifiers".
    """
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: Mode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill normally with variance gain^2 / fan; arguments as for ``kaiming_uniform_``."""
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Fill with a matrix whose rows, or columns if fewer, are orthogonal and of length ``gain``.

    Axes after the first are taken as one.

    Raises:
        InvalidShape: if the tensor has fewer than two axes.

    Source: Saxe, McClelland and Ganguli 2014.
    """
    if tensor.ndim < 2:
        raise InvalidShape(f"orthogonal_ needs at least two axes, got shape {tensor.array.shape}.")
    if tensor.array.size == 0:
        return tensor

    def draw() -> Array:
        rows = tensor.shape[0]
        matrix = _random(generator).normal(size=(rows, tensor.array.size // rows))
        is_wide = matrix.shape[0] < matrix.shape[1]
        q, r = np.linalg.qr(matrix.T if is_wide else matrix)
        q = q * np.sign(np.diag(r))  # makes the distribution uniform over all such matrices
        return gain * (q.T if is_wide else q).reshape(tensor.shape)

    return _fill(tensor, draw)


def _xavier_std(tensor: Tensor, gain: float) -> float:
    fan_in, fan_out = calculate_fan_in_and_fan_out(tensor)
    return gain * math.sqrt(2.0 / (fan_in + fan_out))


def _kaiming_std(tensor: Tensor, a: float, mode: Mode, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise InvalidArgument(f"mode must be 'fan_in' or 'fan_out', got {mode!r}.")
    fan_in, fan_out = calculate_fan_in_and_fan_out(tensor)
    fan = fan_in if mode == "fan_in" else fan_out
    return calculate_gain(nonlinearity, a) / math.sqrt(fan) if fan else 0.0


def _random(generator: Generator | None) -> np.random.Generator:
    return (generator or default_generator).numpy


def _fill(tensor: Tensor, draw: Callable[[], Array]) -> Tensor:
    """Draw numbers into the tensor's memory, unless they would be overwritten at once."""
    if needs_values():
        tensor.array[...] = draw()
        tensor.mark_changed("an initialiser")
    return tensor
