"""``chainrule evaluate``: how well a saved model does on a data set."""

from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli.options import DataDir, Json, show
from chainrule.data import load
from chainrule.training.inference import LoadedModel


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model file written by train.")],
    dataset: Annotated[
        str, typer.Argument(help="Name of a data set, or path of a .csv file or folder of arrays.")
    ],
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Measure a model's loss and accuracy on the test part of a data set.

    Example: chainrule evaluate runs/digits/model.safetensors digits
    """
    split = load(dataset, data_dir=data_dir)
    score = LoadedModel.open(model).evaluate(split)
    result = {"model": str(model), "dataset": dataset, **score.as_dict()}
    show(result, str(score), as_json)
