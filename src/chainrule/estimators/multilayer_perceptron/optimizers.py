"""The optimisers of a multilayer perceptron: scikit-learn's, and this library's by name."""

from dataclasses import dataclass, field
from typing import Any

from chainrule.errors import InvalidArgument
from chainrule.estimators.multilayer_perceptron.network import linear_layers
from chainrule.nn.module import Module
from chainrule.optim import SGD, Adam, AdamW, Optimizer, OptimizerClass, find_optimizer
from chainrule.optim.adam import moment_numbers
from chainrule.optim.optimizer import Group


class EpsilonHatAdam(Adam):
    """Adam in the form that scikit-learn computes, with eps added before the correction for bias.

        parameter <-  parameter - lr * sqrt(1 - beta2^step) / (1 - beta1^step)
                                  * mean / (sqrt(square) + eps)

    Source: Kingma and Ba 2015, the end of section 2, where this eps is written with a hat.
    """

    def numbers(self, group: Group, step: int) -> tuple[float | None, ...]:
        """Return Adam's numbers, with eps as it is."""
        *moments, _ = moment_numbers(group, step)
        return *moments, float(group["eps"]), float(group["weight_decay"]) or None


@dataclass(frozen=True)
class Solver:
    """An optimiser by name, with all its options.

    Attributes:
        name: scikit-learn's or this library's.
        lr: Learning rate to begin with.
        weight_decay: Of weights; biases have none.
        momentum, nesterov: For "sgd".
        betas, eps: For "adam" and "adamw".
    """

    name: str
    lr: float
    weight_decay: float
    momentum: float
    nesterov: bool
    betas: tuple[float, float]
    eps: float
    kind: OptimizerClass = field(init=False)

    def __post_init__(self) -> None:
        kind = EpsilonHatAdam if self.name == "adam" else find_optimizer(self.name)
        object.__setattr__(self, "kind", kind)

    @property
    def options(self) -> dict[str, Any]:
        """What the optimiser takes beside learning rate and weight decay."""
        if self.kind is SGD:
            # Without momentum there is no velocity to look ahead along.
            return {"momentum": self.momentum, "nesterov": self.nesterov and self.momentum > 0}
        if issubclass(self.kind, (Adam, AdamW)):
            return {"betas": self.betas, "eps": self.eps}
        return {}

    def make(self, model: Module) -> Optimizer:
        """Return a new optimiser of a model, its weights in one group and all else in another."""
        return self.kind(group_parameters(model, self.weight_decay), lr=self.lr, **self.options)

    def proceed(self, optimizer: Optimizer | None, model: Module) -> Optimizer:
        """Return an optimiser that goes on from where one stands, with the options of this solver.

        A learning rate that a schedule has lowered stays as it is, unless another one to begin
        with is now given.

        Args:
            optimizer: Made by this method; None for a new one. One of another kind is left.
            model: What it is for.
        """
        if optimizer is None or type(optimizer) is not self.kind:
            return self.make(model)
        for group, decay in zip(optimizer.param_groups, (self.weight_decay, 0.0), strict=True):
            group.update(self.options, weight_decay=decay)
            optimizer.check_options(group)
        if optimizer.defaults["lr"] != self.lr:
            optimizer.defaults["lr"] = self.lr
            set_learning_rate(optimizer, self.lr)
        return optimizer


def group_parameters(model: Module, weight_decay: float) -> list[Group]:
    """Return two groups: the weights of all layers, and all other parameters, without decay."""
    weights = [layer.weight for layer in linear_layers(model)]
    known = {id(weight) for weight in weights}
    others = [parameter for parameter in model.parameters() if id(parameter) not in known]
    return [
        {"params": weights, "weight_decay": weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]


def set_learning_rate(optimizer: Optimizer, lr: float) -> None:
    """Change the learning rate of all groups, and leave the length of the next step's momentum.

    The velocity is kept in units of the gradient, to be multiplied with the learning rate; in
    scikit-learn it is kept as a step, which a new learning rate leaves as it is.

    Raises:
        InvalidArgument: if the learning rate is not positive, as after too many divisions.
    """
    if not lr > 0:
        raise InvalidArgument(f"The learning rate became {lr}: it must stay above 0.")
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            velocity = optimizer.state.get(parameter, {}).get("momentum_buffer")
            if velocity is not None:
                velocity.array *= group["lr"] / lr
        group["lr"] = lr
