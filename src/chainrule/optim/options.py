"""Checks of the options of optimisers and schedules."""

import numbers

from chainrule.errors import InvalidArgument, InvalidType


def require_real(name: str, value: object) -> float:
    """Return ``value`` if it is a real number.

    Raises:
        InvalidType: otherwise.
    """
    if not isinstance(value, numbers.Real):
        raise InvalidType(
            f"{name} must be a number, got {type(value).__name__}: pass e.g. {name}=0.1."
        )
    return value  # type: ignore[return-value]  # a Real is all that is done with it


def require_nonnegative(**options: object) -> None:
    """Raise InvalidArgument unless every option is a number of at least 0.

    >>> require_nonnegative(lr=-0.1)
    Traceback (most recent call last):
    ...
    chainrule.errors.InvalidArgument: lr=-0.1 must be at least 0.
    """
    for name, value in options.items():
        if not require_real(name, value) >= 0:
            raise InvalidArgument(f"{name}={value} must be at least 0.")


def require_fraction(**options: object) -> None:
    """Raise InvalidArgument unless every option is a number of at least 0 and below 1."""
    for name, value in options.items():
        if not 0 <= require_real(name, value) < 1:
            raise InvalidArgument(f"{name}={value} must be at least 0 and below 1.")


def require_betas(betas: object) -> None:
    """Raise unless ``betas`` is a pair of fractions."""
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise InvalidType(f"betas must be two numbers, e.g. (0.9, 0.999); got {betas!r}.")
    require_fraction(beta1=betas[0], beta2=betas[1])
