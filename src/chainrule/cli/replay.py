"""``chainrule replay``: a recorded run, operation by operation, forward and backward in time."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chainrule.cli.options import DataDir, Json, show
from chainrule.explain.time_travel.runs import reopen_run
from chainrule.explain.time_travel.viewer import HELP, Viewer


def replay(
    run: Annotated[Path, typer.Argument(help="Folder of a run trained with --record.")],
    step: Annotated[int, typer.Option(help="Where to begin, from 0.")] = 0,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Go back to any step of a recorded run and see everything that happened in it.

    Commands are read from standard input: the next operation, the one before, other steps.

    Example: chainrule replay runs/mnist --step 250
    """
    viewer = Viewer(reopen_run(run, data_dir), step)
    if as_json:
        show(viewer.as_dict(), viewer.title(), as_json)
        return
    console = Console()
    prompt = f"[dim]{HELP}[/dim]\n> " if sys.stdin.isatty() else ""
    is_going_on = True
    while is_going_on:
        console.print(viewer.picture())
        try:
            is_going_on = viewer.obey(console.input(prompt))
        except EOFError:
            return
