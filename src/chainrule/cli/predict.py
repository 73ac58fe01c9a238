"""``chainrule predict``: what a saved model says of pictures and tables."""

from pathlib import Path
from typing import Annotated

import typer

from chainrule.cli.options import Json, show
from chainrule.training.inference import LoadedModel


def predict(
    model: Annotated[Path, typer.Argument(help="A model file written by train.")],
    files: Annotated[
        list[Path], typer.Argument(help="PNG or JPEG pictures, or .npy, .csv rows without labels.")
    ],
    as_json: Json = False,
) -> None:
    """Say what each picture, or each row of a table, shows.

    Example: chainrule predict runs/digits/model.safetensors my-digit.png
    """
    loaded = LoadedModel.open(model)
    predictions = [prediction for file in files for prediction in loaded.predict_file(file)]
    text = "\n".join(str(prediction) for prediction in predictions)
    result = {
        "model": str(model),
        "predictions": [prediction.as_dict() for prediction in predictions],
    }
    show(result, text, as_json)
