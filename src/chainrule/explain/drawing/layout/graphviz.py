"""The layout of graphviz's ``dot``, where that program is installed."""

import shutil
import subprocess
from collections.abc import Sequence

from chainrule.explain.drawing.layout.placement import Arc, Placement, Problem
from chainrule.explain.drawing.scene import Point

PROGRAM = "dot"
PIXELS_PER_INCH = 72.0
SECONDS_TO_WAIT = 20.0
TRUNK_WEIGHT = 10


def has_graphviz() -> bool:
    """Return whether ``dot`` is installed."""
    return shutil.which(PROGRAM) is not None


def lay_out_with_graphviz(problem: Problem) -> Placement | None:
    """Return where boxes and edges go by ``dot``, or None if it fails or takes too long."""
    program = shutil.which(PROGRAM)
    if program is None:
        return None
    try:
        run = subprocess.run(  # noqa: S603 - a program of the system, given numbers only
            [program, "-Tplain"],
            input=question(problem),
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_WAIT,
            check=True,
        )
        return answer(run.stdout, problem)
    except (OSError, subprocess.SubprocessError, ValueError, LookupError):
        return None


def question(problem: Problem) -> str:
    """Return boxes of fixed size and edges, in graphviz's language."""
    lines = ['digraph { ranksep=0.5; nodesep=0.36; node [shape=box, fixedsize=true, label=""];']
    lines.append("edge [dir=none];")
    for box, (width, height) in enumerate(problem.sizes):
        w, h = width / PIXELS_PER_INCH, height / PIXELS_PER_INCH
        lines.append(f"{box} [width={w:.4f}, height={h:.4f}];")
    lines += [
        # Heavy edges are short and straight: those of the trunk.
        f"{source} -> {target} [weight={1 + TRUNK_WEIGHT * problem.ranks[source]}];"
        for source, target in problem.arcs
    ]
    return "\n".join([*lines, "}"])


def answer(plain: str, problem: Problem) -> Placement:
    """Return the placement that ``dot -Tplain`` prints: inches, with y growing upwards.

    Raises:
        ValueError, LookupError: if the text is not of that form.
    """
    centres: dict[int, Point] = {}
    routes: dict[Arc, list[tuple[Point, ...]]] = {}
    width = height = 0.0
    for line in plain.splitlines():
        kind, *words = line.split()
        if kind == "graph":
            width, height = (float(word) * PIXELS_PER_INCH for word in words[1:3])
        elif kind == "node":
            centres[int(words[0])] = _point(words[1:3], height)
        elif kind == "edge":
            numbers = words[3 : 3 + 2 * int(words[2])]
            points = tuple(_point(numbers[i : i + 2], height) for i in range(0, len(numbers), 2))
            routes.setdefault((int(words[0]), int(words[1])), []).append(points)
    return Placement(
        tuple(centres[box] for box in range(len(problem.sizes))),
        tuple(routes[arc].pop(0) for arc in problem.arcs),
        width,
        height,
    )


def _point(words: Sequence[str], height: float) -> Point:
    """Return a point in pixels, with y growing downwards."""
    x, y = (float(word) * PIXELS_PER_INCH for word in words)
    return round(x, 2), round(height - y, 2)
