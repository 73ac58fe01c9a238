"""``chainrule train``: a network, from a data set to a saved model."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.cli.options import DataDir, Json, show
from chainrule.data import DATA_SETS
from chainrule.engines import is_first_process
from chainrule.errors import InvalidArgument
from chainrule.training.progress import ProgressBar
from chainrule.training.run import (
    CURVES_FILE,
    HISTORY_FILE,
    RunResult,
    execute,
    order_run,
    read_run_options,
)

KNOWN_DATA = ", ".join(source.name for source in DATA_SETS)


def parse_layers(text: str) -> tuple[int, ...]:
    """Return the layer sizes in a text such as "256,128"; none in an empty one.

    Raises:
        InvalidArgument: if a size is not a positive whole number.
    """
    try:
        layers = tuple(int(size) for size in text.split(",") if size.strip())
    except ValueError:
        layers = (0,)
    if any(size < 1 for size in layers):
        raise InvalidArgument(
            f"--layers got {text!r}: expected positive whole numbers with commas between, e.g. "
            "256,128."
        )
    return layers


def train(
    dataset: Annotated[
        str,
        typer.Argument(
            help=f"{KNOWN_DATA}, or the path of a .csv file or of a folder of .npy files."
        ),
    ],
    layers: Annotated[
        str | None, typer.Option(help="Units of each hidden layer.  [default: 256,128]")
    ] = None,
    activation: Annotated[
        str | None, typer.Option(help="Of the hidden layers.  [default: relu]")
    ] = None,
    dropout: Annotated[
        float | None, typer.Option(help="Chance to drop a hidden unit.  [default: 0.2]")
    ] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="sgd, rmsprop, adagrad, adam, adamw.  [default: adam]")
    ] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate.  [default: 0.001]")] = None,
    schedule: Annotated[
        str | None, typer.Option(help="Of the rate: cosine or constant.  [default: cosine]")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples per step.  [default: 32]")] = None,
    epochs: Annotated[
        int | None,
        typer.Option(help="Passes over the data.  [default: 5, more for small data sets]"),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of all random choices.  [default: 0]")] = None,
    engine: Annotated[
        str | None, typer.Option(help="auto, eager, compiled or torch.  [default: auto]")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Of the compiled engine.  [default: as many as help]")
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(help="Of PyTorch: cpu, cuda, ...  [default: a GPU if there is one]"),
    ] = None,
    mixed_precision: Annotated[
        bool | None,
        typer.Option("--mixed-precision", help="Have PyTorch compute products in bfloat16."),
    ] = None,
    data_dir: DataDir = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.  [default: runs/DATASET]")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep what chainrule replay goes back with.")
    ] = False,
    resume: Annotated[
        Path | None, typer.Option(help="Folder of an interrupted run, to go on with it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a feedforward network and save the model, its history and its curves.

    What is not given is taken from the data set's recipe, where it has one, else from the defaults.

    Example: chainrule train mnist --layers 256,128 --epochs 5 --out runs/mnist
    """
    given: dict[str, Any] = {
        "layers": None if layers is None else parse_layers(layers),
        "activation": activation,
        "dropout": dropout,
        "optimizer": optimizer,
        "lr": lr,
        "schedule": schedule,
        "batch_size": batch_size,
        "epochs": epochs,
        "seed": seed,
        "engine": engine,
        "mixed_precision": mixed_precision,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if resume is None:
        folder = out or Path("runs") / Path(dataset).stem
        options = order_run(dataset, changes)
    else:
        if out is not None and out != resume:
            raise InvalidArgument("--resume goes on in its own folder: leave out --out.")
        folder = resume
        started = read_run_options(folder)
        options = replace(started, dataset=dataset, **changes)
        started.check_same(options, folder)
    progress = ProgressBar()
    result = execute(
        options,
        folder,
        data_dir=data_dir,
        resume=resume is not None,
        threads=threads,
        device=device,
        record=record,
        callbacks=[progress],
    )
    if is_first_process():
        show(as_result(result), as_text(result), as_json)


def as_result(result: RunResult) -> dict[str, object]:
    """Return the figures of a finished run under their names."""
    last = result.history[-1] if len(result.history) else None
    return {
        "dataset": result.options.dataset,
        "engine": result.engine,
        "parameters": result.num_parameters,
        "epochs": len(result.history),
        "seconds": round(result.history.seconds, 3),
        "samples_per_second": round(result.history.samples_per_second, 1),
        "train_loss": last and last.loss,
        "train_accuracy": last and last.accuracy,
        "test_loss": last and last.validation_loss,
        "test_accuracy": last and last.validation_accuracy,
        "model": str(result.model_path),
    }


def as_text(result: RunResult) -> str:
    """Return what to tell the person who waited."""
    last = result.history[-1] if len(result.history) else None
    figure = "not trained" if last is None else f"test loss {last.validation_loss:.4f}"
    if last is not None and last.validation_accuracy is not None:
        figure = f"test accuracy {last.validation_accuracy:.2%}, {figure}"
    folder = result.model_path.parent
    return (
        f"{figure} after {len(result.history)} epochs in {result.history.seconds:.1f} s\n"
        f"saved {result.model_path} (beside it {HISTORY_FILE} and {CURVES_FILE})\n"
        f"next: chainrule predict {folder / result.model_path.name} FILE"
    )
