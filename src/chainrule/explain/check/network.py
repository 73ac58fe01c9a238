"""All gradients of a network on one batch, checked at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidArgument
from chainrule.explain.check.entrance import check_gradient
from chainrule.explain.check.report import Diagnosis
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]
MANY = 5000  # numbers: above, tensors are nudged as a whole
DIRECTIONS = 5


@dataclass(frozen=True, eq=False)
class _LossOf:
    """The loss as a function of the samples, with the parameters and buffers of the network."""

    model: Module
    loss_function: LossFunction
    target: Tensor

    def __call__(self, inputs: Tensor) -> Tensor:
        loss: Tensor = self.loss_function(self.model(inputs), self.target)
        return loss

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        return self.model.named_parameters()

    def buffers(self) -> Iterator[Tensor]:
        return self.model.buffers()


def check_network(
    model: Module,
    loss_function: LossFunction,
    inputs: Tensor,
    target: Tensor,
    num_directions: int | None = None,
) -> Diagnosis:
    """Compare all gradients of a network's loss with central differences.

    Args:
        model: The network, in float64.
        loss_function: Takes its outputs and the target.
        inputs: The samples; the gradient with respect to them is checked, too.
        target: What the outputs should be.
        num_directions: Nudge each tensor in so many random directions; 0 for number by number. By
            default number by number where there are few enough.

    Raises:
        InvalidType: if the network is not float64.
        InvalidArgument: if the number of directions is negative.
    """
    if num_directions is not None and num_directions < 0:
        raise InvalidArgument(f"There cannot be {num_directions} directions: give 0 or more.")
    size = inputs.array.size + sum(parameter.array.size for parameter in model.parameters())
    usual = DIRECTIONS if size > MANY else 0
    return check_gradient(
        _LossOf(model, loss_function, target),
        [inputs],
        num_directions=(usual if num_directions is None else num_directions) or None,
        raise_on_failure=False,
    )
