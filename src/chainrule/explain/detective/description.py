"""A training run in words and numbers, as a file or a command line can give it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from chainrule.errors import InvalidArgument
from chainrule.explain.detective.detect import detect
from chainrule.explain.detective.findings import Findings
from chainrule.explain.detective.graph import LossFunction
from chainrule.nn import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    Linear,
    MSELoss,
    Sequential,
)
from chainrule.nn.feedforward import activation_module
from chainrule.nn.module import Module
from chainrule.nn.softmax import Softmax
from chainrule.optim import Optimizer, find_optimizer
from chainrule.randomness import default_generator
from chainrule.storage import load_model


def half(loss: LossFunction) -> LossFunction:
    """Return ½ of a loss."""
    return lambda output, target: 0.5 * loss(output, target)


LOSSES: dict[str, Callable[[], LossFunction]] = {
    "mse": MSELoss,
    "half-mse": lambda: half(MSELoss()),
    "sse": lambda: MSELoss(reduction="sum"),
    "half-sse": lambda: half(MSELoss(reduction="sum")),
    "bce": BCELoss,
    "bce-sum": lambda: BCELoss(reduction="sum"),
    "bce-logits": BCEWithLogitsLoss,
    "bce-logits-sum": lambda: BCEWithLogitsLoss(reduction="sum"),
    "cross-entropy": CrossEntropyLoss,
    "cross-entropy-sum": lambda: CrossEntropyLoss(reduction="sum"),
}
"""By the name a person writes: mean or sum of squared errors, with ½ or without, and so on."""

TAKES_LABELS = ("cross-entropy", "cross-entropy-sum")
Numbers: TypeAlias = Any
"""A number or nested lists of numbers."""


@dataclass(frozen=True)
class Description:
    """All that ``detect`` wants to know.

    Attributes:
        network: Layer sizes such as "2-2-1", or the path of a model file.
        value: The number to explain, best as a text.
        batches: Of each, "input" and "target": a row of numbers for each sample.
        asked: What the number is, e.g. "gradient 0.weight[0,1]".
        activation: Of the hidden layers.
        output_activation: Of the last layer; empty for none.
        weights: Parameters by path; those left out are drawn at random.
        seed: Of the random numbers: the weights are those of layers made after
            ``manual_seed(seed)``.
        loss: One of LOSSES.
        optimizer: Its "name" and its options.
        fixed: Paths of parameters that do not learn; "bias" stands for all biases.
        steps: Steps taken; None for one for each batch.
        digits: Significant digits of the value, if not those it is written with.
        title: What it is about.
    """

    network: str
    value: Numbers
    batches: list[dict[str, Numbers]]
    asked: str = "loss"
    activation: str = "sigmoid"
    output_activation: str = ""
    weights: Mapping[str, Numbers] = field(default_factory=dict)
    seed: int = 0
    loss: str = "mse"
    optimizer: Mapping[str, Any] = field(default_factory=lambda: {"name": "sgd", "lr": 0.1})
    fixed: tuple[str, ...] = ()
    steps: int | None = None
    digits: int | None = None
    title: str = ""

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Description":
        """Return a description made of the entries of a JSON file.

        Raises:
            InvalidArgument: naming an entry that is missing or not known.
        """
        known = [f.name for f in fields(cls)]
        unknown = [name for name in given if name not in known]
        missing = [name for name in ("network", "value", "batches") if name not in given]
        if unknown or missing:
            problem = f"does not know {unknown[0]!r}" if unknown else f"misses {missing[0]!r}"
            raise InvalidArgument(
                f"The description of a training run {problem}: its entries are {', '.join(known)}."
            )
        return cls(**{**given, "fixed": tuple(given.get("fixed", ()))})

    def detect(self) -> Findings:
        """Return what the detective finds."""
        if self.loss not in LOSSES:
            raise InvalidArgument(
                f"There is no loss {self.loss!r}: choose one of {', '.join(LOSSES)}."
            )
        model = self.model()
        return detect(
            model,
            LOSSES[self.loss](),
            self.made_optimizer(model),
            [self._batch(batch) for batch in self.batches],
            self.value,
            self.asked,
            steps=self.steps,
            digits=self.digits,
        )

    def model(self) -> Module:
        """Return the network with its weights, in float64."""
        if Path(self.network).suffix:
            model = load_model(self.network).double()
        else:
            sizes = _sizes(self.network)
            model = _dense(sizes, self.activation, self.output_activation, self.seed)
        for path, numbers in self.weights.items():
            parameter = model.get_parameter(path)
            values = np.asarray(numbers, dtype=np.float64)
            if values.shape != parameter.shape:
                raise InvalidArgument(
                    f"weights: {path} has shape {tuple(parameter.shape)}, got {values.shape}. A "
                    "layer's weight has a row for each of its outputs."
                )
            parameter.array[...] = values
        return model

    def made_optimizer(self, model: Module) -> Optimizer:
        """Return the optimiser of the parameters that learn."""
        options = dict(self.optimizer)
        name = str(options.pop("name", "sgd"))
        paths = dict(model.named_parameters())
        for path in self.fixed:
            if path != "bias" and path not in paths:
                raise InvalidArgument(
                    f"fixed: there is no parameter {path!r}; choose among bias (all of them), "
                    f"{', '.join(paths)}."
                )
        learning = [
            parameter
            for path, parameter in paths.items()
            if path not in self.fixed
            and not ("bias" in self.fixed and path.rpartition(".")[2] == "bias")
        ]
        try:
            return find_optimizer(name)(learning, **options)
        except TypeError as error:
            raise InvalidArgument(f"optimizer {name!r}: {error}.") from None

    def _batch(self, batch: Mapping[str, Numbers]) -> tuple[object, object]:
        """Return inputs and target of one batch."""
        for part in ("input", "target"):
            if part not in batch:
                raise InvalidArgument(
                    f"A batch has no {part!r}: it is {{'input': [[...]], 'target': [[...]]}}, with "
                    "a row for each sample."
                )
        inputs = np.asarray(batch["input"], dtype=np.float64)
        if self.loss in TAKES_LABELS:
            return inputs, np.asarray(batch["target"], dtype=np.int64).reshape(len(inputs))
        return inputs, np.asarray(batch["target"], dtype=np.float64)


def _sizes(text: str) -> list[int]:
    """Return the layer sizes in a text such as "2-3-1"."""
    parts = text.split("-")
    if len(parts) < 2 or not all(part.isdigit() and int(part) > 0 for part in parts):
        raise InvalidArgument(
            f"The network {text!r} is not understood: write the sizes of its layers, such as "
            "2-3-1, or the path of a model file."
        )
    return [int(part) for part in parts]


def _dense(sizes: list[int], activation: str, output_activation: str, seed: int) -> Module:
    """Return layers 0, 2, 4, ... with activations between them, drawn from a seed."""
    layers: list[Module] = []
    state = default_generator.state_dict()
    try:
        default_generator.manual_seed(seed)
        for inputs, outputs in pairwise(sizes):
            layers += [Linear(inputs, outputs), _activation(activation)]
    finally:
        default_generator.load_state_dict(state)
    last = [_activation(output_activation)] if output_activation else []
    return Sequential(*layers[:-1], *last).double()


def _activation(name: str) -> Module:
    """Return an activation module, softmax among them."""
    return Softmax(1) if name.lower() == "softmax" else activation_module(name)()
