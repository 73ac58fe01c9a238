"""What a picture must be: nothing overlaps, nothing is cut off, lines go where they should."""

from collections.abc import Iterator

from chainrule.explain.drawing.scene import Area, Box, Circle, Curve, Point, Scene, Text

SAMPLES = 24  # points looked at on each piece of a curve
TOUCH = 0.01  # pixels that count as touching, not overlapping


def area(box: Box) -> Area:
    """All of a box, with what looks out behind it."""
    more = 5.0 * box.num_behind
    return box.x, box.y, box.x + box.width + more, box.y + box.height + more


def overlap(first: Area, second: Area) -> bool:
    return (
        first[0] < second[2] - TOUCH
        and second[0] < first[2] - TOUCH
        and first[1] < second[3] - TOUCH
        and second[1] < first[3] - TOUCH
    )


def contains(outer: Area, inner: Area) -> bool:
    return (
        outer[0] <= inner[0] + TOUCH
        and outer[1] <= inner[1] + TOUCH
        and outer[2] >= inner[2] - TOUCH
        and outer[3] >= inner[3] - TOUCH
    )


def points(curve: Curve) -> Iterator[Point]:
    """Points along a curve."""
    start = curve.points[0]
    for i in range(1, len(curve.points), 3):
        one, two, end = curve.points[i : i + 3]
        for step in range(SAMPLES + 1):
            t = step / SAMPLES
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            corners = (start, one, two, end)
            yield (
                sum(w * x for w, (x, _) in zip(weights, corners, strict=True)),
                sum(w * y for w, (_, y) in zip(weights, corners, strict=True)),
            )
        start = end


def texts(scene: Scene) -> list[Text]:
    """All texts of a scene, those in boxes and circles too."""
    found = []
    for shape in scene.shapes:
        if isinstance(shape, Text):
            found.append(shape)
        elif isinstance(shape, (Box, Circle)):
            found.extend(shape.texts)
    return found


def boxes(scene: Scene) -> list[Box]:
    return [shape for shape in scene.shapes if isinstance(shape, Box)]


def curves(scene: Scene) -> list[Curve]:
    return [shape for shape in scene.shapes if isinstance(shape, Curve)]


def circles(scene: Scene) -> list[Circle]:
    return [shape for shape in scene.shapes if isinstance(shape, Circle)]


def circle_area(circle: Circle) -> Area:
    r = circle.radius
    return circle.x - r, circle.y - r, circle.x + r, circle.y + r
