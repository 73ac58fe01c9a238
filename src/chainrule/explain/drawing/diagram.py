"""A diagram: boxes with lines of text and edges between them, before anything has a place."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from chainrule.explain.drawing.text_width import printable
from chainrule.explain.drawing.theme import Role

Kind: TypeAlias = Literal["graph", "modules", "neurons"]
Style: TypeAlias = Literal["title", "detail", "value", "gradient"]


@dataclass(frozen=True)
class Line:
    """One line of text in a box.

    Attributes:
        text: What it says.
        style: How it looks.
        beside: A gradient that stands to the right of a value.
    """

    text: str
    style: Style = "detail"
    beside: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))
        object.__setattr__(self, "beside", printable(self.beside))

    def __str__(self) -> str:
        return f"{self.text}   {self.beside}" if self.beside else self.text


@dataclass(frozen=True)
class Vertex:
    """One box.

    Attributes:
        role: What it stands for.
        lines: Its text, the title first.
        count: How many times in a row the layers it shows come.
    """

    role: Role
    lines: tuple[Line, ...]
    count: int = 1

    @property
    def name(self) -> str:
        """What its readers call it: its titles."""
        return " ".join(line.text for line in self.lines if line.style == "title")

    @property
    def is_leaf(self) -> bool:
        """Whether it is read and not computed."""
        return self.role in ("input", "parameter", "constant")


@dataclass(frozen=True)
class Edge:
    """What one box reads of another.

    Attributes:
        source, target: Positions of the boxes; the source is read.
        label: What stands at the line.
        is_dashed: Whether no gradient flows back although the source was computed.
        colour: Of the line; empty for the usual one.
    """

    source: int
    target: int
    label: str = ""
    is_dashed: bool = False
    colour: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", printable(self.label))


@dataclass(frozen=True)
class Diagram:
    """Boxes and edges; printed, one line for each box.

    Attributes:
        title: What is shown.
        kind: A box for every operation, module or neuron.
        vertices: In the order they were computed, what is read before its first reader.
        edges: In the order of their targets.
    """

    title: str
    kind: Kind
    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", printable(self.title))

    @property
    def leads_down(self) -> bool:
        """Whether edges lead down; those between neurons lead to the right."""
        return self.kind != "neurons"

    def __str__(self) -> str:
        lines = [self.title]
        for position, vertex in enumerate(self.vertices):
            details = [str(line) for line in vertex.lines if line.style == "detail"]
            read = [self.vertices[e.source].name for e in self.edges if e.target == position]
            lines.append(
                "  ".join(["", vertex.name, *details]) + (f"  <- {', '.join(read)}" if read else "")
            )
            lines += [
                f"      {line}" for line in vertex.lines if line.style in ("value", "gradient")
            ]
        return "\n".join(lines)
