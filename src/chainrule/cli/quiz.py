"""``chainrule quiz``: exercises for pencil and paper, marked, with the mistake named."""

import sys
from itertools import islice
from typing import Annotated, Any

import typer

from chainrule.cli.options import Json, show
from chainrule.errors import InvalidArgument
from chainrule.quiz import Exercise, Mark, exercises


def quiz(
    section: Annotated[
        str | None, typer.Argument(help="Of the chapter, e.g. 9.4.  [default: all]")
    ] = None,
    count: Annotated[int, typer.Option(help="How many exercises.")] = 7,
    seed: Annotated[int, typer.Option(help="Another one gives other numbers.")] = 0,
    solutions: Annotated[
        bool, typer.Option("--solutions", help="Show exercises with solutions, and ask nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Practise: answer exercises, one line each; a wrong answer is told its likely mistake.

    Example: chainrule quiz 9.4 --count 3 --seed 5
    """
    if count < 1:
        raise InvalidArgument(f"--count got {count}: at least 1 is needed.")
    chosen = islice(exercises(section, seed), count)
    if solutions:
        told = [*chosen]
        texts = [f"{n}. {e.text}\n   {e.solution}" for n, e in enumerate(told, 1)]
        show({"exercises": [describe(one) for one in told]}, "\n\n".join(texts), as_json)
        return
    marks: list[tuple[str, Mark]] = []
    for number, exercise in enumerate(chosen, 1):
        print(f"\n{number}. [{exercise.section}, {exercise.kind}] {exercise.text}")
        given = ask()
        if given is None:
            break
        mark = exercise.mark(given)
        marks.append((given, mark))
        print(mark.comment if mark.is_right else f"{mark.comment}\n{exercise.solution}")
    right = sum(mark.is_right for _, mark in marks)
    answers = [
        {**describe(mark.exercise), "given": given, "right": mark.is_right, "said": mark.comment}
        for given, mark in marks
    ]
    text = f"\n{right} of {len(marks)} right"
    show({"right": right, "asked": len(marks), "answers": answers}, text, as_json)


def ask() -> str | None:
    """Return an answer from standard input; None at its end."""
    if sys.stdin.isatty():
        print("> ", end="", flush=True)
    line = sys.stdin.readline()
    return line.strip() if line else None


def describe(exercise: Exercise) -> dict[str, Any]:
    """Return an exercise under names."""
    return {
        "section": exercise.section,
        "kind": exercise.kind,
        "text": exercise.text,
        "answer": exercise.answer,
        "solution": exercise.solution,
    }
