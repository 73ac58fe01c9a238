"""``chainrule summary``: the layers and parameters of a network."""

import re
from dataclasses import asdict
from typing import Annotated

import typer

from chainrule.cli.options import Json, show
from chainrule.data.preprocessing import Preprocessing
from chainrule.nn.feedforward import feedforward
from chainrule.nn.module import Module
from chainrule.nn.summary import summarize
from chainrule.storage import read_model
from chainrule.training.source import step_source


def summary(
    model: Annotated[str, typer.Argument(help="A model file, or layer sizes such as 784-256-10.")],
    source: Annotated[
        bool, typer.Option("--source", help="Print the compiled training step, as Python.")
    ] = False,
    dropout: Annotated[float, typer.Option(help="For layer sizes: chance to drop a unit.")] = 0.0,
    optimizer: Annotated[
        str, typer.Option(help="For --source: sgd, rmsprop, adagrad, adam, adamw.")
    ] = "adam",
    as_json: Json = False,
) -> None:
    """Show the layers, output shapes and parameters of a network, or its training step.

    Example: chainrule summary 784-256-128-10 --dropout 0.2 --source
    """
    feature_shape = None
    if re.fullmatch(r"\d+(-\d+)+", model):
        sizes = [int(size) for size in model.split("-")]
        network: Module = feedforward(sizes, dropout=dropout)
    else:
        network, info = read_model(model)
        if info.preprocessing:
            feature_shape = Preprocessing.from_dict(info.preprocessing).feature_shape
    if source:
        text = step_source(network, feature_shape, optimizer)
        show({"model": model, "source": text}, text, as_json)
        return
    described = summarize(network, feature_shape)
    result = {
        "model": model,
        "weights": described.num_weights,
        "biases": described.num_biases,
        "parameters": described.num_parameters,
        "layers": [asdict(layer) for layer in described.layers],
    }
    show(result, str(described), as_json)
