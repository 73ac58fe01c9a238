"""Weight labels: numbers on lines, placed so that none covers another or a neuron."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from chainrule.explain.drawing.scene import Area, Point, Text

PLACES = tuple(0.14 + 0.02 * i for i in range(37))
"""Where along its line a number may stand, as a share of the way."""
BEST_PLACE = 0.3
"""The middle is where most lines cross; nearer to the source the eye finds the line at once."""
CLEARANCE = 2.0  # between numbers, in pixels

Line: TypeAlias = tuple[Point, Point]


def place_labels(
    lines: Sequence[Line], labels: Sequence[Text], taken: Sequence[Area]
) -> list[Text] | None:
    """Return the labels, each somewhere on its line, or None if they do not all find room.

    Args:
        lines: Ends of the line of each label; they run to the right.
        labels: The texts, wherever they are; each is centred on its line.
        taken: Areas that must stay free.
    """
    areas = list(taken)
    placed: dict[int, Text] = {}
    # Steep lines cross most others: they choose first.
    steepest = sorted(range(len(lines)), key=lambda i: -abs(lines[i][1][1] - lines[i][0][1]))
    for number in steepest:
        others = [line for i, line in enumerate(lines) if i != number]
        best = _best_place(lines[number], labels[number], others, areas)
        if best is None:
            return None
        placed[number] = best
        areas.append(_widened(best.extent))
    return [placed[number] for number in range(len(lines))]


def _best_place(
    line: Line, label: Text, others: Sequence[Line], areas: Sequence[Area]
) -> Text | None:
    """Return the label where it covers nothing and the fewest other lines pass, if anywhere."""
    best: tuple[float, float] | None = None
    result = None
    for share in PLACES:
        moved = _on_line(line, label, share)
        area = _widened(moved.extent)
        if any(_overlap(area, other) for other in areas):
            continue
        cost = sum(_crosses(area, other) for other in others), abs(share - BEST_PLACE)
        if best is None or cost < best:
            best, result = cost, moved
    return result


def _on_line(line: Line, label: Text, share: float) -> Text:
    """Return a label centred a share of the way along a line."""
    (x0, y0), (x1, y1) = line
    height = y0 + share * (y1 - y0) + 0.36 * label.size
    return replace(label, x=x0 + share * (x1 - x0), y=height, anchor="middle")


def _widened(area: Area) -> Area:
    left, top, right, bottom = area
    return left - CLEARANCE, top - CLEARANCE, right + CLEARANCE, bottom + CLEARANCE


def _overlap(first: Area, second: Area) -> bool:
    """Return whether two areas have a point in common."""
    return (
        first[0] < second[2]
        and second[0] < first[2]
        and first[1] < second[3]
        and second[1] < first[3]
    )


def _crosses(area: Area, line: Line) -> bool:
    """Return whether a line that runs to the right passes through an area."""
    (x0, y0), (x1, y1) = line
    left, right = max(area[0], x0), min(area[2], x1)
    if left >= right:
        return False
    slope = (y1 - y0) / (x1 - x0)
    at_left, at_right = y0 + slope * (left - x0), y0 + slope * (right - x0)
    return min(at_left, at_right) < area[3] and max(at_left, at_right) > area[1]
