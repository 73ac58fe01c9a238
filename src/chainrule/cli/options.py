"""Options that several commands share, and how results are shown."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="End with one JSON object on stdout.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder to look in for data files first.")
]


def show(result: Mapping[str, object], text: str, as_json: bool) -> None:
    """Print a result for people and, if asked for, as one JSON object on the last line."""
    print(text)
    if as_json:
        print(json.dumps(result))
