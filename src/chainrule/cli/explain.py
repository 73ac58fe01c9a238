"""``chainrule explain``: why a gradient is what it is."""

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
from chainrule.errors import InvalidArgument
from chainrule.explain import Derivation, explain_batch
from chainrule.nn.flatten import Flatten
from chainrule.nn.module import Module

FORMATS = ("text", "markdown", "latex", "tree")


def explain(
    model: Annotated[str, typer.Argument(help="A model file, or layer sizes such as 784-256-10.")],
    weight: Annotated[
        str, typer.Argument(help='One number of a parameter, such as "1.weight[2, 1]".')
    ],
    dataset: DataSet = None,
    samples: Samples = "0:4",
    inputs: Inputs = None,
    targets: Targets = None,
    loss: Loss = None,
    terms: Annotated[int, typer.Option(help="Terms shown of each sum; the rest is one.")] = 3,
    equations: Annotated[
        int, typer.Option(help="Equations at most, beside the chain of largest terms.")
    ] = 12,
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "text",
    activation: Activation = "relu",
    seed: Seed = 0,
    shape: SampleShape = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Derive the gradient of one weight, node by node, with the numbers of one batch.

    All is computed in float64. A Flatten that begins the network need not be counted: of 2-2-1,
    0.weight is 1.weight, too.

    Example: chainrule explain 2-2-1 "1.weight[0, 1]" --input 0,1 --target 1 --activation sigmoid
    """
    if form not in FORMATS:
        raise InvalidArgument(f"--format got {form!r}: choose one of {', '.join(FORMATS)}.")
    network = seeded_network(model, shape, activation, seed)
    batch = batch_of(model, network, dataset, samples, inputs, targets, loss, seed, data_dir)
    derivation = explain_batch(
        network.model,
        batch.loss_function,
        batch.inputs,
        batch.target,
        counted_from_flatten(network.model, weight),
        terms=terms,
        equations=equations,
    )
    result = {"model": model, "batch": batch.origin, "loss_function": batch.loss_name}
    text = written(derivation, form)
    show(
        result | dict(derivation.to_dict()), f"{batch}\n{text}" if form == "text" else text, as_json
    )


def written(derivation: Derivation, form: str) -> str:
    """Return the derivation in one of the formats."""
    if form == "markdown":
        return derivation.to_markdown()
    if form == "latex":
        return derivation.to_latex()
    return derivation.to_tree() if form == "tree" else derivation.to_text()


def counted_from_flatten(model: Module, weight: str) -> str:
    """Return the name a weight has, if it was counted without the Flatten the network begins with.

    >>> from chainrule.nn.feedforward import feedforward
    >>> counted_from_flatten(feedforward([2, 2, 1]), "2.weight[0, 1]")
    '3.weight[0, 1]'
    """
    known = dict(model.named_parameters())
    first, _, rest = weight.partition(".")
    begins_flat = isinstance(dict(model.named_children()).get("0"), Flatten)
    if begins_flat and first.isdigit() and weight.partition("[")[0].strip() not in known:
        shifted = f"{int(first) + 1}.{rest}"
        return shifted if shifted.partition("[")[0].strip() in known else weight
    return weight
