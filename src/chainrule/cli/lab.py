"""``chainrule lab``: ask one of the course's questions, change it, and see the verdict."""

import inspect
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from chainrule.cli.options import Json, show
from chainrule.errors import InvalidArgument
from chainrule.labs import LABS, SECTIONS, Lab, find_lab
from chainrule.labs.picture import draw
from chainrule.labs.repeat import repeat


def lab(
    name: Annotated[
        str | None, typer.Argument(help="A lab, or the id of a system or claim.  [default: list]")
    ] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE of a parameter; repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of all random choices.")] = 0,
    seeds: Annotated[int | None, typer.Option(help="Repeat with so many seeds.")] = None,
    plot: Annotated[
        Path | None, typer.Option(help="File for the picture: .png, .svg, .pdf.")
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Draw on dark ground.")] = False,
    source: Annotated[bool, typer.Option("--source", help="Show the code.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Run every lab.")] = False,
    as_json: Json = False,
) -> None:
    """Run a lab of the course: one question, measured, with a verdict that could be another.

    Example: chainrule lab vanishing-gradients --set depth=20 --plot gradients.png
    """
    if every:
        run_all(seed, as_json)
    elif name is None:
        show({"labs": [describe(one) for one in LABS]}, listing(), as_json)
    elif source:
        print(inspect.getsource(inspect.getmodule(find_lab(name).run) or find_lab))
    else:
        run_one(find_lab(name), change or [], (seed, seeds), (plot, dark), as_json)


def run_one(
    chosen: Lab,
    changes: list[str],
    seeds: tuple[int, int | None],
    picture: tuple[Path | None, bool],
    as_json: bool,
) -> None:
    """Run a lab once, or with several seeds, and draw its picture if that is asked for."""
    given = chosen.read(changes)
    seed, count = seeds
    path, is_dark = picture
    if count is not None:
        if count < 2:
            raise InvalidArgument(f"--seeds got {count}: at least 2 are needed for a spread.")
        found = repeat(chosen, given, count)
        text = f"{chosen.question}\n\n{found.as_text()}"
        show({"lab": chosen.name, **found.as_dict()}, text, as_json)
        return
    result = chosen.measure(given, seed)
    text = f"{chosen.question}\n\n{result.as_text()}"
    if path is not None:
        draw(chosen.question, result.panels, path, is_dark)
        text += f"\n\nsaved {path}"
    show({"lab": chosen.name, "seed": seed, **result.as_dict()}, text, as_json)


def run_all(seed: int, as_json: bool) -> None:
    """Run every lab with its defaults."""
    found: dict[str, Any] = {}
    lines = []
    for one in LABS:
        print(one.name, file=sys.stderr, flush=True)
        result = one.measure(seed=seed)
        found[one.name] = result.as_dict()
        lines += [f"{which}  {one.name}: {said}" for which, said in result.verdicts.items()]
    show({"labs": found}, "\n".join(sorted(lines)), as_json)


def listing() -> str:
    """Return all labs by section, with their questions."""
    lines = []
    width = max(len(one.name) for one in LABS)
    for section, title in SECTIONS.items():
        lines.append(f"{section} {title}")
        lines += [
            f"  {one.name.ljust(width)}  {one.question} ({', '.join(one.covers)})"
            for one in LABS
            if one.section == section
        ]
    return "\n".join(lines)


def describe(one: Lab) -> dict[str, object]:
    """Return what there is to know about a lab before it runs."""
    return {
        "name": one.name,
        "section": one.section,
        "question": one.question,
        "covers": list(one.covers),
        "parameters": [
            {
                "name": parameter.name,
                "default": parameter.default,
                "allowed": parameter.allowed(),
                "meaning": parameter.meaning,
            }
            for parameter in one.parameters
        ],
    }
