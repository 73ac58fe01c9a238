"""``chainrule detective``: which mistake made a wrong number."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.cli.options import Json, show
from chainrule.errors import InvalidArgument
from chainrule.explain.detective.description import LOSSES, Description
from chainrule.explain.detective.examples import EXAMPLES

KNOWN_LOSSES = ", ".join(LOSSES)
KNOWN_EXAMPLES = ", ".join(EXAMPLES)


def detective(
    network: Annotated[
        str | None,
        typer.Argument(
            help="Layer sizes such as 2-2-1, a model file, or a .json file that describes all."
        ),
    ] = None,
    value: Annotated[
        str | None, typer.Option(help="The number to explain, with all its digits.")
    ] = None,
    asked: Annotated[
        str | None,
        typer.Option(help="What it is, e.g. 'gradient 0.weight[0,1]'.  [default: loss]"),
    ] = None,
    inputs: Annotated[
        str | None, typer.Option("--input", help="Samples: numbers with commas, rows with ;")
    ] = None,
    target: Annotated[str | None, typer.Option(help="Targets, likewise.")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="A .json file of parameters by name, such as 0.weight.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of weights drawn at random.  [default: 0]")
    ] = None,
    activation: Annotated[
        str | None, typer.Option(help="Of the hidden layers.  [default: sigmoid]")
    ] = None,
    output_activation: Annotated[
        str | None, typer.Option(help="Of the last layer.  [default: none]")
    ] = None,
    loss: Annotated[
        str | None, typer.Option(help=f"One of {KNOWN_LOSSES}.  [default: mse]")
    ] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="sgd, rmsprop, adagrad, adam, adamw.  [default: sgd]")
    ] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate.  [default: 0.1]")] = None,
    momentum: Annotated[float | None, typer.Option(help="Of sgd or rmsprop.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Of any optimizer.")] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option(help="A parameter that does not learn, or bias for all. Give it again."),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Steps taken.  [default: 1]")] = None,
    example: Annotated[str | None, typer.Option(help=f"Show one of: {KNOWN_EXAMPLES}.")] = None,
    as_json: Json = False,
) -> None:
    """Find out which classic mistake, or which two of them, give a wrong number.

    Example: chainrule detective --example mazur
    """
    options = {
        "value": value, "asked": asked, "seed": seed, "activation": activation, "loss": loss,
        "output_activation": output_activation, "fixed": fixed, "steps": steps,
    }  # fmt: skip
    given: dict[str, Any] = {name: option for name, option in options.items() if option is not None}
    rule = {"name": optimizer, "lr": lr, "momentum": momentum, "weight_decay": weight_decay}
    rule = {name: option for name, option in rule.items() if option is not None}
    if rule:
        given["optimizer"] = {"name": "sgd", "lr": 0.1} | rule
    if weights is not None:
        given["weights"] = read_json(weights)
    if inputs is not None or target is not None:
        given["batches"] = [{"input": rows("input", inputs), "target": rows("target", target)}]
    description = described(network, example, given)
    findings = description.detect()
    text = f"{description.title}\n\n{findings}" if description.title else str(findings)
    show(findings.to_dict(), text, as_json)


def described(network: str | None, example: str | None, given: dict[str, Any]) -> Description:
    """Return the training run of an example, a file or the command line.

    Raises:
        InvalidArgument: if it is not said which.
    """
    if (network is None) == (example is None):
        raise InvalidArgument(
            "detective needs a network, such as 2-2-1 or a .json file, or --example "
            f"{KNOWN_EXAMPLES}."
        )
    if example is not None:
        if example not in EXAMPLES:
            raise InvalidArgument(f"--example got {example!r}: choose one of {KNOWN_EXAMPLES}.")
        return Description.from_dict(vars(EXAMPLES[example]) | given)
    if str(network).endswith(".json"):
        return Description.from_dict(read_json(Path(str(network))) | given)
    for name, option in (("value", "--value"), ("batches", "--input and --target")):
        if name not in given:
            raise InvalidArgument(f"detective {network} needs {option}; see detective --help.")
    return Description.from_dict({"network": network} | given)


def read_json(path: Path) -> dict[str, Any]:
    """Return what a .json file describes.

    Raises:
        InvalidArgument: if it cannot be read, or is not an object.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidArgument(f"{path} cannot be read as JSON: {error}.") from None
    if not isinstance(found, dict):
        raise InvalidArgument(f"{path} holds a {type(found).__name__}, expected an object {{...}}.")
    return found


def rows(name: str, text: str | None) -> list[list[float]]:
    """Return the numbers in a text such as "0.05,0.1; 0.2,0.3", a row for each sample.

    Raises:
        InvalidArgument: if it is missing or not of that form.
    """
    try:
        return [[float(number) for number in row.split(",")] for row in (text or "").split(";")]
    except ValueError:
        raise InvalidArgument(
            f"--{name} got {text!r}: write numbers with commas between, and ; between samples, "
            "such as '0.05,0.1; 0.2,0.3'."
        ) from None
