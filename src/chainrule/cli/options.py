"""Options that several commands share, and how results are shown."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from chainrule.array_types import Shape
from chainrule.errors import InvalidArgument

Json = Annotated[bool, typer.Option("--json", help="End with one JSON object on stdout.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder to look in for data files first.")
]
SampleShape = Annotated[
    str | None,
    typer.Option("--shape", help="Shape of one sample, e.g. 1,28,28, where nothing else says it."),
]


def parse_shape(text: str) -> Shape:
    """Return the shape in a text such as "1,28,28".

    Raises:
        InvalidArgument: if it is none.
    """
    try:
        return tuple(int(length) for length in text.split(","))
    except ValueError:
        raise InvalidArgument(
            f"--shape got {text}: expected lengths with commas between, e.g. 1,28,28."
        ) from None


def show(result: Mapping[str, object], text: str, as_json: bool) -> None:
    """Print a result for people and, if asked for, as one JSON object on the last line."""
    print(text)
    if as_json:
        print(json.dumps(result))
