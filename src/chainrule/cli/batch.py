"""The batch a command is given: numbers typed in, samples of a data set, or made-up ones."""

from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli.detective import rows
from chainrule.cli.network import SIZES, GivenNetwork, open_network
from chainrule.data import load
from chainrule.errors import InvalidArgument
from chainrule.explain.batch import Batch, data_batch, given_batch, made_up_batch, parse_rows
from chainrule.explain.detective.description import LOSSES
from chainrule.randomness import manual_seed
from chainrule.training.inference import LoadedModel

DataSet = Annotated[
    str | None,
    typer.Argument(help="Name of a data set, or path of a .csv file.  [default: made-up samples]"),
]
Samples = Annotated[
    str, typer.Option(help="Which samples the data set is learned from, e.g. 0:4 or 3,7.")
]
Inputs = Annotated[
    str | None,
    typer.Option("--input", help="Samples instead, as the network takes them: 0,1; 1,0"),
]
Targets = Annotated[
    str | None, typer.Option("--target", help="Their classes, or desired outputs: 1; 0")
]
Loss = Annotated[
    str | None,
    typer.Option(help=f"One of {', '.join(LOSSES)}.  [default: what suits the targets]"),
]
Activation = Annotated[str, typer.Option(help="For layer sizes: of the hidden layers.")]
Seed = Annotated[int, typer.Option(help="Of weights and samples that are made up.")]


def seeded_network(model: str, shape: str | None, activation: str, seed: int) -> GivenNetwork:
    """Return a network in float64, so that what is said of it is not blurred by rounding."""
    manual_seed(seed)
    network = open_network(model, shape, activation=activation)
    network.model.double()
    return network


def batch_of(
    name: str,
    network: GivenNetwork,
    dataset: str | None,
    samples: str,
    inputs: str | None,
    targets: str | None,
    loss: str | None,
    seed: int,
    data_dir: Path | None,
) -> Batch:
    """Return the batch that is asked for.

    Raises:
        InvalidArgument: if the options contradict each other.
    """
    if (inputs is None) != (targets is None):
        raise InvalidArgument("--input and --target belong together: give both or none.")
    if inputs is not None and dataset is not None:
        raise InvalidArgument(f"Give either --input or the data set {dataset}, not both.")
    model, shape = network.model, network.sample_shape
    if inputs is not None:
        return given_batch(model, rows("input", inputs), rows("target", targets), shape, loss)
    if dataset is None:
        return made_up_batch(model, shape, seed=seed, loss_name=loss)
    split = load(dataset, data_dir=data_dir)
    preprocessing = None if SIZES.fullmatch(name) else LoadedModel.open(Path(name)).preprocessing
    return data_batch(model, split, parse_rows(samples), preprocessing, loss)
