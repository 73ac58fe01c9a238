"""Checks and makings that the constructors of layers share."""

import math

import numpy as np

from chainrule.array_types import Dtype, Shape, get_default_dtype
from chainrule.device import Device, check_device
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.nn import init
from chainrule.nn.construction import account_for
from chainrule.nn.parameter import Parameter, parameter_from


def positive_integer(layer: str, name: str, value: object) -> int:
    """Return a constructor's argument that counts something.

    Raises:
        InvalidArgument: if it is not an integer of at least 1.

    >>> positive_integer("Linear", "in_features", 3)
    3
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise InvalidArgument(f"{layer} got {name}={value!r}: it must be an integer, at least 1.")
    return int(value)


def check_divides(layer: str, groups: str, count: int, **channels: int) -> None:
    """Refuse a number of groups that does not divide numbers of channels.

    Raises:
        InvalidArgument: naming both.
    """
    for name, value in channels.items():
        if value % count:
            raise InvalidArgument(
                f"{layer} got {name}={value} and {groups}={count}: {name} must be divisible by "
                f"{groups}."
            )


def empty_parameter(
    shape: Shape, device: Device | str | None, dtype: Dtype | type | None
) -> Parameter:
    """Return a parameter whose numbers are still to be set.

    Raises:
        InvalidArgument: if the device is another than the CPU.
        InvalidType: if the dtype is not of floating point.
    """
    check_device(device)
    chosen = get_default_dtype() if dtype is None else np.dtype(dtype)
    if chosen.kind != "f":
        raise InvalidType(
            f"A layer got dtype={chosen}: its parameters are learned, so they must be of floating "
            "point. Pass chainrule.float32 or chainrule.float64."
        )
    account_for(shape)
    return parameter_from(np.empty(shape, chosen))


def initialise_affine(weight: Parameter, bias: Parameter | None) -> None:
    """Draw the weights of a linear or convolution layer as PyTorch does.

    Both are uniform between ±1 / sqrt(fan_in), the number of inputs one output sees: He's uniform
    initialisation (2015) with a = sqrt(5).
    """
    init.kaiming_uniform_(weight, a=math.sqrt(5))
    if bias is not None:
        bound = 1 / math.sqrt(math.prod(weight.shape[1:]))
        init.uniform_(bias, -bound, bound)
