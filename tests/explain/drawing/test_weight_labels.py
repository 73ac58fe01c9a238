"""Numbers on lines: on their line, apart from each other, and off other lines where that can be."""

import pytest

from chainrule.explain.drawing.scene import Text
from chainrule.explain.drawing.weight_labels import Line, place_labels
from explain.drawing.geometry import overlap


def labels(count: int) -> list[Text]:
    return [Text(0, 0, "-0.123", 10, "#000000") for _ in range(count)]


def fan(left: int, right: int, width: float = 300) -> list[Line]:
    """Lines from each of some points on the left to each of some on the right."""
    return [((0.0, 80.0 * i), (width, 80.0 * j)) for i in range(left) for j in range(right)]


@pytest.mark.parametrize(("left", "right"), [(1, 1), (2, 2), (3, 4), (4, 2), (5, 5)])
def test_numbers_stand_on_their_lines_and_apart(left: int, right: int) -> None:
    lines = fan(left, right)
    placed = place_labels(lines, labels(len(lines)), [])
    assert placed is not None
    for ((x0, y0), (x1, y1)), label in zip(lines, placed, strict=True):
        share = (label.x - x0) / (x1 - x0)
        assert label.y - 0.36 * label.size == pytest.approx(y0 + share * (y1 - y0))
        assert 0.1 < share < 0.9
    for i, first in enumerate(placed):
        assert not any(overlap(first.extent, other.extent) for other in placed[:i])


def test_numbers_keep_off_what_is_taken() -> None:
    taken = (0.0, -20.0, 200.0, 20.0)
    placed = place_labels([((0, 0), (300, 0))], labels(1), [taken])
    assert placed is not None
    assert not overlap(placed[0].extent, taken)


def test_numbers_keep_off_other_lines() -> None:
    lines: list[Line] = [((0, 0), (300, 0)), ((0, -60), (300, 140))]  # they cross at 0.3
    placed = place_labels(lines, labels(2), [])
    assert placed is not None
    assert abs(placed[0].x - 90) > 20
    assert abs(placed[1].x - 90) > 10


def test_too_little_room_is_said() -> None:
    assert place_labels(fan(6, 6, width=60), labels(36), []) is None
    assert place_labels([((0, 0), (300, 0))], labels(1), [(0, -9, 300, 9)]) is None
    assert place_labels([], [], []) == []
