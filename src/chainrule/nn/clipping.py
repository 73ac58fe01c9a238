"""Gradient clipping, against steps that explode; and all parameters as one vector."""

import warnings
from collections.abc import Iterable
from types import GeneratorType

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import apply, wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import ChainruleWarning, InvalidArgument, InvalidShape, InvalidType, NotFinite
from chainrule.operations.joining import CAT

EPSILON = 1e-6  # keeps the coefficient of a zero norm finite; PyTorch's value


def get_total_norm(
    tensors: Tensor | Iterable[Tensor], norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Return the norm of several tensors, as if they were one long vector.

    Args:
        tensors: One tensor or several, e.g. gradients.
        norm_type: Which norm: 2 for the length, 1 for the sum of absolute values, ``inf`` for the
            largest one; any p.
        error_if_nonfinite: Refuse a norm that is infinite or not a number.

    Raises:
        NotFinite: if asked to, and the norm is not finite.

    >>> get_total_norm([Tensor([3.0]), Tensor([4.0])])
    tensor(5.)
    """
    arrays = [tensor.array for tensor in as_list(tensors)]
    if not arrays:
        return wrap(np.zeros((), np.float32))
    order = float(norm_type)
    with np.errstate(all="ignore"):
        norms = np.stack([vector_norm(array, order) for array in arrays])
        total = vector_norm(norms, order)
    if error_if_nonfinite and not np.isfinite(total):
        raise NotFinite(
            f"The total norm of the gradients, of order {order}, is {float(total)}, so they cannot "
            "be clipped: find what made them so (a learning rate too high, data with NaN), or pass "
            "error_if_nonfinite=False."
        )
    return wrap(np.asarray(total))


def vector_norm(array: Array, order: float) -> Array:
    """Return the p-norm of all numbers of an array, in its dtype."""
    flat = array.reshape(-1)
    if flat.size == 0:
        return np.zeros((), array.dtype)
    norm = np.linalg.norm(flat, order)
    if not np.isfinite(norm) and np.isfinite(flat).all():
        # The squares of large float32 numbers overflow where their root would not.
        norm = np.linalg.norm(flat.astype(np.float64), order)
    return np.asarray(norm, dtype=array.dtype)


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor
) -> None:
    """Scale gradients down in place if their norm, already known, exceeds ``max_norm``.

        gradient <- gradient * min(max_norm / (total_norm + 1e-6), 1)

    Args:
        parameters: The tensors whose gradients to scale.
        max_norm: The largest norm allowed.
        total_norm: The norm of all the gradients.
    """
    with np.errstate(all="ignore"):
        coefficient = float(np.minimum(max_norm / (total_norm.array + EPSILON), 1.0))
        for gradient in gradients_of(as_list(parameters)):
            # A norm of NaN gives a coefficient of NaN, which is to reach every gradient.
            if coefficient != 1.0:
                gradient.array *= coefficient
                gradient.mark_changed("clip_grad_norm_")


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scale all gradients down in place if their common norm exceeds ``max_norm``.

    The direction of the step stays the same; only its length is limited.

    Args:
        parameters: The tensors whose gradients to clip, usually ``model.parameters()``.
        max_norm: The largest norm allowed.
        norm_type: Which norm: 2 for the length, ``inf`` for the largest absolute value; any p.
        error_if_nonfinite: Refuse gradients whose norm is infinite or not a number.

    Returns:
        The norm before clipping.

    Raises:
        NotFinite: if asked to, and the norm is not finite.

    Warns:
        ChainruleWarning: if parameters is a generator already used up.

    Source: Pascanu, Mikolov and Bengio 2013.

    >>> weight = Tensor([2.0], requires_grad=True)
    >>> (weight**10 / 5).sum().backward()
    >>> clip_grad_norm_([weight], max_norm=10.0)
    tensor(1024.)
    >>> weight.grad
    tensor([10.])
    """
    tensors = as_list(parameters)
    if not tensors and isinstance(parameters, GeneratorType):
        warnings.warn(
            "clip_grad_norm_ got an empty generator, so nothing is clipped: pass "
            "model.parameters() anew, a generator can be used only once.",
            ChainruleWarning,
            stacklevel=2,
        )
    total = get_total_norm(gradients_of(tensors), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(tensors, max_norm, total)
    return total


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Limit every single number of the gradients in place to [-clip_value, clip_value].

    Args:
        parameters: The tensors whose gradients to clip.
        clip_value: The largest absolute value allowed.
    """
    limit = float(clip_value)
    for gradient in gradients_of(as_list(parameters)):
        np.clip(gradient.array, -limit, limit, out=gradient.array)
        gradient.mark_changed("clip_grad_value_")


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return the numbers of all parameters in one vector; gradients flow back through it.

    Raises:
        InvalidArgument: if there are none.
    """
    tensors = as_list(parameters)
    if not tensors:
        raise InvalidArgument("parameters_to_vector got no parameters: pass model.parameters().")
    return apply(CAT, tuple(tensor.reshape(-1) for tensor in tensors), (0,))


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Write the numbers of one vector into the parameters, in order.

    Raises:
        InvalidType: if vec is not a tensor.
        InvalidShape: if it has fewer numbers than the parameters.
    """
    if not isinstance(vec, TensorCore):
        raise InvalidType(
            f"vector_to_parameters got {type(vec).__name__} for vec: pass a tensor, e.g. from "
            "parameters_to_vector."
        )
    tensors = as_list(parameters)
    count = sum(tensor.array.size for tensor in tensors)
    if vec.array.ndim != 1 or vec.array.size < count:
        raise InvalidShape(
            f"vector_to_parameters got a vector of shape {vec.array.shape} for {count} numbers of "
            f"parameters: pass one of shape ({count},)."
        )
    start = 0
    for tensor in tensors:
        stop = start + tensor.array.size
        tensor.array[...] = vec.array[start:stop].reshape(tensor.array.shape)
        tensor.mark_changed("vector_to_parameters")
        start = stop


def as_list(tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """Return one tensor or several as a list."""
    return [tensors] if isinstance(tensors, TensorCore) else list(tensors)


def gradients_of(parameters: list[Tensor]) -> list[Tensor]:
    """Return the gradients of the parameters that have one."""
    return [parameter.grad for parameter in parameters if parameter.grad is not None]
