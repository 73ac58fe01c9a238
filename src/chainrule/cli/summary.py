"""``chainrule summary``: the layers of a network, their parameters and what they cost."""

from dataclasses import asdict
from typing import Annotated

import typer

from chainrule.cli.network import open_network
from chainrule.cli.options import Json, SampleShape, show
from chainrule.nn.summary import summarize
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
    shape: SampleShape = None,
    as_json: Json = False,
) -> None:
    """Show the layers of a network with their parameters and costs, or its training step.

    Costs are multiply-adds, and the memory of results and of their gradients, for one sample.

    Example: chainrule summary 784-256-128-10 --dropout 0.2 --source
    """
    network = open_network(model, shape, dropout)
    if source:
        text = step_source(network.model, network.sample_shape, optimizer)
        show({"model": model, "source": text}, text, as_json)
        return
    described = summarize(network.model, network.sample_shape)
    result = {
        "model": model,
        "weights": described.num_weights,
        "biases": described.num_biases,
        "parameters": described.num_parameters,
        "parameter_bytes": described.parameter_bytes,
        "cost": described.cost and asdict(described.cost),
        "layers": [asdict(layer) for layer in described.layers],
    }
    show(result, str(described), as_json)
