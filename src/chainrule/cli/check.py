"""``chainrule check``: whether the gradients of a network are right."""

from typing import Annotated

import typer

from chainrule.cli.batch import (
    Activation,
    DataSet,
    Inputs,
    Loss,
    Samples,
    Seed,
    Targets,
    batch_of,
    seeded_network,
)
from chainrule.cli.options import DataDir, Json, SampleShape, show
from chainrule.explain.check import check_network


def check(
    model: Annotated[str, typer.Argument(help="A model file, or layer sizes such as 784-256-10.")],
    dataset: DataSet = None,
    samples: Samples = "0:4",
    inputs: Inputs = None,
    targets: Targets = None,
    loss: Loss = None,
    directions: Annotated[
        int | None,
        typer.Option(
            help="Nudge each tensor in so many random directions, 0 for number by number."
            "  [default: 5 for networks of more than 5,000 numbers]"
        ),
    ] = None,
    activation: Activation = "relu",
    seed: Seed = 0,
    shape: SampleShape = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Compare every gradient of a network with finite differences of its loss, in float64.

    Example: chainrule check 784-256-128-10
    """
    network = seeded_network(model, shape, activation, seed)
    batch = batch_of(model, network, dataset, samples, inputs, targets, loss, seed, data_dir)
    found = check_network(
        network.model, batch.loss_function, batch.inputs, batch.target, directions
    )
    result = {"model": model, "batch": batch.origin, "loss_function": batch.loss_name}
    show(result | dict(found.to_dict()), f"{batch}\n{found}", as_json)
    if not found:
        raise typer.Exit(1)
