"""Picture: a drawing that notebooks show and that is saved as SVG, PNG, DOT or Mermaid."""

import os
from functools import cached_property
from pathlib import Path

from chainrule.errors import InvalidArgument
from chainrule.explain.drawing.diagram import Diagram
from chainrule.explain.drawing.png import to_png
from chainrule.explain.drawing.scene import Scene
from chainrule.explain.drawing.svg import to_svg
from chainrule.explain.drawing.text_formats import to_dot, to_mermaid
from chainrule.explain.drawing.theme import Theme
from chainrule.files import atomic_write

FORMATS = {".svg": "SVG", ".png": "PNG", ".dot": "DOT", ".mmd": "Mermaid"}


class Picture:
    """A drawing of a network or graph. A notebook shows it; printed, it is a list of its boxes.

    Args:
        diagram: What is shown.
        scene: The shapes that show it.
        theme: The colours.
    """

    def __init__(self, diagram: Diagram, scene: Scene, theme: Theme) -> None:
        self.diagram = diagram
        self.scene = scene
        self.theme = theme

    @cached_property
    def svg(self) -> str:
        """The picture as the text of an SVG file."""
        return to_svg(self.scene)

    @cached_property
    def png(self) -> bytes:
        """The picture as the content of a PNG file, with two dots a pixel."""
        return to_png(self.scene)

    @property
    def dot(self) -> str:
        """The diagram in graphviz's DOT language."""
        return to_dot(self.diagram, self.theme)

    @property
    def mermaid(self) -> str:
        """The diagram as a Mermaid flowchart."""
        return to_mermaid(self.diagram, self.theme)

    @property
    def description(self) -> str:
        """Kind, number of boxes and edges, and size in pixels."""
        numbers = f"{len(self.diagram.vertices)} boxes, {len(self.diagram.edges)} edges"
        size = f"{self.scene.width:.0f} × {self.scene.height:.0f}"
        return f"{self.diagram.kind}, {numbers}, {size} pixels"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a file, in the format its name ends with.

        Args:
            path: Ending in .svg, .png, .dot or .mmd.

        Returns:
            The path.

        Raises:
            InvalidArgument: if it ends in anything else.
        """
        target = Path(path)
        match check_file_name(target):
            case ".svg":
                content = self.svg.encode()
            case ".png":
                content = self.png
            case ".dot":
                content = self.dot.encode()
            case _:
                content = self.mermaid.encode()
        atomic_write(target, content)
        return target

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_png_(self) -> bytes:
        return self.png

    def __str__(self) -> str:
        return str(self.diagram)

    def __repr__(self) -> str:
        return f"<Picture of {self.diagram.title}: {self.description}>"


def check_file_name(path: Path) -> str:
    """Return the ending of the name of a picture file, in small letters.

    Raises:
        InvalidArgument: if there is no such format.

    >>> check_file_name(Path("net.SVG"))
    '.svg'
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        known = ", ".join(f"{ending} ({name})" for ending, name in FORMATS.items())
        raise InvalidArgument(
            f"A picture cannot be saved as {path.name}: end the name in one of {known}."
        )
    return ending
