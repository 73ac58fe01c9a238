"""``chainrule summary``: the layers and parameters of a network."""

import re
from dataclasses import asdict
from typing import Annotated

import typer

from chainrule.cli.options import Json, show
from chainrule.nn.feedforward import feedforward
from chainrule.nn.module import Module
from chainrule.nn.summary import summarize
from chainrule.storage import load_model


def summary(
    model: Annotated[str, typer.Argument(help="A model file, or layer sizes such as 784-256-10.")],
    as_json: Json = False,
) -> None:
    """Show the layers, output shapes and parameters of a network.

    Example: chainrule summary 784-256-128-10
    """
    if re.fullmatch(r"\d+(-\d+)+", model):
        network: Module = feedforward([int(size) for size in model.split("-")])
    else:
        network = load_model(model)
    described = summarize(network)
    result = {
        "model": model,
        "weights": described.num_weights,
        "biases": described.num_biases,
        "parameters": described.num_parameters,
        "layers": [asdict(layer) for layer in described.layers],
    }
    show(result, str(described), as_json)
