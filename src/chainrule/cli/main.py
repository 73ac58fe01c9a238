"""The ``chainrule`` command: finds the command; an error becomes one line and an exit code."""

import importlib
import sys
from collections.abc import Sequence

import typer

from chainrule.errors import ChainruleError

COMMANDS = (
    "train",
    "evaluate",
    "predict",
    "summary",
    "draw",
    "export",
    "bench",
    "explain",
    "check",
    "detective",
    "replay",
    "lab",
    "quiz",
)
"""Each is a function of this name in a file of this name."""


def make_app(names: Sequence[str] = COMMANDS) -> typer.Typer:
    """Return the command line with these commands; only their files are loaded.

    Args:
        names: Of the commands.
    """
    app = typer.Typer(
        name="chainrule",
        help="Neural networks you can see through, at the speed of the machine.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_go_on)
    for name in names:
        app.command()(getattr(importlib.import_module(f"chainrule.cli.{name}"), name))
    return app


def _go_on() -> None:
    # Of a single command, typer would otherwise make a command line without names of commands.
    pass


def main() -> None:
    """Run the command line; a mistake of the user's ends in one sentence and exit code 1."""
    wanted = sys.argv[1:2]
    try:
        make_app(wanted if wanted and wanted[0] in COMMANDS else COMMANDS)()
    except ChainruleError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
