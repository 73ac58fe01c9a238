"""SGD: stochastic gradient descent, with momentum."""

from typing import ClassVar

from chainrule.array_types import Number
from chainrule.errors import InvalidArgument
from chainrule.optim.optimizer import Group, Optimizer, Parameters, read_lr
from chainrule.optim.options import require_nonnegative, require_real
from chainrule.optim.rule import UpdateRule


def sgd_update(
    parameter: Number,
    gradient: Number,
    momentum_buffer: Number | None,
    lr: float,
    weight_decay: float | None,
    momentum: float,
    rate: float,
    nesterov: bool,
    maximize: bool,
) -> tuple[Number, Number | None]:
    """Return the parameter one step down the gradient, and its velocity.

    ``rate`` is how much of the gradient enters the velocity: 1 in the first step, then
    1 - dampening.
    """
    if maximize:
        gradient = -gradient
    if weight_decay is not None:
        gradient = gradient + weight_decay * parameter
    if momentum_buffer is not None:
        momentum_buffer = momentum * momentum_buffer + rate * gradient
        gradient = gradient + momentum * momentum_buffer if nesterov else momentum_buffer
    return parameter - lr * gradient, momentum_buffer


class SGD(Optimizer):
    """Stochastic gradient descent: a step against the gradient, with momentum if wanted.

        velocity  <-  momentum * velocity + (1 - dampening) * gradient
        parameter <-  parameter - lr * velocity

    Args:
        params: Tensors, named tensors or groups.
        lr: Learning rate, the length of a step in units of the gradient.
        momentum: How much of the velocity stays from step to step.
        dampening: How much of the gradient is kept out of the velocity.
        weight_decay: Strength of the pull towards zero, added to the gradient.
        nesterov: Look one step of the velocity ahead.
        maximize: Climb instead of descend.

    Source: Robbins and Monro 1951; Polyak 1964 for momentum; Sutskever et al. 2013 for Nesterov's.

    >>> from chainrule.autograd.tensor import Tensor
    >>> weight = Tensor([1.0], requires_grad=True)
    >>> optimizer = SGD([weight], lr=0.1)
    >>> (weight * weight).sum().backward()
    >>> optimizer.step()
    >>> weight
    tensor([0.8000], requires_grad=True)
    """

    rule: ClassVar[UpdateRule] = UpdateRule(
        sgd_update, ("momentum_buffer",), ("nesterov", "maximize"), counts_steps=False
    )

    def __init__(
        self,
        params: Parameters,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def check_options(self, group: Group) -> None:
        """Raise InvalidArgument if an option of this group is out of range."""
        require_nonnegative(
            lr=group["lr"], momentum=group["momentum"], weight_decay=group["weight_decay"]
        )
        dampening = require_real("dampening", group["dampening"])
        if group["nesterov"] and (group["momentum"] == 0 or dampening != 0):
            raise InvalidArgument(
                f"SGD(nesterov=True) got momentum={group['momentum']} and dampening={dampening}: "
                "it needs a momentum above 0 and no dampening."
            )

    def state_names(self, group: Group) -> tuple[str, ...]:
        """Return the velocity's name if there is momentum."""
        return self.rule.states if group["momentum"] != 0 else ()

    def numbers(self, group: Group, step: int) -> tuple[float | None, ...]:
        """Return learning rate, weight decay, momentum and the gradient's share."""
        rate = 1.0 - group["dampening"] * (step != 1)
        return (
            read_lr(group),
            float(group["weight_decay"]) or None,
            float(group["momentum"]),
            rate,
        )
