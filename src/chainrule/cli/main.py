"""The ``chainrule`` command: gathers the commands; an error becomes one line and an exit code."""

import sys
from collections.abc import Callable

import typer

from chainrule.cli.bench import bench
from chainrule.cli.check import check
from chainrule.cli.detective import detective
from chainrule.cli.draw import draw
from chainrule.cli.evaluate import evaluate
from chainrule.cli.explain import explain
from chainrule.cli.export import export
from chainrule.cli.lab import lab
from chainrule.cli.predict import predict
from chainrule.cli.quiz import quiz
from chainrule.cli.replay import replay
from chainrule.cli.summary import summary
from chainrule.cli.train import train
from chainrule.errors import ChainruleError

COMMANDS: tuple[Callable[..., None], ...] = (
    train,
    evaluate,
    predict,
    summary,
    draw,
    export,
    bench,
    explain,
    check,
    detective,
    replay,
    lab,
    quiz,
)

app = typer.Typer(
    name="chainrule",
    help="Neural networks you can see through, at the speed of the machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command line; a mistake of the user's ends in one sentence and exit code 1."""
    try:
        app()
    except ChainruleError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
